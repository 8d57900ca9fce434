"""Letters between the nodes of the axis: the public contract of this room."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from lienthong.kernel import clock, files
from lienthong.platform.exchange.types import Letter

Code = Annotated[str, Field(max_length=64)]
Text = Annotated[str, Field(max_length=1000)]
DocumentId = Annotated[str, Field(min_length=1, max_length=300)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

ENVELOPE_NAME = "van-ban.edxml"
"""What the first part is called; it is kept in the row of its message."""

_FILE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_AT = clock.at(2026, 11, 21, 9, 30)
_DOCUMENT_ID = "H36,2026/11/21,128/UBND-VX"


class BlobPart(TypedDict):
    """An attachment that travels as a part of the letter: a ZIP named by the SHA-256 of its bytes."""

    content_id: Annotated[str, Field(max_length=250)]
    sha256: Digest
    size: Annotated[int, Field(ge=1)]


class EdocSent(Letter):
    """An edXML message on its way (gói tin văn bản điện tử): sending node → a receiving node.

    The first part is the signed envelope, the others its attachments. What the document says stands in the envelope
    alone; the letter only says for which agencies of the receiving node it is.
    """

    NAME: ClassVar[str] = "edoc-sent.v1"
    SET: ClassVar[bool] = True
    PART_TYPES: ClassVar[frozenset[str]] = frozenset({files.ZIP, files.DOCX, files.UNKNOWN})
    MAX_PART_BYTES: ClassVar[int] = 400 * 2**20
    AT_HAND: ClassVar[frozenset[str]] = frozenset({ENVELOPE_NAME})

    message_id: UUID
    sender: Code
    receivers: Annotated[tuple[Code, ...], Field(min_length=1, max_length=5000)]
    document_id: DocumentId
    business_kind: Literal["new", "recall", "update", "replace"]
    envelope: Digest
    attachments: Annotated[tuple[BlobPart, ...], Field(max_length=200)] = ()

    @classmethod
    def sample(cls) -> Self:
        """An invented document."""
        return cls(
            message_id=UUID("01938f00-0000-7000-8000-000000000001"),
            sender="H36",
            receivers=("G22",),
            document_id=_DOCUMENT_ID,
            business_kind="new",
            envelope=_FILE,
            attachments=(BlobPart(content_id="cid:1", sha256=_FILE, size=20480),),
        )


class EdocStatus(Letter):
    """A state of a document at a receiving agency (trạng thái xử lý văn bản), or a request about it.

    `state`: an official code 01–06, 13, 15, 16; of the transport `opened`, or `failed` when the node that got the
    message does not receive for this agency. `message_id`: the message it is about. `agency_code` says it to
    `receiver`; 13 is said by the document's sender, all others by the one that received it.
    They may overtake each other: `at` tells old from new.
    """

    NAME: ClassVar[str] = "edoc-status.v1"
    SET: ClassVar[bool] = True

    message_id: UUID
    document_id: DocumentId
    agency_code: Code
    receiver: Code
    state: Literal["opened", "failed", "01", "02", "03", "04", "05", "06", "13", "15", "16"]
    at: datetime
    reason: Text = ""
    department: Text = ""
    staff: Text = ""
    email: Annotated[str, Field(max_length=250)] = ""
    mobile: Annotated[str, Field(max_length=20)] = ""

    @classmethod
    def sample(cls) -> Self:
        """An invented refusal."""
        return cls(
            message_id=UUID("01938f00-0000-7000-8000-000000000001"),
            document_id=_DOCUMENT_ID,
            agency_code="G22",
            receiver="H36",
            state="02",
            at=_AT,
            reason="Văn bản gửi nhầm cơ quan.",
        )


Count = Annotated[int, Field(ge=0, le=10**9)]


class DocumentDayCounts(BaseModel):
    """Counts of documents of one agency, direction, type and day; absolute. See `statistics_types.DocumentCounts`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency_code: Annotated[str, Field(min_length=1, max_length=64)]
    direction: Literal["in", "out"]
    type_code: Annotated[str, Field(max_length=16)]
    day: date
    documents: Count
    electronic: Count
    copies: Count
    copies_saved: Count
    examined: Count
    personally_signed: Count
    on_time: Count
    late: Count
    finished: Count
    finished_on_time: Count
    finished_late: Count
    refused: Count
    recalled: Count


class DocumentFigures(Letter):
    """Figures of documents (số liệu văn bản theo ngày): days whose counts changed; node → hub."""

    NAME: ClassVar[str] = "document-figures.v1"

    as_of: datetime
    days: Annotated[list[DocumentDayCounts], Field(max_length=5000)]

    @classmethod
    def sample(cls) -> Self:
        """An invented day."""
        day = DocumentDayCounts(
            agency_code="H36",
            direction="out",
            type_code="CV",
            day=date(2026, 11, 21),
            documents=12,
            electronic=11,
            copies=48,
            copies_saved=44,
            examined=12,
            personally_signed=10,
            on_time=12,
            late=0,
            finished=0,
            finished_on_time=0,
            finished_late=0,
            refused=1,
            recalled=0,
        )
        return cls(as_of=_AT, days=[day])
