"""What happened to documents, for rooms above."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lienthong.platform.documents.statistics_types import DocumentDay


@dataclass(frozen=True, slots=True)
class DocumentArrived:
    """A document arrived for an agency of this node (văn bản đến)."""

    NAME: ClassVar[str] = "documents.document-arrived"

    arrival_id: UUID
    document_id: str
    sender_code: str
    agency_code: str
    kind: str

    def event_key(self) -> str:
        return self.document_id


@dataclass(frozen=True, slots=True)
class DocumentSent:
    """A message left for its recipients (văn bản đi)."""

    NAME: ClassVar[str] = "documents.document-sent"

    message_id: UUID
    document_id: str
    agency_code: str
    kind: str
    receivers: int

    def event_key(self) -> str:
        return self.document_id


@dataclass(frozen=True, slots=True)
class DocumentStatusChanged:
    """A recipient said what became of a document: a business state with its reason."""

    NAME: ClassVar[str] = "documents.document-status-changed"

    message_id: UUID
    document_id: str
    agency_code: str
    receiver: str
    status: str
    reason: str
    at: datetime

    def event_key(self) -> str:
        return self.document_id


@dataclass(frozen=True, slots=True)
class DocumentRecalled:
    """A document that had arrived was recalled or replaced (thu hồi, thay thế văn bản)."""

    NAME: ClassVar[str] = "documents.document-recalled"

    arrival_id: UUID
    document_id: str
    agency_code: str
    standing: str

    def event_key(self) -> str:
        return self.document_id


@dataclass(frozen=True, slots=True)
class ArrivalStatusChanged:
    """An agency of this node said what became of a document that arrived: a business state, or 15 and 16."""

    NAME: ClassVar[str] = "documents.arrival-status-changed"

    arrival_id: UUID
    document_id: str
    sender_code: str
    agency_code: str
    status: str
    at: datetime

    def event_key(self) -> str:
        return self.document_id


@dataclass(frozen=True, slots=True)
class RecallAsked:
    """A recall, update or replacement of a registered document waits for the agency's answer (15 or 16)."""

    NAME: ClassVar[str] = "documents.recall-asked"

    arrival_id: UUID
    document_id: str
    agency_code: str
    kind: str
    reason: str

    def event_key(self) -> str:
        return self.document_id


@dataclass(frozen=True, slots=True)
class DocumentDaysCounted:
    """Sums of documents that are other than before (số liệu văn bản theo ngày), counted by a node; absolute."""

    NAME: ClassVar[str] = "documents.days-counted"

    reporter: str
    as_of: datetime
    days: tuple[DocumentDay, ...]
