"""Verifying a message: is what was signed the envelope that is read, with these attachments, by someone who may?

Signatures are judged by the signing room, which believes no key but that of a certificate that leads to a trusted
root. Here stands what a signature must cover, and whose it must be.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.documents.edxml.canonical import Unclear, digest_without_signature
from lienthong.platform.documents.edxml.nodes import ids_in
from lienthong.platform.documents.edxml.reading import read_envelope
from lienthong.platform.documents.edxml.splitting import Split
from lienthong.platform.documents.edxml.types import EdocMessage, StatusMessage, Verdict, Warnings
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing.types import CanonicalForm, CertificateKind, XmlSignature

# The certificate's agency, its kind (None: of no profile of ours) and the sender → may it sign for that sender?
MaySign = Callable[[str, CertificateKind | None, str], bool]
# Thumbprint of a certificate that says no agency code → the code of the agency that registered it here, or "".
AgencyOf = Callable[[str], str]

SENTENCES: dict[str, Bilingual] = {
    "good": tr("Bao thư nguyên vẹn, do {who} ký.", "The envelope is intact, signed by {who}."),
    "unsigned": tr("Gói tin không có chữ ký số.", "The message bears no signature."),
    "several-signatures": tr(
        "Gói tin có nhiều chữ ký nên không rõ ai chịu trách nhiệm.",
        "The message bears several signatures, so it is not clear who answers for it.",
    ),
    "ambiguous": tr(
        "Không rõ phần nào được ký: có mã (Id) bị lặp. Đừng tin gói tin này.",
        "It is not clear what was signed: an Id occurs twice. Do not rely on this message.",
    ),
    "not-covered": tr(
        "Chữ ký không bảo vệ bao thư này. Đừng tin gói tin này.",
        "The signature does not cover this envelope. Do not rely on this message.",
    ),
    "attachment-not-covered": tr(
        "Chữ ký không bảo vệ tệp {which}. Đừng tin tệp đó.",
        "The signature does not cover the file {which}. Do not rely on it.",
    ),
    "attachment-missing": tr("Thiếu tệp {which} có trong bảng kê.", "The listed file {which} is missing."),
    "attachment-unlisted": tr("Tệp {which} không có trong bảng kê.", "The file {which} is not listed."),
    "attachment-twice": tr("Tệp {which} có hai lần.", "The file {which} is there twice."),
    "whole-file-missing": tr(
        "Chữ ký bảo vệ cả tệp edXML, mà tệp gốc không còn ở đây.",
        "The signature covers the whole edXML file, which is no longer here.",
    ),
    "foreign-signer": tr(
        "Chứng thư số của {who} không được ký cho cơ quan gửi {sender}.",
        "The certificate of {who} may not sign for the sending agency {sender}.",
    ),
}


def may_sign(certificate_code: str, kind: CertificateKind | None, sender: str) -> bool:
    """The rule unless a caller knows better: a seal signs for its own agency, a system also for those below its own."""
    if kind == "node":
        return sender == certificate_code or sender.startswith(f"{certificate_code}.")
    return kind in ("seal", None) and sender == certificate_code


def verify_message(
    split: Split,
    *,
    message: EdocMessage | StatusMessage | None = None,
    whole: BinaryIO | None = None,
    may_sign: MaySign = may_sign,
    agency_of: AgencyOf | None = None,
    at: datetime | None = None,
    proved_at: datetime | None = None,
) -> Verdict:
    """What may be said of a message's signature and files; never raises for what a signature is like.

    `message`: the envelope as it was read, if it was. `whole`: the file as it came, for signatures over all of it; it
    is read once more, in constant memory. `at`, `proved_at` as in `signing.check_certificate`.
    Raises Refused as `read_envelope`.
    """
    read = message if message is not None else read_envelope(split.envelope)
    files = _check_files(split, read)
    if files is not None:
        return files
    document = _WholeFile(whole)
    signatures = signing_queries.verify_xml_signature(
        split.envelope, file_digest=_digests_of(split), document_digest=document.digest, at=at, proved_at=proved_at
    )
    if not signatures:
        return _verdict("unsigned", None, Warnings([("unsigned", "")]))
    if len(signatures) > 1:
        return _verdict("several-signatures", None)
    (signature,) = signatures
    problem = document.problem or _coverage_problem(split, signature)
    if problem:
        return _verdict(problem[0], signature, which=problem[1])
    if not signature.good:
        return Verdict(signature.code, signature.sentence, signature.agency_code, signature, _old_ways(signature))
    return _judge_signer(signature, read.sender.organ_id, may_sign, agency_of)


def _judge_signer(signature: XmlSignature, sender: str, may: MaySign, agency_of: AgencyOf | None) -> Verdict:
    code = signature.agency_code
    if signature.kind is None and agency_of is not None:
        code = agency_of(signature.thumbprint)
    if not code or not may(code, signature.kind, sender):
        return _verdict("foreign-signer", signature, sender=sender, signer_code=code)
    return _verdict("good", signature, _old_ways(signature), signer_code=code)


def _verdict(
    code: str,
    signature: XmlSignature | None,
    warnings: Warnings | None = None,
    *,
    which: str = "",
    sender: str = "",
    signer_code: str = "",
) -> Verdict:
    who = signature.signer if signature is not None else ""
    sentence = SENTENCES[code].format(who=who or "?", which=which[:80], sender=sender[:80])
    return Verdict(code, sentence, signer_code, signature, warnings or Warnings())


def _old_ways(signature: XmlSignature) -> Warnings:
    """Algorithms that are accepted on reading and counted."""
    if not signature.weak:
        return Warnings()
    return Warnings([("rsa-sha1" if signature.algorithm == "rsa-sha1" else "sha1", signature.algorithm)])


# Files


def _check_files(split: Split, read: EdocMessage | StatusMessage) -> Verdict | None:
    """Every listed file is there, every file is listed, none twice."""
    listed = {one.content_id for one in read.attachments} if isinstance(read, EdocMessage) else set()
    seen: set[str] = set()
    for one in split.attachments:
        name = one.facts.content_id
        if name in seen:
            return _verdict("attachment-twice", None, which=name)
        seen.add(name)
        if name not in listed:
            return _verdict("attachment-unlisted", None, which=name or "?")
    missing = sorted(listed - seen)
    return _verdict("attachment-missing", None, which=missing[0]) if missing else None


def _digests_of(split: Split) -> Callable[[str, str], bytes | None]:
    files = {one.facts.content_id: one.content for one in split.attachments}

    def digest(address: str, hash_name: str) -> bytes | None:
        found = files.get(address)
        return found.digest(hash_name) if found is not None else None

    return digest


# What is covered


@dataclass(slots=True)
class _WholeFile:
    """The file around the envelope, digested only when a signature covers it."""

    stream: BinaryIO | None
    problem: tuple[str, str] | None = None

    def digest(self, form: CanonicalForm, hash_name: str) -> bytes:
        if self.stream is None:
            self.problem = ("whole-file-missing", "")
            return b""
        try:
            return digest_without_signature(
                self.stream, exclusive=form.exclusive, prefixes=form.prefixes, hash_name=hash_name
            )
        except Unclear:
            self.problem = ("ambiguous", "")
            return b""


def _coverage_problem(split: Split, signature: XmlSignature) -> tuple[str, str] | None:
    """Why a signature says nothing of this envelope and these files, whoever made it; None when it does."""
    ids = ids_in(split.envelope)
    if len(set(ids)) != len(ids) or split.outside_ids & set(ids):
        return ("ambiguous", "")
    if not signature.intact:
        return None
    if any(one.uri == "" for one in signature.covers):
        return None
    if not any(one.part == "document" for one in signature.covers):
        return ("not-covered", "")
    covered = {one.uri for one in signature.covers if one.part == "file"}
    for one in split.attachments:
        if one.facts.content_id not in covered:
            return ("attachment-not-covered", one.facts.name or one.facts.content_id)
    return None
