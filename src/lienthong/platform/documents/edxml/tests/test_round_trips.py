"""What is written is read again, unchanged, and is canonical; what is not understood is not lost."""

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from lienthong.kernel.errors import Refused
from lienthong.platform.documents import edxml
from lienthong.platform.documents.edxml import (
    KINDS,
    STATUS_CODES,
    Attachment,
    Business,
    Code,
    DocumentKey,
    EdocMessage,
    Extra,
    OtherInfo,
    ReplacementInfo,
)
from lienthong.platform.documents.edxml.tests import samples

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"


def canonical(written: bytes) -> bytes:
    return etree.tostring(etree.fromstring(written), method="c14n", exclusive=True)


@settings(max_examples=60, deadline=None)
@given(st.one_of(samples.documents(), samples.statuses()))
def test_what_is_written_is_read_again(said):
    written = edxml.write_envelope(said)
    read = edxml.read_envelope(written)
    assert read == said
    assert list(read.warnings) == []
    assert edxml.write_envelope(read) == written
    assert canonical(written) == written


@settings(max_examples=30, deadline=None)
@given(samples.documents())
def test_old_codes_are_read_as_new_ones(said):
    read = edxml.read_envelope(edxml.write_envelope(said, old_codes=True))
    assert read == said
    codes = {warning for warning, _ in read.warnings}
    assert codes <= {"old-agency-code"}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_number(kind):
    reason = "" if kind == "new" else "Sai sót khi ban hành"
    replaced = (ReplacementInfo(samples.KEY, ("G22.99",)),) if kind in ("recall", "replace") else ()
    written = edxml.write_envelope(samples.message(kind=kind, reason=reason, replacements=replaced))
    assert f"<edXML:BussinessDocType>{KINDS.index(kind)}</edXML:BussinessDocType>".encode() in written
    assert samples.read_document(written).kind == kind


@pytest.mark.parametrize("code", STATUS_CODES)
def test_each_status_is_written_and_read(code):
    said = samples.status(code, "Không đúng thẩm quyền")
    read = edxml.read_envelope(edxml.write_envelope(said))
    assert (read, list(read.warnings)) == (said, [])


def test_the_elements_stand_in_the_order_of_the_standard():
    said = samples.message(reason="x", document_id=samples.KEY, staff=edxml.StaffInfo("a", "b", "c", "d"))
    header = replace(
        said.header,
        content="c",
        due_on=samples.DAY,
        responses=(samples.status().about,),
        tasks=("t",),
        to_places=("p",),
        application_type="a",
        reference_codes="r",
        steering_type=1,
        other=OtherInfo(1, "s", "t", 1, 1, True, ("a",)),
    )
    root = etree.fromstring(edxml.write_envelope(replace(said, header=header)))

    def names(path):
        return [etree.QName(one).localname for one in root.findall(path.replace("/", f"/{{{NAMESPACE}}}") + "/*")]

    assert names("./edXMLHeader") == ["MessageHeader", "TraceHeaderList"]
    assert names("./edXMLHeader/MessageHeader") == [
        "From", "To", "DocumentId", "Code", "PromulgationInfo", "DocumentType", "Subject", "Content", "SignerInfo",
        "DueDate", "OtherInfo", "ResponseFor", "ResponseForTask", "ApplicationType", "ReferenceCodes", "SteeringType",
        "ToPlaces",
    ]  # fmt: skip
    assert names("./edXMLHeader/TraceHeaderList/Bussiness") == [
        "DocumentId", "BussinessDocType", "BussinessDocReason", "Paper", "StaffInfo",
    ]  # fmt: skip
    assert names("./edXMLHeader/MessageHeader/OtherInfo") == [
        "Priority", "SphereOfPromulgation", "TyperNotation", "PromulgationAmount", "PageAmount", "Direction",
        "Appendixes",
    ]  # fmt: skip
    assert names("./edXMLBody/edXMLManifest/Reference") == ["ContentId", "ContentType", "Description", "AttachmentName"]


