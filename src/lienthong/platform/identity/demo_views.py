"""The demo's sign-in at one press: synthetic accounts only, where the role ``identity.demo`` is open."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from lienthong.kernel import access, audit, db
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.identity import queries
from lienthong.platform.identity.adapters.allauth import landing_page
from lienthong.platform.identity.models import Account
from lienthong.platform.identity.views import safe_next

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@access.public
@require_POST
def sign_in_as(request: HttpRequest) -> HttpResponseBase:
    """Sign in as a synthetic person or officer. Raises NotFound ``identity.no-demo-person`` else."""
    username = request.POST.get("username", "").replace("\0", "")
    account = Account.objects.filter(username=username, is_demo=True, is_active=True).first()
    if account is None:
        raise NotFound("identity.no-demo-person", tr("Không có người dùng thử này.", "There is no such demo person."))
    with db.atomic():
        login(request, account, backend=_BACKEND)
        audit.record(queries.actor_of(account), "identity.demo-sign-in", f"account:{account.pk}")
    return redirect(safe_next(request) or landing_page(account))
