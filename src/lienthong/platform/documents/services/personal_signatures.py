"""Whose signature a sent file carries (chữ ký số cá nhân): judged by the signing room, one attachment after another.

PDF and XML files are judged. A DOCX that is signed inside (`_xmlsignatures/`, as Word does it) is not: what such a
signature covers is named by way of the package's relationships, which the validation does not follow. It is neither
signed nor unsigned for the statistics, but unread.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal, TypeAlias

import structlog
from django.db.models import Q

from lienthong.kernel import clock, files
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.documents import text_extraction
from lienthong.platform.documents.models import Attachment, PersonalSignature
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing.types import PdfSignature, XmlSignature

log = structlog.get_logger()

Found: TypeAlias = Literal["signed", "none", "unread", "waiting"]
"""`waiting`: the judges were too busy; the file is looked at again."""

LOOKS_AT_ONCE = 10
_AGAIN = timedelta(minutes=5)
_GIVE_UP = timedelta(days=1)
_MOST_FILES = 20
_OF_WORD = "_xmlsignatures/"


def examine_signatures(limit: int = LOOKS_AT_ONCE) -> int:
    """Look for an officer's signature in the files of documents that were sent; gives how many were looked at.

    No row is held while a file is read; two that look at the same come to the same end. What the judges are too busy
    for is looked at again after a while, for a day.
    """
    now = clock.now()
    due = Q(examined_at=None) | Q(examined_at__lt=now - _AGAIN)
    waiting = PersonalSignature.objects.filter(due, state="waiting").order_by("id")[:limit]
    rows = list(waiting.values_list("pk", "message_id", "message__sender_code", "message__at"))
    for pk, message_id, sender, at in rows:
        state = _look(message_id, sender)
        if state == "waiting" and at < now - _GIVE_UP:
            state = "unread"
        PersonalSignature.objects.filter(pk=pk, state="waiting").update(
            state=state, examined_at=now, counted=state == "waiting"
        )
    return len(rows)


def _look(message_id: Any, sender: str) -> Found:
    found: set[Found] = set()
    carried = Attachment.objects.filter(message_id=message_id).order_by("position")[:_MOST_FILES]
    for sha256 in carried.values_list("sha256", flat=True):
        try:
            with files.open_file(sha256) as stream:
                for member in text_extraction.open_zip(stream):
                    found.add(look_at_file(member.read(), sender))
        except (Refused, OSError) as error:
            _say(error)
            found.add("unread")
        if "signed" in found:
            return "signed"
    return "waiting" if "waiting" in found else "unread" if "unread" in found else "none"


def look_at_file(content: bytes, sender: str) -> Found:
    """Does this file carry a good signature of an officer of the sender?"""
    try:
        signatures = _signatures(content)
    except Refused as error:
        _say(error)
        return "waiting" if error.status >= 500 else "unread"
    good = (one for one in signatures if one.good and one.kind == "officer" and _is_whole(one))
    return "signed" if any(f"{one.agency_code}.".startswith(f"{sender}.") for one in good) else "none"


def _signatures(content: bytes) -> Sequence[PdfSignature | XmlSignature]:
    # Most files carry none, which is seen without judging them.
    if content.startswith(b"%PDF-"):
        return _judged_pdf(content) if b"/ByteRange" in content else ()
    if content.startswith(b"PK"):
        return _of_word(content)
    plain = content.replace(b"\0", b"")
    return _judged_xml(content) if b"<" in plain[:64] and b"SignatureValue" in plain else ()


def _judged_pdf(content: bytes) -> Sequence[PdfSignature]:
    try:
        verdict = signing_queries.judge_file(content).pdf
    except LookupError:
        # This node opens no door for strangers' files; these are its own agencies'.
        verdict = signing_queries.judge_pdf(content)
    return verdict.signatures if verdict is not None else ()


def _judged_xml(content: bytes) -> Sequence[XmlSignature]:
    try:
        return signing_queries.judge_file(content).xml
    except LookupError:
        return signing_queries.verify_xml_signature(content)


def _of_word(content: bytes) -> Sequence[PdfSignature]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            signed = any(name.startswith(_OF_WORD) for name in package.namelist())
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        return ()
    if signed:
        raise Refused(
            "documents.package-signature",
            tr("Chữ ký bên trong tệp DOCX chưa được kiểm tra.", "A signature inside a DOCX file is not judged."),
        )
    return ()


def _is_whole(signature: PdfSignature | XmlSignature) -> bool:
    """A PDF's verdict says so itself; of an XML file somebody may have signed a part only."""
    return not isinstance(signature, XmlSignature) or signature.covers_document


def _say(error: Exception) -> None:
    log.info("file not judged for the statistics", reason=getattr(error, "code", type(error).__name__))
