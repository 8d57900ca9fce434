"""Signed documents: the leader, then the seal; and every way of tampering is seen."""

import io
from datetime import timedelta

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node, playing
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.tests import papers
from lienthong.platform.signing.tests.conftest import NOW
from lienthong.platform.signing.tests.papers import BOX, LEADER, SEAL
from lienthong.platform.signing.types import Box

pytestmark = pytest.mark.usefixtures("at_province")


@pytest.fixture
def paper() -> bytes:
    return services.sign_and_seal_pdf(
        papers.plain(), leader=LEADER, seal=SEAL, box=BOX, reason="Cấp trích lục khai sinh"
    )


def code_of(pdf) -> str:
    return queries.judge_pdf(pdf).code


def outcome(pdf) -> str:
    """The verdict's code, or the refusal's."""
    try:
        return code_of(pdf)
    except Refused as refused:
        return refused.code


def refusal(act, *given, **named) -> str:
    with pytest.raises(Refused) as caught:
        act(*given, **named)
    return caught.value.code


def test_leader_and_seal_are_both_good(paper):
    leader, seal = queries.verify_pdf(paper)
    assert (leader.signer, leader.position, leader.kind) == ("Nguyễn Thị Lan", "Phó Chủ tịch", "officer")
    assert (seal.signer, seal.kind) == ("Ủy ban nhân dân phường Xuân Hương - Đà Lạt", "seal")
    for one in (leader, seal):
        assert one.good
        assert one.intact
        assert one.trusted
        assert one.covers_whole
        assert not one.modified_after
        assert (one.agency_code, one.signed_at) == ("H36.101", NOW)
    assert (leader.covers_file, seal.covers_file) == (False, True)
    assert "Nguyễn Thị Lan, Phó Chủ tịch (Ủy ban nhân dân phường Xuân Hương" in leader.sentence.vi
    assert queries.judge_pdf(paper).good


def test_the_leaders_bytes_stay_as_they_were(paper):
    alone = services.sign_pdf(papers.plain(), signer=LEADER, box=BOX)
    sealed = services.sign_pdf(alone, signer=SEAL, box=queries.seal_box(BOX), appearance="seal")
    assert alone.startswith(papers.plain())
    assert sealed.startswith(alone)


def test_the_seal_covers_a_third_of_the_leaders_signature_on_its_left():
    seal = queries.seal_box(BOX)
    assert seal.right == pytest.approx(BOX.left + BOX.width / 3)
    assert seal.left < BOX.left
    assert seal.bottom < BOX.bottom < BOX.top < seal.top


def test_a_reader_program_finds_two_visible_signatures_with_their_words(paper):
    fields = pypdf.PdfReader(io.BytesIO(paper)).get_fields() or {}
    assert {name: field["/V"]["/SubFilter"] for name, field in fields.items()} == {
        "ChuKy1": "/ETSI.CAdES.detached",
        "ConDau2": "/ETSI.CAdES.detached",
    }
    assert fields["ChuKy1"]["/TU"] == "Chữ ký số: Nguyễn Thị Lan, Phó Chủ tịch (H36.101)"
    assert fields["ConDau2"]["/V"]["/M"].startswith("D:20261121093000+07")
    drawn = [one.get_object() for one in pypdf.PdfReader(io.BytesIO(paper)).pages[0].annotations or ()]
    colours = [one["/AP"]["/N"].get_object().get_data()[:200] for one in drawn]
    assert b"0.07 0.16 0.60 RG" in colours[0]
    assert b"0.83 0.06 0.12 RG" in colours[1]


def test_an_unsigned_paper_is_called_unsigned():
    verdict = queries.judge_pdf(papers.plain())
    assert (verdict.good, verdict.code, verdict.signatures) == (False, "unsigned", ())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True), bit=st.sampled_from([1, 2, 32]))
def test_no_bit_of_the_signed_bytes_can_change_unseen(paper, share, bit):
    # The last signature value itself is the one stretch that no signature covers.
    last = paper.rindex(b"/Contents <")
    at = int(last * share)
    changed = paper[:at] + bytes([paper[at] ^ bit]) + paper[at + 1 :]
    assert outcome(changed) in {"tampered", "partial", "modified-after", "foreign-certificate", "signing.not-a-pdf"}


def test_a_changed_number_is_seen_and_both_signatures_fall():
    source = papers.plain().replace(b"/Title", b"/TitlE", 1)
    paper = services.sign_and_seal_pdf(source, leader=LEADER, seal=SEAL, box=BOX)
    forged = paper.replace(b"/TitlE", b"/TitlF", 1)
    assert [one.intact for one in queries.verify_pdf(forged)] == [False, False]
    assert code_of(forged) == "tampered"


@pytest.mark.parametrize("change", [papers.with_remark, papers.with_other_words, papers.with_other_signature_picture])
def test_what_is_laid_over_a_signed_paper_is_seen(paper, change):
    leader, seal = queries.verify_pdf(change(paper))
    assert leader.intact
    assert seal.intact
    assert seal.modified_after
    assert code_of(change(paper)) == "modified-after"


