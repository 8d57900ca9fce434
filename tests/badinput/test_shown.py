"""Texts of strangers, on pages of citizens, officers and operators and on paper: shown as they are, never obeyed."""

import io
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pypdf
import pytest

from lienthong.casework.dossiers import printing, queries, services
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.tests import stories
from lienthong.casework.dossiers.types import Applicant, Paper
from lienthong.kernel import clock, files
from lienthong.kernel.access import Actor
from lienthong.kernel.text import tr
from lienthong.platform.exchange import services as exchange
from lienthong.platform.exchange.models import OutgoingLetter
from lienthong.platform.exchange.tests.country import Homes, Note, at_node
from lienthong.platform.notices import services as notices
from tests.badinput import sites
from tests.badinput.people import LAN, browser, citizen, officer

NOW = clock.at(2026, 11, 23, 9, 30)
MARKUP = (
    *(
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(2)>',
        "'-alert(3)-'",
        "</textarea><svg/onload=alert(4)>",
    ),
    *("{{ node.home }}", "{% csrf_token %}", "javascript:alert(5)", "&lt;b&gt;"),
)
TYPST = (
    *(
        '#import "paper.typ": *',
        '#read("/etc/passwd")',
        "$x^2$",
        "*đậm*",
        "_nghiêng_",
        "`mã`",
        "\\ xuống",
        "@tham-chieu",
    ),
    *("<nhan>", "= Tiêu đề", "- gạch", "+ số", "/ Từ: nghĩa", "// ghi chú", "/* ghi chú */", "https://vidu.example"),
    *("~", "--", "...", '"nháy"', "[ngoặc]", "#[x]", "#let a = 1", "%s {0} {name}"),
)


class Tags(HTMLParser):
    """Everything in a page that could act."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.handlers: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("script", "svg", "iframe", "object", "embed", "style"):
            self.scripts.append(f"{tag} {given.get('src') or given.get('class') or ''}")
        self.handlers += [name for name in given if name.startswith("on")]
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]


def check_page(client: Any, address: str, texts: tuple[str, ...] = MARKUP) -> str:
    """Nothing of the texts acts on this page; gives the page."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    page: str = answer.content.decode()
    tags = Tags()
    tags.feed(page)
    assert not tags.handlers, (address, tags.handlers)
    assert not [one for one in tags.scripts if one.startswith("script") and "/static/" not in one], address
    assert not [one for one in tags.links if re.match(r"\s*(javascript|data|vbscript):", one, re.IGNORECASE)], address
    assert "<svg/onload" not in page
    for text in texts:
        assert text not in page or "<" not in text, (address, text)
    return page


@pytest.fixture
def ward(province: Path) -> Iterator[Actor]:
    with clock.frozen(NOW):
        yield officer("H36.101", name="Trần <b>Oanh</b> & con")


def evil_dossier(who: Actor, texts: tuple[str, ...]) -> Any:
    """Every free text of a dossier holds the texts: answers, papers, reasons, notes."""
    text = " ".join(texts)
    paper = files.store(b"%PDF-1.4\n%%EOF\n", name=f"{texts[0]}.pdf")
    answers = stories.extract_answers()
    answers["applicant"]["address"] = text[:250]
    answers["extract"] |= {"registered_at": text[:250], "register_number": texts[1][:50]}
    made = services.file_at_counter(
        procedure_code=stories.EXTRACT, agency_code="H36.101", answers=answers,
        papers=(Paper("", text[:250], paper),), actor=who,
        applicant=Applicant("Nguyễn Thị Lan", LAN, "", "", text[:250]),
    )  # fmt: skip
    services.assign_dossier(dossier_id=made.id, officer_id=who.account_id or 0, note=text[:500], actor=who)
    services.ask_supplement(dossier_id=made.id, papers=list(texts), reason=text, actor=who)
    services.take_supplement(dossier_id=made.id, papers=(Paper("", texts[0], paper),), note=text, actor=who)
    services.draft_decision(dossier_id=made.id, verdict="granted", text=text, actor=who)
    services.return_draft(dossier_id=made.id, remarks=text[:1000], actor=who)
    return services.draft_decision(dossier_id=made.id, verdict="granted", text=text, actor=who)


def test_officers_pages_show_texts_as_texts(ward):
    dossier = evil_dossier(ward, MARKUP)
    client = browser(ward.account_id)
    for address in (f"/mot-cua/{dossier.id}/", "/mot-cua/", "/mot-cua/ky/", f"/mot-cua/?q={'%3Cscript%3E'}"):
        check_page(client, address)
    for action in queries.list_next_actions(queries.get_dossier(dossier.id, ward), ward):
        check_page(client, f"/mot-cua/{dossier.id}/viec/{action.deed}/")


def test_citizens_pages_show_texts_as_texts(ward, homes: Homes):
    dossier = evil_dossier(ward, MARKUP)
    with sites.at("hub", homes.of("G22")):
        lan = citizen(LAN)
        text = " ".join(MARKUP)
        notices.notify(account_id=lan.account_id, title=tr(text, text), body=tr(text, text), link="/ho-so/")
        client = browser(lan.account_id)
        page = check_page(client, f"/ho-so/{dossier.id}/")
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        for address in ("/ho-so/", "/thong-bao/", f"/tra-cuu/?ma={dossier.code}"):
            check_page(client, address)
        Dossier.objects.filter(pk=dossier.id).update(status=5, finished_at=None, paused_at=NOW)
        dossier_row = Dossier.objects.get(pk=dossier.id)
        dossier_row.supplements.update(answered_at=None)
        check_page(client, f"/ho-so/{dossier.id}/bo-sung/")


