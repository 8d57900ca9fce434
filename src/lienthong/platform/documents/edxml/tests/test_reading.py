"""What a tolerant reader takes, with its warning, and what it refuses, with its code."""

import io
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from lienthong.kernel.errors import Refused
from lienthong.platform.documents import edxml
from lienthong.platform.documents.edxml.limits import Limits
from lienthong.platform.documents.edxml.tests import samples

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
VENDOR = "http://www.go.vn/eDoc"


def plain() -> bytes:
    """A whole unsigned file."""
    return samples.file_of(signed=False)


def envelope() -> bytes:
    return edxml.write_envelope(samples.message())


def warned(content: bytes) -> set[str]:
    with samples.split(content) as parts:
        read = samples.read_document(parts.envelope)
        assert read.header.subject == samples.message().header.subject
        assert parts.attachments[0].content.stream.read() == samples.zipped().read()
        return {code for code, _ in (*parts.warnings, *read.warnings)}


def change(*pairs):
    def changed(content: bytes) -> bytes:
        for old, new in pairs:
            assert old.encode() in content, old
            content = content.replace(old.encode(), new.encode())
        return content

    return changed


def pretty(content: bytes) -> bytes:
    parser = etree.XMLParser(remove_blank_text=True)
    return etree.tostring(etree.fromstring(content, parser), pretty_print=True, xml_declaration=True, encoding="utf-8")


def without(name: str):
    """Take an element and what it holds away."""

    def changed(content: bytes) -> bytes:
        root = etree.fromstring(content)
        for one in list(root.iter(f"{{{NAMESPACE}}}{name}")):
            parent = one.getparent()
            assert parent is not None
            parent.remove(one)
        return etree.tostring(root)

    return changed


def in_another_encoding(name: str):
    def changed(content: bytes) -> bytes:
        text = content.decode().replace('encoding="utf-8"', f'encoding="{name}"')
        return text.encode(name, errors="xmlcharrefreplace")

    return changed


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (lambda content: content, set()),
        (pretty, set()),
        (lambda content: b"\xef\xbb\xbf" + content, {"bom"}),
        (lambda content: pretty(content).replace(b"\n", b"\r\n"), {"crlf"}),
        (in_another_encoding("utf-16"), {"bom", "encoding"}),
        (in_another_encoding("iso-8859-1"), {"encoding"}),
        (in_another_encoding("windows-1258"), {"encoding"}),
        (change((NAMESPACE, VENDOR)), {"namespace"}),
        (change((NAMESPACE, "urn:vendor")), {"namespace"}),
        (change(("edXML:", ""), (f' xmlns:edXML="{NAMESPACE}"', "")), {"no-namespace"}),
        (change(("edXML:", ""), ("xmlns:edXML", "xmlns")), set()),
        (change((f'edXMLEnvelope xmlns:edXML="{NAMESPACE}"', "edXMLEnvelope")), set()),
        (change(("Bussiness", "Business")), {"spelling"}),
        (change(("H36.101<", "000.00.101.H36<")), {"old-agency-code"}),
        (change(("H36.101<", "h36.101 <")), set()),
        (change(("2026/11/20</edXML:Prom", "2026-11-20</edXML:Prom")), {"date-dashes"}),
        (change(("2026/11/20</edXML:Prom", "20/11/2026</edXML:Prom")), {"date-order"}),
        (change(("2026/11/21 09:30:00", "2026-11-21T09:30:00.123+07:00")), {"date-dashes"}),
        (change(("2026/11/21 09:30:00", "yesterday")), {"date"}),
        (change(("H36.101,2026/11/20,128/UBND-VX", "VB-0001")), {"document-id"}),
        (change(("H36.101,2026/11/20,128/UBND-VX", "H36.101,2026/11/20,129/UBND-VX")), {"document-id-differs"}),
        (change(("H36.101,2026/11/20,128/UBND-VX", "H36.102,2026/11/20,128/UBND-VX")), {"document-id-differs"}),
        (change(("<edXML:Priority>1", "<edXML:Priority>9")), {"number"}),
        (change(("<edXML:PageAmount>2", "<edXML:PageAmount>hai")), {"number"}),
        (change(("Văn phòng thử", "Văn\u202e phòng thử")), {"broken-text"}),
        (change(("<edXML:ContentId>cid:", "<edXML:ContentId>")), {"content-id-prefix"}),
        (
            change(("</edXML:TraceHeaderList>", "</edXML:TraceHeaderList><edXML:DigitalSignature/>")),
            {"empty-signature"},
        ),
        (change(("<edXML:Subject>", "<!-- nhận xét --><edXML:Subject>")), set()),
        (without("SignerInfo"), {"missing-part"}),
        (without("DocumentType"), {"missing-part"}),
        (without("PromulgationInfo"), {"missing-part"}),
        (without("TraceHeaderList"), {"missing-part"}),
        (without("Bussiness"), {"missing-part"}),
        (without("OrganName"), {"missing-part"}),
        (without("Code"), {"missing-part"}),
        (without("OtherInfo"), set()),
        (change(("<edXML:BussinessDocType>0", "<edXML:BussinessDocType>2")), {"reason-missing"}),
    ],
)
def test_what_is_tolerated_is_warned_of(change, codes):
    assert warned(change(plain())) == codes


