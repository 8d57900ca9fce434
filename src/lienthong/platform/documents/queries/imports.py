"""Ask for the imports of an agency's registers (đợt nhập sổ), for this room's pages."""

from __future__ import annotations

from lienthong.kernel.access import Actor
from lienthong.platform.documents import rights
from lienthong.platform.documents.models import RegisterImport


def list_imports(agency_code: str, actor: Actor, count: int = 50) -> list[RegisterImport]:
    """The newest imports. Raises NotAllowed."""
    rights.require_clerk(actor, agency_code)
    return list(RegisterImport.objects.filter(agency_code=agency_code).order_by("-created_at")[:count])