def test_operators_pages_show_reasons_of_other_nodes_as_texts(hub, homes: Homes):
    text = " ".join(MARKUP)
    with at_node(homes, "G22"):
        letter_id = exchange.post_letter(Note(subject="x", number=1), recipient="H36", about=text[:90])
    OutgoingLetter.objects.update(code="x.y", reason_vi=text, reason_en=text)
    with sites.at("hub", homes.of("G22")):
        client = browser(officer("G22").account_id)
        entries = [path for role in sites.wiring.roles_of(sites.profile_of("hub")) for path, _, _ in role.menu]
        base = next(path for path in entries if client.get(path).context and b"test-note" in client.get(path).content)
        check_page(client, base)
        check_page(client, f"{base}thong-diep/{letter_id}/")


@pytest.mark.parametrize("texts", [MARKUP, TYPST], ids=["html", "typst"])
def test_paper_prints_texts_letter_by_letter(ward, texts):
    dossier = evil_dossier(ward, texts)
    row = Dossier.objects.get(pk=dossier.id)
    row.result_number, row.answers["subject"]["name"] = "01/TLHT-BS", "Trần Thị Bích Ngọc"
    full = queries.get_dossier(dossier.id, ward)
    made = {
        "receipt": (printing.make_receipt(full, officer=ward.name, components=list(texts)), texts),
        "supplement": (printing.make_supplement_slip(full, officer=ward.name), texts),
        "control": (printing.make_control_sheet(full, officer=ward.name), ("Trần <b>Oanh</b> & con",)),
        "result": (printing.make_result(row, on=NOW.date(), position="Chủ tịch", signer="Trần Oanh"), texts),
    }
    for name, (pdf, wanted) in made.items():
        said = squeezed("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages))
        for text in wanted:
            assert squeezed(text) in said, (name, text, said[:3000])


def squeezed(text: str) -> str:
    """Without spaces and line breaks: where lines break is the layout's affair."""
    return re.sub(r"\s|\u00ad", "", text)


@pytest.mark.parametrize("text", [
    "👩‍👧 🇻🇳", "\u0e01\u0e33 ไทย", "中文", "a" * 2000, "ữ" * 1900, "mộtchữdàikhôngcódấucách" * 60, "dòng\n" * 300,
])  # fmt: skip
def test_any_readable_text_can_be_printed(ward, text):
    dossier = evil_dossier(ward, (text[:240], "x"))
    pdf = printing.make_supplement_slip(queries.get_dossier(dossier.id, ward), officer=ward.name)
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) >= 1


@pytest.mark.parametrize("name", [
    'giấy "khai" sinh.pdf', "a\r\nSet-Cookie: x=1.pdf", "../../etc/passwd", "\u202egnp.exe", "x" * 500 + ".pdf",
    "%0d%0a.pdf", "giấy;filename=evil.exe", "<script>.pdf", "  .pdf", "CON", "a\0.pdf",
])  # fmt: skip
def test_a_name_of_a_file_forges_no_header(ward, name):
    paper = files.store(b"%PDF-1.4\n%%EOF\n", name=name)
    made = stories_counter(ward, paper)
    answer = browser(ward.account_id).get(f"/mot-cua/{made.id}/tep/{made.attachments[0].id}/")
    assert answer.status_code == 200
    told = answer.headers["Content-Disposition"]
    assert told.startswith("inline; filename")
    assert told.count("filename=") + told.count("filename*=") == 1
    assert not re.search(r"[\x00-\x1f<>]|\.\./", told)
    assert "x" not in answer.cookies
    assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")


def stories_counter(who: Actor, paper: Any) -> Any:
    return services.file_at_counter(
        procedure_code=stories.EXTRACT, agency_code="H36.101", answers=stories.extract_answers(),
        papers=(Paper("", "Giấy", paper),), applicant=stories.APPLICANT, actor=who,
    )  # fmt: skip


POLYGLOT = b"%PDF-1.4\n<html><script>alert(document.cookie)</script></html>\n%%EOF\n"


def test_a_pdf_that_is_a_web_page_too_is_shown_as_a_pdf_only(ward):
    made = stories_counter(ward, files.store(POLYGLOT, name="giay.html"))
    answer = browser(ward.account_id).get(f"/mot-cua/{made.id}/tep/{made.attachments[0].id}/")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (
        "script-src" in answer.headers["Content-Security-Policy"]
        or "default-src 'self'" in (answer.headers["Content-Security-Policy"])
    )


def test_a_word_file_is_saved_never_shown(ward):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    made = stories_counter(ward, files.store(out.getvalue(), name="to-khai.docx"))
    answer = browser(ward.account_id).get(f"/mot-cua/{made.id}/tep/{made.attachments[0].id}/")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
