"""Pages of notices: the list, and opening one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from lienthong.kernel import access
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.notices import queries, services


@access.signed_in()
@require_safe
def list_notices(request: HttpRequest) -> HttpResponseBase:
    """The signed-in person's notices, unread first."""
    account_id = _account_id(request)
    page = queries.list_notices(account_id, request.GET.get("page", "1"))
    unread = queries.count_unread(account_id)
    return render(request, "notices/list.html", {"page": page, "unread": unread})


@access.signed_in()
@require_POST
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponseBase:
    """Mark one notice as read and go where it points."""
    account_id = _account_id(request)
    notice = queries.get_notice(account_id, notice_id)
    services.mark_read(account_id=account_id, notice_ids=[notice_id])
    return redirect(notice.link or "notices_list")


@access.signed_in()
@require_POST
def mark_read(request: HttpRequest) -> HttpResponseBase:
    """Mark all as read."""
    services.mark_read(account_id=_account_id(request))
    return redirect("notices_list")


def _account_id(request: HttpRequest) -> int:
    account_id = access.acting(request).account_id
    if account_id is None:
        raise NotFound("notices.no-account", tr("Không có tài khoản.", "There is no account."))
    return account_id
