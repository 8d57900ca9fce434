"""Walking through an envelope: children by name whatever their namespace's name, texts made clean, oddities noted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from lxml import etree

from lienthong.kernel.text import nfc, read_text, tr
from lienthong.platform.documents.edxml import names
from lienthong.platform.documents.edxml.document_keys import read_agency_code, read_day
from lienthong.platform.documents.edxml.limits import DEFAULT, not_xml, refused, too_large
from lienthong.platform.documents.edxml.markup import required
from lienthong.platform.documents.edxml.types import Extra, Warnings

_SIGNATURES = frozenset({"Signature", "DigitalSignature"})
_PLAIN_NUMBER = frozenset("0123456789")
_MAX_DIGITS = 9
_IDS = etree.XPath("//@Id|//@ID|//@id|//@xml:id")


class Reader:
    """What one reading has found beside what it was looking for."""

    def __init__(self, namespace: str) -> None:
        self._namespaces = {namespace, names.NAMESPACE, "", *names.ALSO_KNOWN}
        self._warned: dict[tuple[str, str], None] = {}
        self._extras: list[Extra] = []

    @property
    def warnings(self) -> Warnings:
        return Warnings(self._warned)

    @property
    def extras(self) -> tuple[Extra, ...]:
        """Sorted by place, so that a message written and read again is the same."""
        return tuple(sorted(self._extras, key=lambda one: one.parent))

    def warn(self, code: str, place: str = "") -> None:
        self._warned.setdefault((code, place))

    def known_name(self, element: etree._Element) -> str:
        """The local name of an element of edXML, "" for another's."""
        namespace, _, name = str(element.tag).rpartition("}")
        return name if namespace[1:] in self._namespaces else ""

    def keep(self, element: etree._Element, parent: str) -> None:
        """An element that we do not know stays with its parent."""
        name = str(element.tag).rpartition("}")[2]
        if name in _SIGNATURES:
            if not len(element) and not (element.text or "").strip():
                self.warn("empty-signature", parent)
            return
        self.warn("unknown-element", f"{parent}/{name}"[:100])
        written: bytes = etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
        self._extras.append(Extra(parent, written.decode()))


