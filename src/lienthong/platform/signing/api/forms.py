"""Answers of the API that checks files."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema

from lienthong.kernel.text import Bilingual
from lienthong.platform.signing.types import (
    FileVerdict,
    PdfChange,
    PdfSignature,
    PdfTimestamp,
    Status,
    XmlSignature,
)


class Words(Schema):
    """A sentence in both languages."""

    vi: str
    en: str

    @classmethod
    def of(cls, words: Bilingual) -> "Words":
        return cls(vi=words.vi, en=words.en)


class TimestampOut(Schema):
    """A time stamp: over one signature, or over the whole document."""

    kind: Literal["signature", "document"]
    at: datetime | None
    authority: str
    good: bool
    until: datetime | None
    sentence: Words

    @classmethod
    def of(cls, one: PdfTimestamp) -> "TimestampOut":
        return cls(
            kind=one.kind, at=one.at, authority=one.authority, good=one.good, until=one.until,
            sentence=Words.of(one.sentence),
        )  # fmt: skip


class ChangeOut(Schema):
    """What a later version of the file did; `allowed`: a further signature or its proofs."""

    revision: int
    allowed: bool
    kinds: list[str]
    sentence: Words

    @classmethod
    def of(cls, one: PdfChange) -> "ChangeOut":
        return cls(revision=one.revision, allowed=one.allowed, kinds=list(one.kinds), sentence=Words.of(one.sentence))


class RevocationOut(Schema):
    """What is known of the certificate's status."""

    state: Literal["good", "revoked", "unknown", "stale"]
    checked_at: datetime | None
    revoked_at: datetime | None
    reason: str
    sentence: Words

    @classmethod
    def of(cls, one: Status | None) -> "RevocationOut | None":
        if one is None:
            return None
        return cls(
            state=one.state, checked_at=one.checked_at, revoked_at=one.revoked_at, reason=one.reason,
            sentence=Words.of(one.sentence),
        )  # fmt: skip


class SignatureOut(Schema):
    """One signature and what became of it. `signed_bytes`: that many bytes of a PDF's beginning are what was signed."""

    code: str
    good: bool
    sentence: Words
    signer: str
    position: str
    organisation: str
    agency_code: str
    kind: str | None
    intact: bool
    trusted: bool
    covers_all: bool
    modified_after: bool
    signed_at: datetime | None
    proved_at: datetime | None = None
    level: str = ""
    algorithm: str = ""
    reason: str = ""
    field: str = ""
    certificate_sha256: str
    trust_path: list[str] = Field(default_factory=list)
    revocation: RevocationOut | None = None
    issuer_revocation: RevocationOut | None = None
    timestamps: list[TimestampOut] = Field(default_factory=list)
    changes: list[ChangeOut] = Field(default_factory=list)
    signed_bytes: int = 0

    @classmethod
    def of_pdf(cls, one: PdfSignature) -> "SignatureOut":
        return cls(
            code=one.code, good=one.good, sentence=Words.of(one.sentence), signer=one.signer, position=one.position,
            organisation=one.organisation, agency_code=one.agency_code, kind=one.kind, intact=one.intact,
            trusted=one.trusted, covers_all=one.covers_whole, modified_after=one.modified_after,
            signed_at=one.signed_at, proved_at=one.proved_at, level=one.level, reason=one.reason, field=one.field,
            certificate_sha256=one.thumbprint, trust_path=list(one.path), revocation=RevocationOut.of(one.status),
            issuer_revocation=RevocationOut.of(one.issuer_status),
            timestamps=[TimestampOut.of(each) for each in one.timestamps],
            changes=[ChangeOut.of(each) for each in one.changes], signed_bytes=one.signed_bytes,
        )  # fmt: skip

    @classmethod
    def of_xml(cls, one: XmlSignature) -> "SignatureOut":
        return cls(
            code=one.code, good=one.good, sentence=Words.of(one.sentence), signer=one.signer, position=one.position,
            organisation=one.organisation, agency_code=one.agency_code, kind=one.kind, intact=one.intact,
            trusted=one.trusted, covers_all=one.covers_document, modified_after=not one.intact,
            signed_at=one.signed_at, algorithm=one.algorithm, certificate_sha256=one.thumbprint,
            proved_at=one.proved_at, timestamps=[TimestampOut.of(each) for each in one.timestamps],
        )  # fmt: skip


class VerdictOut(Schema):
    """The verdict on a file: good only when it has a signature and every one is."""

    kind: Literal["pdf", "xml"]
    good: bool
    code: str
    sentence: Words
    signatures: list[SignatureOut]
    timestamps: list[TimestampOut] = Field(default_factory=list)

    @classmethod
    def of(cls, one: FileVerdict) -> "VerdictOut":
        pdf = one.pdf
        found = [SignatureOut.of_pdf(each) for each in (pdf.signatures if pdf else ())]
        found += [SignatureOut.of_xml(each) for each in one.xml]
        return cls(
            kind=one.kind, good=one.good, code=one.code, sentence=Words.of(one.sentence), signatures=found,
            timestamps=[TimestampOut.of(each) for each in (pdf.timestamps if pdf else ())],
        )  # fmt: skip
