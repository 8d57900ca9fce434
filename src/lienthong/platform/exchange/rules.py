"""Pure decisions of the exchange: when to try again, who may ask, which node answers for an agency."""

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta

from lienthong.kernel.errors import NotAllowed
from lienthong.kernel.text import Bilingual, fold, tr
from lienthong.platform.exchange.types import GrantEntry, NodeEntry

MAX_BODY_BYTES = 4 * 2**20
MAX_REQUEST_BYTES = 16 * 2**20
MAX_PARTS = 50
MAX_QUESTION_BYTES = 2**20
QUESTION_FRESHNESS = timedelta(minutes=5)

DIRECTORY_LIFE = timedelta(hours=24)
DIRECTORY_GRACE = timedelta(hours=72)
KEPT_CERTIFICATES = timedelta(days=400)
"""How long the directory goes on naming a certificate out of use: longer than any letter waits."""

OPEN_SERVICES = frozenset({"exchange.self-test", "exchange.checkpoint"})
"""Questions about the exchange itself, never about people: every listed node may ask them."""

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 60.0
JITTER = 0.2


def wait_seconds(attempts: int, chance: float | None = None) -> float:
    """Seconds to wait after the `attempts`-th failed try (from 1): doubling, capped, ± 20 % by `chance` in 0..1."""
    plain = min(FIRST_WAIT_SECONDS * 2.0 ** min(attempts - 1, 30), LONGEST_WAIT_SECONDS)
    draw = random.random() if chance is None else chance  # noqa: S311 (spreads load, protects nothing)
    return plain * (1 - JITTER + 2 * JITTER * draw)


def next_attempt(now: datetime, attempts: int) -> datetime:
    return now + timedelta(seconds=wait_seconds(attempts))


def directory_state(expires_at: datetime, now: datetime) -> str:
    """`good`, `grace` (the last good copy is used, visibly) or `expired`."""
    if now <= expires_at:
        return "good"
    return "grace" if now <= expires_at + DIRECTORY_GRACE else "expired"


def node_of(agency_code: str, nodes: Mapping[str, NodeEntry]) -> NodeEntry | None:
    """The node of the longest code that contains the agency: H36.101.01 → H36.101, else H36."""
    code = agency_code
    while code:
        if code in nodes:
            return nodes[code]
        code = code.rpartition(".")[0]
    return None


def _open_on(grant: GrantEntry, day: date) -> bool:
    return grant.valid_from <= day and (grant.valid_to is None or day <= grant.valid_to)


def decide_access(
    grants: Iterable[GrantEntry],
    *,
    client: str,
    provider: str,
    service: str,
    purpose: str,
    legal_ground: str,
    day: date,
) -> GrantEntry:
    """The grant that allows this question; access is denied by default (NĐ 47/2020: purpose-bound sharing).

    Raises NotAllowed `exchange.denied`, saying which of client and service, purpose, legal ground, date is missing.
    """
    steps: tuple[tuple[str, Callable[[GrantEntry], bool], Bilingual], ...] = (
        (
            "client",
            lambda g: (g.client, g.provider, g.service) == (client, provider, service),
            tr(
                f"{client} chưa được cấp quyền dùng dịch vụ {service} của {provider}.",
                f"{client} has no grant for the service {service} of {provider}.",
            ),
        ),
        ("purpose", lambda g: fold(g.purpose) == fold(purpose), _OTHER_PURPOSE.format(purpose=purpose)),
        (
            "legal_ground",
            lambda g: fold(g.legal_ground) == fold(legal_ground),
            _OTHER_GROUND.format(ground=legal_ground),
        ),
        ("valid_to", lambda g: _open_on(g, day), _OTHER_TIME),
    )
    left = list(grants)
    for field, fits, message in steps:
        left = [grant for grant in left if fits(grant)]
        if not left:
            raise NotAllowed("exchange.denied", message, field=field)
    return left[0]


_OTHER_PURPOSE = tr(
    "Quyền đã cấp không bao gồm mục đích “{purpose}”.", "The grants do not cover the purpose “{purpose}”."
)
_OTHER_GROUND = tr(
    "Căn cứ pháp lý “{ground}” không khớp với quyền đã cấp.",
    "The legal ground “{ground}” is not the one of the grant.",
)
_OTHER_TIME = tr("Quyền khai thác chưa có hiệu lực hoặc đã hết hạn.", "The grant is not yet or no longer valid.")
