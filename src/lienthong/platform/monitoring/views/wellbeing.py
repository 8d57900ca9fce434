"""Health and certificates: why the node is not well, and how long its keys still live."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lienthong.kernel import access
from lienthong.kernel.text import show_date, tr
from lienthong.platform.monitoring import queries
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing.types import Lifetime

_LEVELS = {
    "ok": (tr("Tốt", "Good"), "green"),
    "warn": (tr("Cần chú ý", "Needs a look"), "orange"),
    "failing": (tr("Hỏng", "Failing"), "red"),
}
_SHARES = {
    "ok": (tr("Còn dài", "Long to go"), "green"),
    "warn": (tr("Đã qua 75 % thời hạn", "75 % of its life is over"), "orange"),
    "critical": (tr("Đã qua 90 % thời hạn", "90 % of its life is over"), "red"),
}

_DRAWN = ("node", "tls", "root")
"""What the node stands on is drawn; of seals and officers there may be hundreds, and the table will do."""
_KINDS = {
    "node": tr("khóa của nút", "key of the node"),
    "tls": tr("kết nối TLS", "TLS"),
    "seal": tr("con dấu cơ quan", "agency seal"),
    "officer": tr("chữ ký cán bộ", "officer"),
    "root": tr("gốc tin cậy", "trusted root"),
    "issuing": tr("cơ quan cấp", "issuing authority"),
    "tsa": tr("cấp dấu thời gian", "timestamps"),
    "ocsp": tr("tra cứu tình trạng", "status answers"),
}
_HEAD = (
    tr("Chứng thư", "Certificate"),
    tr("Loại", "Kind"),
    {"text": tr("Đã qua", "Over"), "numeric": True},
    tr("Đến", "Until"),
)


@access.duty("operator")
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Every check, the worst first: what was found and what to do."""
    checks = queries.run_checks(fresh=True)
    level = queries.worst_level(checks)
    context = {
        "level": level,
        "label": _LEVELS[level][0],
        "colour": _LEVELS[level][1],
        "checks": [
            {"check": check, "label": _LEVELS[check.level][0], "colour": _LEVELS[check.level][1]} for check in checks
        ],
    }
    return render(request, "monitoring/health.html", context)


@access.duty("operator")
@require_safe
def certificates(request: HttpRequest) -> HttpResponse:
    """The certificates of this node and of those it deals with, by how much of their life is over."""
    lifetimes = sorted(signing_queries.lifetimes(), key=lambda one: -one.share)
    drawn = [one for one in lifetimes if one.level != "ok" or one.kind in _DRAWN]
    context = {
        "certificates": [_shown(one) for one in drawn],
        "head": _HEAD,
        "rows": [_row(one) for one in lifetimes if one not in drawn],
    }
    return render(request, "monitoring/certificates.html", context)


def _row(lifetime: Lifetime) -> list[Any]:
    until = show_date(lifetime.not_after)
    return [lifetime.name, _KINDS.get(lifetime.kind, lifetime.kind), f"{lifetime.share:.0%}", until]


def _shown(lifetime: Lifetime) -> dict[str, Any]:
    label, colour = _SHARES[lifetime.level]
    share = min(max(lifetime.share, 0.0), 1.0)
    return {
        "one": lifetime,
        "label": label,
        "colour": colour,
        "kind": _KINDS.get(lifetime.kind, lifetime.kind),
        "percent": round(lifetime.share * 100),
        "width": f"{share * 100:.1f}",
    }
