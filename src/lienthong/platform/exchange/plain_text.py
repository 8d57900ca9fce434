"""Text that every database can keep: UTF-8, composed (NFC), without NUL. Pure."""

import unicodedata
from collections.abc import Iterator

import orjson

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr


def check_text(body: bytes) -> None:
    """UTF-8, composed (NFC), no NUL: what every database can keep. Raises Refused `exchange.invalid-letter`."""
    try:
        text = body.decode()
        values = [text] if "\\u" not in text else list(_texts(orjson.loads(body)))
    except UnicodeDecodeError:
        raise _bad_text("Nội dung không phải UTF-8.", "The text is not UTF-8.") from None
    except ValueError:
        raise _bad_text("Nội dung không phải JSON hợp lệ.", "The body is not valid JSON.") from None
    if any("\0" in value for value in values):
        raise _bad_text("Nội dung có ký tự NUL.", "The text holds a NUL character.")
    if not all(unicodedata.is_normalized("NFC", value) for value in values):
        raise _bad_text("Văn bản chưa ở dạng Unicode dựng sẵn (NFC).", "The text is not composed Unicode (NFC).")


def _bad_text(vi: str, en: str) -> Refused:
    return Refused("exchange.invalid-letter", tr(vi, en), field="letter")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