def test_unknown_elements_come_back():
    written = edxml.write_envelope(samples.message()).decode()
    strange = (
        ("</edXML:From>", "<edXML:TaxCode>0101</edXML:TaxCode>"),
        ("</edXML:To>", '<v:Zalo xmlns:v="urn:vendor" v:kind="a&amp;b"><v:id>1</v:id></v:Zalo>'),
        ("</edXML:MessageHeader>", "<Plain xmlns='urn:plain'>x</Plain>"),
        ("</edXML:Code>", "<edXML:Sub>1</edXML:Sub>"),
        ("</edXML:edXMLHeader>", "<edXML:Routing>r</edXML:Routing>"),
        ("</edXML:Bussiness>", "<edXML:Why>w</edXML:Why>"),
        ("</edXML:edXMLBody>", "<edXML:More></edXML:More>"),
    )
    for place, extra in strange:
        written = written.replace(place, extra + place, 1)
    read = edxml.read_envelope(written.encode())
    assert read.warnings.counts["unknown-element"] == len(strange)
    again = edxml.write_envelope(read)
    assert canonical(again) == again
    assert edxml.read_envelope(again).extras == read.extras
    for tag in (b"TaxCode", b"Zalo", b"Plain", b"<edXML:Sub>", b"Routing", b"Why", b"More"):
        assert tag in again
    assert again.index(b"TaxCode") < again.index(b"</edXML:From>")
    assert again.index(b"</edXML:Routing></edXML:edXMLHeader>")
    assert replace(read, extras=()) == samples.message()


def test_extras_without_a_place_are_refused():
    for extra in (Extra("edXMLHeader/Nowhere", "<a></a>"), Extra("", "<a>"), Extra("", "<edXML:edXMLHeader/>")):
        said = replace(samples.message(), extras=(extra,))
        with pytest.raises(Refused) as refusal:
            edxml.sign_envelope(edxml.write_envelope(said), [("cid:tep-1", bytes(32))], key="node", at=samples.NOW)
        assert refusal.value.code in ("edxml.extras", "edxml.not-ours")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"receivers": ()}, "edxml.required", "To"),
        ({"subject": ""}, "edxml.required", "Subject"),
        ({"place": ""}, "edxml.required", "Place"),
        ({"subject": "hai  khoảng trắng"}, "edxml.text", "Subject"),
        ({"subject": "đảo \u202e chiều"}, "edxml.text", "Subject"),
        ({"subject": "điều khiển \x07"}, "edxml.text", "Subject"),
        ({"subject": "To\u0302i"}, "edxml.text", "Subject"),
        ({"subject": "x" * 200_000}, "edxml.text", "Subject"),
        ({"other": OtherInfo(priority=4)}, "edxml.number", "Priority"),
        ({"other": OtherInfo(pages=-1)}, "edxml.number", "PageAmount"),
        ({"code": Code("129", "UBND-VX")}, "edxml.document-id", "DocumentId"),
        ({"promulgated_on": samples.DAY.replace(day=1)}, "edxml.document-id", "DocumentId"),
        ({"document_id": DocumentKey("H01", samples.DAY, samples.KEY.code)}, "edxml.document-id", "DocumentId"),
        (
            {"code": Code("1/2", "X"), "document_id": DocumentKey("H36.101", samples.DAY, Code("1/2", "X"))},
            "edxml.document-id",
            "CodeNumber",
        ),
    ],
)
def test_a_header_that_is_not_whole_is_not_written(change, code, field):
    said = samples.message()
    with pytest.raises(Refused) as refusal:
        edxml.write_envelope(replace(said, header=replace(said.header, **change)))
    assert (refusal.value.code, refusal.value.field) == (code, field)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"business": Business("recall")}, "edxml.reason"),
        ({"business": Business("update")}, "edxml.reason"),
        ({"business": Business("recall", "vì sai")}, "edxml.replacements"),
        ({"business": Business("replace", "vì sai")}, "edxml.replacements"),
        ({"business": Business("recall", "x", replacements=(ReplacementInfo(samples.KEY, ()),))}, "edxml.required"),
        ({"trace": ()}, "edxml.required"),
        ({"attachments": ()}, "edxml.required"),
        ({"attachments": (Attachment("tep", "a.pdf"),)}, "edxml.content-id"),
        ({"attachments": (Attachment("cid:a b", "a.pdf"),)}, "edxml.content-id"),
        ({"attachments": (Attachment("cid:a", "a.pdf"), Attachment("cid:a", "b.pdf"))}, "edxml.content-id"),
        ({"attachments": (Attachment("cid:a", ""),)}, "edxml.required"),
    ],
)
def test_a_message_that_is_not_whole_is_not_written(change, code):
    with pytest.raises(Refused) as refusal:
        edxml.write_envelope(replace(samples.message(), **change))
    assert refusal.value.code == code


