"""The canonical form (Canonical XML 1.0, Exclusive 1.0) of a whole file without its signature, digested on the way.

Old systems sign the whole edXML file, attachments and all. A library would hold it several times in memory; here no
more than the open elements are held, so a signature over a whole file has no limit of size of its own.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat

from lienthong.platform.documents.edxml.limits import DEFAULT

_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_XML = "http://www.w3.org/XML/1998/namespace"
_PIECE = 2**18
_FLUSH = 1024
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_VALUE = str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"})


class Unclear(ValueError):
    """The file has no canonical form that a signature could be meant for."""


@dataclass(slots=True)
class _Open:
    """An open element: its name, the namespaces in scope, and those that are written already."""

    name: str
    scope: dict[str, str]
    written: dict[str, str]


def digest_without_signature(stream: BinaryIO, *, exclusive: bool, prefixes: tuple[str, ...], hash_name: str) -> bytes:
    """Digest of a file's canonical form, its one XML signature left out. Raises Unclear."""
    canonical = _Canonical(exclusive=exclusive, prefixes=prefixes, hash_name=hash_name)
    stream.seek(0)
    try:
        while piece := stream.read(_PIECE):
            canonical.feed(piece)
        return canonical.finish()
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Unclear(str(error)) from error


class _Canonical:
    """Writes the canonical form of what a parser reports into a digest."""

    def __init__(self, *, exclusive: bool, prefixes: Iterable[str], hash_name: str) -> None:
        self._exclusive = exclusive
        self._prefixes = frozenset(prefixes)
        self._digest = hashlib.new(hash_name, usedforsecurity=False)
        self._parts: list[str] = []
        self._stack: list[_Open] = []
        self._skipped = 0
        self._signatures = 0
        self._root_seen = False
        self._parser = parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.buffer_text, parser.buffer_size = True, 2**16
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.ProcessingInstructionHandler = self._instruction

    def feed(self, piece: bytes) -> None:
        self._parser.Parse(piece, False)

    def finish(self) -> bytes:
        self._parser.Parse(b"", True)
        if self._signatures != 1:
            raise Unclear("not exactly one signature")
        self._flush()
        return self._digest.digest()

    def _flush(self) -> None:
        self._digest.update("".join(self._parts).encode())
        self._parts.clear()

    def _doctype(self, *_: object) -> None:
        raise Unclear("document type")

    # Events

    def _start(self, name: str, listed: list[str]) -> None:
        if len(self._stack) + self._skipped > DEFAULT.depth:
            raise Unclear("too deep")
        if self._skipped:
            self._skipped += 1
            return
        above = self._stack[-1] if self._stack else _Open("", {"": "", "xml": _XML}, {"": ""})
        attributes = dict(zip(listed[::2], listed[1::2], strict=True))
        scope = above.scope
        declared = {one: value for one, value in attributes.items() if one == "xmlns" or one.startswith("xmlns:")}
        if declared:
            scope = scope | {one[6:]: value for one, value in declared.items()}
        prefix, _, local = name.rpartition(":")
        if (local, _namespace(prefix, scope)) == ("Signature", _DSIG):
            self._signatures += 1
            self._skipped = 1
            return
        plain = [(one, value) for one, value in attributes.items() if one not in declared]
        shown = self._namespaces(prefix, [one for one, _ in plain], scope, above.written)
        sorted_plain = sorted(plain, key=lambda one: _order(one[0], scope))
        self._parts.append(
            f"<{name}"
            + "".join(f' xmlns{":" if one else ""}{one}="{shown[one].translate(_VALUE)}"' for one in sorted(shown))
            + "".join(f' {one}="{value.translate(_VALUE)}"' for one, value in sorted_plain)
            + ">"
        )
        self._stack.append(_Open(name, scope, above.written | shown if shown else above.written))
        self._root_seen = True

    def _namespaces(
        self, prefix: str, attributes: list[str], scope: dict[str, str], written: dict[str, str]
    ) -> dict[str, str]:
        """What this element has to declare in its canonical form."""
        if self._exclusive:
            used = {prefix, *(one.rpartition(":")[0] for one in attributes if ":" in one)}
            wanted = used | {one for one in self._prefixes if one in scope}
        else:
            wanted = set(scope)
        return {one: _namespace(one, scope) for one in wanted - {"xml"} if written.get(one) != _namespace(one, scope)}

    def _end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        self._stack.pop()
        self._parts.append(f"</{name}>")
        if len(self._parts) >= _FLUSH:
            self._flush()

    def _text(self, text: str) -> None:
        if self._skipped or not self._stack:
            return
        self._parts.append(text.translate(_TEXT))
        if len(text) > _FLUSH:
            self._flush()

    def _instruction(self, target: str, content: str) -> None:
        if self._skipped:
            return
        written = f"<?{target}{' ' if content else ''}{content}?>"
        if not self._stack:
            written = f"\n{written}" if self._root_seen else f"{written}\n"
        self._parts.append(written)


def _namespace(prefix: str, scope: dict[str, str]) -> str:
    if prefix not in scope:
        raise Unclear("undeclared prefix")
    return scope[prefix]


def _order(name: str, scope: dict[str, str]) -> tuple[str, str]:
    """Attributes without a namespace first, then by namespace and name."""
    prefix, _, local = name.rpartition(":")
    return (_namespace(prefix, scope) if prefix else "", local)
