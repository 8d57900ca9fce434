"""`./lienthong sandbox`: a hub and a peer of their own for those who build a node or connect a system."""

import argparse
from pathlib import Path

from lienthong.node.commanding import REPOSITORY, Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    sandbox = commands.add_parser(
        "sandbox",
        help="start a hub and a peer with pretended certificates, to try one's own node against",
        description="Starts two nodes on this machine with an authority that issues test certificates, and prints"
        " addresses, digits and examples. Stop with Ctrl+C; everything is kept for the next start.",
    )
    sandbox.add_argument("--home", type=Path, default=REPOSITORY / "var" / "sandbox", help="where the data lie")
    sandbox.add_argument("--ports", default="", help="ports of hub and peer (default: two that are free)")
    sandbox.add_argument("--fresh", action="store_true", help="throw the sandbox's data away and begin anew")
    sandbox.add_argument("--once", action="store_true", help="start, print, stop: to see that it works")
    sandbox.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from lienthong.node.demo.sandbox import run

    return run(arguments.home, arguments.ports, fresh=arguments.fresh, once=arguments.once)
