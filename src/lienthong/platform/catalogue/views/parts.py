"""What the pages share: paging, filters that stay, states as tags, sheets for spreadsheets."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, show_date, tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.catalogue.states import SERVICE_STATES, SHOWN_STATES
from lienthong.platform.catalogue.types import AgreementEntry, Endpoint, ServiceEntry, ServiceRef, SystemRef

PER_PAGE = 25
_MAX_TYPED = 200


def page_of(request: HttpRequest, rows: Sequence[Any]) -> Page[Any]:
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def asked(request: HttpRequest, *names: str) -> dict[str, str]:
    """The filters of the address, cleaned of what no filter could mean."""
    return {name: request.GET.get(name, "").replace("\0", "").strip()[:_MAX_TYPED] for name in names}


def kept(filters: dict[str, str], labels: Mapping[str, object]) -> list[dict[str, str]]:
    """The filters in use, each with the address that takes it off."""
    used = {name: value for name, value in filters.items() if value}
    return [
        {
            "text": str(labels.get(name) or value),
            "href": "?" + urlencode({other: held for other, held in used.items() if other != name}),
        }
        for name, value in used.items()
    ]


def options(table: dict[str, Any], everything: Bilingual) -> list[tuple[str, Bilingual]]:
    """A state table or labels as choices of a select, "all" first."""
    return [("", everything), *((key, getattr(one, "label", one)) for key, one in table.items())]


def service_tag(entry: ServiceEntry) -> dict[str, object]:
    state = SERVICE_STATES[entry.shown_state]
    return {"text": state.label, "tag": state.colour}


def agreement_tag(entry: AgreementEntry) -> dict[str, object]:
    return shown_tag(entry.shown_state(clock.today()))


def shown_tag(key: str) -> dict[str, object]:
    state = SHOWN_STATES[key]
    return {"text": state.label, "tag": state.colour}


def service_address(name: str, service: ServiceRef) -> str:
    """The address of a page about a service: `catalogue-<name>`."""
    return reverse(f"catalogue-{name}", args=[service.agency_code, service.system_code, service.name])


def system_address(system: SystemRef) -> str:
    return reverse("catalogue-system", args=[system.agency_code, system.code])


def agreement_address(agreement_id: object) -> str:
    return reverse("catalogue-agreement", args=[agreement_id])


def ref_of(agency_code: str, system_code: str, name: str) -> ServiceRef:
    return ServiceRef.of(SystemRef(agency_code, system_code), name)


def agency_name(code: str) -> str:
    """The agency's name beside its code, as far as the code is known."""
    found = agencies_queries.find_agency(code)
    return f"{found.name} ({code})" if found else code


def endpoint_rows(endpoints: Iterable[Endpoint]) -> list[list[object]]:
    return [[{"text": one.method, "code": True}, one.path, one.summary or "–"] for one in endpoints]


ENDPOINT_HEAD = [tr("Phương thức", "Method"), tr("Đường dẫn", "Path"), tr("Việc", "Summary")]


def told(value: object) -> object:
    """A value, or a dash where there is none."""
    return "–" if value is None or value == "" else value


def period(entry: AgreementEntry) -> str:
    since = show_date(entry.valid_from) or str(tr("khi chấp thuận", "acceptance"))
    until = show_date(entry.valid_to) or str(tr("không thời hạn", "no end"))
    return f"{since} – {until}"


def done(request: HttpRequest, message: Bilingual, address: str) -> HttpResponse:
    messages.success(request, str(message))
    return redirect(address)


def attempt(deed: Callable[[], object]) -> Refused | None:
    """Do it, or give the refusal for the page to show."""
    try:
        deed()
    except Refused as refusal:
        return refusal
    return None