def test_attachments_before_the_envelope_are_taken():
    content = plain()
    begin, end = content.index(b"<edXML:edXMLEnvelope"), content.index(b"<edXML:AttachmentEncoded>")
    root_end = content.index(b"</edXML:edXML>")
    turned = content[:begin] + content[end:root_end] + content[begin:end] + content[root_end:]
    assert warned(turned) == {"order"}


def test_an_envelope_alone_is_taken():
    with samples.split(edxml.write_envelope(samples.status())) as parts:
        assert "root" in parts.warnings
        assert edxml.read_envelope(parts.envelope) == samples.status()


def test_the_envelope_is_cut_out_exactly():
    for piece in (1, 7, 100_000):
        content = plain()
        pieces = (content[at : at + piece] for at in range(0, len(content), piece))
        with edxml.split(pieces) as parts:
            assert parts.envelope == envelope()


def test_a_document_that_is_only_mentioned_vaguely_is_kept():
    strange = "<edXML:ResponseFor><edXML:Code>12/CV</edXML:Code></edXML:ResponseFor>"
    content = change(("</edXML:MessageHeader>", f"{strange}</edXML:MessageHeader>"))(envelope())
    read = samples.read_document(content)
    assert (read.header.responses, "response-for" in read.warnings) == ((), True)
    assert strange.encode() in edxml.write_envelope(read)


@pytest.mark.parametrize(
    ("pairs", "codes"),
    [
        ([("<edXML:StatusCode>03", "<edXML:StatusCode>3")], {"status-code"}),
        ([("<edXML:StatusCode>03", "<edXML:StatusCode>02")], {"reason-missing"}),
        ([("</edXML:StatusCode>", "</edXML:StatusCode><edXML:Description>" + "x" * 1001 + "</edXML:Description>")],
         {"reason-long"}),
        ([("2026/11/21 09:30:00", "")], {"date"}),
        ([("<edXML:DocumentId>H36.101,2026/11/20,128/UBND-VX</edXML:DocumentId>", "")], {"missing-part"}),
        ([("<edXML:OrganId>H36.101</edXML:OrganId>", "")], set()),
    ],
)  # fmt: skip
def test_statuses_are_read_tolerantly(pairs, codes):
    read = samples.read_status(change(*pairs)(edxml.write_envelope(samples.status())))
    assert {code for code, _ in read.warnings} == codes
    assert str(read.about.document_id) == "H36.101,2026/11/20,128/UBND-VX"


# Refused

