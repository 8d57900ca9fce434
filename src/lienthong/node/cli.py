"""The command line (dòng lệnh): `./lienthong demo | test | story | serve | bench | check | explain | migrate | …`."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from uuid import UUID

from lienthong import __version__
from lienthong.node.bench import BENCHES
from lienthong.node.commanding import REPOSITORY, Commands, become_node, in_node, profile_argument


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code: 0 done, 1 failed with a sentence, 2 wrong words."""
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if given[:1] == ["test"] and not {"-h", "--help"} & set(given):
        return _test(given[1:])
    if given[:1] == ["manage"]:
        return _manage(given[1:])
    chosen = parser().parse_args(given)
    try:
        return int(chosen.run(chosen))
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """All commands with their words and help."""
    made = argparse.ArgumentParser(
        prog="./lienthong",
        description="liên thông: one program that every Vietnamese state body can run, and that joins them all.",
        epilog="Start with ./lienthong demo. Every command explains itself with --help.",
    )
    made.add_argument("--version", action="version", version=f"lienthong {__version__}")
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_demo(commands)
    commands.add_parser(
        "test",
        help="run all tests, browser tests included",
        description="Runs all tests on an embedded PostgreSQL, or on DATABASE_URL's server, where it makes databases "
        "of its own and drops them. Words go on to pytest: ./lienthong test -k letter src/lienthong/platform",
    )
    _add_story(commands)
    _add_bench(commands)
    _add_serve(commands)
    _add_node_commands(commands)
    _add_further_commands(commands)
    return made


def _add_further_commands(commands: Commands) -> None:
    """Every `*_command.py` beside this file adds its words by `add_to(commands)`, and imports the rest when it runs."""
    for module in sorted(Path(__file__).parent.glob("*_command.py")):
        import_module(f"{__package__}.{module.stem}").add_to(commands)


def _add_demo(commands: Commands) -> None:
    demo = commands.add_parser(
        "demo",
        help="start the demo country: national portal, population database, a province",
        description="Starts three state bodies as three nodes on this machine, each with its own database and keys, "
        "and prints their addresses and the people you can sign in as. Stop with Ctrl+C; nothing is lost.",
    )
    demo.add_argument("--ports", default="8001,8002,8003", help="ports of hub, population, province (%(default)s)")
    demo.add_argument("--home", type=Path, default=REPOSITORY / "var" / "demo", help="where the demo keeps its data")
    demo.add_argument("--fresh", action="store_true", help="throw the demo's data away and begin anew")
    demo.add_argument("--once", action="store_true", help="start, print, stop: to see that it works")
    demo.set_defaults(run=_demo)


def _add_story(commands: Commands) -> None:
    story = commands.add_parser(
        "story",
        help="register a child's birth through three nodes and check everything",
        description="Runs the main story over HTTP against three node processes of its own and prints each step, "
        "then checks: the portal's copy, the logs, the signatures, the register, the figures. Exit 0 only if all hold.",
    )
    story.add_argument("--json", action="store_true", help="print one JSON object for machines")
    story.add_argument("--home", type=Path, help="keep the data in this folder (default: a temporary one)")
    story.set_defaults(run=_story)


def _add_bench(commands: Commands) -> None:
    bench = commands.add_parser(
        "bench",
        help="measure, with the baseline beside it",
        description="Prints our figures, the baseline measured in the same run, the ratio, the goal, and whether "
        "it is met.",
    )
    bench.add_argument("name", choices=list(BENCHES), help="what to measure")
    bench.add_argument("--json", action="store_true", help="print one JSON object for machines")
    bench.add_argument("--size", type=int, default=None, help="how much work (default: the goal's size)")
    bench.add_argument("--peer", type=Path, default=None, help="documents: an interpreter that has django-pyas2")
    bench.set_defaults(run=_bench)


def _add_serve(commands: Commands) -> None:
    serve = commands.add_parser(
        "serve",
        help="run one node by its profile",
        description="Runs one node on loopback until it is told to stop (Ctrl+C or SIGTERM). Its database is "
        "DATABASE_URL, or an embedded server in the node's home that starts and stops with it.",
    )
    profile_argument(serve)
    serve.set_defaults(run=_serve)


