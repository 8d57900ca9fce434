"""Signing PDF documents (ký số văn bản): PAdES, visible, each signature an incremental update of the file."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.stamp import BaseStampStyle

from lienthong.kernel import clock, roles
from lienthong.kernel.errors import Conflict, Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.ports import CertificateChain, KeyStore
from lienthong.platform.signing.rules import appearances, certificates, signatures
from lienthong.platform.signing.rules.pades import envelope, pictures, writing
from lienthong.platform.signing.rules.pades.entries import paper_of
from lienthong.platform.signing.rules.pades.refusals import refusing_broken
from lienthong.platform.signing.rules.pades.writing import Prepared
from lienthong.platform.signing.services import levels
from lienthong.platform.signing.types import (
    Appearance,
    Box,
    Certificate,
    CertificateKind,
    CopyForm,
    KeyName,
    PdfLevel,
    PlacedText,
    SignedPdf,
    SigningOrder,
    SigningOutcome,
)

_KIND_OF: dict[Appearance, CertificateKind] = {
    "leader": "officer",
    "seal": "seal",
    "number": "seal",
    "attachment": "seal",
    "copy": "seal",
}
_FIELD_PREFIX: dict[Appearance, str] = {
    "leader": "ChuKy",
    "seal": "ConDau",
    "number": "SoNgay",
    "attachment": "KemTheo",
    "copy": "BanSao",
}
COPY_FORMS: dict[CopyForm, str] = {"copy": "SAO Y", "extract": "TRÍCH SAO", "transfer": "SAO LỤC"}
_MAX_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be written into the file before it is signed. `lines`: what stands on attachments and copies;
    `texts`: what goes into free places, in points of the page."""

    box: Box
    page: int
    appearance: Appearance
    reason: str
    moment: datetime
    picture: bytes = b""
    lines: tuple[str, ...] = ()
    texts: tuple[PlacedText, ...] = ()


def sign_and_seal_pdf(
    pdf: bytes,
    *,
    leader: KeyName,
    seal: KeyName,
    box: Box,
    page: int = -1,
    reason: str = "",
    moment: datetime | None = None,
    level: PdfLevel = "B-B",
    picture: bytes = b"",
) -> SignedPdf:
    """The leader signs in `box`, then the agency seals over the left third of it (NĐ 30/2020). See `sign_pdf`."""
    signed = sign_pdf(
        pdf, signer=leader, box=box, page=page, appearance="leader", reason=reason, moment=moment, picture=picture
    )
    place = appearances.seal_box(box)
    return sign_pdf(
        signed, signer=seal, box=place, page=page, appearance="seal", reason=reason, moment=moment, level=level
    )


def sign_pdf(
    pdf: bytes,
    *,
    signer: KeyName,
    box: Box,
    page: int = -1,
    appearance: Appearance = "leader",
    reason: str = "",
    moment: datetime | None = None,
    level: PdfLevel = "B-B",
    picture: bytes = b"",
) -> SignedPdf:
    """Add one visible signature to a PDF and leave every earlier byte as it is.

    `box` in points from the bottom left of `page` (0 is the first, -1 the last). Name, position and agency come
    from the certificate; a leader's needs an officer's key, a seal an agency's. `moment` defaults to now. `picture`:
    the leader's scanned signature (`queries.find_signature_image`) in place of the drawn one. Above `level` B-B the
    network is asked, so never in a transaction; who does not answer costs a level, never the signature: the level
    reached is the result's `level`.
    Raises Refused `signing.not-a-pdf`, `signing.wrong-kind`, `signing.page`, `signing.unknown-key`,
    Conflict `signing.already-sealed` when a leader comes after the seal, `signing.locked`.
    """
    request = Request(box, page, appearance, reason, moment or clock.now(), picture)
    return _sign(pdf, signer, request, level)