@pytest.mark.parametrize(("code", "reason"), [("02", ""), ("16", ""), ("02", "x" * 1001), ("03", "x" * 1001)])
def test_a_refusal_needs_a_reason_of_at_most_a_thousand_characters(code, reason):
    with pytest.raises(Refused) as refusal:
        edxml.write_envelope(samples.status(code, reason))
    assert (refusal.value.code, refusal.value.field) == ("edxml.reason", "Description")
    assert edxml.write_envelope(samples.status(code, "x" * 1000))


@given(samples.KEYS)
def test_a_document_key_is_its_text(key):
    assert edxml.parse_document_key(str(key)) == key
    assert edxml.parse_document_key(str(key)).spelling == str(key)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("G22.99,2025/03/14,128/VPCP-KSTT", Code("128", "VPCP-KSTT")),
        ("G22.99,2025/03/14,01/2025/QĐ-UBND", Code("01", "2025/QĐ-UBND")),
        ("000.00.99.G22,2025/03/14,128/VPCP-KSTT", Code("128", "VPCP-KSTT")),
        ("g22.99, 2025-03-14, 128/VPCP-KSTT ", Code("128", "VPCP-KSTT")),
        ("G22.99,2025/03/14,128/VPCP,KSTT", Code("128", "VPCP,KSTT")),
        ("G22.99,14/03/2025,128a/VPCP", Code("128a", "VPCP")),
    ],
)
def test_other_spellings_name_the_same_document(text, code):
    key = edxml.parse_document_key(text)
    assert (key.organ_id, str(key.promulgated_on), key.code) == ("G22.99", "2025-03-14", code)
    assert key.spelling == text.strip()


@pytest.mark.parametrize(
    "text",
    ["", ",", ",,", "G22.99,2025/03/14", "G22.99,2025/13/14,1/A", "?,2025/03/14,1/A", "G22.99,2025/03/14,128",
     "G22.99,2025/03/14,/VPCP", "G22.99,2025/03-14,1/A", "G22.99,0001/01/01,1/A", "G22.99,2025/03/14,1/" + "A" * 300],
)  # fmt: skip
def test_what_names_no_document_is_refused(text):
    assert edxml.find_document_key(text) is None
    with pytest.raises(Refused) as refusal:
        edxml.parse_document_key(text)
    assert refusal.value.code == "edxml.document-id"


def test_an_envelope_is_signed_once_and_only_with_the_files_it_lists(at_province):
    envelope = edxml.write_envelope(samples.message())
    files = [("cid:tep-1", sha256(b"").digest())]
    signed = edxml.sign_envelope(envelope, files, key="node", at=samples.NOW)
    assert edxml.read_envelope(signed) == samples.message()
    for wrong, listed, code in (
        (signed, files, "edxml.not-ours"),
        (b"<a/>", files, "edxml.not-ours"),
        (envelope, [], "edxml.content-ids"),
        (envelope, [("cid:other", bytes(32))], "edxml.content-ids"),
        (envelope, files * 2, "edxml.content-ids"),
    ):
        with pytest.raises(Refused) as refusal:
            edxml.sign_envelope(wrong, listed, key="node", at=samples.NOW)
        assert refusal.value.code == code


def test_warnings_can_be_counted():
    said = edxml.Warnings([("bom", ""), ("date", "DueDate"), ("date", "Timestamp")])
    assert said.counts == {"bom": 1, "date": 2}
    assert len(said.sentences) == 2
    assert "date" in said
    assert "crlf" not in said
    assert len(said + said) == 6
    assert isinstance(samples.message(), EdocMessage)
