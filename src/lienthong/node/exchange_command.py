"""`./lienthong exchange explain`: why a call would be let through or refused, in sentences."""

import argparse
import json
from typing import TYPE_CHECKING

from lienthong.node.commanding import Commands, in_node, profile_argument

if TYPE_CHECKING:
    from lienthong.platform.catalogue.types import Explanation


def add_to(commands: Commands) -> None:
    """Add the command."""
    exchange = commands.add_parser("exchange", help="explain an access decision of the exchange")
    deeds = exchange.add_subparsers(title="deeds", metavar="DEED", required=True)
    explain = deeds.add_parser(
        "explain",
        help="replay the decision about one call",
        description="Replays the access decision about one call as this node would make it now: every step, what was"
        " looked for, what was found, what to do. Nothing is counted. Exit 0 when the call would be let through,"
        " else 1.",
    )
    explain.add_argument("--client", required=True, metavar="AGENCY/SYSTEM", help="the calling system: H36/mot-cua")
    explain.add_argument(
        "--service",
        required=True,
        metavar="AGENCY/SYSTEM/SERVICE[.vN]",
        help="the service: G01/dan-cu/tra-cuu.v1; without a version the agreed one",
    )
    explain.add_argument("--method", default="GET", help="the method (%(default)s)")
    explain.add_argument("--path", default="/", help="the path behind the service (%(default)s)")
    explain.add_argument("--purpose", default="", metavar="ID", help="id of the purpose, where several are agreed")
    explain.add_argument("--lang", choices=["vi", "en"], default="vi", help="language of the sentences (%(default)s)")
    explain.add_argument("--json", action="store_true", help="print one JSON object for machines")
    profile_argument(explain)
    explain.set_defaults(run=in_node(_explain))


def _explain(arguments: argparse.Namespace) -> int:
    from django.utils import translation

    from lienthong.platform.catalogue import queries
    from lienthong.platform.catalogue.types import AccessRequest, ServiceRef, SystemRef

    client = SystemRef(*_parts(arguments.client, 2))
    agency_code, system_code, name = _parts(arguments.service, 3)
    request = AccessRequest(
        client=client,
        service=ServiceRef.of(SystemRef(agency_code, system_code), name),
        method=arguments.method.upper(),
        path=arguments.path,
        purpose_id=arguments.purpose,
    )
    explained = queries.explain(request)
    with translation.override(arguments.lang):
        if arguments.json:
            print(json.dumps(queries.explanation_facts(explained), ensure_ascii=False))
        else:
            _tell(explained)
    return 0 if explained.allowed else 1


def _parts(text: str, count: int) -> list[str]:
    return [*text.split("/", count - 1), *[""] * count][:count]


def _tell(explained: "Explanation") -> None:
    from lienthong.kernel.text import tr

    request = explained.request
    print(f"{request.client} → {request.service}  {request.method} {request.path}")
    for number, step in enumerate(explained.steps, start=1):
        print(f"{number}. {'✓' if step.good else '✗'} {step.title}: {step.found}")
        if step.advice:
            print(f"   → {step.advice}")
    if explained.allowed:
        print(tr("Kết luận: được gọi.", "Verdict: let through."))
    else:
        print(tr("Kết luận: bị từ chối", "Verdict: refused"), f"({explained.code}).", explained.message)
