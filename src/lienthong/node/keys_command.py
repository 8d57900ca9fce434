"""`./lienthong keys list | make | request | install`: the node's keys, in files or on a token, and certificates."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lienthong.node.commanding import Commands, in_node, profile_argument

if TYPE_CHECKING:
    from lienthong.platform.signing.types import Certificate

_NAME_HELP = "node, tls, seal:<agency code> or officer:<username>"


def add_to(commands: Commands) -> None:
    """Add the command."""
    keys = commands.add_parser(
        "keys",
        help="the node's keys: list them, make the next one, request and install its certificate",
        description="A new key is made beside the one in use, in the key store of the profile (files or a PKCS#11"
        " token), and takes its place when its certificate is installed. Nothing under way is lost.",
    )
    deeds = keys.add_subparsers(title="deeds", metavar="DEED", required=True)
    listed = deeds.add_parser("list", help="keys with their certificates, and what waits to replace them")
    listed.set_defaults(run=in_node(_list))
    make = deeds.add_parser("make", help="make the next key of a name, unless it waits already")
    request = deeds.add_parser("request", help="write a request (PKCS#10) for the certificate of the next key")
    install = deeds.add_parser(
        "install",
        help="install the certificate that came",
        description="Key and certificate are put in use at once, except the node's own key when it has an earlier one:"
        " that waits until the directory lists its certificate, so that no other node meets a signature it does not"
        " know.",
    )
    for deed, work in ((make, _make), (request, _request), (install, _install)):
        deed.add_argument("name", help=_NAME_HELP)
        deed.set_defaults(run=in_node(work))
    for deed in (make, request):
        deed.add_argument("--subject", default="", help="common name (default: as in the certificate in use)")
        deed.add_argument("--agency", default="", help="agency code (default: the node's)")
        deed.add_argument("--host", action="append", default=[], help="for tls: a host name or address; may repeat")
    request.add_argument("--out", type=Path, metavar="FILE", help="write there (default: print)")
    install.add_argument("certificate", type=Path, metavar="FILE", help="the certificate as PEM, issuers after it")
    install.add_argument("--now", action="store_true", help="put it in use at once in any case")
    for deed in (listed, make, request, install):
        profile_argument(deed)


def _list(_arguments: argparse.Namespace) -> int:
    from lienthong.platform.signing import queries

    names = queries.list_keys()
    for name in names:
        print(_line(name, queries.get_certificate(name)))
        if waiting := queries.find_waiting(name):
            print(_line(f"{name} (next)", waiting))
    if not names:
        print("There is no key yet: ./lienthong keys request node")
    return 0


def _line(name: str, certificate: "Certificate") -> str:
    until = certificate.not_after.date().isoformat()
    return f"{name:<24} {certificate.name}, until {until}, {certificate.thumbprint[:16]}…, by {certificate.issuer}"


def _make(arguments: argparse.Namespace) -> int:
    _ask(arguments)
    print(f"The next key “{arguments.name}” waits for its certificate: ./lienthong keys request {arguments.name}")
    return 0


def _request(arguments: argparse.Namespace) -> int:
    pem = _ask(arguments)
    if arguments.out is None:
        print(pem, end="")
    else:
        arguments.out.write_text(pem, encoding="ascii")
        print(f"{arguments.out}: to be sent to the authority; then ./lienthong keys install {arguments.name} FILE")
    return 0


def _ask(arguments: argparse.Namespace) -> str:
    """A request that says what the certificate in use says, or what the words say."""
    from lienthong.kernel.errors import Refused
    from lienthong.kernel.profile import node
    from lienthong.platform.signing import queries, services

    try:
        now: Certificate | None = queries.get_certificate(arguments.name)
    except Refused as refusal:
        if refusal.code != "signing.unknown-key":
            raise
        now = None
    hosts = arguments.host or ([urlsplit(node().exchange_url).hostname or ""] if arguments.name == "tls" else [])
    return services.request_certificate(
        arguments.name,
        agency_code=arguments.agency or (now.agency_code if now else node().agency_code),
        common_name=arguments.subject or (now.name if now else node().title.vi),
        position=now.position if now else "",
        organisation=now.organisation if now else "",
        hosts=hosts,
    )


def _install(arguments: argparse.Namespace) -> int:
    from lienthong.platform.signing import queries, services

    pem = arguments.certificate.read_text(encoding="ascii")
    waits = arguments.name == "node" and "node" in queries.list_keys() and not arguments.now
    certificate = services.install_certificate(arguments.name, pem, activate=not waits)
    print(_line(arguments.name, certificate))
    print("It waits until the directory lists it." if waits else "It is in use from now on.")
    return 0
