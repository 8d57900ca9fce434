"""What an edXML message says (QCVN 102:2016/BTTTT), as frozen values.

Fields bear our names; the standard's stand in docs/protocols/edxml.md. Agency codes are in the form of QĐ 20/2020 when
they can be. Text is NFC without doubled spaces. `extras` are elements that we do not know, kept to be written back.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

from lienthong.kernel.text import Bilingual
from lienthong.platform.documents.edxml.warning_codes import sentence
from lienthong.platform.signing.types import XmlSignature

Kind: TypeAlias = Literal["new", "recall", "update", "replace"]
KINDS: tuple[Kind, ...] = ("new", "recall", "update", "replace")
"""Kind of business (loại nghiệp vụ): a message's place here is its number in `BussinessDocType`."""

StatusCode: TypeAlias = Literal["01", "02", "03", "04", "05", "06", "13", "15", "16"]
STATUS_CODES: tuple[StatusCode, ...] = ("01", "02", "03", "04", "05", "06", "13", "15", "16")
NEED_REASON: frozenset[StatusCode] = frozenset(("02", "16"))
MAX_REASON = 1000


class Warnings:
    """What a reader had to tolerate (cảnh báo): stable codes, each with the places where it was met; countable."""

    __slots__ = ("_found",)

    def __init__(self, found: Iterable[tuple[str, str]] = ()) -> None:
        self._found = tuple(found)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Pairs of code and place, in the order they were met."""
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __contains__(self, code: object) -> bool:
        return any(known == code for known, _ in self._found)

    def __add__(self, other: "Warnings") -> "Warnings":
        return Warnings((*self._found, *other))

    def __repr__(self) -> str:
        return f"Warnings({self._found!r})"

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each code was met, for counting per partner."""
        return Counter(code for code, _ in self._found)

    @property
    def sentences(self) -> tuple[Bilingual, ...]:
        """One sentence per code."""
        return tuple(sentence(code) for code in dict.fromkeys(code for code, _ in self._found))


@dataclass(frozen=True, slots=True)
class Extra:
    """An element that we do not know: the path of its parent below the envelope (`…/To[2]`), its canonical XML."""

    parent: str
    xml: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """Sending or receiving agency (cơ quan gửi, nhận). `in_charge`: the body above it (đơn vị chủ quản).

    `as_written`: the code as it stood in the file when that is another form.
    """

    organ_id: str
    name: str = ""
    in_charge: str = ""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""
    as_written: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Code:
    """Number and notation (số, ký hiệu): `128` and `VPCP-KSTT` of `128/VPCP-KSTT`."""

    number: str
    notation: str

    def __str__(self) -> str:
        return f"{self.number}/{self.notation}" if self.notation else self.number


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """Document id (mã định danh văn bản): `agency,YYYY/MM/DD,number/notation`.

    The number ends at the first slash; everything after it is notation (`01/2025/QĐ-UBND`). Two keys are equal when
    they name the same document; `as_written` keeps the sender's own spelling, which answers repeat.
    """

    organ_id: str
    promulgated_on: date
    code: Code
    as_written: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.organ_id},{self.promulgated_on:%Y/%m/%d},{self.code}"

    @property
    def spelling(self) -> str:
        """As its sender writes it."""
        return self.as_written or str(self)


@dataclass(frozen=True, slots=True)
class DocumentType:
    """Document type (loại văn bản): group, place in the group, name."""

    group: int
    detail: int | None
    name: str


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """Who signed (người ký): right to sign (TM., KT., TL., TUQ., Q.), position, full name."""

    position: str
    name: str
    competence: str = ""


@dataclass(frozen=True, slots=True)
class OtherInfo:
    """Urgency 0 … 3, circulation, typist's sign, copies and pages, whether it directs others, appendixes."""

    priority: int | None = None
    sphere: str = ""
    typist: str = ""
    copies: int | None = None
    pages: int | None = None
    is_directive: bool | None = None
    appendixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseFor:
    """A document that this one answers or belongs to (văn bản liên quan)."""

    organ_id: str
    code: str
    document_id: DocumentKey
    promulgated_on: date


@dataclass(frozen=True, slots=True)
class StaffInfo:
    """Who deals with it (đơn vị, cán bộ xử lý)."""

    department: str = ""
    name: str = ""
    email: str = ""
    mobile: str = ""


@dataclass(frozen=True, slots=True)
class MessageHeader:
    """What there is to say about a document (thông tin chung của văn bản)."""

    sender: Organisation
    receivers: tuple[Organisation, ...]
    document_id: DocumentKey
    code: Code
    place: str
    promulgated_on: date
    document_type: DocumentType
    subject: str
    signer: SignerInfo
    content: str = ""
    due_on: date | None = None
    other: OtherInfo = OtherInfo()
    responses: tuple[ResponseFor, ...] = ()
    tasks: tuple[str, ...] = ()
    application_type: str = ""
    reference_codes: str = ""
    steering_type: int | None = None
    to_places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TraceHeader:
    """A station on the way (vết): which agency, when."""

    organ_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReceiverChange:
    """A receiver that an update adds or takes away (thêm, bớt nơi nhận)."""

    organ_id: str
    removed: bool


@dataclass(frozen=True, slots=True)
class ReplacementInfo:
    """A document that is recalled or replaced, and at which agencies (văn bản bị thu hồi, thay thế)."""

    document_id: DocumentKey
    organ_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Business:
    """What the message does (nghiệp vụ; the standard spells it `Bussiness`)."""

    kind: Kind
    reason: str = ""
    document_id: DocumentKey | None = None
    paper: bool | None = None
    changes_document: bool | None = None
    changes_receivers: bool | None = None
    receivers: tuple[ReceiverChange, ...] = ()
    replacements: tuple[ReplacementInfo, ...] = ()
    staff: StaffInfo = StaffInfo()


@dataclass(frozen=True, slots=True)
class Attachment:
    """What the envelope says of an attachment (tệp đính kèm). `content_id` is `cid:…`; the content is a ZIP."""

    content_id: str
    name: str
    description: str = ""
    content_type: str = "application/zip"


@dataclass(frozen=True, slots=True)
class EdocMessage:
    """A document on its way (văn bản điện tử liên thông): new, recall, update or replacement."""

    header: MessageHeader
    trace: tuple[TraceHeader, ...]
    business: Business
    attachments: tuple[Attachment, ...] = ()
    extras: tuple[Extra, ...] = ()
    warnings: Warnings = field(default_factory=Warnings, compare=False)

    @property
    def kind(self) -> Kind:
        return self.business.kind

    @property
    def sender(self) -> Organisation:
        return self.header.sender


@dataclass(frozen=True, slots=True)
class StatusMessage:
    """What became of a document (thông điệp trạng thái xử lý): one of nine codes."""

    sender: Organisation
    about: ResponseFor
    code: StatusCode
    at: datetime | None
    description: str = ""
    staff: StaffInfo = StaffInfo()
    receivers: tuple[Organisation, ...] = ()
    extras: tuple[Extra, ...] = ()
    warnings: Warnings = field(default_factory=Warnings, compare=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said of a message's signature (kết luận về chữ ký của gói tin).

    `code`: good, unsigned, or what is wrong; `signer_code`: the agency whose certificate signed; `warnings` count
    signatures that are accepted but old.
    """

    code: str
    sentence: Bilingual
    signer_code: str = ""
    signature: XmlSignature | None = None
    warnings: Warnings = field(default_factory=Warnings, compare=False)

    @property
    def good(self) -> bool:
        return self.code == "good"
