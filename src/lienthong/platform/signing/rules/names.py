"""Names of keys and what they say about the key."""

import re

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.types import CertificateKind, KeyName

_NAME = re.compile(r"(?P<kind>node|seal|officer)(?::(?P<who>[A-Za-z0-9](?:[A-Za-z0-9@-]|[._](?![._])){0,63}))?")


def key_kind(key: KeyName) -> CertificateKind:
    """The kind of certificate that a key name asks for.

    >>> key_kind("seal:H36.101")
    'seal'

    Raises Refused `signing.key-name`.
    """
    match = _NAME.fullmatch(key)
    kind = match["kind"] if match else ""
    if match is not None and (kind == "node") == (match["who"] is None):
        if kind == "node":
            return "node"
        return "seal" if kind == "seal" else "officer"
    raise Refused(
        "signing.key-name",
        tr("Tên khóa ký không hợp lệ: {key}", "Not a name of a signing key: {key}").format(key=repr(key)),
    )


def file_stem(key: KeyName) -> str:
    """The file name of a key without suffix; one name, one file, no way out of the folder."""
    key_kind(key)
    return key.replace(":", "_")


def key_name(stem: str) -> KeyName:
    """The key name of a file stem made by `file_stem`."""
    return stem.replace("_", ":", 1)
