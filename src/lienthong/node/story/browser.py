"""A person's browser without a screen: keeps cookies, follows links, fills forms as the page offers them."""

import mimetypes
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from lxml import html


class PageProblem(Exception):
    """The page is not what the person expected; the sentence says what stood there instead."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file chosen in a form."""

    name: str
    content: bytes


@dataclass
class Browser:
    """One person at one device. `page` is the last page; every deed gives it."""

    base_url: str
    timeout: float = 30.0
    _opener: OpenerDirector = field(init=False)
    url: str = field(init=False, default="")
    status: int = field(init=False, default=0)
    body: bytes = field(init=False, default=b"")
    media_type: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, address: str) -> "Browser":
        """Open an address (a path, or a whole one)."""
        return self._send(Request(urljoin(self.url or self.base_url, address)))  # noqa: S310 (loopback)

    def follow(self, words: str) -> "Browser":
        """Press the link that says these words."""
        for link in self.tree.iter("a"):
            if words.casefold() in _text(link).casefold() and link.get("href"):
                return self.get(link.get("href"))
        raise self._problem(f"no link says “{words}”")

    def submit(
        self,
        values: Mapping[str, Any] | None = None,
        *,
        button: str = "",
        files: Mapping[str, Upload] | None = None,
        form: str = "",
    ) -> "Browser":
        """Fill the form that has these fields (or whose action contains `form`) and press its button.

        Raises PageProblem when no form on the page fits, so that a renamed field is found at once.
        """
        chosen = self._form(set(values or {}) | set(files or {}), form, button)
        fields = _present_values(chosen)
        for name, value in (values or {}).items():
            fields[name] = [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
        fields.update(self._button_value(chosen, button))
        target = urljoin(self.url, chosen.get("action") or self.url)
        pairs = [(name, value) for name, many in fields.items() for value in many]
        if (chosen.get("method") or "get").lower() == "get":
            return self.get(f"{target.split('?')[0]}?{urlencode(pairs)}")
        if files or "multipart" in (chosen.get("enctype") or ""):
            body, kind = _multipart(pairs, files or {})
        else:
            body, kind = urlencode(pairs).encode(), "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, "Referer": self.url}
        return self._send(Request(target, data=body, headers=headers))  # noqa: S310 (loopback)

    @property
    def tree(self) -> Any:
        return html.fromstring(self.body.decode("utf-8", "replace") or "<html></html>")

    @property
    def text(self) -> str:
        """What the page says, spaces folded."""
        main = self.tree.xpath("//main") or [self.tree]
        return _text(main[0])

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def find(self, xpath: str) -> list[Any]:
        return list(self.tree.xpath(xpath))

    def expect(self, words: str) -> "Browser":
        """Raises PageProblem unless the page says these words."""
        if words.casefold() not in self.text.casefold():
            raise self._problem(f"the page does not say “{words}”")
        return self

    def _send(self, request: Request) -> "Browser":
        try:
            answer = self._opener.open(request, timeout=self.timeout)
        except HTTPError as error:
            answer = error
        with answer:
            self.body = answer.read()
            self.url = answer.url
            self.status = answer.status
            self.media_type = answer.headers.get("Content-Type", "")
        if self.status >= 400:
            raise self._problem(f"the answer is {self.status}")
        return self

    def _form(self, names: set[str], action: str, button: str) -> Any:
        for form in [*self.find("//main//form"), *self.find("//form")]:
            known = {element.get("name") for element in form.iter("input", "select", "textarea", "button")}
            fits = names <= known and action in (form.get("action") or "")
            if fits and (not button or self._button_value(form, button) or _has_button(form, button)):
                return form
        raise self._problem(f"no form has the fields {sorted(names)} and a button “{button}”")

    def _button_value(self, form: Any, words: str) -> dict[str, list[str]]:
        for element in form.iter("button"):
            if words and words.casefold() in _text(element).casefold() and element.get("name"):
                return {element.get("name"): [element.get("value") or ""]}
        return {}

    def _problem(self, what: str) -> PageProblem:
        errors = " | ".join(_text(element) for element in self.find("//*[contains(@class,'govuk-error-summary')]"))
        said = errors or self.text[:400]
        return PageProblem(f"{self.url} ({self.status}): {what}. It says: {said}")


def _text(element: Any) -> str:
    return " ".join(element.text_content().split())


def _has_button(form: Any, words: str) -> bool:
    return any(words.casefold() in _text(element).casefold() for element in form.iter("button"))


def _present_values(form: Any) -> dict[str, list[str]]:
    """What a browser would send if the person changed nothing."""
    values: dict[str, list[str]] = {}
    for element in form.iter("input", "textarea", "select"):
        name, kind = element.get("name"), (element.get("type") or "").lower()
        if not name or kind in ("submit", "button", "file") or element.get("disabled") is not None:
            continue
        if kind in ("radio", "checkbox"):
            if element.get("checked") is not None:
                values.setdefault(name, []).append(element.get("value") or "on")
        elif element.tag == "select":
            chosen = element.xpath(".//option[@selected]") or element.xpath(".//option")[:1]
            values.setdefault(name, []).extend(option.get("value", "") for option in chosen)
        elif element.tag == "textarea":
            values.setdefault(name, []).append(element.text or "")
        else:
            values.setdefault(name, []).append(element.get("value") or "")
    return values


def _multipart(pairs: list[tuple[str, str]], files: Mapping[str, Upload]) -> tuple[bytes, str]:
    border = secrets.token_hex(16)
    parts = [f'--{border}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in pairs]
    for name, upload in files.items():
        kind = mimetypes.guess_type(upload.name)[0] or "application/octet-stream"
        head = f'--{border}\r\nContent-Disposition: form-data; name="{name}"; filename="{upload.name}"\r\n'
        parts.append(f"{head}Content-Type: {kind}\r\n\r\n".encode() + upload.content + b"\r\n")
    return b"".join(parts) + f"--{border}--\r\n".encode(), f"multipart/form-data; boundary={border}"