def sign_pdfs(
    orders: Sequence[SigningOrder],
    *,
    signer: KeyName,
    appearance: Appearance = "leader",
    moment: datetime | None = None,
    level: PdfLevel = "B-B",
    picture: bytes = b"",
) -> tuple[SigningOutcome, ...]:
    """Sign many documents at once, in their order; one that is refused holds up no other. See `sign_pdf`.

    Raises Refused `signing.too-many`, `signing.unknown-key`.
    """
    if len(orders) > _MAX_AT_ONCE:
        raise Refused(
            "signing.too-many",
            tr(f"Mỗi lần ký tối đa {_MAX_AT_ONCE} văn bản.", f"At most {_MAX_AT_ONCE} documents are signed at once."),
        )
    roles.port(KeyStore).hold(signer)
    at, outcomes = moment or clock.now(), []
    for order in orders:
        request = Request(order.box, order.page, appearance, order.reason, at, picture)
        try:
            outcomes.append(SigningOutcome(_sign(order.pdf, signer, request, level)))
        except Refused as refused:
            outcomes.append(SigningOutcome(None, refused))
    return tuple(outcomes)


def write_number(
    pdf: bytes,
    *,
    seal: KeyName,
    texts: Sequence[PlacedText],
    code: str,
    page: int = 0,
    moment: datetime | None = None,
) -> SignedPdf:
    """Write number and date into the free places of a paper that the leader has signed already (NĐ 30/2020).

    They are the picture of a signature by the agency's own key, so nothing that was signed before counts as changed.
    `code` (`128/UBND-VX`) is the reason of that signature. As `sign_pdf`; Refused `signing.nothing-to-write`.
    """
    if not texts:
        raise Refused("signing.nothing-to-write", tr("Không có số, ngày để ghi.", "There is nothing to write."))
    around = appearances.around([one.box for one in texts])
    request = Request(around, page, "number", f"Cấp số {code}", moment or clock.now(), texts=tuple(texts))
    return _sign(pdf, seal, request, "B-B")


def seal_attachment(
    pdf: bytes,
    *,
    seal: KeyName,
    number: str,
    signed_at: datetime,
    moment: datetime | None = None,
    level: PdfLevel = "B-B",
) -> SignedPdf:
    """Sign an attachment that is a file of its own: number and date of the main document at the top right of page 1.

    `number` is number and notation (`128/QĐ-UBND`), `signed_at` when the main document was signed. As `sign_pdf`.
    """
    at = moment or clock.now()
    lines = (f"Kèm theo văn bản số: {number}", f"Thời gian ký: {appearances.show_iso(signed_at)}")
    size = (appearances.ATTACHMENT_WIDTH, appearances.ATTACHMENT_HEIGHT)
    request = Request(_corner(pdf, *size), 0, "attachment", f"Kèm theo văn bản số {number}", at, lines=lines)
    return _sign(pdf, seal, request, level)


def certify_copy(
    pdf: bytes, *, form: CopyForm, seal: KeyName, moment: datetime | None = None, level: PdfLevel = "B-B"
) -> SignedPdf:
    """Certify a copy (sao y, trích sao, sao lục): form, agency, time, seal at the top right of page 1. As `sign_pdf`.

    Raises also Refused `signing.copy-form`.
    """
    if form not in COPY_FORMS:
        raise Refused("signing.copy-form", tr("Không có hình thức sao này.", "There is no such form of copy."))
    place = _corner(pdf, appearances.COPY_WIDTH, appearances.COPY_HEIGHT)
    words = COPY_FORMS[form]
    return _sign(pdf, seal, Request(place, 0, "copy", words, moment or clock.now(), lines=(words,)), level)


def _corner(pdf: bytes, width: float, height: float) -> Box:
    """The place at the top right of the first page."""
    writer = writing.open_writer(pdf)
    with refusing_broken():
        left, bottom, right, top = paper_of(writer.find_page_for_modification(0)[0].get_object())
    place = appearances.top_right(right - left, top - bottom, width, height)
    return Box(place.left + left, place.bottom + bottom, place.right + left, place.top + bottom)


