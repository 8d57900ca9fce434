"""Levels of PAdES: what each proves, what an outage costs, and that a chain of stamps outlives certificates."""

from datetime import timedelta

import pytest

from lienthong.kernel import clock, files
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.models import CertificateStanding, UnfinishedDocument
from lienthong.platform.signing.services import finishing, levels
from lienthong.platform.signing.tests import papers
from lienthong.platform.signing.tests.conftest import be_province, later
from lienthong.platform.signing.tests.papers import BOX, LEADER, SEAL
from lienthong.platform.signing.types import CertificateKind, PdfLevel

SIGNERS: tuple[tuple[str, CertificateKind], ...] = ((LEADER, "officer"), (SEAL, "seal"))
LEVELS: tuple[PdfLevel, ...] = ("B-B", "B-T", "B-LT", "B-LTA")
TSA, OCSP, CRL = "/authority/tsa", "/authority/ocsp", "/authority/crl"


@pytest.fixture
def office(authority):
    """A leader and a seal at the province, and an authority that answers."""
    levels.forget_silence()
    for name, kind in SIGNERS:
        services.issue_certificate(
            authority.home, name=name, kind=kind, agency_code="H36.101", common_name="Lan", into=node().home
        )
    yield authority
    levels.forget_silence()


def signed(level):
    return services.sign_pdf(papers.plain(), signer=LEADER, box=BOX, level=level)


def only(pdf):
    (signature,) = queries.verify_pdf(pdf)
    return signature


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_is_reached_and_recognised(office, level):
    paper = signed(level)
    assert (paper.level, paper.wanted, paper.is_finished) == (level, level, True)
    assert paper.startswith(papers.plain())
    seen = only(paper)
    assert (seen.code, seen.level, seen.modified_after) == ("good", level, False)
    assert (seen.proved_at is None) == (level == "B-B")
    assert seen.path[0] == "Lan"
    assert len(seen.path) == 3
    stamps = queries.judge_pdf(paper).timestamps
    assert [one.good for one in stamps] == ([True] if level == "B-LTA" else [])


def test_a_leader_at_b_lta_and_the_seal_after_it_are_both_good(office):
    sealed = services.sign_pdf(
        signed("B-LTA"), signer=SEAL, box=queries.seal_box(BOX), appearance="seal", level="B-LTA"
    )
    assert [(one.code, one.level) for one in queries.verify_pdf(sealed)] == [("good", "B-LTA"), ("good", "B-LTA")]
    assert len(queries.judge_pdf(sealed).timestamps) == 2


def test_a_seal_with_all_proofs_lifts_the_leaders_signature_with_it(office):
    paper = services.sign_and_seal_pdf(papers.plain(), leader=LEADER, seal=SEAL, box=BOX, level="B-LTA")
    assert paper.level == "B-LTA"
    assert [(one.code, one.level) for one in queries.verify_pdf(paper)] == [("good", "B-LTA"), ("good", "B-LTA")]


def test_the_time_of_a_stamp_is_told_and_the_stated_time_must_not_be_later(office):
    paper = signed("B-T")
    seen = only(paper)
    assert seen.proved_at is not None
    assert abs(seen.proved_at - clock.now()) < timedelta(seconds=2)
    assert "dấu thời gian chứng minh" in seen.sentence.vi
    postdated = services.sign_pdf(
        papers.plain(), signer=LEADER, box=BOX, level="B-T", moment=clock.now() + timedelta(hours=2)
    )
    with later(office, hours=3):
        assert only(postdated).code == "bad-time"


@pytest.mark.parametrize(
    ("silent", "level"), [({TSA}, "B-B"), ({OCSP, CRL}, "B-T"), ({OCSP}, "B-LTA")], ids=["no-tsa", "no-status", "list"]
)
def test_who_does_not_answer_costs_a_level_and_not_the_signature(office, silent, level):
    office.silent |= silent
    paper = signed("B-LTA")
    assert (paper.level, paper.is_finished, only(paper).code) == (level, level == "B-LTA", "good")
    assert only(paper).level == level


def test_an_outage_is_asked_once_for_many_documents(office):
    office.silent.add(TSA)
    before = office.asked.count(TSA)
    for _ in range(5):
        assert signed("B-T").level == "B-B"
    assert office.asked.count(TSA) - before == 1


@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LT"])
def test_a_lower_level_is_raised_later_by_adding_alone(office, level):
    paper = signed(level)
    with later(office, hours=1):
        raised = services.augment_pdf(paper)
        assert raised.level == "B-LTA"
        assert raised.startswith(paper)
        assert (only(raised).code, only(raised).level) == ("good", "B-LTA")
        assert services.augment_pdf(raised) == raised


