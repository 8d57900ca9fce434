"""The page of the directory (danh bạ kết nối): how fresh it is, what is wrong, lives of certificates, the grants."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lienthong.kernel import access, clock
from lienthong.kernel.text import Bilingual, show_date, show_moment, tr
from lienthong.platform.exchange import queries, rules, services
from lienthong.platform.exchange.types import DirectoryState, GrantEntry, NodeEntry
from lienthong.platform.signing.types import Certificate

_STATES = {
    "good": (tr("Còn hiệu lực", "In force"), "green"),
    "grace": (tr("Đã hết hạn, đang dùng bản gần nhất", "Expired, last good copy in use"), "orange"),
    "expired": (tr("Đã hết hạn", "Expired"), "red"),
    "missing": (tr("Chưa có", "Missing"), "red"),
}
_LATE, _SOON = 0.9, 0.75


@require_GET
@access.duty("operator")
def directory(request: HttpRequest) -> HttpResponse:
    """How fresh the directory is, the nodes with the lives of their certificates, the grants."""
    state = queries.get_directory_state()
    usable = state.state in ("good", "grace")
    label, colour = _STATES[state.state]
    context = {
        "state": state,
        "label": label,
        "colour": colour,
        "warning": _warning(state),
        "facts": [
            {"key": tr("Số phát hành", "Serial"), "value": state.serial or "–"},
            {"key": tr("Phát hành lúc", "Issued"), "value": show_moment(state.issued_at) or "–"},
            {"key": tr("Hết hạn lúc", "Expires"), "value": show_moment(state.expires_at) or "–"},
            {"key": tr("Lấy về lúc", "Fetched"), "value": show_moment(state.fetched_at) or "–"},
            {"key": tr("Nơi lấy", "Sources"), "value": ", ".join(services.directory_sources())},
            {"key": tr("Trục trặc", "Trouble"), "value": state.trouble or "–"},
        ],
        "node_head": [
            tr("Mã", "Code"),
            tr("Cơ quan", "Agency"),
            tr("Địa chỉ trao đổi", "Exchange address"),
            tr("Chứng thư hết hạn", "Certificate expires"),
        ],
        "nodes": [_node_cells(entry) for entry in queries.list_nodes()] if usable else [],
        "grant_head": [
            tr("Bên hỏi", "Client"),
            tr("Bên trả lời", "Provider"),
            tr("Dịch vụ", "Service"),
            tr("Mục đích", "Purpose"),
            tr("Căn cứ pháp lý", "Legal ground"),
            tr("Thời hạn", "Valid"),
        ],
        "grants": [_grant_cells(grant) for grant in queries.list_grants()] if usable else [],
    }
    return render(request, "exchange/directory.html", context)


def _warning(state: DirectoryState) -> Bilingual | None:
    """What an operator should know at once, and until when there is time."""
    if state.trouble.startswith("exchange.directory-fork"):
        return tr(
            "Có hai danh bạ khác nhau cùng mang chữ ký của nút trung tâm. Nút này giữ bản đang dùng. "
            "Hãy báo ngay cho đơn vị vận hành nút trung tâm.",
            "Two different directories carry the hub's signature. This node keeps its copy. Tell the hub's operator.",
        )
    if state.state == "expired":
        return tr(
            "Danh bạ đã hết hạn quá lâu: nút này ngừng trao đổi cho đến khi lấy được bản mới.",
            "The directory expired too long ago: nothing is exchanged until a new one is fetched.",
        )
    if state.state == "grace" and state.expires_at is not None:
        end = show_moment(state.expires_at + rules.DIRECTORY_GRACE)
        return tr(
            f"Chưa lấy được danh bạ mới; bản gần nhất còn được dùng đến {end}.",
            f"No newer directory could be fetched; the last good one serves until {end}. Look at the way to the hub.",
        )
    if state.state == "good" and state.issued_at and state.expires_at:
        share = (clock.now() - state.issued_at) / (state.expires_at - state.issued_at)
        if share >= _SOON:
            return tr(
                f"Danh bạ đã qua {share:.0%} thời hạn mà chưa có bản mới.",
                f"The directory has lived {share:.0%} of its life and no newer one has come.",
            )
    return None


def _node_cells(entry: NodeEntry) -> list[Any]:
    address = tr("tự lấy thông điệp về", "fetches its letters") if entry.pull else entry.address
    lives = queries.list_certificates(entry.agency_code)
    return [entry.agency_code, entry.name, address, _expiry(max(lives, key=lambda one: one.not_after, default=None))]


def _expiry(certificate: Certificate | None) -> dict[str, Any]:
    if certificate is None:
        return {"text": tr("Không có chứng thư hợp lệ", "No valid certificate"), "tag": "red"}
    share = _share(certificate.not_before, certificate.not_after)
    colour = "red" if share >= _LATE else "orange" if share >= _SOON else "green"
    day = show_date(certificate.not_after)
    if share < _SOON:
        return {"text": day, "tag": colour}
    return {"text": tr(f"{day}, đã dùng {share:.0%}", f"{day}, {share:.0%} of its life"), "tag": colour}


def _share(start: datetime, end: datetime) -> float:
    return (clock.now() - start) / (end - start)


def _grant_cells(grant: GrantEntry) -> list[Any]:
    until = show_date(grant.valid_to) or str(tr("không thời hạn", "no end"))
    valid = f"{show_date(grant.valid_from)} – {until}"
    return [grant.client, grant.provider, grant.service, grant.purpose, grant.legal_ground, valid]
