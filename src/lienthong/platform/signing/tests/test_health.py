"""What the operator is told about keys, certificates, authorities and the clock, before anything stops."""

from datetime import timedelta

import pytest

from lienthong.kernel import clock
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.profile import playing
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.models import ClockReading
from lienthong.platform.signing.queries.health import check_signing, measure_signing
from lienthong.platform.signing.services.clocks import measure_clock
from lienthong.platform.signing.tests.conftest import be_province, later


def told(name):
    return [check for check in check_signing() if check.name == name]


def number(name, **labels):
    return [one.value for one in measure_signing() if one.name == name and labels.items() <= one.labels.items()]


def test_a_young_node_is_well(authority):
    services.refresh_standings()
    measure_clock()
    assert [(check.name, check.level) for check in check_signing()] == [
        ("certificate", "ok"), ("certificate-status", "ok"), ("clock", "ok"),
    ]  # fmt: skip


def test_an_end_that_comes_near_is_told_with_what_to_do(authority):
    with later(authority, days=300):
        (check,) = told("certificate")
        assert (check.about, check.level) == ("tls", "warn")
        assert check.hint is not None
        assert "keys" in check.hint.en
    with later(authority, days=366):
        assert [(check.about, check.level) for check in told("certificate")] == [("tls", "failing")]
        assert number("certificate_life_share", kind="tls") == [1.0]


@pytest.mark.parametrize(("days", "level"), [(0, "ok"), (1, "warn")], ids=["answer of today", "answer of yesterday"])
def test_an_authority_that_fell_silent_is_told(authority, days, level):
    services.refresh_standings()
    authority.silent |= {"/authority/ocsp", "/authority/crl"}
    with later(authority, days=days):
        services.refresh_standings()
        assert [check.level for check in told("certificate-status")] == [level]
        assert number("certificates_by_status", status="good") == [2 if level == "ok" else 0]
        assert number("certificates_by_status", status="stale") == [0 if level == "ok" else 2]


def test_an_authority_that_never_answered_is_told(authority):
    assert [check.level for check in told("certificate-status")] == ["warn"]
    with be_province(authority, ocsp="off"):
        assert told("certificate-status") == []


def test_ones_own_revoked_certificate_is_told(authority):
    services.revoke_certificate(queries.get_certificate("node").thumbprint, reason="keyCompromise", actor=SYSTEM)
    services.refresh_standings()
    (check,) = told("certificate-status")
    assert check.level == "failing"
    assert "revoked" in check.sentence.en


def test_the_clock_is_compared_with_the_hub(authority):
    """The hub's `Date` comes from the machine's own clock here, so the node's is set against that."""
    with clock.frozen(clock.now() + timedelta(hours=1)):
        measure_clock()
        skew = queries.clock_skew()
        assert skew.against == authority.url
        assert skew.seconds == pytest.approx(3600, abs=60)
        (check,) = told("clock")
        assert (check.level, "ahead" in check.sentence.en) == ("failing", True)
    with clock.frozen(clock.now() - timedelta(minutes=2)):
        measure_clock()
        (check,) = told("clock")
        assert (check.level, "behind" in check.sentence.en) == ("warn", True)
        assert number("clock_skew_seconds")[0] < -100


def test_the_hub_compares_with_a_time_stamp_authority_elsewhere(authority):
    # It is the hub itself when its hub's address is its own.
    with be_province(authority, tsa_url=f"{authority.url}/authority/tsa") as me, playing(me, base_url=authority.url):
        authority.moment = clock.now() - timedelta(minutes=3)
        measure_clock()
    skew = queries.clock_skew()
    assert skew.against == "Dấu thời gian thử nghiệm Liên thông"
    assert skew.seconds == pytest.approx(179.5)


def test_a_clock_that_cannot_be_compared_keeps_its_last_reading(authority):
    assert told("clock") == []
    measure_clock()
    authority.silent.add("/suc-khoe/")
    reading = ClockReading.objects.get()
    measure_clock()
    assert ClockReading.objects.get().checked_at == reading.checked_at
    with later(authority, hours=2):
        assert [check.level for check in told("clock")] == ["warn"]
