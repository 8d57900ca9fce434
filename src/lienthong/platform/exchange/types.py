"""What the exchange carries: letters, envelopes, questions, the directory, looks, verdicts. All frozen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from lienthong.kernel import files
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.monitoring.types import OperationRecord

LETTER_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\.v[1-9][0-9]*")
SERVICE_NAME = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+")


class Letter(BaseModel):
    """Letter (thông điệp): a statement from one agency to another; a public contract with a version in its name.

    A subclass gives `NAME` (`dossier-status.v1`) and `sample()`. With `RAW` its inbox function works on
    `Envelope.body`, the checked JSON bytes, where the set is large and the database can read it by itself. With `SET`
    it takes what arrived together at once: `on_x(arrived: Sequence[tuple[X, Envelope]])`, all of it or nothing.
    `PART_TYPES`, `MAX_PART_BYTES`: which files may travel along. `AT_HAND`: names of small parts that its room keeps in
    its own way; where they came with the letter they are given as bytes (`Envelope.at_hand`) and no file is made.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    NAME: ClassVar[str] = ""
    RAW: ClassVar[bool] = False
    SET: ClassVar[bool] = False
    PART_TYPES: ClassVar[frozenset[str]] = files.DOCUMENTS
    MAX_PART_BYTES: ClassVar[int] = files.MAX_BYTES
    AT_HAND: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if cls.NAME and not LETTER_NAME.fullmatch(cls.NAME):
            raise TypeError(f"{cls.__qualname__}.NAME must be a kebab name with a version, like dossier-status.v1")

    @classmethod
    def sample(cls) -> Self:
        """A typical letter with invented content; it stands in `contracts/` for those who build the other end."""
        raise NotImplementedError(f"{cls.__qualname__} needs a sample()")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an inbox function learns about a letter besides its text. `body`: the letter as JSON bytes.

    `at_hand`: by SHA-256 (hex) the bytes of parts that are not kept as files (`Letter.AT_HAND`); any may be missing.
    """

    id: UUID
    name: str
    sender: str
    recipient: str
    sent_at: datetime
    parts: tuple[FileRef, ...] = ()
    body: bytes = b""
    at_hand: Mapping[str, bytes] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Question:
    """Question (yêu cầu khai thác dữ liệu): a synchronous look into another agency's data, with purpose and ground.

    `client`: agency code of the asking node; `about`: whom it concerns, usually a personal number.
    """

    id: UUID
    service: str
    client: str
    purpose: str
    legal_ground: str
    actor_name: str
    about: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class KeptCertificate:
    """Certificate no longer used (chứng thư số đã thôi dùng): what was signed while it was listed still verifies."""

    pem: str
    listed_from: datetime
    listed_until: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NodeEntry:
    """Node in the directory (đơn vị kết nối): where it listens and the certificates (PEM) it signs with.

    `base_url`: its pages, and its exchange unless `exchange_url` (https, both sides with certificates) is given.
    `pull`: it cannot be reached and fetches its letters. `witness`: the node that keeps its log's checkpoints;
    "" means the hub. `certificates` are in use, the newest first; `kept` were.
    """

    agency_code: str
    name: Bilingual
    base_url: str
    certificates: tuple[str, ...]
    exchange_url: str = ""
    pull: bool = False
    witness: str = ""
    tls_certificates: tuple[str, ...] = ()
    kept: tuple[KeptCertificate, ...] = ()

    @property
    def address(self) -> str:
        """Where letters and questions for this node go."""
        return self.exchange_url or self.base_url


@dataclass(frozen=True, slots=True)
class GrantEntry:
    """Grant (quyền khai thác): client may ask the provider's service for this purpose on this legal ground."""

    client: str
    provider: str
    service: str
    purpose: str
    legal_ground: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """Directory (danh bạ kết nối): the nodes and grants of the country as the hub signed them.

    `history`: digests of the issues before it, the latest last; `previous`: the link over all of them.
    """

    issuer: str
    serial: int
    issued_at: datetime
    expires_at: datetime
    nodes: Mapping[str, NodeEntry] = field(default_factory=dict)
    grants: tuple[GrantEntry, ...] = ()
    version: int = 1
    previous: str = ""
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DirectoryState:
    """How fresh this node's copy is: `good`, `grace` (expired, last good in use) or `expired`; `missing` if none."""

    state: str
    serial: int = 0
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    fetched_at: datetime | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class NewNode:
    """What a node says of itself when it asks to be listed."""

    agency_code: str
    name: Bilingual
    contact_name: str
    contact_phone: str
    contact_email: str
    base_url: str
    exchange_url: str
    pull: bool
    witness: str
    node_request: str
    tls_request: str


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A sent letter as the operator sees it. `state`: waiting, accepted, refused, replaced."""

    id: UUID
    name: str
    recipient: str
    about: str
    state: str
    posted_at: datetime
    attempts: int
    next_attempt_at: datetime | None
    answered_at: datetime | None
    code: str
    reason: Bilingual | None
    size: int


@dataclass(frozen=True, slots=True)
class LetterOutcome:
    """What became of a letter sent: waiting, accepted, refused, replaced (by another letter) or discarded."""

    id: UUID
    state: str
    answered_at: datetime | None
    code: str
    reason: Bilingual | None
    replaced_by: UUID | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """Delivery line (đường gửi) as the operator sees it. `state`: closed, open (until a moment), half-open."""

    recipient: str
    state: str
    failures: int
    failing_since: datetime | None
    open_until: datetime | None
    code: str
    reason: Bilingual | None
    last_success_at: datetime | None
    waiting: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """Look (lượt khai thác): who looked at data about someone, when, for what purpose, on what legal ground."""

    question_id: UUID
    client: str
    provider: str
    service: str
    purpose: str
    legal_ground: str
    actor_name: str
    about: str
    at: datetime
    outcome: str

    @property
    def answered(self) -> bool:
        return self.outcome == "answered"


@dataclass(frozen=True, slots=True)
class LogFault:
    """A fault in the message log: which stream, which row, what is wrong.

    `kind`: changed, missing, reordered, truncated, body-changed, bad-seal, bad-timestamp. In the stream `log` the
    position is the number of a checkpoint.
    """

    stream: str
    position: int
    message_id: str
    kind: str
    text: Bilingual


@dataclass(frozen=True, slots=True)
class LogVerdict:
    """What a check of the whole log found; `witness`: the node whose checkpoints it was compared with."""

    streams: int
    rows: int
    seals: int
    faults: tuple[LogFault, ...] = ()
    checkpoints: int = 0
    stamped: int = 0
    witness: str = ""

    @property
    def intact(self) -> bool:
        return not self.faults

    def _witnessed(self, words: str) -> str:
        return f", {words} {self.witness}" if self.witness else ""

    def __str__(self) -> str:
        """The verdict in sentences, one line per fault."""
        told = tr(
            f"{self.streams} chuỗi, {self.rows} dòng, {self.seals} niêm phong, {self.checkpoints} điểm kiểm soát"
            f" ({self.stamped} có dấu thời gian){self._witnessed('có đối chiếu với')}: ",
            f"{self.streams} streams, {self.rows} rows, {self.seals} seals, {self.checkpoints} checkpoints"
            f" ({self.stamped} time-stamped){self._witnessed('compared with')}: ",
        )
        end = tr("nguyên vẹn.", "intact.") if self.intact else tr("KHÔNG nguyên vẹn.", "NOT intact.")
        return "\n".join([f"{told}{end}", *(f"{fault.stream}: {fault.text}" for fault in self.faults)])


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed message as it travelled: the message's bytes, the digest of what went with it, the signature.

    `body` is kept only where the service allows it and it is small; None: only its digest is known.
    """

    message: bytes
    signature: bytes
    signed_at: datetime
    thumbprint: bytes
    digest: bytes = b""
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """Call of a data service (lượt gọi dịch vụ dữ liệu), for the log: who called what, why, and how it was signed.

    `query_id`: the client's own id (X-Road-Id); `client`, `service`: their identifiers; `status`: HTTP of the answer.
    """

    query_id: str
    client: str
    service: str
    method: str
    path: str
    request: Signed
    answer: Signed | None = None
    status: int | None = None
    purpose: str = ""
    legal_ground: str = ""
    user_id: str = ""
    issue: str = ""


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call as the operator sees it (lượt gọi): who called what, why, and how it ended."""

    message_id: UUID
    query_id: str
    direction: str
    peer: str
    client: str
    service: str
    method: str
    path: str
    purpose: str
    legal_ground: str
    user_id: str
    issue: str
    at: datetime
    outcome: str
    status: int | None

    @property
    def answered(self) -> bool:
        return self.outcome == "answered"


@dataclass(frozen=True, slots=True)
class Entry:
    """One finished message for the log: the stream it belongs to, what the row says, and what else is kept of it.

    `peer`: agency code of the other node; `direction`: `out` or `in`; `kind`: `letter`, `question` or `call`.
    Digests are 32 bytes or empty. With `call` the digests and the evidence are taken from it.
    """

    peer: str
    direction: str
    kind: str
    at: datetime
    message_id: UUID
    name: str
    outcome: str
    digest: bytes = b""
    answer_digest: bytes = b""
    evidence: bytes = b""
    call: Call | None = None
    operation: OperationRecord | None = None


@dataclass(frozen=True, slots=True)
class LogState:
    """How long the message log is, and what of it waits; `overdue`: longer than the profile allows."""

    rows: int
    archived: int
    checkpoints: int
    unstamped: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """A checkpoint as the operator sees it; `told`: what became of its letter to the witness."""

    number: int
    at: datetime
    rows: int
    stamped_at: datetime | None
    witness: str
    told: Bilingual
    colour: str
