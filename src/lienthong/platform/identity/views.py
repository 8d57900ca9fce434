"""Pages of identity: sign in, sign out, choose the agency to act for."""

from __future__ import annotations

from typing import Any

from allauth.account.views import AccountInactiveView, LoginView, LogoutView
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods
from typing_extensions import override

from lienthong.kernel import access, roles
from lienthong.kernel.errors import FieldError
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.identity import queries
from lienthong.platform.identity.forms import SignInForm
from lienthong.platform.identity.middleware import AGENCY_IN_SESSION
from lienthong.platform.identity.types import DEMO_PIN, DemoPerson

DEMO_ROLE = "identity.demo"


class SignInView(LoginView):  # type: ignore[misc]  # allauth ships no types
    """Sign in (đăng nhập) by personal number or officer's user name, and password; allauth does the work."""

    form_class = SignInForm
    template_name = "identity/sign_in.html"

    def get_form_class(self) -> type[SignInForm]:
        """Our form, whatever the settings of allauth say."""
        return SignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page shows; the demo's people only where that role is open."""
        form = kwargs.get("form") or self.get_form()
        return {
            "form": form,
            "errors": _errors_of(form) if form.is_bound else [],
            "typed": form.data.get("login", "") if form.is_bound else "",
            "next": safe_next(self.request),
            "demo_groups": demo_groups() if roles.is_open(DEMO_ROLE) else [],
            "demo_pin": DEMO_PIN if roles.is_open("signing.remote") else "",
        }


class SignOutView(LogoutView):  # type: ignore[misc]  # allauth ships no types
    """Sign out (đăng xuất): asks on GET, ends the session on POST."""

    template_name = "identity/sign_out.html"


class LockedView(AccountInactiveView):  # type: ignore[misc]  # allauth ships no types
    """Said after a right password only: the account is locked."""

    template_name = "identity/locked.html"

    @override
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Nothing but the page itself."""
        return {}


sign_in = access.public(SignInView.as_view())
sign_out = access.public(SignOutView.as_view())
locked = access.public(LockedView.as_view())


@access.signed_in()
@require_http_methods(["GET", "POST"])
def choose_agency(request: HttpRequest) -> HttpResponseBase:
    """Choose agency (chọn cơ quan): an officer of several agencies acts for one of them at a time."""
    actor = access.acting(request)
    held = queries.duties_by_agency(actor.account_id or 0) if actor.kind == "officer" else {}
    goal = safe_next(request) or "/"
    if not held:
        return redirect(goal)
    errors: list[FieldError] = []
    if request.method == "POST":
        chosen = request.POST.get("agency", "")
        if chosen in held:
            request.session[AGENCY_IN_SESSION] = chosen
            return redirect(goal)
        errors = [FieldError("agency", tr("Hãy chọn một cơ quan.", "Choose an agency."), "identity.agency")]
    context = {"options": _agency_options(held), "chosen": actor.agency_code, "errors": errors, "next": goal}
    return render(request, "identity/choose_agency.html", context, status=422 if errors else 200)


def safe_next(request: HttpRequest) -> str:
    """The page to go to afterwards, if it is one of this node; else ""."""
    goal = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    return goal if url_has_allowed_host_and_scheme(goal, hosts, require_https=request.is_secure()) else ""


def demo_groups() -> list[dict[str, Any]]:
    """The demo's people in groups: citizens, then the officers of each agency."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for person in queries.list_demo_people():
        groups.setdefault(person.agency_code, []).append({"person": person, "note": _note(person)})
    return [
        {"title": _agency_name(code) if code else tr("Người dân", "Citizens"), "people": people}
        for code, people in groups.items()
    ]


def _note(person: DemoPerson) -> Bilingual | str:
    if person.kind == "officer":
        return person.description
    level = f"{person.level}"
    return tr("Tài khoản định danh mức {level}", "E-identity account, level {level}").format(level=level)


def _agency_name(code: str) -> str:
    return agencies_queries.get_agency(code).name


def _agency_options(held: dict[str, frozenset[str]]) -> list[tuple[str, str, str]]:
    return [
        (code, _agency_name(code), ", ".join(queries.duty_label(duty) for duty in sorted(duties)))
        for code, duties in held.items()
    ]


def _errors_of(form: SignInForm) -> list[FieldError]:
    """allauth's errors as ours; what is wrong with the pair stands at its first field."""
    return [
        FieldError(
            "login" if name == "__all__" else name,
            tr(error["message"], error["message"]),
            "identity." + (error["code"] or "invalid").replace("_", "-"),
        )
        for name, errors in form.errors.get_json_data().items()
        for error in errors
    ]
