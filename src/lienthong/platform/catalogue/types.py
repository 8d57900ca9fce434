"""What the catalogue carries: systems, services, agreements, purposes, and the decision about one call. All frozen."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from lienthong.kernel.text import Bilingual

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""A code of a system or a service: what stands in addresses without being escaped."""

_VERSIONED = re.compile(r"(.+)\.v([1-9][0-9]{0,4})")

Side = Literal["consumer", "provider", "platform"]


@dataclass(frozen=True, slots=True, order=True)
class SystemRef:
    """Information system (hệ thống thông tin) by the code of its agency and its own: `H36/mot-cua`."""

    agency_code: str
    code: str

    def __str__(self) -> str:
        return f"{self.agency_code}/{self.code}"


@dataclass(frozen=True, slots=True, order=True)
class ServiceRef:
    """Data service (dịch vụ dữ liệu) of a system: `G01/dan-cu/tra-cuu.v1`; version 0 means the agreed one."""

    agency_code: str
    system_code: str
    code: str
    version: int = 0

    @classmethod
    def of(cls, system: SystemRef, name: str) -> "ServiceRef":
        """From the name that stands in an address: `tra-cuu.v1`, or `tra-cuu` for the agreed version."""
        found = _VERSIONED.fullmatch(name)
        code, version = (found[1], int(found[2])) if found else (name, 0)
        return cls(system.agency_code, system.code, code, version)

    @property
    def system(self) -> SystemRef:
        return SystemRef(self.agency_code, self.system_code)

    @property
    def name(self) -> str:
        """The code with its version, as it may stand in addresses."""
        return f"{self.code}.v{self.version}" if self.version else self.code

    def __str__(self) -> str:
        return f"{self.agency_code}/{self.system_code}/{self.name}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Endpoint (điểm truy cập): a method or `*`, and a path where `*` is one step and `**` any number of them."""

    method: str
    path: str
    summary: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class SystemEntry:
    """A system as the catalogue lists it; `node_code` is the agency code of the node that keeps it."""

    ref: SystemRef
    name: Bilingual
    node_code: str
    state: str = "active"
    contact: str = ""


@dataclass(frozen=True, slots=True)
class SystemAccess:
    """How a system of ours proves who it is at its own node: networks (CIDR), certificates (SHA-256, hex)."""

    networks: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key of a system, as it may be shown: never the key itself."""

    id: int
    label: str
    hint: str
    may_manage: bool
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of a service (điều kiện khai thác): what holds where an agreement says nothing else.

    `daily_quota`: calls a day for one purpose · `rate`: calls a second for one agreement · `threshold`: the sum of
    estimated daily calls up to which a further purpose needs nobody's word. None: no limit, for `threshold`: none is
    taken without a word.
    """

    daily_quota: int | None = None
    rate: float | None = None
    threshold: int | None = None
    timeout: float = 30.0
    digest_only: bool = False


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A version of a data service as the national list shows it."""

    ref: ServiceRef
    kind: str
    title: Bilingual
    description: str
    legal_basis: str
    state: str
    endpoints: tuple[Endpoint, ...] = ()
    fields: tuple[str, ...] = ()
    terms: Terms = Terms()
    state_reason: str = ""
    platform_reason: str = ""
    contact: str = ""
    sunset_date: date | None = None
    published_at: datetime | None = None
    openapi_digest: str = ""

    @property
    def shown_state(self) -> str:
        """The state with the platform's word in it."""
        return "suspended" if self.platform_reason and self.state != "archived" else self.state


@dataclass(frozen=True, slots=True)
class PurposeEntry:
    """Purpose (mục đích khai thác): what the data are for, on what legal ground, which fields, how often."""

    id: UUID
    title: str
    legal_ground: str
    fields: tuple[str, ...]
    daily_calls: int
    state: str
    reason: str = ""
    daily_quota: int | None = None


@dataclass(frozen=True, slots=True)
class Suspension:
    """Who has suspended something, and why; "" means that side has not."""

    consumer: str = ""
    provider: str = ""
    platform: str = ""

    @property
    def any(self) -> bool:
        return bool(self.consumer or self.provider or self.platform)

    def sides(self) -> tuple[tuple[Side, str], ...]:
        told: tuple[tuple[Side, str], ...] = (
            ("consumer", self.consumer),
            ("provider", self.provider),
            ("platform", self.platform),
        )
        return tuple((side, reason) for side, reason in told if reason)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One step in the life of an agreement."""

    at: datetime
    side: str
    deed: str
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AgreementEntry:
    """Agreement (thỏa thuận chia sẻ dữ liệu) between a client system and a version of a service."""

    id: UUID
    client: SystemRef
    service: ServiceRef
    state: str
    requested_at: datetime
    requested_by: str = ""
    endpoints: tuple[Endpoint, ...] = ()
    purposes: tuple[PurposeEntry, ...] = ()
    suspension: Suspension = Suspension()
    reason: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    rate: float | None = None
    note: str = ""

    def shown_state(self, day: date) -> str:
        """The state as of a day: an accepted agreement may be active, suspended, not yet or no longer in force."""
        if self.state != "accepted":
            return self.state
        if self.valid_to is not None and day > self.valid_to:
            return "expired"
        if self.suspension.any:
            return "suspended"
        return "active" if self.valid_from is None or self.valid_from <= day else "coming"


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """One call that asks to be let through; `purpose_id` may be empty where only one purpose is agreed.

    `path` as it came, percent-encoded, without the query.
    """

    client: SystemRef
    service: ServiceRef
    method: str
    path: str
    purpose_id: str = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """Permission (phép khai thác): what a call that was let through rests on, and what it may do."""

    agreement_id: UUID
    purpose_id: UUID
    purpose: str
    legal_ground: str
    client: SystemRef
    service: ServiceRef
    endpoint: Endpoint
    path: str
    base_url: str
    timeout: float
    digest_only: bool
    fields: tuple[str, ...]
    quota: int | None
    used: int
    day: date


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a decision: what was looked for, what was found, what to do if it does not hold."""

    title: Bilingual
    found: Bilingual
    good: bool
    advice: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision replayed in sentences; `code` is empty when the call would be let through."""

    request: AccessRequest
    steps: tuple[Step, ...]
    code: str = ""
    message: Bilingual | None = None

    @property
    def allowed(self) -> bool:
        return not self.code


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls of one purpose on a day beside its quota (lượt gọi, hạn mức)."""

    day: date
    client: SystemRef
    service: ServiceRef
    purpose_id: UUID
    purpose: str
    calls: int
    quota: int | None

    @property
    def share(self) -> int:
        """How much of the quota is used, in percent; 0 without a quota."""
        return min(100, round(100 * self.calls / self.quota)) if self.quota else 0


@dataclass(frozen=True, slots=True)
class PermissionLine:
    """Who may call what: one purpose of one agreement, for lists and exports."""

    agreement_id: UUID
    client: SystemRef
    service: ServiceRef
    endpoints: tuple[Endpoint, ...]
    purpose: PurposeEntry
    state: str
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class NationalList:
    """National list (danh mục dịch vụ chia sẻ dữ liệu quốc gia) as the hub signed it."""

    issuer: str
    serial: int
    issued_at: datetime
    systems: tuple[SystemEntry, ...] = ()
    services: tuple[ServiceEntry, ...] = ()
    agreements: tuple[AgreementEntry, ...] = field(default=())
