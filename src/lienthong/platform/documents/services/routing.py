"""Who answers for the recipients of a document, and at which node or behind which other axis (nơi nhận)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lienthong.kernel import clock, roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import nfc, tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.agencies.types import AgencyRef
from lienthong.platform.documents.ports import Outsiders
from lienthong.platform.exchange import queries as exchange_queries

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recipient is reached: a node, or another axis. `instead_of`: the closed agency that was meant."""

    agency_code: str
    node_code: str
    axis: str = ""
    instead_of: str = ""


def outsiders() -> Outsiders | None:
    """Those who speak for systems outside, if this node has such."""
    try:
        return roles.port(Outsiders)
    except LookupError:
        return None


def find_places(receivers: Sequence[str], *, sender_code: str) -> list[Place]:
    """One place for each agency that is to get a document, closed ones by their heirs, in a few round trips.

    Raises Refused `documents.no-receivers`, `documents.to-itself`, `documents.unknown-agency`, `documents.unreachable`;
    the last two name the codes in `details`.
    """
    meant = list(dict.fromkeys(nfc(code).strip() for code in receivers if code.strip()))
    if not meant:
        raise Refused("documents.no-receivers", tr("Hãy chọn nơi nhận.", "Choose who receives it."), field="receivers")
    answering = answering_for(meant)
    outside = outsiders()
    behind = outside.routes(meant) if outside else {}
    own = outside.behind_here(meant) if outside else set()
    heirs = {code: answering[code].code if code in answering else code for code in meant}
    unknown = [code for code in meant if code not in answering and code not in behind and code not in own]
    if unknown:
        raise _refused("documents.unknown-agency", unknown, "Không có cơ quan mang mã", "No agency has the code")
    nodes = homes_of(set(heirs.values()))
    places: dict[str, Place] = {}
    lost = []
    for code, heir in heirs.items():
        if heir == sender_code:
            raise Refused(
                "documents.to-itself",
                tr("Nơi nhận trùng với nơi gửi.", "The document would be sent to its own sender."),
                field="receivers",
            )
        home = node().agency_code if code in own else nodes.get(heir, "")
        axis = behind.get(code, "") if code not in own else ""
        if not home and not axis:
            lost.append(code)
            continue
        place = Place(heir, "" if axis else home, axis, code if _is_another(code, heir) else "")
        if heir not in places or not place.instead_of:
            places[heir] = place
    if lost:
        raise _refused("documents.unreachable", lost, "Chưa có hệ thống nào nhận cho", "No system receives for")
    return list(places.values())


_answering: dict[str, tuple[datetime, AgencyRef | None]] = {}
_HOLDS = timedelta(minutes=1)
_MOST_HELD = 20_000


def answering_for(agency_codes: Collection[str]) -> dict[str, AgencyRef]:
    """Who answers for these agencies, asked once a minute; unknown ones are left out."""
    now = clock.now()
    if len(_answering) > _MOST_HELD:
        _answering.clear()
    old = [
        code for code in agency_codes if code not in _answering or not timedelta() <= now - _answering[code][0] < _HOLDS
    ]
    if old:
        found = agency_queries.answer_for_many(old, now.date())
        _answering.update((code, (now, found.get(code))) for code in old)
    return {code: ref for code in agency_codes if (ref := _answering[code][1]) is not None}


def homes_of(agency_codes: Collection[str]) -> dict[str, str]:
    """The node of each agency; one that has none is behind the axis of the hub, unless this is the hub."""
    found = exchange_queries.nodes_for(agency_codes)
    hub = exchange_queries.recall_directory().issuer
    if hub != node().agency_code:
        found.update((code, hub) for code in agency_codes if code not in found)
    return found


def _is_another(code: str, heir: str) -> bool:
    """Is the heir another agency, not only the same in the other form of its code?"""
    if agency_queries.is_qcvn102(code):
        return agency_queries.from_qcvn102(code) != heir
    return code != heir


def _refused(code: str, agencies: Sequence[str], vi: str, en: str) -> Refused:
    named = ", ".join(agencies[:_MOST_NAMED]) + (" …" if len(agencies) > _MOST_NAMED else "")
    return Refused(
        code, tr(f"{vi}: {named}.", f"{en}: {named}."), field="receivers", details={"agencies": list(agencies)}
    )


def hosted_here(agency_codes: Collection[str]) -> set[str]:
    """Those of these agencies whose documents are kept at this node."""
    outside = outsiders()
    own = set(outside.behind_here(agency_codes)) if outside else set()
    here = node().agency_code
    return own | {code for code, home in exchange_queries.nodes_for(agency_codes).items() if home == here}
