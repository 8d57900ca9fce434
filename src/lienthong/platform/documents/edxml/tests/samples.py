"""Messages for the tests, made by hand and by chance, and helpers to sign and to put files together."""

import io
from dataclasses import replace
from datetime import date
from hashlib import sha256

from hypothesis import strategies as st

from lienthong.kernel import clock
from lienthong.kernel.text import read_text
from lienthong.platform.documents import edxml
from lienthong.platform.documents.edxml import (
    KINDS,
    NEED_REASON,
    STATUS_CODES,
    Attachment,
    Business,
    Code,
    DocumentKey,
    DocumentType,
    EdocMessage,
    MessageHeader,
    Organisation,
    OtherInfo,
    ReceiverChange,
    ReplacementInfo,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    StatusMessage,
    TraceHeader,
)

NOW = clock.at(2026, 11, 21, 9, 30)
DAY = date(2026, 11, 20)
SENDER = Organisation("H36.101", "Ủy ban nhân dân phường Xuân Hương - Đà Lạt", email="vanthu@example.vn")
RECEIVER = Organisation("G22.99", "Văn phòng thử nghiệm")
KEY = DocumentKey("H36.101", DAY, Code("128", "UBND-VX"))
PDF = b"%PDF-1.7\n" + b"noi dung " * 40 + b"\n%%EOF\n"


def message(**business) -> EdocMessage:
    """A letter about schools with one attachment."""
    return EdocMessage(
        header=MessageHeader(
            sender=SENDER,
            receivers=(RECEIVER,),
            document_id=KEY,
            code=KEY.code,
            place="Lâm Đồng",
            promulgated_on=DAY,
            document_type=DocumentType(1, 18, "Công văn"),
            subject="V/v rà soát trường học & “điểm trường” <2026>",
            signer=SignerInfo("Chủ tịch", "Trần Thị Mẫu", "TM."),
            other=OtherInfo(priority=1, pages=2),
        ),
        trace=(TraceHeader("H36.101", NOW),),
        business=Business(**{"kind": "new", "paper": False, **business}),
        attachments=(Attachment("cid:tep-1", "cong-van.pdf", "Toàn văn"),),
    )


def status(code="03", description="") -> StatusMessage:
    about = ResponseFor("H36.101", "128/UBND-VX", KEY, DAY)
    return StatusMessage(RECEIVER, about, code, NOW, description, StaffInfo("Văn thư", "Lê Văn Thử"))


def zipped(content=PDF, name="cong-van.pdf"):
    return edxml.zip_file(name, io.BytesIO(content))


def file_of(said=None, blobs=None, *, key="node", signed=True, at=None) -> bytes:
    """A whole edXML file as bytes, signed by this node."""
    said = said or message()
    opened = blobs or [zipped() for _ in said.attachments]
    envelope = edxml.write_envelope(said)
    if signed:
        digests = [
            (one.content_id, sha256(blob.read()).digest()) for one, blob in zip(said.attachments, opened, strict=True)
        ]
        envelope = edxml.sign_envelope(envelope, digests, key=key, at=at or clock.now())
    for blob in opened:
        blob.seek(0)
    return b"".join(edxml.stream_message(envelope, zip(said.attachments, opened, strict=True)))


def read_document(envelope: bytes) -> EdocMessage:
    read = edxml.read_envelope(envelope)
    assert isinstance(read, EdocMessage)
    return read


def read_status(envelope: bytes) -> StatusMessage:
    read = edxml.read_envelope(envelope)
    assert isinstance(read, StatusMessage)
    return read


def split(content: bytes) -> edxml.Split:
    return edxml.split(io.BytesIO(content))


def from_agency(code: str, said=None) -> EdocMessage:
    """The letter, sent by another agency."""
    said = said or message()
    key = DocumentKey(code, DAY, KEY.code)
    header = replace(said.header, sender=Organisation(code, "Cơ quan khác"), document_id=key)
    made: EdocMessage = replace(said, header=header)
    return made


# By chance

_LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn"))


def _clean(lines):
    def clean(text):
        return read_text(text, lines=lines)

    return clean


def words(*, lines=False, most=60, least=0):
    alphabet = (
        st.one_of(_LETTERS, st.sampled_from("<>&\"'/,;:ạếợũđĐ  "))
        if not lines
        else st.one_of(_LETTERS, st.sampled_from("<>&\n\n "))
    )
    return (
        st.text(alphabet, min_size=least, max_size=most)
        .map(_clean(lines))
        .filter(lambda text: text is not None and len(text) >= least and _clean(lines)(text) == text)
    )


