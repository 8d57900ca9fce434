"""Messages of the national payment platform (PaymentPlatform): INIT, NOTIFY, QUERY and their authentication code.

Every field is text. ``MaXacThuc`` is SHA-256 in hex over the named fields in their fixed order and the shared
secret, joined by ``|``; so no field may hold that sign. ``docs/protocols/payments.md`` has the tables and says
which parts of the format are published and which are ours.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from lienthong.kernel.clock import ZONE
from lienthong.kernel.errors import FieldError, Invalid, Refused
from lienthong.kernel.text import Bilingual, nfc, tr

INIT: Final = "INIT"
NOTIFY: Final = "NOTIFY"
QUERY: Final = "QUERY"
VERSION: Final = "1.0.6"
CURRENCY: Final = "VND"
SEPARATOR: Final = "|"
MAX_BYTES: Final = 65_536

INIT_FIELDS: Final = (
    "LoaiBanTin",
    "PhienBan",
    "MaDoiTac",
    "MaThamChieu",
    "SoTien",
    "LoaiHinhThanhToan",
    "MaKenhThanhToan",
    "MaThietBi",
    "NgonNgu",
    "MaTienTe",
    "MaNganHang",
    "ThongTinGiaoDich",
    "ThoiGianGD",
    "Ip",
)
QUERY_FIELDS: Final = ("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "ThoiGianGD")
NOTIFY_FIELDS: Final = (
    "LoaiBanTin",
    "MaLoi",
    "MaDoiTac",
    "MaThamChieu",
    "SoTien",
    "MaTienTe",
    "MaGiaoDich",
    "MaNganHang",
    "ThoiGianGD",
    "ThongTinGiaoDich",
    "TrangThaiGD",
)
ORDER_OF: Final[dict[str, tuple[str, ...]]] = {INIT: INIT_FIELDS, NOTIFY: NOTIFY_FIELDS, QUERY: QUERY_FIELDS}

_FORM: Final[dict[str, re.Pattern[str]]] = {
    "SoTien": re.compile(r"[1-9][0-9]{0,12}"),
    "ThoiGianGD": re.compile(r"[0-9]{14}"),
    "MaThamChieu": re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
    "MaGiaoDich": re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
    "MaDoiTac": re.compile(r"[A-Za-z0-9._-]{1,64}"),
    "MaNganHang": re.compile(r"[A-Za-z0-9._-]{1,32}"),
    "MaTienTe": re.compile(r"[A-Z]{3}"),
    "MaLoi": re.compile(r"[0-9]{2}"),
    "TrangThaiGD": re.compile(r"[0-9]"),
    "Ip": re.compile(r"[0-9A-Fa-f.:]{2,45}"),
}
_ANY_TEXT: Final = re.compile(r"[^|\x00-\x1f]{1,300}")


class WrongCode(Refused):
    """The authentication code does not fit: the message was changed, or comes from somebody else."""

    def __init__(self) -> None:
        super().__init__(
            "payments.wrong-code",
            tr("Mã xác thực không đúng.", "The authentication code is wrong."),
            field="MaXacThuc",
            status=403,
        )


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was read and whose authentication code fits. ``fields`` holds the signed fields as they came."""

    kind: str
    fields: Mapping[str, str]
    rest: Mapping[str, Any]

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    @property
    def amount(self) -> int:
        """SoTien in whole đồng."""
        return int(self.fields["SoTien"])


def authentication_code(fields: Mapping[str, str], order: Sequence[str], secret: str) -> str:
    """MaXacThuc: SHA-256 in lower-case hex of the fields in this order and the secret, joined by ``|``.

    Raises Invalid when a field is missing or holds ``|``, since then two messages could share one code.
    """
    errors = [FieldError(name, sentence, code) for name in order for sentence, code in _complaints(name, fields)]
    if errors:
        raise Invalid(errors, code="payments.message")
    text = SEPARATOR.join([*(fields[name] for name in order), secret])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def seal(kind: str, fields: Mapping[str, str], secret: str, rest: Mapping[str, Any] | None = None) -> bytes:
    """The bytes of a message to send: its fields in order, ``MaXacThuc``, then whatever is not signed."""
    order = ORDER_OF[kind]
    _check_forms(fields, order)
    code = authentication_code(fields, order, secret)
    return orjson.dumps({**{name: fields[name] for name in order}, "MaXacThuc": code, **(rest or {})})


