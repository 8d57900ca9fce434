"""What joining, the post and the self-test carry to pages and commands. All frozen."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lienthong.kernel.files import FileRef
from lienthong.kernel.text import Bilingual


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """Application to join (đơn đăng ký kết nối) as the hub's operator sees it. `state`: waiting, approved, refused."""

    token: str
    state: str
    agency_code: str
    name: Bilingual
    contact_name: str
    contact_phone: str
    contact_email: str
    base_url: str
    exchange_url: str
    pull: bool
    fingerprint: str
    node_request: str
    tls_request: str
    node_certificate: str
    tls_certificate: str
    posted_at: datetime
    decided_at: datetime | None
    decided_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class PostRow:
    """Item of post (thư liên thông) as people see it. `state` of one that went: waiting, accepted, refused, …"""

    letter_id: UUID
    direction: str
    sender: str
    recipient: str
    subject: str
    text: str
    signed_by: str
    parts: tuple[FileRef, ...]
    reply_to: UUID | None
    at: datetime
    read_at: datetime | None
    read_by: str
    state: str
    reason: Bilingual | None
    answered_at: datetime | None
    receipt: bytes
    receipt_signature: str
    claim: UUID | None
    file_name: str


@dataclass(frozen=True, slots=True)
class TestResult:
    """What one part of the self-test found. `level`: ok, failed, skipped; `took`: milliseconds."""

    __test__ = False

    name: str
    title: Bilingual
    level: str
    sentence: Bilingual
    hint: Bilingual
    took: int
