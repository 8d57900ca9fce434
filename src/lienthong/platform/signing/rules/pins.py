"""The PIN of an officer's signature (mã PIN ký số): which ones are taken, how one is kept, how long it is locked.

Kept is a slow hash (scrypt, 16 MB) of the PIN mixed with the node's secret and the name of the key, so that neither a
copy of the table nor a hash carried to another officer's row tells or opens anything.
"""

import re
from datetime import timedelta

from django.contrib.auth.hashers import ScryptPasswordHasher, check_password, make_password
from django.utils.crypto import get_random_string, salted_hmac

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr

TRIES = 5
_HASHER = "scrypt"
_FORM = re.compile(r"[0-9]{6,12}", re.ASCII)
_ROW = "01234567890123456789"
_FIRST_LOCK, _LONGEST_LOCK = timedelta(minutes=15), timedelta(hours=24)


def check_new(pin: str) -> None:
    """Raises Refused `signing.weak-pin` for what is no PIN, or the first that anybody would try."""
    simple = len(set(pin)) < 3 or pin in _ROW or pin in _ROW[::-1]
    if not _FORM.fullmatch(pin) or simple:
        raise Refused(
            "signing.weak-pin",
            tr(
                "Mã PIN gồm 6 đến 12 chữ số, không phải dãy liên tiếp, có ít nhất ba chữ số khác nhau.",
                "A PIN has 6 to 12 digits, is no plain sequence, and has at least three different digits.",
            ),
            field="pin",
        )


def keep(key: str, pin: str) -> str:
    """What is stored in place of the PIN."""
    return str(make_password(_mixed(key, pin), hasher=_HASHER))


def keep_public(key: str, pin: str) -> str:
    """The same for a PIN that everybody is told (demo): slowness would guard nothing, and there are many leaders."""
    return str(ScryptPasswordHasher().encode(_mixed(key, pin), get_random_string(22), n=16))


def matches(key: str, pin: str, kept: str) -> bool:
    return bool(kept) and bool(check_password(_mixed(key, pin), kept, preferred=_HASHER))


def lock_after(tries: int) -> timedelta | None:
    """How long the PIN is locked after so many wrong ones in a row: every fifth time, twice as long as before."""
    if tries % TRIES:
        return None
    doubled = min(tries // TRIES - 1, 8)
    return min(_FIRST_LOCK * (1 << doubled), _LONGEST_LOCK)


def _mixed(key: str, pin: str) -> str:
    return salted_hmac("signing.pin", f"{key}:{pin}", algorithm="sha256").hexdigest()