BOMB = '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
TWICE = "<edXML:Reference><edXML:ContentId>cid:tep-1</edXML:ContentId></edXML:Reference>"
OUTSIDE = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def whole(*pairs):
    return change(*pairs)(plain())


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"", "edxml.not-xml"),
        (lambda: b"PK\x03\x04", "edxml.not-xml"),
        (lambda: plain()[:-20], "edxml.not-xml"),
        (lambda: b"<html></html>", "edxml.not-edxml"),
        (lambda: b"<edXML></edXML>", "edxml.not-edxml"),
        (lambda: whole(("?>\n", f"?>{BOMB}")), "edxml.doctype"),
        (lambda: whole(("?>\n", f"?>{OUTSIDE}")), "edxml.doctype"),
        (lambda: whole(("V/v", "&lol;V/v")), "edxml.not-xml"),
        (lambda: whole(("<edXML:Subject>", "<?php x?><edXML:Subject>")), "edxml.instruction"),
        (lambda: whole(("<edXML:AttachmentEncoded>", envelope().decode() + "<edXML:AttachmentEncoded>")),
         "edxml.misplaced"),
        (lambda: whole(("</edXML:MessageHeader>", envelope().decode() + "</edXML:MessageHeader>")), "edxml.misplaced"),
        (lambda: whole(("</edXML:edXML>", "<edXML:edXMLHeader/></edXML:edXML>")), "edxml.misplaced"),
        (lambda: whole(("</edXML:edXML>", "<edXML:AttachmentEncoded/></edXML:edXML>")), "edxml.misplaced"),
        (lambda: whole(("<edXML:ContentTransferEncoded>", "<edXML:ContentTransferEncoded>!")), "edxml.base64"),
        (lambda: whole(("</edXML:ContentTransferEncoded>", "A</edXML:ContentTransferEncoded>")), "edxml.base64"),
        (lambda: whole(("<edXML:ContentTransferEncoded>", "<edXML:ContentTransferEncoded>AA==")), "edxml.base64"),
        (lambda: without("ContentTransferEncoded")(plain()), "edxml.no-content"),
        (lambda: whole(("<edXML:AttachmentName>cong", f"<edXML:AttachmentName>{'x' * 5000}")), "edxml.too-large"),
        (lambda: whole(("<edXML:Subject>", "<edXML:Subject>" + "x" * (4 * 2**20))), "edxml.too-large"),
        (lambda: whole(("<edXML:edXML ", f'<edXML:edXML long="{"x" * 2**22}" ')), "edxml.too-large"),
        (lambda: whole(("<edXML:Subject>", "<a>" * 60)), "edxml.too-large"),
        (lambda: whole(("<edXML:Subject>", "<a/>" * 200_001 + "<edXML:Subject>")), "edxml.too-large"),
        (lambda: whole(("<edXML:Attachment>", "<edXML:Attachment><edXML:ContentTransferEncoded/></edXML:Attachment>"
                        * 200 + "<edXML:Attachment>")), "edxml.too-large"),
        (lambda: whole(('encoding="utf-8"', 'encoding="klingon"')), "edxml.not-xml"),
    ],
)  # fmt: skip
def test_what_is_no_safe_message_is_refused_on_the_way_in(make, code):
    with pytest.raises(Refused) as refusal:
        samples.split(make())
    assert refusal.value.code == code


def test_limits_of_attachments_hold():
    for limits in (Limits(attachment=100), Limits(total=100), Limits(envelope=500)):
        with pytest.raises(Refused) as refusal:
            edxml.split(io.BytesIO(plain()), limits=limits)
        assert (refusal.value.code, refusal.value.status) == ("edxml.too-large", 413)