@pytest.mark.parametrize("change", [papers.with_remark, papers.with_other_words])
def test_a_change_between_leader_and_seal_is_seen(change):
    alone = change(services.sign_pdf(papers.plain(), signer=LEADER, box=BOX))
    sealed = services.sign_pdf(alone, signer=SEAL, box=queries.seal_box(BOX), appearance="seal")
    leader, seal = queries.verify_pdf(sealed)
    assert leader.code == "modified-after"
    assert seal.good
    assert not queries.judge_pdf(sealed).good


def test_dropping_the_seal_leaves_the_leader_alone(paper):
    leaders_part = services.sign_pdf(papers.plain(), signer=LEADER, box=BOX, reason="x")
    assert [one.kind for one in queries.verify_pdf(leaders_part)] == ["officer"]


def test_a_foreign_signature_is_not_trusted(country):
    with playing(node(), home=country.abroad):
        foreign = services.sign_and_seal_pdf(papers.plain(), leader=LEADER, seal=SEAL, box=BOX)
    leader, _ = queries.verify_pdf(foreign)
    assert leader.intact
    assert not leader.trusted
    assert leader.code == "foreign-certificate"
    assert "không do tổ chức được tin cậy cấp" in leader.sentence.vi


def test_a_foreign_seal_beside_a_good_leader_spoils_the_paper(country):
    alone = services.sign_pdf(papers.plain(), signer=LEADER, box=BOX)
    with playing(node(), home=country.abroad):
        mixed = services.sign_pdf(alone, signer=SEAL, box=queries.seal_box(BOX), appearance="seal")
    assert [one.code for one in queries.verify_pdf(mixed)] == ["good", "foreign-certificate"]
    assert code_of(mixed) == "foreign-certificate"


def test_an_expired_certificate_no_longer_confirms(paper):
    assert {one.code for one in queries.verify_pdf(paper, at=NOW + timedelta(days=4000))} == {"certificate-expired"}


def test_a_signature_from_the_future_is_not_believed(paper):
    assert code_of(paper) == "good"
    assert queries.judge_pdf(paper, at=NOW - timedelta(minutes=30)).code == "bad-time"


def test_an_expired_key_does_not_sign():
    with clock.frozen(NOW + timedelta(days=4000)):
        assert refusal(services.sign_pdf, papers.plain(), signer=LEADER, box=BOX) == "signing.certificate-expired"


def test_a_leader_does_not_sign_after_the_seal(paper):
    assert refusal(services.sign_pdf, paper, signer=LEADER, box=BOX) == "signing.already-sealed"


def test_keys_sign_only_what_they_are_for():
    for key, appearance in ((SEAL, "leader"), (LEADER, "seal"), ("node", "leader"), ("node", "seal")):
        code = refusal(services.sign_pdf, papers.plain(), signer=key, box=BOX, appearance=appearance)
        assert code == "signing.wrong-kind"


def test_a_page_that_is_not_there_is_refused():
    for page in (1, -2):
        assert refusal(services.sign_pdf, papers.plain(), signer=LEADER, box=BOX, page=page) == "signing.page"


@pytest.mark.parametrize(
    "body", [b"", b"%PDF-", b"hello", b"%PDF-1.7\n%%EOF", papers.plain()[:3000], b"%PDF-1.7\n" + b"[" * 100_000]
)
def test_what_is_no_pdf_is_refused(body):
    assert refusal(queries.verify_pdf, body) == "signing.not-a-pdf"
    assert refusal(services.sign_pdf, body, signer=LEADER, box=BOX) == "signing.not-a-pdf"


def test_a_paper_with_a_password_is_refused():
    writer = pypdf.PdfWriter(io.BytesIO(papers.plain()))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    assert refusal(queries.verify_pdf, out.getvalue()) == "signing.encrypted"


def test_a_long_agency_name_and_any_box_can_be_drawn():
    tiny = services.sign_pdf(papers.plain(), signer=LEADER, box=Box(10, 10, 20, 14))
    sealed = services.sign_pdf(tiny, signer=SEAL, box=Box(10, 10, 60, 70), appearance="seal")
    assert queries.judge_pdf(sealed).good


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True), junk=st.binary(min_size=1, max_size=8), cut=st.booleans())
def test_signing_a_damaged_paper_is_refused_or_gives_a_paper_that_can_be_judged(paper, share, junk, cut):
    source = papers.plain()
    at = int(len(source) * share)
    damaged = source[:at] if cut else source[:at] + junk + source[at + len(junk) :]
    for act in (
        lambda: services.sign_pdf(damaged, signer=LEADER, box=BOX),
        lambda: services.certify_copy(damaged, form="copy", seal=SEAL),
        lambda: queries.find_signature_place(damaged, name="Lan", position=""),
    ):
        assert told_of(act) in {"", "signing.not-a-pdf", "signing.encrypted", "signing.page"}


def told_of(act) -> str:
    """The refusal's code; "" when there is none, and a paper that was made can be judged."""
    try:
        made = act()
    except Refused as refused:
        return refused.code
    if isinstance(made, bytes):
        outcome(made)
    return ""
