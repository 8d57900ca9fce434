"""Signing PDF documents (ký số văn bản): PAdES B-B, visible, each signature an incremental update of the file."""

import io
from collections.abc import Iterable
from datetime import datetime

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.stamp import StaticContentStamp, StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lienthong.kernel import clock, roles
from lienthong.kernel.errors import Conflict, Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.ports import KeyInUse, KeyStore
from lienthong.platform.signing.rules import appearances, certificates, lettering, signatures
from lienthong.platform.signing.types import Appearance, Box, Certificate, CertificateKind, KeyName

_KIND_OF: dict[Appearance, CertificateKind] = {"leader": "officer", "seal": "seal"}
_FIELD_PREFIX: dict[Appearance, str] = {"leader": "ChuKy", "seal": "ConDau"}
# Room for the signature in hex digits, twice what it takes; measuring it would mean signing twice.
_RESERVED_HEX = 2 * 6144
_SEAL_MARK = "Bản thử nghiệm"


def sign_and_seal_pdf(
    pdf: bytes,
    *,
    leader: KeyName,
    seal: KeyName,
    box: Box,
    page: int = -1,
    reason: str = "",
    moment: datetime | None = None,
) -> bytes:
    """The leader signs in `box`, then the agency seals over the left third of it (NĐ 30/2020). See `sign_pdf`."""
    signed = sign_pdf(pdf, signer=leader, box=box, page=page, appearance="leader", reason=reason, moment=moment)
    place = appearances.seal_box(box)
    return sign_pdf(signed, signer=seal, box=place, page=page, appearance="seal", reason=reason, moment=moment)


def sign_pdf(
    pdf: bytes,
    *,
    signer: KeyName,
    box: Box,
    page: int = -1,
    appearance: Appearance = "leader",
    reason: str = "",
    moment: datetime | None = None,
) -> bytes:
    """Add one visible signature to a PDF and leave every earlier byte as it is.

    `box` in points from the bottom left of `page` (0 is the first, -1 the last). Name, position and agency come
    from the certificate; a leader's needs an officer's key, a seal an agency's. `moment` defaults to now.
    Raises Refused `signing.not-a-pdf`, `signing.wrong-kind`, `signing.page`, `signing.unknown-key`,
    Conflict `signing.already-sealed` when a leader comes after the seal.
    """
    held = roles.port(KeyStore).hold(signer)
    certificate = certificates.describe(held.chain.pem)
    moment = moment or clock.now()
    certificates.require_kind(certificate, _KIND_OF[appearance])
    certificates.check_validity(certificate, moment)
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        field = _new_field(writer, certificate, box, page, appearance)
        meta = PdfSignatureMetadata(
            field_name=field.sig_field_name,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            name=certificate.name,
            location=certificate.organisation,
            reason=reason or None,
        )
        style = _style(certificate, box, appearance, moment)
        machine = _MomentSigner(meta, _StoreSigner(held), stamp_style=style, new_field_spec=field)
        machine.moment = moment
        return bytes(machine.sign_pdf(writer, bytes_reserved=_RESERVED_HEX).getvalue())
    except PdfError as error:
        raise Refused(
            "signing.not-a-pdf",
            tr("Tệp này không phải tệp PDF đọc được.", "This file is not a readable PDF."),
        ) from error


class _MomentSigner(PdfSigner):
    """Writes the given moment into the signature instead of the machine's clock."""

    moment: datetime

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.moment
        return session


class _StoreSigner(Signer):
    """Lets a key store make the raw signature, so that the key stays where it is and is parsed once."""

    def __init__(self, held: KeyInUse) -> None:
        own, *issuers = (asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in held.chain.certificates)
        registry = SimpleCertificateStore()
        registry.register_multiple(issuers)
        super().__init__(signing_cert=own, cert_registry=registry)
        self._held = held

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002 (pyHanko's signature)
        if digest_algorithm != "sha256":
            raise ValueError(f"signatures are over SHA-256, not {digest_algorithm}")
        return signatures.to_der(self._held.sign(data))


def _new_field(
    writer: IncrementalPdfFileWriter, certificate: Certificate, box: Box, page: int, appearance: Appearance
) -> SigFieldSpec:
    taken = [name for name, _, _ in enumerate_sig_fields(writer)]
    if appearance == "leader" and any(name.startswith(_FIELD_PREFIX["seal"]) for name in taken):
        raise Conflict(
            "signing.already-sealed",
            tr(
                "Văn bản đã được cơ quan đóng dấu số; lãnh đạo phải ký trước khi đóng dấu.",
                "The document is already sealed; a leader signs before the agency seals.",
            ),
        )
    pages = int(writer.root["/Pages"]["/Count"])
    number = page if page >= 0 else pages + page
    if not 0 <= number < pages:
        raise Refused(
            "signing.page", tr("Tệp không có trang này.", "The file has no such page."), details={"pages": pages}
        )
    return SigFieldSpec(
        sig_field_name=f"{_FIELD_PREFIX[appearance]}{len(taken) + 1}",
        on_page=number,
        box=(round(box.left), round(box.bottom), round(box.right), round(box.top)),
        readable_field_name=_readable(certificate),
    )


def _readable(certificate: Certificate) -> str:
    """What a screen reader says in place of the drawing."""
    who = ", ".join(_present((certificate.name, certificate.position)))
    return f"Chữ ký số: {who} ({certificate.agency_code})"


def _present(texts: Iterable[str]) -> Iterable[str]:
    return (text for text in texts if text)


def _style(certificate: Certificate, box: Box, appearance: Appearance, moment: datetime) -> StaticStampStyle:
    if appearance == "leader":
        drawing = appearances.draw_handwriting(certificate.name, box.width, box.height)
    else:
        drawing = appearances.draw_seal(
            lettering.typeface(),
            agency=certificate.organisation,
            mark=_SEAL_MARK,
            signed_at=moment,
            width=box.width,
            height=box.height,
        )
    content = RawContent(drawing, box=BoxConstraints(round(box.width), round(box.height)))
    whole = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MIN, Margins())
    return _CompactStyle(border_width=0, background=content, background_layout=whole)


class _CompactStyle(StaticStampStyle):
    """Draws the appearance as a compressed stream: a seal in outlines is 70 kB otherwise."""

    def create_stamp(self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: object) -> StaticContentStamp:  # noqa: ARG002 (pyHanko's signature)
        return _CompactStamp(writer=writer, style=self, box=box)


class _CompactStamp(StaticContentStamp):
    def as_form_xobject(self) -> StreamObject:
        drawn = super().as_form_xobject()
        drawn.compress()
        return drawn
