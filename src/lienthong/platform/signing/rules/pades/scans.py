"""Scanned signatures (hình chữ ký): a PNG with transparency, made blue, no larger than it must be (NĐ 30/2020)."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr

MAX_BYTES = 1024 * 1024
_LEAST, _MOST = (120, 40), (3000, 2000)
_KEPT = (900, 450)
_MAX_PIXELS = _MOST[0] * _MOST[1]
_BLUE = (18, 41, 153)
_INK_LEAST, _INK_MOST = 0.002, 0.6
_SOLID = 32


@dataclass(frozen=True, slots=True)
class Scan:
    """A checked picture: PNG in blue with transparency, cut to its ink."""

    png: bytes
    width: int
    height: int


def read_scan(content: bytes) -> Scan:
    """Check a picture and make it ready. Raises Refused `signing.scan-empty`, -large, -type, -size, -opaque, -blank."""
    if not content:
        raise _refused("empty", tr("Hãy chọn tệp hình chữ ký.", "Choose the picture of the signature."))
    if len(content) > MAX_BYTES:
        raise _refused("large", tr("Hình chữ ký lớn hơn 1 MB.", "The picture is larger than 1 MB."))
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return _read(content)
        except Refused:
            raise
        except (
            UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError,
            Image.DecompressionBombWarning,
        ):  # fmt: skip
            raise _wrong_type() from None


def _read(content: bytes) -> Scan:
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise _wrong_type()
    with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
        if not all(low <= side <= high for low, side, high in zip(_LEAST, image.size, _MOST, strict=True)):
            raise _refused(
                "size",
                tr(
                    f"Hình phải rộng {_LEAST[0]} đến {_MOST[0]} và cao {_LEAST[1]} đến {_MOST[1]} điểm ảnh.",
                    f"The picture must be {_LEAST[0]} to {_MOST[0]} pixels wide and {_LEAST[1]} to {_MOST[1]} high.",
                ),
            )
        if image.width * image.height > _MAX_PIXELS or getattr(image, "n_frames", 1) != 1:
            raise _wrong_type()
        if "A" not in image.getbands() and "transparency" not in image.info:
            raise _not_transparent()
        alpha = image.convert("RGBA").getchannel("A")
    return _made(alpha)


def _made(alpha: Image.Image) -> Scan:
    """The ink alone: what is solid enough, cut out, no larger than printing needs, in blue."""
    solid = alpha.point(lambda value: 255 if value >= _SOLID else 0)
    share = solid.histogram()[255] / (alpha.width * alpha.height)
    if share > _INK_MOST:
        raise _not_transparent()
    frame = solid.getbbox()
    if share < _INK_LEAST or frame is None:
        raise _refused("blank", tr("Trong hình không thấy nét chữ ký.", "There is no ink in the picture."))
    ink = alpha.crop(frame)
    ink.thumbnail(_KEPT)
    made = Image.new("RGBA", ink.size, (*_BLUE, 0))
    made.putalpha(ink)
    out = io.BytesIO()
    made.save(out, "PNG", optimize=True)
    return Scan(out.getvalue(), made.width, made.height)


def _wrong_type() -> Refused:
    return _refused("type", tr("Hình chữ ký phải là tệp PNG đọc được.", "The picture must be a readable PNG file."))


def _not_transparent() -> Refused:
    return _refused(
        "opaque",
        tr(
            "Hình chữ ký phải có nền trong suốt. Hãy tách nền rồi lưu lại dạng PNG.",
            "The picture must have a transparent background. Remove it and save as PNG.",
        ),
    )


def _refused(what: str, words: Bilingual) -> Refused:
    return Refused(f"signing.scan-{what}", words, field="picture")