CODES = st.from_regex(r"[A-Z][0-9]{2}(\.[1-9][0-9]{1,2}){0,3}", fullmatch=True)
DAYS = st.dates(date(1945, 9, 2), date(2100, 1, 1))
MOMENTS = st.datetimes(clock.at(1990, 1, 1).replace(tzinfo=None), clock.at(2100, 1, 1).replace(tzinfo=None)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=clock.ZONE)
)
NUMBERS = st.from_regex(r"[0-9]{1,5}[a-z]?", fullmatch=True)
NOTATIONS = st.from_regex(r"[0-9A-ZĐƯ]{1,6}([/-][A-ZĐƯ]{1,6}){0,2}", fullmatch=True)
COUNTS = st.none() | st.integers(0, 999_999_999)
FLAGS = st.none() | st.booleans()
DOCUMENT_CODES = st.builds(Code, NUMBERS, NOTATIONS)
KEYS = st.builds(DocumentKey, CODES, DAYS, DOCUMENT_CODES)
ORGANISATIONS = st.builds(
    Organisation,
    organ_id=CODES,
    name=words(least=1),
    in_charge=words(),
    address=words(),
    email=words(),
    telephone=words(),
    fax=words(),
    website=words(),
    as_written=st.just(""),
)
STAFF = st.builds(StaffInfo, words(), words(), words(), words())
RESPONSES = st.builds(ResponseFor, CODES, words(least=1), KEYS, DAYS)
SOME_TEXTS = st.lists(words(least=1), max_size=3).map(tuple)


@st.composite
def headers(draw):
    sender, code, day = draw(ORGANISATIONS), draw(DOCUMENT_CODES), draw(DAYS)
    return MessageHeader(
        sender=sender,
        receivers=tuple(draw(st.lists(ORGANISATIONS, min_size=1, max_size=4))),
        document_id=DocumentKey(sender.organ_id, day, code),
        code=code,
        place=draw(words(least=1)),
        promulgated_on=day,
        document_type=DocumentType(draw(st.integers(0, 99)), draw(COUNTS), draw(words(least=1))),
        subject=draw(words(least=1, lines=True)),
        signer=SignerInfo(draw(words(least=1)), draw(words(least=1)), draw(words())),
        content=draw(words(lines=True)),
        due_on=draw(st.none() | DAYS),
        other=draw(
            st.builds(
                OtherInfo,
                priority=st.none() | st.integers(0, 3),
                sphere=words(),
                typist=words(),
                copies=COUNTS,
                pages=COUNTS,
                is_directive=FLAGS,
                appendixes=SOME_TEXTS,
            )
        ),
        responses=tuple(draw(st.lists(RESPONSES, max_size=2))),
        tasks=draw(SOME_TEXTS),
        application_type=draw(words()),
        reference_codes=draw(words()),
        steering_type=draw(COUNTS),
        to_places=draw(SOME_TEXTS),
    )


@st.composite
def businesses(draw, kind):
    replaced = st.builds(ReplacementInfo, KEYS, st.lists(CODES, min_size=1, max_size=3).map(tuple))
    needed = kind in ("recall", "replace")
    return Business(
        kind=kind,
        reason=draw(words(lines=True, least=0 if kind == "new" else 1)),
        document_id=draw(st.none() | KEYS),
        paper=draw(FLAGS),
        changes_document=draw(FLAGS),
        changes_receivers=draw(FLAGS),
        receivers=tuple(draw(st.lists(st.builds(ReceiverChange, CODES, st.booleans()), max_size=3))),
        replacements=tuple(draw(st.lists(replaced, min_size=1 if needed else 0, max_size=2))),
        staff=draw(STAFF),
    )


@st.composite
def documents(draw, kinds=KINDS):
    kind = draw(st.sampled_from(kinds))
    content_ids = draw(
        st.lists(
            st.from_regex(r"cid:[A-Za-z0-9][A-Za-z0-9._@=+-]{0,20}", fullmatch=True),
            unique=True,
            min_size=1 if kind in ("new", "replace") else 0,
            max_size=3,
        )
    )
    return EdocMessage(
        header=draw(headers()),
        trace=tuple(draw(st.lists(st.builds(TraceHeader, CODES, MOMENTS), min_size=1, max_size=3))),
        business=draw(businesses(kind)),
        attachments=tuple(Attachment(one, draw(words(least=1)), draw(words())) for one in content_ids),
    )


@st.composite
def statuses(draw):
    code = draw(st.sampled_from(STATUS_CODES))
    return StatusMessage(
        sender=draw(ORGANISATIONS),
        about=draw(RESPONSES),
        code=code,
        at=draw(MOMENTS),
        description=draw(words(lines=True, least=1 if code in NEED_REASON else 0)),
        staff=draw(STAFF),
        receivers=tuple(draw(st.lists(ORGANISATIONS, max_size=2))),
    )
