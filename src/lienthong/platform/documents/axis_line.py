"""The other axis that this node is a client of, as `[parameters.partner_axis]` of its profile names it."""

from dataclasses import dataclass
from typing import Any

from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr


@dataclass(frozen=True, slots=True)
class AxisSettings:
    """Where it is, who we are there, whose mailbox we fetch, and who is behind it (with everybody below them)."""

    name: str
    url: str
    system_id: str
    agencies: tuple[str, ...]
    serves: tuple[str, ...]
    poll_seconds: float

    def is_behind(self, code: str) -> bool:
        """Is the agency reached through this axis?"""
        return any(f"{code}.".startswith(f"{one}.") for one in self.serves)


def axis_settings() -> AxisSettings | None:
    """The axis of this node's profile, if it names one."""
    table = node().parameters.get("partner_axis", {})
    if not isinstance(table, dict) or not table.get("url"):
        return None
    return AxisSettings(
        name=str(table.get("name", "truc-khac"))[:64],
        url=str(table["url"]).rstrip("/"),
        system_id=str(table.get("system_id", "")),
        agencies=_codes(table.get("agencies", [node().agency_code])),
        serves=_codes(table.get("serves", [])),
        poll_seconds=float(table.get("poll_seconds", 30)),
    )


def axis_secret() -> str:
    """Our secret there. Raises Refused `documents.axis-secret-missing`."""
    table = node().parameters.get("partner_axis", {})
    secret = node().secret("DOCUMENTS_AXIS_SECRET") or str(table.get("secret", ""))
    if not secret:
        raise Refused(
            "documents.axis-secret-missing",
            tr(
                "Chưa có khóa bí mật của trục: đặt DOCUMENTS_AXIS_SECRET hoặc DOCUMENTS_AXIS_SECRET_FILE.",
                "The axis' secret is missing: set DOCUMENTS_AXIS_SECRET or DOCUMENTS_AXIS_SECRET_FILE.",
            ),
            status=503,
        )
    return secret


def _codes(given: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in given) if isinstance(given, list | tuple) else ()
