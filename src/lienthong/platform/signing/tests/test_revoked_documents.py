"""Documents whose signer's certificate was revoked afterwards: a theft spoils them, a retirement does not."""

import pytest

from lienthong.kernel.access import SYSTEM
from lienthong.kernel.profile import node
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.tests import papers
from lienthong.platform.signing.tests.conftest import be_province, later
from lienthong.platform.signing.tests.papers import BOX, LEADER, SEAL
from lienthong.platform.signing.types import CertificateKind

SIGNERS: tuple[tuple[str, CertificateKind], ...] = ((LEADER, "officer"), (SEAL, "seal"))


@pytest.fixture
def paper(authority):
    for name, kind in SIGNERS:
        services.issue_certificate(
            authority.home, name=name, kind=kind, agency_code="H36.101", common_name="Lan", into=node().home
        )
    return services.sign_and_seal_pdf(papers.plain(), leader=LEADER, seal=SEAL, box=BOX)


def revoke(reason):
    services.revoke_certificate(queries.get_certificate(LEADER).thumbprint, reason=reason, actor=SYSTEM)
    services.refresh_standings()
    queries.forget_standings()


def codes(pdf):
    return [one.code for one in queries.verify_pdf(pdf)]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("keyCompromise", "certificate-revoked"),
        ("unspecified", "certificate-revoked"),
        ("cessationOfOperation", "good"),
        ("affiliationChanged", "good"),
        ("superseded", "good"),
    ],
)
def test_what_was_signed_before_a_revocation(authority, paper, reason, code):
    assert codes(paper) == ["good", "good"]
    with later(authority, hours=2):
        revoke(reason)
        assert codes(paper) == [code, "good"]
        verdict = queries.judge_pdf(paper)
        assert verdict.good is (code == "good")


def test_what_says_of_itself_that_it_was_signed_after_a_revocation(authority, paper):
    with later(authority, hours=2):
        revoke("cessationOfOperation")
        with later(authority, hours=1):
            late = services.sign_pdf(papers.plain(), signer=LEADER, box=BOX)
            assert codes(late) == ["certificate-revoked"]
            assert "revoked" in queries.judge_pdf(late).sentence.en


def test_a_node_that_asks_nobody_does_not_know(authority, paper):
    revoke("keyCompromise")
    with be_province(authority, ocsp="off"):
        assert codes(paper) == ["good", "good"]
