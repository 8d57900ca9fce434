"""What the references of an XML signature cover, and whether that is unchanged.

A reference may point to the whole document, to one element by an Id that occurs once, or to a file beside the document
that the caller has; the only transforms are canonical forms and leaving out the signature itself. Everything else is
refused, and with it the ways of wrapping one document in another and of running foreign code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import new as new_digest

from lxml import etree

from lienthong.kernel.errors import Refused
from lienthong.platform.signing.rules.asic import xml
from lienthong.platform.signing.rules.xades import DS, EXCLUSIVE_C14N, XADES
from lienthong.platform.signing.rules.xades_envelope import ENVELOPED
from lienthong.platform.signing.types import CanonicalForm, XmlReference

INCLUSIVE_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
# Comments never reach a digest here (they are dropped on reading), so the forms with comments are the same as those
# without wherever an honest signer signs a part of the same document.
CANONICAL = {
    INCLUSIVE_C14N: False,
    f"{INCLUSIVE_C14N}#WithComments": False,
    EXCLUSIVE_C14N: True,
    f"{EXCLUSIVE_C14N}WithComments": True,
}
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
DIGESTS = {
    f"{DS}sha1": "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    f"{MORE}sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_MAX_REFERENCES = 300
_MAX_TRANSFORMS = 4

# Address and name of the hash → digest of a file beside the document; None: there is no such file.
FileDigest = Callable[[str, str], bytes | None]


# Canonical form and hash → digest of the whole document without the signature.
DocumentDigest = Callable[[CanonicalForm, str], bytes]


class Bad(Exception):
    """Why a signature is not good, by its code."""


class Tree:
    """A parsed document and its elements by Id. It is spoilt when a signature is taken out of it."""

    _find_ids = etree.XPath("//@Id|//@ID|//@id|//@xml:id")

    def __init__(self, root: etree._Element) -> None:
        self.root = root

    @cached_property
    def _by_id(self) -> dict[str, list[etree._Element]]:
        found: dict[str, list[etree._Element]] = {}
        values = self._find_ids(self.root)
        for value in values if isinstance(values, list) else ():
            parent = getattr(value, "getparent", lambda: None)()
            if parent is not None:
                found.setdefault(str(value), []).append(parent)
        return found

    def element(self, wanted: str) -> etree._Element:
        """The one element of this Id: an Id twice is how one element is signed and another one read."""
        found = self._by_id.get(wanted, [])
        if len(found) > 1:
            raise Bad("ambiguous")
        if not found:
            raise Bad("missing-part")
        return found[0]


@dataclass(slots=True)
class Reference:
    """A reference as it stands, and what came of it."""

    uri: str
    digest_name: str
    digest: bytes
    form: CanonicalForm
    enveloped: bool
    transformed: bool
    target: etree._Element | None = None
    part: XmlReference | None = None


def read_references(signature: etree._Element) -> list[Reference]:
    """What a signature refers to, not yet looked at."""
    listed = one_of(signature, "SignedInfo").findall(f"{{{DS}}}Reference")
    if not 1 <= len(listed) <= _MAX_REFERENCES:
        raise Bad("malformed")
    return [_reference(one) for one in listed]


def _reference(element: etree._Element) -> Reference:
    uri, digest_name = element.get("URI"), DIGESTS.get(one_of(element, "DigestMethod").get("Algorithm", ""))
    transforms = element.findall(f"{{{DS}}}Transforms/{{{DS}}}Transform")
    if uri is None or len(transforms) > _MAX_TRANSFORMS:
        raise Bad("malformed")
    if digest_name is None:
        raise Bad("wrong-algorithm")
    form, enveloped = CanonicalForm(exclusive=False), False
    for one in transforms:
        algorithm = one.get("Algorithm", "")
        if algorithm == ENVELOPED and not len(one):
            enveloped = True
        elif algorithm in CANONICAL:
            form = read_form(one)
        else:
            raise Bad("wrong-algorithm")
    return Reference(uri, digest_name, octets(one_of(element, "DigestValue")), form, enveloped, bool(transforms))


def read_form(method: etree._Element) -> CanonicalForm:
    """The canonical form that an element names by its Algorithm, with the prefixes it lists."""
    exclusive = CANONICAL[method.get("Algorithm", "")]
    prefixes: tuple[str, ...] = ()
    for child in method:
        if child.tag != f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces" or not exclusive:
            raise Bad("wrong-algorithm")
        prefixes += tuple(child.get("PrefixList", "").split())
    if len(prefixes) > _MAX_REFERENCES or "#default" in prefixes:
        raise Bad("wrong-algorithm")
    return CanonicalForm(exclusive, prefixes)


def digest_all(
    signature: etree._Element,
    references: list[Reference],
    tree: Tree,
    file_digest: FileDigest | None,
    document_digest: DocumentDigest | None,
) -> None:
    """Digest what every reference covers: what stays first, then what the signature has to be taken out of."""
    for one in references:
        if one.uri.startswith("#"):
            one.target = tree.element(one.uri[1:])
        elif one.uri:
            one.part = _file_part(one, file_digest)
        elif document_digest is not None:
            one.part = _document_part(one, document_digest)
        else:
            one.target = tree.root
    for one in references:
        if one.target is not None and not one.enveloped:
            one.part = _tree_part(one, one.target, tree.root)
    enveloped = [one for one in references if one.target is not None and one.enveloped]
    if enveloped:
        _take_out(signature)
    for one in enveloped:
        if one.target is not None:
            one.part = _tree_part(one, one.target, tree.root)


def _document_part(one: Reference, document_digest: DocumentDigest) -> XmlReference:
    """The document around what was given. A signature in it cannot cover itself, so it must be left out."""
    intact = one.enveloped and document_digest(one.form, one.digest_name) == one.digest
    return XmlReference("", "document", "", intact)


def _tree_part(one: Reference, target: etree._Element, root: etree._Element) -> XmlReference:
    intact = new_digest(one.digest_name, canonical(target, one.form, whole=not one.uri)).digest() == one.digest
    name = etree.QName(target).localname
    if target is root:
        return XmlReference(one.uri, "document", name, intact)
    own = target.tag == f"{{{XADES}}}SignedProperties"
    return XmlReference(one.uri, "properties" if own else "element", name, intact)


def _file_part(one: Reference, file_digest: FileDigest | None) -> XmlReference:
    if one.transformed:
        raise Bad("wrong-algorithm")
    found = file_digest(one.uri, one.digest_name) if file_digest is not None else None
    if found is None:
        raise Bad("missing-part")
    return XmlReference(one.uri, "file", "", found == one.digest)


def canonical(element: etree._Element, form: CanonicalForm, *, whole: bool = False) -> bytes:
    """The canonical form of an element, or of the whole document around it."""
    source = element.getroottree() if whole else element
    prefixes = list(form.prefixes) or None
    return bytes(
        etree.tostring(
            source, method="c14n", exclusive=form.exclusive, with_comments=False, inclusive_ns_prefixes=prefixes
        )
    )


def _take_out(signature: etree._Element) -> None:
    """Remove a signature from its tree and leave the text that stands after it."""
    parent, before = signature.getparent(), signature.getprevious()
    if parent is None:
        raise Bad("wrong-algorithm")
    if signature.tail:
        if before is None:
            parent.text = (parent.text or "") + signature.tail
        else:
            before.tail = (before.tail or "") + signature.tail
    signature.tail = None
    parent.remove(signature)


def one_of(parent: etree._Element, name: str) -> etree._Element:
    """The child of this name, of which there must be exactly one."""
    found = parent.findall(f"{{{DS}}}{name}")
    if len(found) != 1:
        raise Bad("malformed")
    return found[0]


def octets(element: etree._Element) -> bytes:
    """The bytes of a base64 value."""
    try:
        return xml.base64_of(element, _malformed)
    except Refused:
        raise Bad("malformed") from None


def _malformed() -> Refused:
    return Refused("signing.malformed", "")
