"""Names of keys and what they say about the key."""

import re
from typing import cast

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.types import CertificateKind, KeyName

_NAME = re.compile(r"(?P<kind>node|tls|seal|officer)(?::(?P<who>[A-Za-z0-9](?:[A-Za-z0-9@-]|[._](?![._])){0,63}))?")

# A node has one of each; of the others there may be many, so they say whose they are.
_OF_THE_NODE = ("node", "tls")


def key_kind(key: KeyName) -> CertificateKind:
    """The kind of certificate that a key name asks for.

    >>> key_kind("seal:H36.101")
    'seal'

    Raises Refused `signing.key-name`.
    """
    match = _NAME.fullmatch(key)
    if match is not None and (match["kind"] in _OF_THE_NODE) == (match["who"] is None):
        return cast("CertificateKind", match["kind"])
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
