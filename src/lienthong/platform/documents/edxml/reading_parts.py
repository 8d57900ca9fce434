"""Reading what documents and statuses have in common: agencies, related documents, people, lists."""

from lienthong.platform.documents.edxml import names
from lienthong.platform.documents.edxml.document_keys import find_document_key, split_code
from lienthong.platform.documents.edxml.nodes import Node
from lienthong.platform.documents.edxml.types import DocumentKey, Organisation, ResponseFor, StaffInfo

_HERE = "edXMLHeader/MessageHeader"


def read_organisation(node: Node, name: str) -> Organisation | None:
    """The agency of this name below a node."""
    found = node.one(name, names.ORGANISATION, keep=f"{_HERE}/{name}")
    return _organisation(found) if found is not None else None


def read_organisations(node: Node) -> tuple[Organisation, ...]:
    """The agencies to which a message goes."""
    return tuple(_organisation(one) for one in node.many("To", names.ORGANISATION, keep=f"{_HERE}/To"))


def _organisation(node: Node) -> Organisation:
    code, as_written = node.agency_code()
    return Organisation(
        organ_id=code,
        name=node.needed_text("OrganName"),
        in_charge=node.text("OrganizationInCharge"),
        address=node.text("OrganAdd"),
        email=node.text("Email"),
        telephone=node.text("Telephone"),
        fax=node.text("Fax"),
        website=node.text("Website"),
        as_written=as_written,
    )


def read_response(node: Node) -> ResponseFor | None:
    """A related document, by its id or else by agency, day and code; None (with a warning) when that is not enough."""
    written, code, day = node.text("DocumentId"), node.text("Code"), node.day("PromulgationDate")
    key = find_document_key(written)
    if node.text("OrganId"):
        organ_id, _ = node.agency_code()
    elif key is not None:
        organ_id = key.organ_id
    else:
        organ_id = ""
    if key is None:
        if not organ_id or not code or day is None:
            node.reader.warn("response-for", node.name)
            return None
        node.reader.warn("document-id" if written else "missing-part", "ResponseFor/DocumentId")
        key = DocumentKey(organ_id, day, split_code(code), as_written=written)
    elif not code or day is None:
        node.reader.warn("missing-part", "ResponseFor")
    return ResponseFor(organ_id, code or str(key.code), key, day or key.promulgated_on)


def read_key(node: Node) -> DocumentKey | None:
    """The document id below a node, None when there is none that can be read."""
    written = node.text("DocumentId")
    key = find_document_key(written)
    if key is None and written:
        node.reader.warn("document-id", f"{node.name}/DocumentId")
    return key


def read_staff(node: Node) -> StaffInfo:
    """Who deals with it."""
    found = node.one("StaffInfo", names.STAFF)
    if found is None:
        return StaffInfo()
    return StaffInfo(found.text("Department"), found.text("Staff"), found.text("Email"), found.text("Mobile"))


def listed(node: Node, name: str, inner: str) -> tuple[str, ...]:
    """The texts of a list."""
    found = node.one(name, (inner,))
    return found.texts(inner) if found is not None else ()
