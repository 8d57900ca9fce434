"""Files of strangers: the page and the API answer whatever comes, within a time, and keep nothing."""

import io
import json
from hashlib import sha256

import pypdf
import pytest
import schemathesis
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import include, path
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lienthong.kernel import clock, roles
from lienthong.kernel.errors import Refused
from lienthong.platform.signing import limits, queries, services
from lienthong.platform.signing.adapters import reader
from lienthong.platform.signing.ports import FileReader
from lienthong.platform.signing.queries import uploads
from lienthong.platform.signing.tests import papers
from lienthong.platform.signing.tests.papers import BOX, LEADER, SEAL
from lienthong.platform.signing.types import Box

pytestmark = [pytest.mark.usefixtures("at_province"), pytest.mark.django_db, pytest.mark.urls(__name__)]

urlpatterns = [
    path("xac-minh/api/v1/", include("lienthong.platform.signing.urls_api")),
    path("xac-minh/", include("lienthong.platform.signing.urls")),
    path("", include("lienthong.kernel.web.urls")),
]
API = "/xac-minh/api/v1/verifications"
FEW = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def _no_uploads_yet(monkeypatch):
    """Nobody has sent anything yet; and a machine that is busy with other tests may take its time."""
    monkeypatch.setattr(uploads, "READING_SECONDS", 120.0)
    monkeypatch.setattr(uploads, "_XML_SECONDS", 120.0)
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(scope="module")
def signed(country):
    """A paper that a leader signed and an agency sealed."""
    from lienthong.kernel.profile import node, playing
    from lienthong.platform.signing.roles import ROLES
    from lienthong.platform.signing.tests.conftest import NOW

    before = roles.opened()
    roles.open_roles(ROLES)
    with playing(node(), home=country.province, agency_code="H36"), clock.frozen(NOW):
        made = services.sign_and_seal_pdf(papers.plain(), leader=LEADER, seal=SEAL, box=BOX, reason="Thử")
    roles.open_roles(before)
    return bytes(made)


def ask(client, content, address=API, name="tep.pdf"):
    return client.post(address, {"file": SimpleUploadedFile(name, content)})


def problem_code(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    return json.loads(answer.content)["code"]


def test_programs_learn_who_signed_and_the_answer_is_as_described(client, signed):
    answer = ask(client, signed)
    told = answer.json()
    assert (answer.status_code, told["kind"], told["good"], told["code"]) == (200, "pdf", True, "good")
    leader, seal = told["signatures"]
    assert (leader["signer"], leader["level"], leader["covers_all"]) == ("Nguyễn Thị Lan", "B-B", True)
    assert leader["signed_bytes"] < seal["signed_bytes"] == len(signed)
    assert leader["trust_path"][0] == "Nguyễn Thị Lan"
    assert [one["kinds"] for one in leader["changes"]] == [["signature"]]
    described = client.get("/xac-minh/api/v1/openapi.json").json()
    schemathesis.openapi.from_dict(described).validate()
    promised = described["paths"][API]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator({**promised, "components": described["components"]}).validate(told)


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (papers.with_remark, "notes", "thêm ghi chú"),
        (papers.with_other_words, "content", "sửa nội dung trang"),
        (papers.with_other_signature_picture, "content", "nội dung"),
    ],
)
def test_what_was_changed_is_told_and_the_signed_version_can_be_had(client, signed, change, kind, words):
    changed = change(signed)
    told = ask(client, changed).json()
    seal = told["signatures"][1]
    assert (told["good"], seal["code"], seal["modified_after"]) == (False, "modified-after", True)
    assert [one["allowed"] for one in seal["changes"]] == [False]
    if change is not papers.with_other_signature_picture:
        assert kind in seal["changes"][0]["kinds"]
        assert words in seal["changes"][0]["sentence"]["vi"]
    as_signed = ask(client, changed, "/xac-minh/api/v1/signed-revisions?signature=2")
    assert as_signed.content == signed == changed[: seal["signed_bytes"]]
    page = ask(client, changed, "/xac-minh/").content.decode()
    assert "Đã thay đổi gì sau khi ký" in page
    assert 'download="ban-da-ky-2.pdf"' in page


def test_a_form_filled_after_signing_counts_as_changed(client):
    form = services.sign_pdf(papers.with_form(), signer=LEADER, box=BOX)
    assert queries.judge_pdf(form).good
    told = ask(client, papers.filled(form)).json()
    (signature,) = told["signatures"]
    assert (told["code"], signature["changes"][0]["kinds"]) == ("modified-after", ["form"])
    assert "Biểu mẫu" in signature["sentence"]["vi"]
    assert "ho_ten" in signature["changes"][0]["sentence"]["vi"]


def test_a_signature_that_is_not_there_has_no_version(client, signed):
    for number, status in ((3, 404), (0, 422), ("x", 422)):
        answer = ask(client, signed, f"/xac-minh/api/v1/signed-revisions?signature={number}")
        assert answer.status_code == status
        assert problem_code(answer)


@pytest.mark.parametrize("broken", ["", "%PDF-1.7", "hello", "<a>", "<?xml version='1.0'?><a/>", "\x00\x01"])
def test_what_is_no_signed_file_is_a_clear_answer(client, broken):
    for address in (API, "/xac-minh/"):
        assert ask(client, broken.encode(), address).status_code in (200, 422)
    answer = ask(client, broken.encode())
    code = answer.json()["code"]
    assert code in {"signing.not-a-pdf", "signing.not-xml", "unsigned", "signing.bad-field"}