def _add_node_commands(commands: Commands) -> None:
    for name, run, help_text, more in (
        (
            "migrate",
            in_node(_migrate),
            "bring the node's database to this version",
            "Tables and code tables. May be repeated.",
        ),
        (
            "check",
            in_node(_check),
            "say in sentences what is wrong with a node, or that nothing is",
            "Looks at the profile, the settings and the database. Exit 0 when all is in order, else 1.",
        ),
        (
            "explain",
            _explain,
            "print which doors of a node are open, and which role opened them",
            "Pages, letters, questions, events, repeated work and ports, role by role. Needs no database.",
        ),
    ):
        command = commands.add_parser(name, help=help_text, description=f"{help_text.capitalize()}. {more}")
        profile_argument(command)
        command.set_defaults(run=run)
    log = commands.add_parser(
        "log",
        help="verify the node's message log",
        description="log verify: recomputes the chains and checkpoints of the message log and names each row that was "
        "changed, removed or put elsewhere. Exit 0 when the log is whole, else 1.",
    )
    log.add_argument("deed", choices=["verify"], help="what to do with the log")
    log.add_argument(
        "--witness", action="store_true", help="compare with the checkpoints that the witness keeps (over the network)"
    )
    profile_argument(log)
    log.set_defaults(run=in_node(_log))
    _add_developer_commands(commands)


def _add_developer_commands(commands: Commands) -> None:
    truth = commands.add_parser(
        "truth",
        help="print what this node knows of dossiers, as JSON",
        description="Prints what this node knows of some dossiers as JSON, so that two nodes can be compared.",
    )
    truth.add_argument("dossiers", nargs="+", type=UUID, metavar="ID", help="ids of dossiers")
    profile_argument(truth)
    truth.set_defaults(run=in_node(_truth))
    contracts = commands.add_parser(
        "contracts",
        help="write the letters' schemas and samples to contracts/",
        description="Writes JSON Schema and sample of every letter between agencies to contracts/.",
    )
    contracts.set_defaults(run=_contracts)
    commands.add_parser("manage", help="Django's own commands, for developers", add_help=False)
    seed = commands.add_parser(
        "seed",
        help="fill a demo node with its synthetic country (done by demo)",
        description="Fills a demo node with keys, agencies, accounts, synthetic people, procedures. May be repeated.",
    )
    seed.add_argument("--share", choices=["ask", "answer", "documents"], help="one step between running nodes")
    profile_argument(seed)
    seed.set_defaults(run=in_node(_seed))


def _demo(arguments: argparse.Namespace) -> int:
    from lienthong.node.demo.command import run

    return run(arguments.home, arguments.ports, fresh=arguments.fresh, once=arguments.once)


def _story(arguments: argparse.Namespace) -> int:
    from lienthong.node.story.command import run

    return run(home=arguments.home, as_json=arguments.json)


def _bench(arguments: argparse.Namespace) -> int:
    from lienthong.node.bench.command import run

    return run(arguments.name, size=arguments.size, as_json=arguments.json, peer=arguments.peer)


def _serve(arguments: argparse.Namespace) -> int:
    from lienthong.node.serve import run

    return run(arguments.profile)


def _migrate(_arguments: argparse.Namespace) -> int:
    from lienthong.node.upgrade import upgrade

    upgrade(print)
    return 0


def _check(_arguments: argparse.Namespace) -> int:
    from lienthong.node.inspection import check

    return check(print)


def _explain(arguments: argparse.Namespace) -> int:
    become_node(arguments)
    from lienthong.node.inspection import explain

    return explain(print)


def _log(arguments: argparse.Namespace) -> int:
    from lienthong.node.inspection import verify_log

    return verify_log(print, witness=arguments.witness)


def _truth(arguments: argparse.Namespace) -> int:
    from lienthong.casework.dossiers import queries as dossiers_queries

    print(json.dumps(dossiers_queries.list_truth(arguments.dossiers), ensure_ascii=False, sort_keys=True))
    return 0


def _contracts(arguments: argparse.Namespace) -> int:
    arguments.profile = REPOSITORY / "nodes" / "hub.toml"
    become_node(arguments)
    from lienthong.node.contracts import write_all

    return write_all(REPOSITORY / "contracts")


def _manage(words: list[str]) -> int:
    os.environ.setdefault("LIENTHONG_PROFILE", str(REPOSITORY / "nodes" / "hub.toml"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienthong.node.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["./lienthong manage", *words])
    return 0


def _seed(arguments: argparse.Namespace) -> int:
    from lienthong.node.demo import seeding

    return seeding.share(arguments.share, print) if arguments.share else seeding.seed(print)


def _test(words: list[str]) -> int:
    from lienthong.node.suite import run

    return run(words)
