"""Reading XML from strangers: no document type, no entity, no network, no depth without end."""

from base64 import b64decode
from collections.abc import Callable

from lxml import etree

from lienthong.kernel.errors import Refused

MAX = 4 * 1024 * 1024


def parse(document: bytes, bad: Callable[[], Refused]) -> etree._Element:
    """The root of a document without a document type. Raises what `bad` makes."""
    if len(document) > MAX or b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        raise bad()
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=False,
        remove_pis=False,
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise bad() from error
    # A document type can hide from a search for its letters in another encoding.
    if root.getroottree().docinfo.internalDTD is not None or any(not isinstance(one.tag, str) for one in root.iter()):
        raise bad()
    return root


def base64_of(element: etree._Element, bad: Callable[[], Refused]) -> bytes:
    """The bytes of a base64 value. Raises what `bad` makes."""
    try:
        return b64decode("".join((element.text or "").split()), validate=True)
    except ValueError as error:
        raise bad() from error


def canonical(element: etree._Element) -> bytes:
    """Exclusive canonical form, without comments."""
    return bytes(etree.tostring(element, method="c14n", exclusive=True, with_comments=False))
