"""Identifiers of X-Road in the agencies' codes. Pure.

`VN/GOV/<agency code>/<system>[/<service>]`; agency codes in the form of QĐ 20/2020 (`G22`) or of QCVN 102
(`000.00.00.G22`), which is turned into the first.
"""

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agencies
from lienthong.platform.gateway.types import ClientId, ServiceId

# X-Road's strict set (strict-identifier-checks), and the low line that codes of systems may have.
_PART = re.compile(r"[A-Za-z0-9'()+,\-.=?_]{1,100}")
_MAX_IDENTIFIER = 500

SERVICE_PREFIX = "/r1/"


@lru_cache(maxsize=4096)
def read_client(written: str, instance: str) -> ClientId:
    """`I/C/M/S`. Raises Refused `gateway.no-client`, `gateway.bad-identifier`, `gateway.unknown-member`."""
    if not written:
        raise Refused(
            "gateway.no-client",
            tr("Thiếu tiêu đề X-Road-Client.", "The header X-Road-Client is missing."),
            field="X-Road-Client",
            status=400,
        )
    parts = _parts(written, "X-Road-Client")
    if len(parts) != 4:
        raise bad_identifier("X-Road-Client", "I/C/M/S")
    return ClientId(parts[0], parts[1], _member(parts, instance, "X-Road-Client"), parts[3], written)


@lru_cache(maxsize=8192)
def _read_service(written: str, instance: str) -> ServiceId:
    parts = _parts(written, "path")
    return ServiceId(parts[0], parts[1], _member(parts, instance, "path"), parts[3], parts[4], written)


def read_path(path: str, instance: str) -> tuple[ServiceId, str]:
    """The service and the rest of `/r1/I/C/M/S/service[/rest]`; the rest keeps its encoding, "" when there is none.

    Raises Refused `gateway.bad-identifier`, `gateway.unknown-member`.
    """
    steps = path.split("/", 7)
    if len(steps) < 7 or steps[1] != "r1":
        raise bad_identifier("path", "/r1/{instance}/{class}/{member}/{system}/{service}")
    rest = "/" + steps[7] if len(steps) == 8 else ""
    return _read_service("/".join(steps[2:7]), instance), rest


def read_member(written: str, instance: str, field: str) -> str:
    """The agency code of `I/C/M[/…]`. Raises Refused as `read_client`."""
    parts = _parts(written, field)
    if len(parts) < 3:
        raise bad_identifier(field, "I/C/M")
    return _member(parts, instance, field)


def _parts(written: str, field: str) -> list[str]:
    if len(written) > _MAX_IDENTIFIER:
        raise bad_identifier(field, "I/C/M/S")
    found = []
    for part in written.split("/"):
        try:
            plain = unquote_to_bytes(part).decode("utf-8") if "%" in part else part
        except UnicodeDecodeError:
            plain = ""
        if not _PART.fullmatch(plain) or plain in (".", ".."):
            raise bad_identifier(field, "I/C/M/S")
        found.append(plain)
    return found


def _member(parts: list[str], instance: str, field: str) -> str:
    if parts[0] != instance or parts[1] != "GOV":
        raise unknown_member("/".join(parts[:3]), field)
    code = parts[2]
    try:
        return agencies.from_qcvn102(code) if agencies.is_qcvn102(code) else agencies.check_code(code)
    except Refused:
        raise unknown_member("/".join(parts[:3]), field) from None


def bad_identifier(field: str, form: str) -> Refused:
    return Refused(
        "gateway.bad-identifier",
        tr(f"Định danh không đúng dạng {form}.", f"The identifier is not of the form {form}."),
        field=field,
        status=400,
    )


def unknown_member(written: str, field: str) -> Refused:
    return Refused(
        "gateway.unknown-member",
        tr(f"Không có thành viên {written}.", f"There is no member {written}."),
        field=field,
        status=404,
    )
