"""`./lienthong archive run | verify`: old rows of the message log go to files with their proofs."""

import argparse
from pathlib import Path

from lienthong.node.commanding import Commands, in_node, profile_argument


def add_to(commands: Commands) -> None:
    """Add the command."""
    archive = commands.add_parser(
        "archive",
        help="move old rows of the message log to files with their proofs; check those files",
        description="archive run: moves rows that a checkpoint closes and that are older than [parameters.archive] "
        "after_days (30) to ZIP files of proof containers, each linked to the one before, and hands every file to "
        "[parameters.archive] transfer, if there is one. archive verify: checks all files and all proofs in them.",
    )
    deeds = archive.add_subparsers(title="deeds", metavar="DEED", required=True)
    run = deeds.add_parser("run", help="move what is old")
    run.set_defaults(run=in_node(_run))
    verify = deeds.add_parser("verify", help="check the files; exit 0 when they are intact, else 1")
    verify.add_argument("--folder", type=Path, metavar="DIR", help="files taken elsewhere (default: the node's)")
    verify.set_defaults(run=in_node(_verify))
    for deed in (run, verify):
        profile_argument(deed)


def _run(_arguments: argparse.Namespace) -> int:
    from lienthong.platform.exchange import services

    done = services.run_archive()
    print(f"{done.rows} rows moved to {done.files} files, {done.transferred} files transferred.")
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from lienthong.platform.exchange import queries, services

    folder = arguments.folder or services.archive_folder()
    verdict = queries.verify_archive(folder, recorded=arguments.folder is None)
    print(verdict)
    return 0 if verdict.intact else 1
