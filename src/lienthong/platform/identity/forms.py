"""The sign-in form."""

from __future__ import annotations

import re
from typing import Any

from allauth.account.forms import LoginForm

from lienthong.kernel.text import nfc, tr

_SPACED_NUMBER = re.compile(r"[0-9][0-9 .]*")


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth ships no types
    """User name and password. A personal number may be typed in groups (001 085 012345)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.error_messages["required"] = str(
            tr("Nhập số định danh cá nhân hoặc tên đăng nhập.", "Enter your personal number or user name.")
        )
        login.error_messages["max_length"] = str(tr("Tên đăng nhập quá dài.", "The user name is too long."))
        password.error_messages["required"] = str(tr("Nhập mật khẩu.", "Enter your password."))

    def clean_login(self) -> str:
        """The name as accounts keep it."""
        typed = nfc(str(self.cleaned_data["login"])).strip().lower()
        return re.sub(r"[ .]", "", typed) if _SPACED_NUMBER.fullmatch(typed) else typed
