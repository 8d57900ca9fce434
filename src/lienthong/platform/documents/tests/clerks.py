"""People and registers that the tests of this room share."""

from __future__ import annotations

from lienthong.kernel import clock
from lienthong.kernel.access import Actor

AGENCY = "H36"
NOW = clock.at(2026, 11, 20, 9, 30)
CLERK = Actor(
    kind="officer", name="Trần Thị Văn Thư", account_id=11, agency_code=AGENCY, duties=frozenset({"clerk"}), level=2
)
LEADER = Actor(
    kind="officer", name="Lê Lãnh Đạo", account_id=12, agency_code=AGENCY, duties=frozenset({"leader"}), level=2
)
STRANGER = Actor(
    kind="officer", name="Văn thư nơi khác", account_id=13, agency_code="G22", duties=frozenset({"clerk"}), level=2
)
