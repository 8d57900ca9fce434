"""Secrets that must be known again (a shared key for HMAC): kept in the database sealed with the node's own key.

A copy of the database alone opens nothing. The key comes from the one that signs sessions, which lies in the node's
home or environment; when that is replaced for good, partners get new secrets.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr

_NONCE = 12


def seal(secret: str, about: str) -> bytes:
    """The secret so that only this node reads it again, and only for this one (`about`)."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_key(settings.SECRET_KEY)).encrypt(nonce, secret.encode(), about.encode())


def unseal(sealed: bytes, about: str) -> str:
    """The secret. Raises Refused `documents.secret-unreadable` when this node's key has changed."""
    for base in (settings.SECRET_KEY, *(str(one) for one in settings.SECRET_KEY_FALLBACKS)):
        try:
            return AESGCM(_key(base)).decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode()).decode()
        except InvalidTag:
            continue
    raise Refused(
        "documents.secret-unreadable",
        tr(
            "Khóa của nút đã đổi nên không mở được khóa bí mật của hệ thống này; hãy cấp khóa mới.",
            "The node's key has changed, so this system's secret cannot be read; give it a new one.",
        ),
        status=503,
    )


def _key(base: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"lienthong documents partners").derive(
        base.encode()
    )
