"""`./lienthong proxy-configuration`: an nginx configuration that speaks mutual TLS for the node."""

import argparse
import sys

from lienthong.node.commanding import Commands, in_node, profile_argument


def add_to(commands: Commands) -> None:
    """Add the command."""
    made = commands.add_parser(
        "proxy-configuration",
        help="write an nginx configuration that speaks mutual TLS for the node, also with a key on a token",
        description="Writes nginx.conf (and openssl.cnf for a key on a token) to the node's home, folder tls/, and"
        " says how to start it. Write it again when nodes were added, and reload nginx after a new certificate.",
    )
    made.add_argument("--print", action="store_true", dest="shown", help="print nginx.conf instead of writing it")
    profile_argument(made)
    made.set_defaults(run=in_node(_run))


def _run(arguments: argparse.Namespace) -> int:
    from lienthong.kernel.profile import node
    from lienthong.node import proxy

    me = node()
    if complaint := proxy.complaint(me):
        print(f"lienthong: {complaint}", file=sys.stderr)
        return 1
    place, peers = proxy.place_of(me), proxy.peers_of(me)
    if arguments.shown:
        print(proxy.nginx(me, place, peers), end="")
        return 0
    path = proxy.write(me, place, peers)
    start = f"nginx -c {path}"
    print(f"OPENSSL_CONF={path.parent}/openssl.cnf {start}" if place.engine_module else start)
    return 0
