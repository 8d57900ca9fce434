"""Bodies and answers of the JSON API of partners."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Field, Schema

from lienthong.platform.documents.partner_types import ItemEntry, SentEntry
from lienthong.platform.documents.types import Answers, NewDocument, Signer, Staff, StatusStep

Text = Annotated[str, Field(max_length=2000)]
Short = Annotated[str, Field(max_length=300)]


class SignerBody(Schema):
    """Who signed."""

    name: Short
    position: Short = ""
    competence: Short = ""


class AnswersBody(Schema):
    """A document that this one answers."""

    agency_code: Short
    notation: Short
    document_id: Short
    promulgated_on: date


class FileBody(Schema):
    """A file in base64."""

    name: Short
    content: str
    description: Short = ""


class DocumentBody(Schema):
    """A document to send: its facts, its receivers, its files. The node writes and signs the edXML."""

    agency_code: Short
    type_code: Short
    number: Annotated[int, Field(ge=1, le=9_999_999)]
    suffix: Annotated[str, Field(max_length=2)] = ""
    notation: Short
    place: Short
    promulgated_on: date
    subject: Text
    signer: SignerBody
    receivers: Annotated[list[Short], Field(min_length=1, max_length=5000)]
    files: Annotated[list[FileBody], Field(min_length=1, max_length=49)]
    content: Annotated[str, Field(max_length=20_000)] = ""
    due_on: date | None = None
    priority: Annotated[int, Field(ge=0, le=3)] = 0
    secrecy: Short = ""
    pages: Annotated[int, Field(ge=0, le=100_000)] = 0
    copies: Annotated[int, Field(ge=0, le=100_000)] = 0
    needs_paper: bool = False
    to_places: list[Short] = Field(default_factory=list, max_length=200)
    answers: list[AnswersBody] = Field(default_factory=list, max_length=50)

    def document(self, agency_code: str) -> NewDocument:
        """What is to be sent, in the name of the agency."""
        return NewDocument(
            agency_code=agency_code,
            type_code=self.type_code,
            number=self.number,
            suffix=self.suffix,
            notation=self.notation,
            place=self.place,
            promulgated_on=self.promulgated_on,
            subject=self.subject,
            signer=Signer(self.signer.competence, self.signer.position, self.signer.name),
            content=self.content,
            due_on=self.due_on,
            priority=self.priority,
            secrecy=self.secrecy,
            pages=self.pages,
            copies=self.copies,
            to_places=tuple(self.to_places),
            answers=tuple(
                Answers(one.agency_code, one.notation, one.document_id, one.promulgated_on) for one in self.answers
            ),
        )


class BatchBody(Schema):
    """Documents of one agency that are sent together."""

    documents: Annotated[list[DocumentBody], Field(min_length=1, max_length=100)]


class RecallBody(Schema):
    """A recall: why, and from whom (nobody named: from all)."""

    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    receivers: list[Short] = Field(default_factory=list, max_length=5000)


class StateBody(Schema):
    """What the system did with an item: transport alone."""

    state: Literal["inbox", "processing", "done", "fail"]
    description: Annotated[str, Field(max_length=1000)] = ""


class StatusBody(Schema):
    """What people did with the document: a business state, or the answer to a request (15, 16)."""

    status: Literal["01", "02", "03", "04", "05", "06", "15", "16"]
    reason: Annotated[str, Field(max_length=1000)] = ""
    department: Short = ""
    staff: Short = ""
    email: Short = ""
    mobile: Annotated[str, Field(max_length=20)] = ""
    at: datetime | None = None

    @property
    def people(self) -> Staff:
        return Staff(self.department, self.staff, self.email, self.mobile)


class SentOut(Schema):
    """A message that was taken."""

    message_id: UUID
    document_id: str


class ItemOut(Schema):
    """An item of the mailbox. `state`: transport; `status`: the business state that its agency gave, for documents."""

    id: UUID
    kind: Literal["edoc", "status"]
    agency_code: str
    sender_code: str
    document_id: str
    state: str
    status: str
    sha256: str
    size: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, item: ItemEntry, status: str) -> "ItemOut":
        return cls(
            id=item.id,
            kind=item.kind,
            agency_code=item.agency_code,
            sender_code=item.sender_code,
            document_id=item.document_id,
            state=item.state,
            status=status,
            sha256=item.sha256,
            size=item.size,
            created_at=item.created_at,
            updated_at=item.updated_at,
        )


class StepOut(Schema):
    """A change of state with its evidence."""

    level: Literal["transport", "business"]
    state: str
    at: datetime
    reason: str
    evidence_kind: str
    evidence: str

    @classmethod
    def of(cls, one: StatusStep) -> "StepOut":
        return cls(
            level=one.level,
            state=one.state,
            at=one.at,
            reason=one.reason,
            evidence_kind=one.evidence.kind,
            evidence=one.evidence.reference,
        )


class ReceiverOut(Schema):
    """A receiver of something sent: transport and business apart, each step with its evidence."""

    id: int
    message_id: UUID
    document_id: str
    kind: str
    sender_code: str
    receiver_code: str
    transport: str
    status: str
    answer: str
    problem: str
    updated_at: datetime
    steps: list[StepOut] = Field(default_factory=list)

    @classmethod
    def of(cls, one: SentEntry, steps: list[StatusStep]) -> "ReceiverOut":
        return cls(
            id=one.id,
            message_id=one.message_id,
            document_id=one.document_id,
            kind=one.kind,
            sender_code=one.sender_code,
            receiver_code=one.receiver_code,
            transport=one.transport,
            status=one.status,
            answer=one.answer,
            problem=one.problem,
            updated_at=one.updated_at,
            steps=[StepOut.of(step) for step in steps],
        )


class AttachmentOut(Schema):
    """A file of a document."""

    position: int
    name: str
    description: str
    media_type: str
    size: int


class DocumentOut(Schema):
    """What a document in the mailbox says, and its files."""

    item: ItemOut
    type_code: str
    code: str
    promulgated_on: date
    subject: str
    signer: str
    priority: int
    due_on: date | None
    verdict: str
    needs_paper: bool
    standing: str
    files: list[AttachmentOut]


class AgencyOut(Schema):
    """An agency that can be written to."""

    code: str
    parent_code: str
    name: str
    mail: str
