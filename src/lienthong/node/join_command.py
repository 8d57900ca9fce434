"""`./lienthong join`: make keys, apply at the hub, wait for its operator, install the certificates."""

import argparse
from pathlib import Path

from lienthong.node.commanding import Commands, in_node


def add_to(commands: Commands) -> None:
    """Add the command."""
    join = commands.add_parser(
        "join",
        help="join a hub: make keys, apply, wait for approval, install certificates",
        description="Makes the node's keys, applies at the hub, prints 25 digits to read to the hub's operator by"
        " telephone, waits for the approval, and installs the certificates. It may be stopped and run again at any"
        " time. A profile that is not there yet is written from --code, --title and --port.",
    )
    join.add_argument("--hub", required=True, metavar="URL", help="web address of the hub, as http://127.0.0.1:8001")
    join.add_argument("--profile", type=Path, required=True, metavar="FILE", help="the node's profile")
    join.add_argument("--code", default="", help="agency code, for a new profile (as H36)")
    join.add_argument("--title", default="", help="name of the agency, for a new profile")
    join.add_argument("--title-en", default="", help="its English name, for a new profile")
    join.add_argument("--port", type=int, default=8080, help="port, for a new profile (%(default)s)")
    join.add_argument("--base-url", default="", help="web address of this node, for a new profile")
    join.add_argument("--pull", action="store_true", help="for a new profile: no address; the node fetches its letters")
    join.add_argument("--contact", default="", metavar="NAME", help="whom the hub's operator asks for")
    join.add_argument("--phone", default="", help="the telephone number of the contact")
    join.add_argument("--email", default="", help="e-mail of the contact")
    join.add_argument(
        "--trust-fingerprint",
        default="",
        metavar="DIGITS",
        help="the 25 digits of the trusted root that the hub's operator reads out (default: asked for)",
    )
    join.add_argument("--wait", type=float, default=86_400.0, metavar="SECONDS", help="how long to wait for approval")
    join.add_argument("--anew", action="store_true", help="forget an earlier application and apply anew")
    join.set_defaults(run=_join)


def _join(arguments: argparse.Namespace) -> int:
    from lienthong.node.joining_profile import prepare

    hub_code = prepare(arguments)

    def work(_arguments: argparse.Namespace) -> int:
        from lienthong.node.joining import run

        return run(arguments, hub_code)

    return in_node(work)(arguments)
