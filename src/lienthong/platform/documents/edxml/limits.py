"""How much a stranger's message may be before it is refused, and how refusals are made."""

from dataclasses import dataclass

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a message and of what its attachments unpack to, in bytes and pieces."""

    envelope: int = 4 * MIB
    depth: int = 40
    elements: int = 200_000
    token: int = MIB
    attachments: int = 200
    attachment: int = 2 * 1024 * MIB
    total: int = 8 * 1024 * MIB
    unpacked: int = 2 * 1024 * MIB
    members: int = 100
    ratio: int = 200


DEFAULT = Limits()


def refused(code: str, vi: str, en: str, field: str = "") -> Refused:
    """A refusal `edxml.<code>`."""
    return Refused(f"edxml.{code}", tr(vi, en), field=field)


def too_large(what: Bilingual, field: str = "") -> Refused:
    """The refusal of something beyond its limit."""
    sentence = tr("{what} vượt giới hạn cho phép.", "{what} is beyond what is allowed.").format(what=what)
    return Refused("edxml.too-large", sentence, field=field, status=413)


def not_xml() -> Refused:
    """The refusal of what no XML reader takes."""
    return refused("not-xml", "Tệp không phải XML đọc được.", "The file is not readable XML.", "file")
