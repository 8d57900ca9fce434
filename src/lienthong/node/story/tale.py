"""The main story as steps: who does what at which node, and how one sees that it is done.

Each step can be asked whether it is done and may be tried again, because a node may be killed in the middle of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lienthong.node.story.browser import Browser, PageProblem, Upload
from lienthong.node.story.papers import birth_paper

BIRTH = "1.001193"
EXTRACT = "2.000635"
COMMUNE = "H36.101"


IF_NOT_KNOWN = {
    "receiver.commune": "24781",
    "applicant.address": "Phường Xuân Hương - Đà Lạt, tỉnh Lâm Đồng",
    "mother.name": "Trần Thị Thu Hà",
    "mother.birth_date-day": "14",
    "mother.birth_date-month": "3",
    "mother.birth_date-year": "1996",
    "mother.ethnicity": "Kinh",
    "mother.nationality": "Việt Nam",
    "mother.residence": "Phường Xuân Hương - Đà Lạt, tỉnh Lâm Đồng",
    "subject.birth_date-day": "14",
    "subject.birth_date-month": "3",
    "subject.birth_date-year": "1996",
    "subject.sex": "female",
    "subject.number": "068196000101",
}
"""What the mother types herself when the register could not be asked."""


@dataclass
class Filing:
    """One dossier of the story as it grows: what is filed, and what came of it."""

    procedure: str
    answers: dict[str, Any]
    uploads: dict[str, Upload] = field(default_factory=dict)
    draft: str = ""
    dossier: str = ""
    code: str = ""
    result: bytes = b""
    child_number: str = ""


@dataclass(frozen=True)
class Step:
    """One step: the node it happens at, a sentence, the deed, and the sign that it is done."""

    node: str
    title: str
    act: Callable[[], None]
    done: Callable[[], bool]


@dataclass
class People:
    """The browsers of everybody in the story, by node address."""

    urls: dict[str, str]
    citizen: str
    open: dict[str, Browser] = field(default_factory=dict)

    def browser(self, node: str, username: str) -> Browser:
        """A signed-in browser of this person at this node; signs in again when the session is gone."""
        key = f"{node}/{username}"
        known = self.open.get(key)
        if known is not None:
            return known
        browser = Browser(self.urls[node])
        browser.get("/dang-nhap/")
        browser.submit({"username": username}, form="nguoi-dung-thu")
        self.open[key] = browser
        return browser

    def mother(self) -> Browser:
        return self.browser("hub", self.citizen)

    def officer(self, post: str) -> Browser:
        return self.browser("province", f"{COMMUNE.lower()}.{post}")


@dataclass
class Tale:
    """The story of two filings by one citizen, told as steps."""

    people: People
    child: dict[str, str]
    birth: Filing = field(init=False)
    extract: Filing = field(init=False)

    def __post_init__(self) -> None:
        self.birth = Filing(
            BIRTH, self._birth_answers(), {"birth_paper.file": Upload("giay-chung-sinh.png", birth_paper())}
        )
        self.extract = Filing(EXTRACT, self._extract_answers())

    def _birth_answers(self) -> dict[str, Any]:
        year, month, day = self.child["birth_date"].split("-")
        return {
            "applicant.phone": "0912345678",
            "requester.relation": "mother",
            "child.name": self.child["name"],
            "child.birth_date-day": day,
            "child.birth_date-month": month,
            "child.birth_date-year": year,
            "child.sex": self.child["sex"],
            "child.birth_place_kind": "hospital",
            "child.birth_place": "Bệnh viện Đa khoa, phường Xuân Hương - Đà Lạt, tỉnh Lâm Đồng",
            "child.ethnicity": "Kinh",
            "child.nationality": "Việt Nam",
            "child.hometown": "Phường Xuân Hương - Đà Lạt, tỉnh Lâm Đồng",
            "birth_paper.number": "GCS-2026-0001",
            "birth_paper.issued_by": "Bệnh viện Đa khoa",
            "birth_paper.issued_on-day": day,
            "birth_paper.issued_on-month": month,
            "birth_paper.issued_on-year": year,
            "mother.declared": "yes",
            "mother.number": self.people.citizen,
            "father.declared": "no",
            "delivery.method": "electronic",
        }

    def _extract_answers(self) -> dict[str, Any]:
        return {
            "applicant.phone": "0912345678",
            "extract.kind": "birth",
            "subject.whose": "mine",
            "extract.registered_at": "Đà Lạt, Lâm Đồng",
            "extract.registered_year": "1996",
            "extract.copies": "1",
            "delivery.method": "electronic",
        }

    # The steps

    def steps(self) -> list[Step]:
        """All steps in order."""
        return [
            *self._filing_steps(self.birth, "birth registration", "dang ky khai sinh"),
            *self._handling_steps(self.birth),
            self._step("province", "the handler asks the register about the mother", self._look_up, self._looked_up),
            self._deed(self.birth, "hotich", "request_number", "asks for the child's number", self._has_number),
            *self._ending_steps(self.birth),
            *self._filing_steps(self.extract, "a copy of the extract", "trich luc khai sinh"),
            *self._handling_steps(self.extract),
            self._deed(
                self.extract, "hotich", "request_fee", "asks for the fee", lambda: self._portal_is(self.extract, 6)
            ),
            self._step("hub", "the mother pays 8,000 đ through the gateway", self._pay, self._paid),
            *self._ending_steps(self.extract),
        ]

    def _step(self, node: str, title: str, act: Callable[[], None], done: Callable[[], bool]) -> Step:
        return Step(node, title, act, done)

    def _filing_steps(self, filing: Filing, what: str, words: str) -> list[Step]:
        return [
            Step("hub", f"the mother searches “{words}” and begins {what}",
                 lambda: self._begin(filing, words), lambda: bool(filing.draft)),
            Step("hub", "she answers one thing after another; the state fills in what it knows",
                 lambda: self._fill(filing), lambda: self._is_filled(filing)),
            Step("hub", "she checks her answers and files",
                 lambda: self._file(filing), lambda: bool(filing.dossier) and self._arrived(filing)),
        ]  # fmt: skip

    def _handling_steps(self, filing: Filing) -> list[Step]:
        return [
            self._deed(filing, "tiepnhan", "receive", "receives it: code and return date",
                       lambda: self._portal_is(filing, 2)),
            self._deed(filing, "tiepnhan", "assign", "assigns it", lambda: self._portal_is(filing, 4)),
        ]  # fmt: skip

    def _ending_steps(self, filing: Filing) -> list[Step]:
        return [
            self._deed(filing, "hotich", "draft", "puts the result before the leader",
                       lambda: self._waits_for(filing, "chutich", "decide")),
            self._deed(filing, "chutich", "decide", "signs", lambda: self._waits_for(filing, "vanthu", "issue")),
            self._deed(filing, "vanthu", "issue", "seals and issues", lambda: self._portal_is(filing, 9, 10)),
            Step("hub", "the result reaches the mother", lambda: self._download(filing),
                 lambda: filing.result.startswith(b"%PDF")),
        ]  # fmt: skip

    def _deed(self, filing: Filing, post: str, deed: str, title: str, done: Callable[[], bool]) -> Step:
        return Step("province", f"{post} {title}", lambda: self._do(filing, post, deed), done)

    # The citizen

    def _begin(self, filing: Filing, words: str) -> None:
        mother = self.people.mother()
        mother.get("/thu-tuc/").submit({"q": words})
        if filing.procedure not in mother.body.decode():
            raise PageProblem(f"“{words}” does not find {filing.procedure}")
        mother.get(f"/nop-ho-so/{filing.procedure}/").submit(button="Bắt đầu", form=filing.procedure)
        filing.draft = mother.path.split("/")[3]

    def _fill(self, filing: Filing) -> None:
        mother = self.people.mother()
        mother.get(f"/nop-ho-so/nhap/{filing.draft}/")
        for _ in range(40):
            if mother.path.endswith("/kiem-tra/"):
                return
            here = mother.path
            names = {element.get("name") for element in mother.find("//main//input|//main//select|//main//textarea")}
            values = {name: value for name, value in filing.answers.items() if name in names}
            values |= {name: value for name, value in IF_NOT_KNOWN.items() if name in names and _is_empty(mother, name)}
            files = {name: upload for name, upload in filing.uploads.items() if name in names}
            mother.submit(values, files=files, button="Tiếp tục")
            if mother.path == here:
                raise PageProblem(f"{here} does not let her go on: {mother.text[:600]}")
        raise PageProblem("the form does not end")

    def _is_filled(self, filing: Filing) -> bool:
        return self.people.mother().get(f"/nop-ho-so/nhap/{filing.draft}/kiem-tra/").path.endswith("/kiem-tra/")

    def _file(self, filing: Filing) -> None:
        mother = self.people.mother()
        mother.get(f"/nop-ho-so/nhap/{filing.draft}/kiem-tra/")
        if "/da-nop/" not in mother.path:
            mother.submit(button="Nộp hồ sơ", form="")
        filing.dossier = mother.path.split("/")[3]
        filing.code = mother.find("//*[@id='dossier-code']")[0].text_content().strip()

    def _pay(self) -> None:
        mother = self.people.mother()
        mother.get(f"/ho-so/{self.extract.dossier}/").submit(button="Nộp phí", form="nop-phi")
        # The gateway's own page: a bank, and the button that pays.
        mother.submit(button="Thanh toán")

    def _paid(self) -> bool:
        return self._portal_is(self.extract, 2, 4)

    def _download(self, filing: Filing) -> None:
        filing.result = Browser.get(self.people.mother(), f"/ho-so/{filing.dossier}/ket-qua/").body

    def _portal_is(self, filing: Filing, *statuses: int) -> bool:
        page = self.people.mother().get(f"/ho-so/{filing.dossier}/")
        found = page.find("//*[@data-status]")
        return bool(found) and int(found[0].get("data-status")) in statuses

    # The officers

    def _arrived(self, filing: Filing) -> bool:
        self.people.officer("tiepnhan").get(f"/mot-cua/{filing.dossier}/")
        return True

    def _do(self, filing: Filing, post: str, deed: str) -> None:
        officer = self.people.officer(post)
        officer.get(f"/mot-cua/{filing.dossier}/viec/{deed}/")
        if f"/viec/{deed}/" not in officer.path:
            raise PageProblem(f"{deed} is not offered: {officer.text[:300]}")
        values: dict[str, Any] = {}
        for radio in officer.find("//main//input[@type='radio'][@name='officer']")[:1]:
            values["officer"] = radio.get("value")
        officer.submit(values, form="")

    def _waits_for(self, filing: Filing, post: str, deed: str) -> bool:
        page = self.people.officer(post).get(f"/mot-cua/{filing.dossier}/")
        return f"/viec/{deed}/" in page.body.decode()

    def _look_up(self) -> None:
        officer = self.people.officer("hotich")
        officer.get(f"/mot-cua/{self.birth.dossier}/")
        officer.submit({"number": self.people.citizen}, form="dan-cu")

    def _looked_up(self) -> bool:
        return "1996" in self.people.officer("hotich").text

    def _has_number(self) -> bool:
        page = self.people.officer("hotich").get(f"/mot-cua/{self.birth.dossier}/")
        found = page.find("//*[@data-personal-number]")
        self.birth.child_number = found[0].get("data-personal-number") if found else ""
        return len(self.birth.child_number) == 12


def _is_empty(page: Browser, name: str) -> bool:
    """Nothing stands in the field yet."""
    fields = page.find(f"//main//*[@name='{name}']")
    if any(field.get("type") == "radio" for field in fields):
        return not any(field.get("checked") is not None for field in fields)
    if fields and fields[0].tag == "select":
        return not page.find(f"//main//select[@name='{name}']/option[@selected and @value!='']")
    return not any(field.get("value") or (field.text or "").strip() for field in fields)
