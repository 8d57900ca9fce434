"""An officer's own signature (chữ ký số của tôi): certificate, where the key lies, PIN."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lienthong.kernel import access
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import FieldError, Refused
from lienthong.kernel.text import show_date, show_moment, tr
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.types import CredentialFacts

_PLACES = (
    ("here", tr("Hệ thống này giữ khóa, ký bằng mã PIN", "This system keeps it, I sign with a PIN")),
    ("remote", tr("Điện thoại hoặc dịch vụ ký từ xa giữ khóa", "My phone or a signing service keeps it")),
)


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in()
def own(request: HttpRequest) -> HttpResponse:
    """Show the own signature; set its PIN; choose where it is made."""
    actor = access.acting(request)
    if request.method != "POST":
        return _page(request, actor)
    try:
        if "place" in request.POST:
            services.choose_place(request.POST["place"], actor=actor)
            messages.success(request, str(tr("Đã lưu nơi giữ khóa ký.", "The place of your key was kept.")))
        else:
            _set_pin(request, actor)
            messages.success(request, str(tr("Đã đặt mã PIN ký số.", "The PIN of your signature was set.")))
    except Refused as refused:
        if not refused.field_errors:
            raise
        return _page(request, actor, refused)
    return redirect(request.path)


def _set_pin(request: HttpRequest, actor: Actor) -> None:
    pin = request.POST.get("pin", "")
    if pin != request.POST.get("again", ""):
        raise Refused(
            "signing.pins-differ", tr("Hai lần nhập mã PIN không giống nhau.", "The two PINs differ."), field="again"
        )
    services.set_pin(pin, secret=request.POST.get("secret", ""), actor=actor)


def _page(request: HttpRequest, actor: Actor, refused: Refused | None = None) -> HttpResponse:
    facts = queries.get_credential(actor)
    errors: tuple[FieldError, ...] = tuple(refused.field_errors) if refused else ()
    context = {
        "facts": facts,
        "rows": _rows(facts),
        "places": _PLACES,
        "errors": errors,
        "asks_secret": facts.has_pin or identity_queries.has_password(actor.account_id or 0),
    }
    return render(request, "signing/credential.html", context, status=refused.status if refused else 200)


def _rows(facts: CredentialFacts) -> list[dict[str, object]]:
    rows: list[tuple[object, object]] = []
    if facts.is_held:
        certificate = queries.get_certificate(facts.key)
        rows += [
            (tr("Người ký", "Signer"), certificate.name),
            (tr("Chức vụ, cơ quan", "Position, agency"), ", ".join(
                one for one in (certificate.position, certificate.organisation) if one and one != certificate.name)),
            (tr("Tổ chức cấp", "Issued by"), certificate.issuer),
            (tr("Có hiệu lực đến", "Valid until"), show_date(certificate.not_after.date())),
        ]  # fmt: skip
    state = tr("Đã đặt", "Set") if facts.has_pin else tr("Chưa đặt", "Not set")
    if facts.locked_until is not None:
        state = tr(f"Bị khóa đến {show_moment(facts.locked_until)}", f"Locked until {show_moment(facts.locked_until)}")
    rows.append((tr("Mã PIN ký số", "PIN"), state))
    return [{"key": key, "value": value} for key, value in rows if value]