def unseal(body: bytes, kind: str, secret: str) -> Message:
    """Read a received message of this kind.

    Raises Refused ``payments.not-json``, Invalid ``payments.message`` (names every missing or wrong field), or
    WrongCode. Fields we do not know are kept in ``rest`` and not believed.
    """
    table = _read_json(body)
    order = ORDER_OF[kind]
    fields = {name: _as_text(table[name]) for name in (*order, "MaXacThuc") if name in table}
    _check_forms(fields, (*order, "MaXacThuc"))
    if fields["LoaiBanTin"] != kind:
        raise Invalid([malformed("LoaiBanTin")], code="payments.message")
    given = fields.pop("MaXacThuc").lower()
    expected = authentication_code(fields, order, secret)
    if not hmac.compare_digest(given.encode("utf-8"), expected.encode("utf-8")):
        raise WrongCode
    rest = {name: value for name, value in table.items() if name not in fields and name != "MaXacThuc"}
    return Message(kind, fields, rest)


def stamp(moment: datetime) -> str:
    """ThoiGianGD: ``yyyyMMddHHmmss`` in Vietnam's zone."""
    return f"{moment.astimezone(ZONE):%Y%m%d%H%M%S}"


def init_fields(
    *, partner_code: str, reference: str, amount: int, description: str, moment: datetime, ip: str
) -> dict[str, str]:
    """The signed fields of INIT with the constants of the platform; ``amount`` in đồng."""
    return {
        "LoaiBanTin": INIT,
        "PhienBan": VERSION,
        "MaDoiTac": partner_code,
        "MaThamChieu": reference,
        "SoTien": str(amount),
        "LoaiHinhThanhToan": "PAY",
        "MaKenhThanhToan": "1",
        "MaThietBi": "1",
        "NgonNgu": "vi-VN",
        "MaTienTe": CURRENCY,
        "MaNganHang": "PAYMENT",
        "ThongTinGiaoDich": plain(description),
        "ThoiGianGD": stamp(moment),
        "Ip": ip,
    }


def query_fields(*, partner_code: str, reference: str, moment: datetime) -> dict[str, str]:
    """The signed fields of QUERY."""
    return {
        "LoaiBanTin": QUERY,
        "PhienBan": VERSION,
        "MaDoiTac": partner_code,
        "MaThamChieu": reference,
        "ThoiGianGD": stamp(moment),
    }


def plain(text: str) -> str:
    """A description that a field may hold: NFC, one line, no ``|``, at most 255 characters."""
    return " ".join(nfc(text).replace(SEPARATOR, "/").split())[:255].strip()


def _read_json(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BYTES:
        raise _not_json()
    try:
        table = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _not_json() from None
    if not isinstance(table, dict):
        raise _not_json()
    return table


def _not_json() -> Refused:
    return Refused(
        "payments.not-json",
        tr("Bản tin không phải là một đối tượng JSON.", "The message is not a JSON object."),
        status=400,
    )


def _as_text(value: object) -> str:
    """Numbers come as numbers from some systems; anything else that is not text becomes unfit text."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def _complaints(name: str, fields: Mapping[str, str]) -> list[tuple[Bilingual, str]]:
    if name not in fields:
        sentence = tr("Thiếu trường {name}.", "The field {name} is missing.").format(name=name)
        return [(sentence, "payments.field-missing")]
    if SEPARATOR in fields[name]:
        return [(malformed(name).message, "payments.field-wrong")]
    return []


def _check_forms(fields: Mapping[str, str], names: Sequence[str]) -> None:
    errors = []
    for name in names:
        missing = [FieldError(name, sentence, code) for sentence, code in _complaints(name, fields)]
        if missing:
            errors += missing
        elif not _fits(name, fields[name]):
            errors.append(malformed(name))
    if errors:
        raise Invalid(errors, code="payments.message")


def _fits(name: str, value: str) -> bool:
    if not _FORM.get(name, _ANY_TEXT).fullmatch(value):
        return False
    if name != "ThoiGianGD":
        return True
    try:
        datetime.strptime(value, "%Y%m%d%H%M%S").replace(tzinfo=ZONE)
    except ValueError:
        return False
    return True


def malformed(name: str) -> FieldError:
    """The complaint about a field that is there but unfit."""
    sentence = tr("Trường {name} không đúng dạng.", "The field {name} is malformed.").format(name=name)
    return FieldError(name, sentence, "payments.field-wrong")
