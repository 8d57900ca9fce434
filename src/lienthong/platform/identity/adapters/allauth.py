"""How allauth behaves here: no sign-up, no messages of its own, our sentences, our landing page."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import is_valid_path
from typing_extensions import override

from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.identity import queries
from lienthong.platform.identity.models import Account

SENTENCES: dict[str, Bilingual] = {
    "username_password_mismatch": tr(
        "Số định danh (hoặc tên đăng nhập) và mật khẩu không khớp. Hãy kiểm tra rồi nhập lại.",
        "The personal number (or user name) and the password do not match. Check them and try again.",
    ),
    "too_many_login_attempts": tr(
        "Bạn đã nhập sai nhiều lần. Hãy chờ 5 phút rồi thử lại.",
        "There were too many wrong attempts. Wait 5 minutes, then try again.",
    ),
    "account_inactive": tr("Tài khoản này đang bị khóa.", "This account is locked."),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """The seam of allauth through which this room sets its rules."""

    @override
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are opened by the e-identity system or by an agency, never by signing up."""
        return False

    @override
    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: the page one lands on shows who is signed in."""

    @override
    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Our sentence for an error code; the same one whether or not the account exists."""
        return ValidationError(str(SENTENCES.get(code, SENTENCES["username_password_mismatch"])), code=code)

    @override
    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where one lands without ``next``: the page of one's duty, else the front page."""
        return landing_page(cast("Account", request.user))

    @override
    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """After signing out: the front page."""
        return "/"


def landing_page(account: Account) -> str:
    """The page a person begins at. Which page serves which duty is known to the roof alone (settings).

    A page that no open door of this node answers is passed over.
    """
    pages: dict[str, str] = getattr(settings, "LANDING_PAGES", {})
    duties = frozenset[str]().union(*queries.duties_by_agency(account.pk).values())
    fitting = (page for duty, page in pages.items() if duty in duties and is_valid_path(page))
    return next(fitting, str(settings.LOGIN_REDIRECT_URL))