def _sign(pdf: bytes, signer: KeyName, request: Request, level: PdfLevel) -> SignedPdf:
    held = roles.port(KeyStore).hold(signer)
    prepared, attributes = prepare(pdf, held.chain, request, stamped=level != "B-B")
    return levels.complete(prepared, attributes, signatures.to_der(held.sign(attributes)), held.chain, level)


def prepare(pdf: bytes, chain: CertificateChain, request: Request, *, stamped: bool) -> tuple[Prepared, bytes]:
    """The document with a free place for this certificate's signature, and the bytes that its key is to sign."""
    certificate = certificates.describe(chain.pem)
    certificates.require_kind(certificate, _KIND_OF[request.appearance])
    certificates.check_validity(certificate, request.moment)
    writer = writing.open_writer(pdf)
    with refusing_broken():
        place = _place(writer, certificate, request)
    words = writing.Words(certificate.name, certificate.organisation, request.reason, request.moment)
    prepared = writing.prepare_signature(writer, place, _style(certificate, request), words, stamped=stamped)
    return prepared, envelope.signed_attributes(prepared.digest, chain.certificates[0])


def _place(writer: IncrementalPdfFileWriter, certificate: Certificate, request: Request) -> writing.Place:
    taken = writing.field_names(writer)
    if request.appearance == "leader" and any(name.startswith(_FIELD_PREFIX["seal"]) for name in taken):
        raise Conflict(
            "signing.already-sealed",
            tr(
                "Văn bản đã được cơ quan đóng dấu số; lãnh đạo phải ký trước khi đóng dấu.",
                "The document is already sealed; a leader signs before the agency seals.",
            ),
        )
    pages = int(writer.root["/Pages"]["/Count"])
    number = request.page if request.page >= 0 else pages + request.page
    if not 0 <= number < pages:
        raise Refused(
            "signing.page", tr("Tệp không có trang này.", "The file has no such page."), details={"pages": pages}
        )
    name = _free_name(_FIELD_PREFIX[request.appearance], taken)
    return writing.Place(name, number, request.box, _readable(certificate, request))


def _free_name(prefix: str, taken: Sequence[str]) -> str:
    """The next name: a stranger's file may have used it already."""
    number = len(taken) + 1
    while f"{prefix}{number}" in taken:
        number += 1
    return f"{prefix}{number}"


def _readable(certificate: Certificate, request: Request) -> str:
    """What a screen reader says in place of the drawing."""
    who = ", ".join(_present((certificate.name, certificate.position)))
    shown = "".join(f"; {line}" for line in (*request.lines, *(one.text for one in request.texts)))
    return f"Chữ ký số: {who} ({certificate.agency_code}){shown}"


def _present(texts: Iterable[str]) -> Iterable[str]:
    return (text for text in texts if text)


def _style(certificate: Certificate, request: Request) -> BaseStampStyle:
    box, moment = request.box, request.moment
    styles: dict[Appearance, Callable[[], BaseStampStyle]] = {
        "leader": lambda: pictures.leader_style(certificate, box, request.picture),
        "seal": lambda: pictures.seal_style(certificate, box, moment),
        "number": lambda: pictures.lines_style(lambda face: appearances.draw_texts(face, request.texts, box), box),
        "attachment": lambda: pictures.lines_style(
            lambda face: appearances.draw_lines(face, request.lines, box.width, box.height), box
        ),
        "copy": lambda: pictures.lines_style(
            lambda face: appearances.draw_copy_mark(
                face,
                agency=certificate.organisation,
                mark=pictures.SEAL_MARK,
                form=request.lines[0],
                signed_at=moment,
                width=box.width,
                height=box.height,
            ),
            box,
        ),
    }
    return styles[request.appearance]()
