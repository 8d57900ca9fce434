"""`./lienthong authority list | revoke | issue-from-request`: the demo's certificate authority."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

from lienthong.node.commanding import Command, Commands, as_node, in_node, profile_argument

if TYPE_CHECKING:
    from lienthong.platform.signing.types import CertificateKind, IssuedCertificate, RevocationReason

_KINDS = ("node", "tls", "seal", "officer")
_REASONS = ("unspecified", "keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation")


def add_to(commands: Commands) -> None:
    """Add the command."""
    authority = commands.add_parser(
        "authority",
        help="the demo's certificate authority: list what it issued, revoke, issue from a request",
        description="Stands in for the state's own authority in a demo, a sandbox or a test; it has no place in"
        " production. Its keys and its register lie in the folder that --authority or LIENTHONG_AUTHORITY names.",
    )
    deeds = authority.add_subparsers(title="deeds", metavar="DEED", required=True)
    listed = deeds.add_parser("list", help="the register: every certificate issued, and which are revoked")
    listed.set_defaults(run=_at_authority(_list))
    revoke = deeds.add_parser(
        "revoke",
        help="revoke a certificate for good",
        description="From now on the authority answers that the certificate is revoked. Nodes ask every hour unless"
        " their profile says otherwise ([parameters.trust] check_minutes), and then refuse what it signs.",
    )
    revoke.add_argument("thumbprint", help="SHA-256 of the certificate, as `list` prints it")
    revoke.add_argument("--reason", choices=_REASONS, default="unspecified", help="why (default: %(default)s)")
    revoke.set_defaults(run=_at_authority(_revoke, needs_database=True))
    issue = deeds.add_parser("issue-from-request", help="issue a certificate for the key of a request (PKCS#10, PEM)")
    issue.add_argument("request", type=Path, metavar="FILE", help="the request")
    issue.add_argument("--kind", choices=_KINDS, default="node", help="what the key is for (default: %(default)s)")
    issue.add_argument("--agency", required=True, help="agency code of the owner")
    issue.add_argument("--name", required=True, help="common name of the owner")
    issue.add_argument("--host", action="append", help="for tls: a host name or address (default: as requested)")
    issue.add_argument("--out", type=Path, metavar="FILE", help="write the certificate there (default: print it)")
    issue.set_defaults(run=_at_authority(_issue))
    for deed in (listed, revoke, issue):
        deed.add_argument("--authority", type=Path, metavar="DIR", help="home of the authority (LIENTHONG_AUTHORITY)")
        profile_argument(deed)


def _at_authority(work: Command, *, needs_database: bool = False) -> Command:
    """Only the deed that goes into the ledger needs a database."""

    def run(arguments: argparse.Namespace) -> int:
        if arguments.authority:
            os.environ["LIENTHONG_AUTHORITY"] = str(arguments.authority.absolute())
        return in_node(work)(arguments) if needs_database else as_node(work, arguments)

    return run


def _list(_arguments: argparse.Namespace) -> int:
    from lienthong.platform.signing import queries

    issued = queries.list_issued()
    for one in issued:
        print(_line(one))
    if not issued:
        print("This authority has issued nothing yet.")
    return 0


def _line(one: "IssuedCertificate") -> str:
    from lienthong.kernel.text import show_date, show_moment

    until = f"until {show_date(one.not_after)}"
    state = f"REVOKED {show_moment(one.revoked_at)} ({one.reason})" if one.revoked_at else until
    return f"{one.thumbprint}  {one.kind:<7} {one.agency_code:<12} {state:<20} {one.name}"


def _revoke(arguments: argparse.Namespace) -> int:
    from lienthong.kernel.access import SYSTEM
    from lienthong.platform.signing import services

    reason = cast("RevocationReason", arguments.reason)
    print(_line(services.revoke_certificate(arguments.thumbprint, reason=reason, actor=SYSTEM)))
    return 0


def _issue(arguments: argparse.Namespace) -> int:
    from lienthong.platform.signing import services

    issued = services.issue_from_request(
        arguments.request.read_text("ascii", errors="replace"),
        kind=cast("CertificateKind", arguments.kind),
        agency_code=arguments.agency,
        common_name=arguments.name,
        hosts=arguments.host,
    )
    if arguments.out:
        arguments.out.write_text(issued.pem, encoding="ascii")
        print(f"{arguments.out}: {issued.name}, until {issued.not_after:%d/%m/%Y}, {issued.thumbprint}")
    else:
        print(issued.pem, end="")
    return 0
