"""Asking for scanned signatures (hình chữ ký)."""

from lienthong.platform.signing.models import SignatureImage
from lienthong.platform.signing.types import KeyName


def find_signature_image(key: KeyName) -> bytes:
    """The scanned signature (PNG) of `officer:<username>`; b"" when there is none, and one is drawn instead."""
    row = SignatureImage.objects.filter(key=key).only("png").first()
    return bytes(row.png) if row is not None else b""
