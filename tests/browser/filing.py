"""Filling a form page by page, as somebody with fingers does it: what the page asks, and by its own button."""

from collections.abc import Callable, Mapping
from typing import Any

from lienthong.node.story.tale import Filing
from tests.browser.visitor import Visitor

_MOST_PAGES = 40
CHECK = "/kiem-tra/"

Surprise = Callable[[Visitor], None]


def answer(visitor: Visitor, answers: Mapping[str, Any]) -> None:
    """Fill those questions of the page that have an answer; what is filled in already is written over."""
    for name, value in answers.items():
        boxes = visitor.page.locator(f'main [name="{name}"]')
        if not boxes.count():
            continue
        kind = boxes.first.evaluate("element => element.type")
        if kind in ("radio", "checkbox"):
            visitor.page.locator(f'main [name="{name}"][value="{value}"]').check()
        elif kind.startswith("select"):
            boxes.first.select_option(value)
        else:
            boxes.first.fill(value)


def attach(visitor: Visitor, filing: Filing) -> None:
    """Choose the files that the page asks for."""
    for name, upload in filing.uploads.items():
        box = visitor.page.locator(f'main input[type="file"][name="{name}"]')
        if box.count():
            box.set_input_files({"name": upload.name, "mimeType": "image/png", "buffer": upload.content})


def fill_form(
    visitor: Visitor, filing: Filing, *, surprises: Mapping[str, Surprise] | None = None, picture: str = ""
) -> list[str]:
    """From the first page to “check your answers”; gives the keys of the pages. A surprise happens before answering."""
    keys: list[str] = []
    for _ in range(_MOST_PAGES):
        if visitor.path.endswith(CHECK):
            return keys
        key = visitor.path.rstrip("/").rsplit("/", 1)[1]
        visitor.look(f"{picture}-{len(keys) + 1:02}-{key}" if picture and key not in keys else "")
        if surprises and key in surprises and key not in keys:
            surprises[key](visitor)
        keys.append(key)
        answer(visitor, filing.answers)
        attach(visitor, filing)
        visitor.press("Tiếp tục")
    raise AssertionError(f"the form does not end: {keys}")


def type_an_impossible_day(visitor: Visitor) -> None:
    """30/02 is refused beside the question, and the summary's link leads to the box."""
    page = visitor.page
    for part, value in (("day", "30"), ("month", "02"), ("year", "2026")):
        page.locator(f'[name="child.birth_date-{part}"]').fill(value)
    page.locator('[name="child.sex"][value="male"]').check()
    with visitor.refused(422):
        visitor.press("Tiếp tục")
        visitor.look("birth-date-error")
    assert page.title().startswith("Lỗi:")
    summary = page.locator(".govuk-error-summary")
    assert "Tháng 2 năm 2026 chỉ có 28 ngày" in summary.inner_text()
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.name") == "child.birth_date-day"
    assert page.locator('[name="child.birth_date-day"]').input_value() == "30"


def file_it(visitor: Visitor, filing: Filing) -> None:
    """Press the last button; note the dossier's id and the code that the confirmation tells."""
    visitor.press("Nộp hồ sơ")
    assert "/da-nop/" in visitor.path, visitor.text[:600]
    filing.dossier = visitor.path.split("/")[3]
    filing.code = visitor.page.locator("#dossier-code").inner_text().strip()