def test_no_file_a_wrong_method_and_a_wrong_body_are_problems(client):
    missing = client.post(API, {})
    assert problem_code(missing) == "signing.bad-field"
    assert [one["field"] for one in missing.json()["errors"]] == ["file"]
    assert client.get(API).status_code == 405
    assert client.post(API, data=b"{}", content_type="application/json").status_code in (400, 422)


@FEW
@given(share=st.floats(0, 1, exclude_max=True), junk=st.binary(min_size=1, max_size=12), cut=st.booleans())
def test_no_damage_breaks_the_answer(client, signed, share, junk, cut):
    cache.clear()
    at = int(len(signed) * share)
    damaged = signed[:at] if cut else signed[:at] + junk + signed[at + len(junk) :]
    answer = ask(client, damaged)
    assert answer.status_code in (200, 422)
    if answer.status_code == 200 and damaged != signed:
        told = answer.json()
        # The place of the last signature's value is the one stretch that no signature covers.
        harmless = signed.rindex(b"/Contents <") <= at + len(junk)
        assert harmless or not told["good"]


def with_password(pdf):
    writer = pypdf.PdfWriter(io.BytesIO(pdf))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def deep(levels):
    return b"%PDF-1.7\n1 0 obj\n" + b"[" * levels + b"]" * levels + b"\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def endless():
    """Cross-reference tables that point at each other."""
    return b"%PDF-1.4\nxref\n0 1\n0000000000 65535 f \ntrailer<</Size 1/Prev 9/Root 1 0 R>>\nstartxref\n9\n%%EOF"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (lambda: with_password(papers.plain()), "signing.encrypted"),
        (lambda: deep(50_000), "signing.not-a-pdf"),
        (endless, "signing.not-a-pdf"),
        (lambda: b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "signing.not-xml"),
        (lambda: b"<a>" * 100_000, "signing.not-xml"),
    ],
    ids=["password", "deep", "endless", "entity", "xml-deep"],
)
def test_files_made_to_hurt(client, content, code):
    assert problem_code(ask(client, content())) == code


def test_a_file_of_zeros_and_one_that_is_too_large(client, monkeypatch):
    assert problem_code(ask(client, b"%PDF-1.7\n" + bytes(5 * 2**20))) in ("signing.not-a-pdf", "signing.unreadable")
    monkeypatch.setattr(queries, "MAX_PDF_BYTES", 1000)
    assert problem_code(ask(client, papers.plain())) == "signing.too-large"


def test_fifty_signatures_are_all_told(client):
    paper = papers.plain()
    for number in range(50):
        paper = services.sign_pdf(paper, signer=LEADER, box=Box(40, 40 + 14 * number, 120, 52 + 14 * number))
    told = ask(client, bytes(paper)).json()
    assert (told["good"], len(told["signatures"])) == (True, 50)


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_answered(client, signed, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(uploads, "READING_SECONDS", 0.000001)
        answer = ask(client, signed)
    assert (answer.status_code, problem_code(answer)) == (503, "signing.too-slow")
    assert ask(client, signed).json()["good"]


def test_a_process_that_dies_of_a_file_is_replaced(signed):
    adapter = roles.port(FileReader)
    assert adapter.read(signed, 120.0).found
    for worker in reader._idle:
        worker.process.kill()
        worker.process.wait()
    assert adapter.read(signed, 120.0).found


def test_the_process_has_no_keys_and_no_settings():
    adapter = reader.ReaderProcesses()
    with pytest.raises(Refused):
        adapter.read(b"%PDF-1.7 nothing", 120.0)
    (worker, *_) = reader._idle
    given_names = open(f"/proc/{worker.process.pid}/environ", "rb").read()  # noqa: SIM115, PTH123
    assert b"DATABASE" not in given_names
    assert b"LIENTHONG" not in given_names


def test_an_address_that_sends_too_many_files_waits(client, signed, monkeypatch):
    monkeypatch.setattr(limits, "UPLOADS", 2)
    assert [ask(client, signed).status_code for _ in range(3)] == [200, 200, 429]
    answer = ask(client, signed)
    assert problem_code(answer) == "signing.too-many-uploads"
    assert ask(client, signed, "/xac-minh/").status_code == 429
    assert client.post(API, {"file": SimpleUploadedFile("a", signed)}, REMOTE_ADDR="10.1.2.3").status_code == 200


BEFORE, AFTER = b'<a xmlns="urn:a"><b Id="envelope"><c>x</c>', b"</b></a>"


def signed_xml():
    """An element signed by an agency; exclusive canonical form is the element as it stands."""
    element = b'<b xmlns="urn:a" Id="envelope"><c>x</c></b>'
    signature = services.sign_xml_envelope(sha256(element).digest(), at=clock.now(), key=SEAL)
    return BEFORE + signature + AFTER


def test_xml_is_judged_too(client):
    told = ask(client, signed_xml(), name="a.xml").json()
    assert (told["kind"], told["good"], told["code"]) == ("xml", True, "good")
    assert [one["agency_code"] for one in told["signatures"]] == ["H36.101"]
    told = ask(client, signed_xml().replace(b"<c>x", b"<c>y"), name="a.xml").json()
    assert (told["good"], told["code"]) == (False, "tampered")
    page = ask(client, b"\xef\xbb\xbf" + signed_xml(), "/xac-minh/", name="a.xml").content.decode()
    assert "Mọi chữ ký số trong tệp đều hợp lệ" in page
    assert ask(client, BEFORE + AFTER, name="a.xml").json()["code"] == "unsigned"
