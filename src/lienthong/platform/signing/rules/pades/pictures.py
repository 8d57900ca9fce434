"""Pictures of signatures as pyHanko draws them: our drawings, or a scanned signature, as one compressed stream."""

import io
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from PIL import Image
from pyhanko.pdf_utils.content import PdfContent, RawContent
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import StaticContentStamp, StaticStampStyle

from lienthong.platform.signing.rules import appearances, lettering
from lienthong.platform.signing.types import Box, Certificate

SEAL_MARK = "Bản thử nghiệm"


def leader_style(certificate: Certificate, box: Box, picture: bytes) -> StaticStampStyle:
    """A leader's signature in blue: the scanned one, else one drawn from the name."""
    if picture:
        return _style(_scanned(picture), box, fit=True)
    return _drawn(appearances.draw_handwriting(certificate.name, box.width, box.height), box)


def seal_style(certificate: Certificate, box: Box, moment: datetime) -> StaticStampStyle:
    """An agency's seal in red with name and time."""
    face = lettering.typeface()
    seal = appearances.draw_seal(
        face,
        agency=certificate.organisation,
        mark=SEAL_MARK,
        signed_at=moment,
        width=box.width,
        height=box.height,
    )
    return _drawn(seal, box)


def lines_style(draw: Callable[[lettering.Typeface], bytes], box: Box) -> StaticStampStyle:
    """Lines of text: on the first page of attachments, and beside the seal of certified copies."""
    return _drawn(draw(lettering.typeface()), box)


def _drawn(drawing: bytes, box: Box) -> StaticStampStyle:
    content = RawContent(drawing, box=BoxConstraints(round(box.width), round(box.height)))
    return _style(content, box, fit=False)


def _scanned(picture: bytes) -> PdfContent:
    image = _decoded(sha256(picture).digest(), picture)
    return PdfImage(image, box=BoxConstraints(image.width, image.height))


@lru_cache(maxsize=64)
def _decoded(_digest: bytes, picture: bytes) -> Image.Image:
    with Image.open(io.BytesIO(picture)) as image:
        return image.convert("RGBA")


def _style(content: PdfContent, box: Box, *, fit: bool) -> StaticStampStyle:
    if fit:
        middle = AxisAlignment.ALIGN_MID
        layout = SimpleBoxLayoutRule(middle, middle, Margins(), inner_content_scaling=InnerScaling.STRETCH_TO_FIT)
    else:
        layout = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MIN, Margins())
    return _CompactStyle(border_width=0, background=content, background_layout=layout, background_opacity=1.0)


class _CompactStyle(StaticStampStyle):
    """Draws the appearance as a compressed stream: a seal in outlines is 70 kB otherwise."""

    def create_stamp(self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: object) -> StaticContentStamp:  # noqa: ARG002 (pyHanko's signature)
        return _CompactStamp(writer=writer, style=self, box=box)


class _CompactStamp(StaticContentStamp):
    def as_form_xobject(self) -> StreamObject:
        drawn = super().as_form_xobject()
        drawn.compress()
        return drawn
