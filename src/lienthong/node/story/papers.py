"""Papers that the story's people attach: pictures made on the spot, so that no real paper is anywhere."""

import io

from PIL import Image, ImageDraw


def birth_paper() -> bytes:
    """A picture that stands for the hospital's paper (giấy chứng sinh)."""
    image = Image.new("RGB", (900, 640), "#fdfcf7")
    pen = ImageDraw.Draw(image)
    pen.rectangle((30, 30, 870, 610), outline="#444444", width=3)
    pen.text((330, 80), "GIAY CHUNG SINH (MAU THU)", fill="#222222")
    for line in range(8):
        pen.line((90, 160 + 50 * line, 810, 160 + 50 * line), fill="#888888")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
