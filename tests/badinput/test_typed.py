"""What people type: markup, format signs, broken and hidden characters, endless texts; on the pages that take them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lienthong.casework.dossiers import queries, services
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.tests import stories
from lienthong.kernel import clock
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.platform.identity import services as identity

DUTIES = frozenset({"reception", "handling", "leader", "clerk", "operator"})
BROKEN = {
    "nul": "a\0b",
    "escape": "a\x1b[2Jb",
    "reversed": "Nguyễn \u202egnp.exe",
    "hidden": "\u200b\u2060\ufeff",
    "unassigned": "a\U000e0fffb",
    "replacement": "a\ufffdb",
    "emoji": "👩‍👧 🇻🇳",
    "endless": "x" * 200_000,
    "markup": "<script>alert(1)</script>",
    "superscript": "²³",
    "number": "9" * 400,
    "decomposed": "Tiê\u0301ng Viê\u0323t",
}
NOW = clock.at(2026, 11, 23, 9, 30)


@pytest.fixture
def officer(province: Any) -> Iterator[Actor]:
    """One officer of the ward who may do everything."""
    made = identity.appoint_officer(
        username="toan.quyen", name="Toàn Quyền", agency_code="H36.101", position="Thử", duties=DUTIES, actor=SYSTEM
    )
    with clock.frozen(NOW):
        yield Actor("officer", made.name, made.account_id, agency_code="H36.101", duties=DUTIES, level=1)


def browser_of(actor: Actor) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(
        get_user_model().objects.get(pk=actor.account_id), "allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def received(officer: Actor) -> Any:
    return services.file_at_counter(
        procedure_code=stories.EXTRACT, agency_code="H36.101", answers=stories.extract_answers(), papers=(),
        applicant=stories.APPLICANT, actor=officer, return_way="counter",
    )  # fmt: skip


def assigned(officer: Actor) -> Any:
    return services.assign_dossier(dossier_id=received(officer).id, officer_id=officer.account_id or 0, actor=officer)


def asked(officer: Actor) -> Any:
    return services.ask_supplement(dossier_id=assigned(officer).id, papers=["Sổ"], reason="Thiếu.", actor=officer)


def charged(officer: Actor) -> Any:
    return services.request_fee(dossier_id=assigned(officer).id, actor=officer)


def drafted(officer: Actor) -> Any:
    return services.draft_decision(dossier_id=assigned(officer).id, verdict="granted", text="Có.", actor=officer)


PAPER = ("paper", b"%PDF-1.4\n%%EOF\n")
FORMS: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "assign": (received, "assign", ("officer", "note")),
    "stop": (assigned, "stop", ("reason",)),
    "ask": (assigned, "ask_supplement", ("papers", "reason")),
    "add": (asked, "supplement", ("title", "note", "paper")),
    "pay": (charged, "settle_fee", ("receipt",)),
    "draft": (assigned, "draft", ("verdict", "text")),
    "return": (drafted, "return_draft", ("remarks",)),
    "withdraw": (assigned, "withdraw", ("reason",)),
}


@pytest.mark.parametrize("form", sorted(FORMS))
def test_officers_forms_bear_anything(officer, form):
    """Either refused at its field with nothing changed, or kept clean; never an error of ours."""
    make, deed, names = FORMS[form]
    client, dossier = browser_of(officer), make(officer)
    for kind, text in BROKEN.items():
        for spoiled in names:
            values: dict[str, Any] = dict.fromkeys(names, "Bình thường") | {"verdict": "granted"}
            if "paper" in names:
                values["paper"] = SimpleUploadedFile("sổ.pdf", PAPER[1])
            if spoiled != "paper":
                values[spoiled] = text
            else:
                values["paper"] = SimpleUploadedFile(text[:200] or "x", PAPER[1])
            before = queries.get_truth(dossier.id)["version"]
            answer = client.post(f"/mot-cua/{dossier.id}/viec/{deed}/", values)
            assert answer.status_code in (302, 422), (kind, spoiled, answer.status_code)
            after = queries.get_truth(dossier.id)["version"]
            assert (after > before) == (answer.status_code == 302), (kind, spoiled)
            if answer.status_code == 422:
                _names_its_field(answer.content.decode(), (kind, spoiled))
            else:
                _is_kept_clean(dossier.id)
                dossier = make(officer)


def _names_its_field(page: str, where: Any) -> None:
    """The summary leads to a field that is there and says there what is wrong."""
    targets = re.findall(r'govuk-error-summary__list.*?href="#([^"]+)"', page, re.DOTALL)
    assert targets, where
    for target in targets:
        assert f'id="{target}"' in page, (where, target)
        assert f'id="{target}-error"' in page, (where, target)


def _is_kept_clean(dossier_id: Any) -> None:
    row = Dossier.objects.get(pk=dossier_id)
    kept = [row.decision_text, row.draft_remarks, *(entry["note"] for entry in row.timeline.values())]
    kept += [text for one in row.attachments.all() for text in (one.title, one.name)]
    for text in kept:
        assert not re.search("[\0-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffd]", text), repr(text[:80])


@pytest.mark.parametrize("kind", sorted(BROKEN))
def test_the_form_at_the_counter_bears_anything(officer, kind):
    client = browser_of(officer)
    right = {
        f"{group}.{name}": value for group, part in stories.extract_answers().items() for name, value in part.items()
    }
    for spoiled in right:
        answer = client.post("/mot-cua/tiep-nhan/2.000635/", {**right, spoiled: BROKEN[kind]})
        assert answer.status_code in (302, 422), (spoiled, answer.status_code)


@pytest.mark.parametrize(
    "address",
    [
        "/van-hanh/lich-lam-viec/them/",
        "/van-hanh/lich-lam-viec/gio-lam-viec/",
        "/dang-nhap/",
        "/dang-nhap/nguoi-dung-thu/",
        "/ngon-ngu/",
    ],
)
def test_other_forms_bear_anything(officer, address):
    pages = {
        "/van-hanh/lich-lam-viec/them/": {
            "kind": "off", "day-day": "3", "day-month": "3", "day-year": "2027", "name_vi": "Nghỉ", "decision": "1/QĐ",
            "scope": "agency",
        },
        "/dang-nhap/": {"login": "068185000001", "password": "sai", "next": "/"},
        "/dang-nhap/nguoi-dung-thu/": {"username": "x", "next": "/"},
        "/ngon-ngu/": {"language": "vi", "next": "/"},
    }  # fmt: skip
    right = pages.get(
        address, {"decision": "1/QĐ", "weekdays": "1", "morning_opens": "7:30", "morning_closes": "11:30"}
    )
    for kind, text in BROKEN.items():
        client = Client(raise_request_exception=False) if "dang-nhap" in address else browser_of(officer)
        for spoiled in right:
            answer = client.post(address, {**right, spoiled: text})
            assert answer.status_code in (200, 302, 404, 422, 429), (kind, spoiled)
            assert "<script>alert" not in answer.content.decode(), (kind, spoiled)


def test_a_handler_who_does_not_exist_is_told_at_the_field(officer):
    dossier = received(officer)
    for number in ("999999999", "9" * 30, "-1", "²"):
        answer = browser_of(officer).post(f"/mot-cua/{dossier.id}/viec/assign/", {"officer": number})
        assert answer.status_code == 422
        _names_its_field(answer.content.decode(), number)
