"""`./lienthong replay documents`: the documents of a year in small, and how long all of them would take here."""

import argparse
import sys

from lienthong.node.commanding import Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    command = commands.add_parser(
        "replay",
        help="replay the country's documents on this machine",
        description="Sends documents among five nodes of this machine in a year's mix of sizes, recipients and "
        "recalls, enters them into registers, and says how long 4.5 million of them would take here.",
    )
    command.add_argument("what", choices=("documents",))
    command.add_argument("--count", type=int, default=2_000, metavar="N", help="how many documents (default: 2,000)")
    command.add_argument("--seed", type=int, default=1, metavar="N", help="repeats a run")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from lienthong.node.bench.replay import NATIONAL, replay

    if arguments.count < 5:
        print("lienthong: at least 5 documents, one for each node.", file=sys.stderr)
        return 2
    done = replay(arguments.count, seed=arguments.seed, say=lambda line: print(line, flush=True))
    print(
        f"{done.documents:,} documents to {done.arrivals:,} recipients in {done.seconds:.1f} s: "
        f"{done.rate:.1f} a second; {done.registered:,} registered."
    )
    print(f"{NATIONAL:,} would take {done.national_hours:.1f} hours here.")
    return 0
