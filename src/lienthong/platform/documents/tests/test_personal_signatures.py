"""Whose signature a file carries: XML judged as a whole, DOCX named as not judged, seals and strangers not counted."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.documents.models import PersonalSignature
from lienthong.platform.documents.queries.partners import find_partner
from lienthong.platform.documents.services import outside, partners, personal_signatures, statistics
from lienthong.platform.documents.tests import circuit
from lienthong.platform.documents.tests.axis_bench import HOA, being
from lienthong.platform.documents.tests.circuit import NOW, Circuit
from lienthong.platform.documents.tests.foreign import PDF, edoc, packed
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing

pytestmark = pytest.mark.django_db

KEYS = (("officer:lanh.dao", "officer", "H56"), ("officer:noi.khac", "officer", "G09"), ("seal:H56", "seal", "H56"))
TEXT = b'<vanBan Id="van-ban"><trichYeu>V/v b\xc3\xa1o c\xc3\xa1o</trichYeu><ky/></vanBan>'


@pytest.fixture
def hub(own_homes: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The hub, with the keys of a leader behind a partner, of somebody elsewhere, and of the agency."""
    # The limit that keeps a page quick is not what is tried here, and the machine may be busy.
    monkeypatch.setattr("lienthong.platform.signing.queries.uploads._XML_SECONDS", 120.0)
    with being(own_homes):
        for name, kind, agency in KEYS:
            signing.issue_certificate(
                own_homes / "demo",
                into=own_homes / "G22",
                name=name,
                kind=kind,  # type: ignore[arg-type]  # one of its kinds
                agency_code=agency,
                common_name="Nguyễn Văn Mẫu",
            )
        yield


def signed(key: str, *, part: bool = False) -> bytes:
    """The text with an enveloped XAdES signature over all of it, or over its one part."""
    root = etree.fromstring(TEXT)
    of = root.find("trichYeu") if part else root
    assert of is not None
    if part:
        of.set("Id", "phan")
    digest = sha256(etree.tostring(of, method="c14n", exclusive=True)).digest()
    # Where the signature stands is taken away before the digest is made, and nothing else.
    made = signing.sign_xml_envelope(digest, at=clock.now(), key=key, element_id="phan" if part else "van-ban")
    of.append(etree.fromstring(made))
    return etree.tostring(root)


def judged(content: bytes, sender: str = "H56") -> str:
    """What is found, however busy this machine is."""
    for _ in range(50):
        if (found := personal_signatures.look_at_file(content, sender)) != "waiting":
            return found
    raise AssertionError("no judge had time")


def word(*, with_signature: bool) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("[Content_Types].xml", b"<Types/>")
        package.writestr("word/document.xml", b"<document/>")
        if with_signature:
            package.writestr("_xmlsignatures/sig1.xml", b"<Signature/>")
    return out.getvalue()


def test_an_officers_signature_over_a_whole_xml_file_counts(hub: None) -> None:
    good = signed("officer:lanh.dao")
    assert judged(good) == "signed"
    assert judged(b"\xef\xbb\xbf" + good) == "signed"
    assert judged(good.decode().encode("utf-16")) == "signed"
    assert judged(good, "H56.14") == "none"
    assert judged(good.replace(b"V/v", b"v/v")) == "none"
    for other in (signed("seal:H56"), signed("officer:noi.khac"), signed("officer:lanh.dao", part=True), TEXT):
        assert judged(other) == "none"
    assert judged(good[:-9]) == "unread"


def test_a_signature_inside_a_docx_is_said_to_be_unread(hub: None) -> None:
    assert judged(word(with_signature=True)) == "unread"
    assert judged(word(with_signature=False)) == "none"
    assert judged(b"PK\x03\x04 no zip") == "none"
    assert judged(PDF) == "none"


def examine_all() -> None:
    """Again and again, as the background does, until everything is judged."""
    for turn in range(1, 50):
        if not PersonalSignature.objects.filter(state="waiting").exists():
            return
        with clock.frozen(clock.now() + turn * timedelta(minutes=6)):
            personal_signatures.examine_signatures()


def test_what_the_judges_are_too_busy_for_is_looked_at_again_for_a_day(
    loop: Circuit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any) -> Any:
        raise Refused("signing.too-slow", tr("Bận.", "Busy."), status=503)

    monkeypatch.setattr(signing_queries, "judge_file", busy)
    with clock.frozen(NOW), loop.at("H36"):
        circuit.send(1, content=PDF + b"% /ByteRange")({})
        statistics.count_changed(at_once=True)
        assert [personal_signatures.examine_signatures() for _ in range(2)] == [1, 0]
    with clock.frozen(NOW + timedelta(minutes=6)), loop.at("H36"):
        assert personal_signatures.examine_signatures() == 1
        assert PersonalSignature.objects.get().state == "waiting"
    with clock.frozen(NOW + timedelta(days=2)), loop.at("H36"):
        assert [personal_signatures.examine_signatures() for _ in range(2)] == [1, 0]
        assert PersonalSignature.objects.get().state == "unread"


def test_documents_of_partners_count_by_their_xml(hub: None) -> None:
    for system, agency in (("VN:GOV:H56:qlvb", "H56"), ("VN:GOV:G09:qlvb", "G09")):
        partners.register_partner(system_id=system, name=agency, agencies=[agency], actor=HOA)
    owner = find_partner("VN:GOV:H56:qlvb")
    assert owner is not None
    contents = ((signed("officer:lanh.dao"), "vb.xml"), (TEXT, "vb.xml"), (word(with_signature=True), "vb.docx"))
    for number, (content, name) in enumerate(contents, start=1):
        file = io.BytesIO(edoc("H56", ["G09"], number, content=packed(content, name)))
        outside.take_edoc(file, owner=owner.owner, sender="", receivers=())
    statistics.count_changed(at_once=True)
    assert personal_signatures.examine_signatures() == 3
    examine_all()
    found = dict(PersonalSignature.objects.values_list("message__document__number", "state"))
    assert found == {1: "signed", 2: "none", 3: "unread"}
