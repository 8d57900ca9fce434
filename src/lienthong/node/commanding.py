"""What commands have in common: the word for the profile, and becoming the node that it describes."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

Command: TypeAlias = Callable[[argparse.Namespace], int]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 (argparse has no public name)

REPOSITORY = Path(__file__).resolve().parents[3]


def profile_argument(command: argparse.ArgumentParser) -> None:
    """Add `--profile`."""
    command.add_argument(
        "--profile",
        type=Path,
        default=Path(os.environ.get("LIENTHONG_PROFILE") or REPOSITORY / "nodes" / "hub.toml"),
        metavar="FILE",
        help="the node's profile, a TOML file (default: LIENTHONG_PROFILE, else nodes/hub.toml)",
    )


def become_node(arguments: argparse.Namespace) -> None:
    """Become the node of the profile, with Django set up. Raises SystemExit with a sentence for a bad profile."""
    os.environ["LIENTHONG_PROFILE"] = str(arguments.profile)
    os.environ.setdefault("LIENTHONG_LOG", "error")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienthong.node.settings")
    from lienthong.kernel.profile import BadProfile, node

    try:
        node()
    except BadProfile as problem:
        raise SystemExit(f"lienthong: {problem}") from None
    import django

    django.setup(set_prefix=False)
    from lienthong.node import wiring

    wiring.open_node()


def as_node(work: Command, arguments: argparse.Namespace) -> int:
    """Do the work as the node of its profile, without its database; a refusal is told in its sentence."""
    become_node(arguments)
    from lienthong.kernel.errors import Refused

    try:
        return work(arguments)
    except Refused as refusal:
        print(f"lienthong: {refusal.message.en} ({refusal.code})", file=sys.stderr)
    except OSError as error:
        print(f"lienthong: {error}", file=sys.stderr)
    return 1


def in_node(work: Command) -> Command:
    """A command that works as the node of its profile, with the node's database; a refusal is told in its sentence."""

    def run(arguments: argparse.Namespace) -> int:
        from lienthong.node.serve import with_database

        return with_database(arguments.profile, lambda: as_node(work, arguments))

    return run