class Node:
    """An element with its children by name; those it should not have are kept at `keep`."""

    def __init__(
        self,
        reader: Reader,
        element: etree._Element,
        wanted: Iterable[str],
        *,
        keep: str,
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        self.reader = reader
        self.name = str(element.tag).rpartition("}")[2]
        self._keep = keep
        self._children: dict[str, list[etree._Element]] = {name: [] for name in wanted}
        for child in element:
            name = reader.known_name(child)
            if aliases is not None and name in aliases:
                reader.warn("spelling", name)
                name = aliases[name]
            place = self._children.get(name)
            if place is None:
                reader.keep(child, keep)
            else:
                place.append(child)

    def one(
        self,
        name: str,
        wanted: Iterable[str],
        *,
        keep: str | None = None,
        aliases: Mapping[str, str] | None = None,
    ) -> "Node | None":
        """The child of this name; None when there is none. Raises Refused `edxml.twice`."""
        element = self._single(name)
        if element is None:
            return None
        return Node(self.reader, element, wanted, keep=self._keep if keep is None else keep, aliases=aliases)

    def many(self, name: str, wanted: Sequence[str], *, keep: str | None = None) -> "list[Node]":
        """The children of this name; `keep` gets the number of each, from 1."""
        return [
            Node(self.reader, child, wanted, keep=self._keep if keep is None else f"{keep}[{place}]")
            for place, child in enumerate(self._children[name], start=1)
        ]

    def names_in(self, name: str) -> frozenset[str]:
        """The names of all that stands in the child of this name."""
        element = self._single(name)
        return frozenset() if element is None else frozenset(self.reader.known_name(child) for child in element)

    def keep_whole(self, name: str, place: int) -> None:
        """A child that says too little to be read is kept as if unknown."""
        self.reader.keep(self._children[name][place], self._keep)

    def _single(self, name: str) -> etree._Element | None:
        found = self._children[name]
        if len(found) > 1:
            raise refused("twice", f"Phần tử {name} bị lặp.", f"The element {name} occurs twice.", name)
        return found[0] if found else None

    # Values

    def text(self, name: str, *, lines: bool = False) -> str:
        """The clean text of a child, "" when there is none."""
        element = self._single(name)
        return "" if element is None else self._clean(element, name, lines)

    def texts(self, name: str) -> tuple[str, ...]:
        """The clean texts of all children of a name that say anything."""
        return tuple(found for child in self._children[name] if (found := self._clean(child, name, False)))

    def needed_text(self, name: str, *, lines: bool = False) -> str:
        """As `text`; what the standard demands and is not there is warned of."""
        found = self.text(name, lines=lines)
        if not found:
            self.reader.warn("missing-part", name)
        return found

    def _clean(self, element: etree._Element, name: str, lines: bool) -> str:
        if len(element):
            raise refused(
                "structure", f"{name} chỉ được chứa chữ.", f"The element {name} may hold nothing but text.", name
            )
        raw = element.text or ""
        if raw.isascii() and raw.isprintable():
            return " ".join(raw.split())
        found = read_text(raw, lines=lines)
        if found is None:
            self.reader.warn("broken-text", name)
            kept = "".join(one for one in nfc(raw) if (one.isprintable() and one != "\ufffd") or one in "\n\t ")
            found = read_text(kept, lines=lines) or ""
        return found

    def number(self, name: str) -> int | None:
        """A whole number; what is none is left out and warned of."""
        found = self.text(name)
        if not found:
            return None
        if len(found) > _MAX_DIGITS or not _PLAIN_NUMBER.issuperset(found):
            self.reader.warn("number", name)
            return None
        return int(found)

    def flag(self, name: str) -> bool | None:
        """Yes or no, in the ways that systems write it."""
        found = self.text(name).lower()
        if found in ("1", "true"):
            return True
        if found in ("0", "false"):
            return False
        if found:
            self.reader.warn("number", name)
        return None

    def day(self, name: str) -> date | None:
        """A day; what is none is left out and warned of."""
        found = self.text(name)
        if not found:
            return None
        read = read_day(found)
        if read is None:
            self.reader.warn("date", name)
            return None
        if read[1]:
            self.reader.warn(read[1], name)
        return read[0]

    def agency_code(self, name: str = "OrganId") -> tuple[str, str]:
        """An agency code in the form of QĐ 20/2020 if possible, and as it was written if otherwise."""
        found = self.text(name)
        if not found:
            raise required(f"{self.name}/{name}")
        code = self._agency_code(found)
        return code, found if code != found else ""

    def agency_codes(self) -> tuple[str, ...]:
        """Agency codes of which there may be several."""
        return tuple(self._agency_code(found) for found in self.texts("OrganId"))

    def _agency_code(self, found: str) -> str:
        code, warning = read_agency_code(found)
        if warning:
            self.reader.warn(warning, code)
        return code


def open_envelope(envelope: bytes) -> tuple[Reader, Node]:
    """The envelope's reader and root. Raises Refused `edxml.not-xml`, `.too-large`, `.misplaced`, `.instruction`."""
    if len(envelope) > DEFAULT.envelope:
        raise too_large(tr("Bao thư", "The envelope"), "envelope")
    root = _parse(envelope)
    found: Counter[str] = Counter()
    for element in root.iter():
        if not isinstance(element.tag, str):
            raise refused(
                "instruction",
                "Bao thư không được chứa chỉ thị xử lý.",
                "Processing instructions are not accepted.",
                "envelope",
            )
        name = element.tag.rpartition("}")[2]
        if name in names.STRUCTURE:
            found[name] += 1
    namespace, _, name = str(root.tag).rpartition("}")
    if name != names.ENVELOPE:
        raise refused("not-edxml", "Đây không phải bao thư edXML.", "This is no edXML envelope.", "envelope")
    for name, count in found.items():
        if count > 1:
            raise refused("misplaced", f"Phần tử {name} bị lặp.", f"The element {name} occurs twice.", "envelope")
    reader = Reader(namespace[1:])
    if namespace[1:] != names.NAMESPACE:
        reader.warn("namespace" if namespace else "no-namespace", namespace[1:200])
    return reader, Node(reader, root, ("edXMLHeader", "edXMLBody"), keep="")


def ids_in(envelope: bytes) -> list[str]:
    """Every Id in an envelope, as often as it occurs."""
    found = _IDS(_parse(envelope))
    return [str(one) for one in found] if isinstance(found, list) else []


def _parse(envelope: bytes) -> etree._Element:
    if b"<!DOCTYPE" in envelope or b"<!ENTITY" in envelope:
        raise refused("doctype", "Không nhận XML có DOCTYPE.", "XML with a document type is not accepted.", "envelope")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(envelope, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise not_xml() from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise refused("doctype", "Không nhận XML có DOCTYPE.", "XML with a document type is not accepted.", "envelope")
    return root
