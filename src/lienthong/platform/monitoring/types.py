"""What monitoring carries: the operational record, sums over a period, checks of health."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

Side = Literal["client", "producer"]
Kind = Literal["letter", "question", "call"]


class OperationRecord(NamedTuple):
    """Operational record (bản ghi giám sát vận hành): one message at one of its ends, in X-Road's fields.

    A tuple, because batches write thousands a second and a tuple turns into columns without a loop.
    Moments are milliseconds since 1970 (`milliseconds`); None where there was no such moment at this end.
    Codes of members are agency codes as everywhere in the program (`H36`). It never holds what a message says:
    give `rest_path` as the pattern of the endpoint where a path would name a person.
    """

    side: Side
    kind: Kind
    message_id: str
    client_member_code: str
    service_member_code: str
    service_code: str
    request_in_ts: int | None = None
    request_out_ts: int | None = None
    response_in_ts: int | None = None
    response_out_ts: int | None = None
    succeeded: bool = True
    fault_code: str = ""
    fault_string: str = ""
    status_code: int | None = None
    request_size: int | None = None
    response_size: int | None = None
    request_attachment_count: int | None = None
    response_attachment_count: int | None = None
    request_mime_size: int | None = None
    response_mime_size: int | None = None
    client_xroad_instance: str = "VN"
    client_member_class: str = "GOV"
    client_subsystem_code: str = ""
    service_xroad_instance: str = "VN"
    service_member_class: str = "GOV"
    service_subsystem_code: str = ""
    service_version: str = ""
    service_type: str = ""
    rest_method: str = ""
    rest_path: str = ""
    represented_party_class: str = ""
    represented_party_code: str = ""
    message_user_id: str = ""
    message_issue: str = ""
    message_protocol_version: str = ""
    client_security_server_address: str = ""
    service_security_server_address: str = ""
    purpose: str = ""
    trace: str = ""


def milliseconds(moment: datetime) -> int:
    """A moment as X-Road's records hold it."""
    return int(moment.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the operator looks at: a period and, where chosen, one peer, kind and service."""

    since: datetime
    until: datetime
    peer: str = ""
    kind: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """Volume between two parties (luồng trao đổi)."""

    client: str
    client_system: str
    provider: str
    provider_system: str
    kind: str
    count: int
    failed: int
    bytes_in: int
    bytes_out: int


@dataclass(frozen=True, slots=True)
class Point:
    """Volume of one step of time."""

    at: datetime
    step: timedelta
    count: int
    failed: int


@dataclass(frozen=True, slots=True)
class ServiceSpeed:
    """How long a service took, in milliseconds."""

    kind: str
    provider: str
    service: str
    count: int
    mean: float
    p50: float
    p95: float
    p99: float


class TotalRow(NamedTuple):
    """A line of what was counted since the node began."""

    side: str
    kind: str
    client: str
    provider: str
    service: str
    fault: str
    latency: int
    number: int
    bytes_in: int
    bytes_out: int
    milliseconds: int


@dataclass(frozen=True, slots=True)
class OperationRow:
    """A record as it stands in the table."""

    id: int
    at: datetime
    record: OperationRecord

    @property
    def took(self) -> int | None:
        """Milliseconds from the first to the last moment at this end."""
        one = self.record
        start = one.request_in_ts if one.request_in_ts is not None else one.request_out_ts
        end = one.response_out_ts if one.response_out_ts is not None else one.response_in_ts
        return None if start is None or end is None else max(end - start, 0)
