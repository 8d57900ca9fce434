"""People at their browsers."""

from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from lienthong.kernel.access import SYSTEM, Actor
from lienthong.platform.identity import services as identity

ALL_DUTIES = frozenset({"reception", "handling", "leader", "clerk", "command", "operator", "publisher"})
LAN, BINH = "068195000001", "068095000002"


def browser(account_id: Any) -> Client:
    """A browser in which this account is signed in."""
    client = Client(raise_request_exception=False)
    client.force_login(
        get_user_model().objects.get(pk=account_id), "allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def officer(agency_code: str, duties: frozenset[str] = ALL_DUTIES, name: str = "Lê Văn Một") -> Actor:
    """An officer of the agency with these duties."""
    made = identity.appoint_officer(
        username=f"cb.{agency_code.lower()}.{len(duties)}", name=name, agency_code=agency_code, position="Công chức",
        duties=duties, actor=SYSTEM,
    )  # fmt: skip
    return Actor("officer", made.name, made.account_id, agency_code=agency_code, duties=duties, level=1)


def citizen(number: str = LAN, name: str = "Nguyễn Thị Lan", level: int = 2) -> Actor:
    """A person with an account."""
    made = identity.open_person_account(personal_number=number, name=name, level=level, actor=SYSTEM)
    return Actor("person", made.name, made.account_id, personal_number=number, level=level)
