"""Asking about files that anybody brings: PDF or XML, read within a time, whatever is in them."""

from lienthong.kernel import roles
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.signing.ports import FileReader
from lienthong.platform.signing.queries.documents import MAX_PDF_BYTES, judge_reading, too_large
from lienthong.platform.signing.queries.xml_signatures import verify_xml_signature
from lienthong.platform.signing.types import FileVerdict, XmlSignature

READING_SECONDS = 4.0
"""Of the five that an answer may take; judging what was read is bounded by the number of signatures."""
_XML_SECONDS = 2.0
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def judge_file(content: bytes) -> FileVerdict:
    """One verdict on a PDF or an XML file of a stranger; nothing of it is kept.

    A process of its own reads it, and is killed when time is up. Raises Refused `signing.too-large`, `.too-slow` (503),
    `.not-a-pdf`, `.not-xml`, `.encrypted`, `.too-many-signatures`.
    """
    if len(content) > MAX_PDF_BYTES:
        raise too_large()
    reader = roles.port(FileReader)
    if _looks_like_xml(content):
        # What took no longer than this there takes no longer here.
        reader.rehearse_xml(content, _XML_SECONDS)
        return _conclude(verify_xml_signature(content))
    verdict = judge_reading(reader.read(content, READING_SECONDS))
    return FileVerdict("pdf", verdict.good, verdict.code, verdict.sentence, pdf=verdict)


def signed_revision(content: bytes, number: int) -> bytes:
    """The PDF as it was when the signature of this number (from 1) was put on it.

    Raises as `judge_file`, NotFound `signing.no-signature`.
    """
    verdict = judge_file(content)
    signatures = verdict.pdf.signatures if verdict.pdf is not None else ()
    if not 1 <= number <= len(signatures) or not signatures[number - 1].covers_whole:
        raise NotFound("signing.no-signature", tr("Tệp không có chữ ký này.", "The file has no such signature."))
    return content[: signatures[number - 1].signed_bytes]


def warm_reader() -> None:
    """Somebody is about to bring a file."""
    roles.port(FileReader).warm()


def _looks_like_xml(content: bytes) -> bool:
    head = content[:4096]
    for mark in _MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"").lstrip().startswith(b"<")


def _conclude(signatures: tuple[XmlSignature, ...]) -> FileVerdict:
    """The first bad signature decides; without one covering the document nothing vouches for it."""
    bad = next((one for one in signatures if not one.good), None)
    if bad is not None:
        return FileVerdict("xml", False, bad.code, bad.sentence, xml=signatures)
    if not signatures:
        words = tr("Tệp này chưa được ký số.", "This file carries no digital signature.")
        return FileVerdict("xml", False, "unsigned", words, xml=signatures)
    return FileVerdict(
        "xml",
        True,
        "good",
        tr(
            "Mọi chữ ký số trong tệp đều hợp lệ và phần được ký còn nguyên vẹn.",
            "Every digital signature in the file is good, and what they cover is intact.",
        ),
        xml=signatures,
    )