def test_what_is_not_good_is_not_raised(office):
    with pytest.raises(Refused) as caught:
        services.augment_pdf(papers.with_other_words(signed("B-B")))
    assert caught.value.code == "signing.modified-after"
    with pytest.raises(Refused) as caught:
        services.augment_pdf(papers.plain())
    assert caught.value.code == "signing.unsigned"


def test_a_job_finishes_what_an_outage_left(office):
    office.silent.add(TSA)
    paper = signed("B-LTA")
    kept = files.store(bytes(paper), name="van-ban.pdf", allowed=frozenset({files.PDF}))
    services.finish_later(sha256=kept.sha256, wanted="B-LTA", about="document:1")
    services.finish_later(sha256=kept.sha256, wanted="B-LTA", about="document:1")
    finishing.finish_due()
    row = UnfinishedDocument.objects.get()
    assert (row.tries, row.finished_sha256) == (1, "")
    assert row.due_at is not None
    assert row.due_at > clock.now()
    office.silent.clear()
    levels.forget_silence()
    finishing.finish_due()
    assert UnfinishedDocument.objects.get().finished_sha256 == ""  # not due yet
    with later(office, minutes=5):
        finishing.finish_due()
        row.refresh_from_db()
        done = files.read(row.finished_sha256)
        assert (row.reached, only(done).level) == ("B-LTA", "B-LTA")
        assert not UnfinishedDocument.objects.filter(due_at__isnull=False).exists()
        assert done.startswith(paper)


def revoke(reason):
    services.revoke_certificate(queries.get_certificate(LEADER).thumbprint, reason=reason, actor=SYSTEM)
    services.refresh_standings()
    queries.forget_standings()


@pytest.mark.parametrize(("level", "code"), [("B-B", "certificate-revoked"), ("B-T", "good"), ("B-LTA", "good")])
def test_a_stamp_before_a_theft_keeps_a_signature_good(office, level, code):
    paper = signed(level)
    with later(office, hours=2):
        revoke("keyCompromise")
        assert only(paper).code == code


def test_a_stamp_after_a_theft_proves_nothing(office):
    paper = signed("B-B")
    with later(office, hours=2):
        revoke("keyCompromise")
        backdated = services.sign_pdf(
            papers.plain(), signer=LEADER, box=BOX, level="B-T", moment=clock.now() - timedelta(hours=2)
        )
        assert backdated.level == "B-T"
        assert only(backdated).code == "certificate-revoked"
        assert only(paper).code == "certificate-revoked"


def test_proofs_in_the_document_speak_where_nobody_was_asked(office):
    paper = signed("B-LTA")
    CertificateStanding.objects.all().delete()
    queries.forget_standings()
    status = only(paper).status
    assert status is not None
    assert "Văn bản giữ câu trả lời" in status.sentence.vi


def test_a_chain_of_stamps_outlives_the_certificates_in_it(office):
    plain, stamped, kept = signed("B-B"), signed("B-T"), signed("B-LTA")
    # The signer's certificate lives three years, the time stamp authority's five.
    years = 365 * 4
    with later(office, days=years):
        assert only(plain).code == "certificate-expired"
        assert only(stamped).code == "good"
        renewed = services.augment_pdf(kept, renew=True)
        assert renewed == kept  # its stamp lasts for another year
    with later(office, days=365 * 5 - 30):
        renewed = services.augment_pdf(kept, renew=True)
        assert len(renewed) > len(kept)
    with later(office, days=365 * 6):
        assert only(stamped).code == "certificate-expired"
        assert only(kept).code == "certificate-expired"
        assert (only(renewed).code, only(renewed).level) == ("good", "B-LTA")
        assert [one.good for one in queries.judge_pdf(renewed).timestamps] == [True, True]


def test_a_stamp_of_strangers_counts_for_nothing(office, country):
    from lienthong.kernel.profile import playing

    paper = signed("B-T")
    with playing(node(), home=country.abroad):
        seen = only(paper)
    assert seen.proved_at is None
    assert [one.good for one in seen.timestamps] == [False]
    assert seen.level == "B-B"


def test_a_node_that_asks_nobody_reaches_b_t(office):
    with be_province(office, ocsp="off"):
        assert signed("B-LTA").level == "B-T"


def test_fifty_at_once_and_one_that_is_broken_stops_no_other(office):
    from lienthong.platform.signing.types import SigningOrder

    orders = [SigningOrder(papers.plain(), BOX) for _ in range(50)]
    orders[7] = SigningOrder(b"%PDF-nothing", BOX)
    outcomes = services.sign_pdfs(orders, signer=LEADER)
    assert [place for place, one in enumerate(outcomes) if one.refused] == [7]
    assert outcomes[7].refused is not None
    assert outcomes[7].refused.code == "signing.not-a-pdf"
    assert only(outcomes[49].pdf).good