@pytest.mark.parametrize(
    ("pairs", "code", "field"),
    [
        ([("<edXML:BussinessDocType>0", "<edXML:BussinessDocType>4")], "edxml.kind", "BussinessDocType"),
        ([("<edXML:BussinessDocType>0", "<edXML:BussinessDocType>")], "edxml.kind", "BussinessDocType"),
        ([("<edXML:OrganId>G22.99", "<edXML:OrganId>")], "edxml.required", "To/OrganId"),
        ([("<edXML:To>", "<edXML:Too>"), ("</edXML:To>", "</edXML:Too>")], "edxml.required", "To"),
        ([("<edXML:From>", "<edXML:Fro>"), ("</edXML:From>", "</edXML:Fro>")], "edxml.required", "From"),
        ([("</edXML:From>", "</edXML:From><edXML:From><edXML:OrganId>G01</edXML:OrganId></edXML:From>")],
         "edxml.twice", "From"),
        ([("</edXML:Subject>", "</edXML:Subject><edXML:Subject>Khác</edXML:Subject>")], "edxml.twice", "Subject"),
        ([("</edXML:Subject>", "<b>đậm</b></edXML:Subject>")], "edxml.structure", "Subject"),
        ([("<edXML:CodeNumber>128", "<edXML:CodeNumber>"), ("H36.101,2026/11/20,128", "")], "edxml.required",
         "DocumentId"),
        ([("edXML:MessageHeader>", "edXML:Header>")], "edxml.required", "MessageHeader"),
        ([("<edXML:ContentId>cid:tep-1", "<edXML:ContentId>")], "edxml.required", "Reference/ContentId"),
        ([("</edXML:edXMLManifest>", f"{TWICE}</edXML:edXMLManifest>")], "edxml.content-id", "ContentId"),
    ],
)  # fmt: skip
def test_an_envelope_that_is_not_clear_is_refused(pairs, code, field):
    with pytest.raises(Refused) as refusal:
        edxml.read_envelope(change(*pairs)(envelope()))
    assert (refusal.value.code, refusal.value.field) == (code, field)


@pytest.mark.parametrize("code", ["7", "99", "xx", "", "003"])
def test_an_unknown_status_is_refused(code):
    content = edxml.write_envelope(samples.status())
    with pytest.raises(Refused) as refusal:
        edxml.read_envelope(change(("<edXML:StatusCode>03", f"<edXML:StatusCode>{code}"))(content))
    assert refusal.value.code == "edxml.status-code"


def test_a_status_without_a_document_is_refused():
    content = edxml.write_envelope(samples.status())
    for pairs in (
        [("edXML:ResponseFor>", "edXML:For>")],
        [("<edXML:Code>128/UBND-VX</edXML:Code>", ""), ("H36.101,2026/11/20,128/UBND-VX", "")],
    ):
        with pytest.raises(Refused) as refusal:
            edxml.read_envelope(change(*pairs)(content))
        assert (refusal.value.code, refusal.value.field) == ("edxml.required", "ResponseFor")


# By chance


def code_of(content: bytes) -> str:
    """All that happens to a file that comes in, short of its signature: "" or the code of the refusal."""
    try:
        with samples.split(content) as parts:
            edxml.read_envelope(parts.envelope)
            for one in parts.attachments:
                with edxml.open_attachment(one.content.stream):
                    pass
    except Refused as refusal:
        return refusal.code
    return ""


FILE = samples.file_of(signed=False)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_flipped_bytes_are_taken_or_refused(data):
    content = bytearray(FILE)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert code_of(bytes(content)).partition(".")[0] in ("", "edxml", "files")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(FILE)), st.integers(0, len(FILE)), st.binary(max_size=30))
def test_cut_and_pasted_bytes_are_taken_or_refused(begin, end, more):
    assert code_of(FILE[:begin] + more + FILE[end:]).partition(".")[0] in ("", "edxml", "files")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_base64_in_any_pieces_is_the_same(content):
    text = b64encode(content).decode()
    wrapped = "\r\n".join(text[at : at + 7] for at in range(0, len(text), 7))
    begin, end = FILE.index(b"Encoded>UEs") + 8, FILE.index(b"</edXML:ContentTransferEncoded>")
    whole_file = FILE[:begin] + f"  {wrapped} ".encode() + FILE[end:]
    for size in (3, 64):
        pieces = (whole_file[at : at + size] for at in range(0, len(whole_file), size))
        with edxml.split(pieces) as parts:
            assert parts.attachments[0].content.stream.read() == content
