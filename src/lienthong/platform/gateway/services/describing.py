"""Metaservices of a provider's system (siêu dịch vụ): which methods it has, which the caller may use, how they work."""

from urllib.parse import parse_qs

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.gateway.types import ClientId, ServiceId


def describe(service: ServiceId, client: ClientId, query: str) -> tuple[int, str, bytes]:
    """Status, content type and body of a metaservice's answer. Raises Refused `gateway.no-description`."""
    raise Refused("gateway.no-description", tr("Không có mô tả.", "There is no description."), details=parse_qs(query))
