"""For the demo country: a handful of invented documents, sent once however often this runs, and a partner system."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typst

from lienthong.kernel import clock, files, web
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.files import FileRef
from lienthong.kernel.profile import node
from lienthong.kernel.text import show_date
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.documents.models import Document
from lienthong.platform.documents.queries.partners import find_partner
from lienthong.platform.documents.services.partners import register_partner, rotate_secret
from lienthong.platform.documents.services.sending import send_document
from lienthong.platform.documents.types import NewDocument, Signer

_FONTS: Final = Path(web.__file__).parent / "static" / "built" / "fonts"
_FOLDER: Final = Path(__file__).parent.parent / "templates" / "documents" / "pdf"


@dataclass(frozen=True, slots=True)
class _Invented:
    """A document of the demo; `communes`: how many communes of the sender get it, too; `for_partner`: for the agency
    behind the demo's partner system, sent where that system is."""

    sender: str
    type_code: str
    number: int
    notation: str
    subject: str
    receivers: tuple[str, ...]
    communes: int = 0
    priority: int = 0
    for_partner: bool = False


_DOCUMENTS: Final = (
    _Invented("H36", "CV", 9001, "UBND-VX", "V/v báo cáo kết quả chuyển đổi số quý III", ("G22",)),
    _Invented("H36", "BC", 9002, "BC-UBND", "Tình hình giải quyết thủ tục hành chính tháng 10", ("G22", "G01")),
    _Invented("H36", "TB", 9003, "TB-UBND", "Lịch tiếp công dân tháng 12", (), communes=3),
    _Invented("G22", "CV", 9001, "VPCP-KSTT", "V/v đôn đốc rà soát thủ tục hành chính", ("H36", "G01"), priority=1),
    _Invented("G22", "GM", 9002, "GM-VPCP", "Họp trực tuyến về kết nối, chia sẻ dữ liệu", ("H36",), priority=2),
    _Invented("G22", "CV", 9003, "VPCP-KGVX", "V/v kết nối hệ thống quản lý văn bản", ("H56",), for_partner=True),
)
_PARTNER: Final = "VN:GOV:H56:qlvb"
_PARTNER_AGENCY: Final = "H56"
_SIGNERS: Final = {
    "H36": Signer("KT. CHỦ TỊCH", "Phó Chủ tịch", "Nguyễn Văn Mẫu"),
    "G22": Signer("KT. BỘ TRƯỞNG, CHỦ NHIỆM", "Phó Chủ nhiệm", "Trần Thị Ví Dụ"),
}
_PLACES: Final = {"H36": "Lâm Đồng", "G22": "Hà Nội"}


def seed_demo_documents() -> int:
    """Send the demo's documents of this node's agency that were not sent yet; gives how many.

    Their numbers begin at 9001, so that people who try the registers begin at 1.
    """
    own = [one for one in _DOCUMENTS if one.sender == node().agency_code]
    if find_partner(_PARTNER) is None:
        own = [one for one in own if not one.for_partner]
    known = set(Document.objects.filter(agency_code=node().agency_code).values_list("subject", flat=True))
    fresh = [one for one in own if one.subject not in known]
    for one in fresh:
        _send(one)
    return len(fresh)


def seed_demo_partner() -> tuple[str, str]:
    """The demo's partner system, for integrators to try the axis; gives its id and its secret, made now.

    The secret stands nowhere else in the clear: when this is called again there is a new one, and the old one ends.
    """
    if find_partner(_PARTNER) is not None:
        return _PARTNER, rotate_secret(system_id=_PARTNER, at_once=True, actor=SYSTEM)[1]
    entry, secret = register_partner(
        system_id=_PARTNER,
        name="Hệ thống quản lý văn bản dùng thử",
        agencies=[_PARTNER_AGENCY],
        networks=["127.0.0.0/8"],
        contact="Chỉ gọi được từ máy chạy bản trình diễn",
        actor=SYSTEM,
    )
    return entry.system_id, secret


def _send(one: _Invented) -> None:
    communes = [ref.code for ref in agency_queries.list_agencies(level=2, under=one.sender)][: one.communes]
    document = NewDocument(
        agency_code=one.sender,
        type_code=one.type_code,
        number=one.number,
        notation=one.notation,
        place=_PLACES[one.sender],
        promulgated_on=clock.today(),
        subject=one.subject,
        signer=_SIGNERS[one.sender],
        priority=one.priority,
    )
    send_document(document, [_paper(document)], receivers=[*one.receivers, *communes], actor=SYSTEM)


def _paper(document: NewDocument) -> FileRef:
    paper = {
        "agency": agency_queries.name_of_agency(document.agency_code).upper(),
        "code": f"{document.number}/{document.notation}",
        "place": document.place,
        "day": show_date(document.promulgated_on),
        "subject": document.subject,
        "position": document.signer.position,
    }
    inputs = {"paper": json.dumps(paper)}
    pdf = bytes(typst.compile(_FOLDER / "demo.typ", root=_FOLDER, font_paths=[_FONTS], sys_inputs=inputs))
    return files.store(pdf, name=f"{document.number}-{document.notation}.pdf")
