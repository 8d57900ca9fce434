"""The PIN of an officer's signature: asked each time, counted before it is looked at, locked, kept as a slow hash."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from lienthong.kernel import clock
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import NotAllowed, Refused
from lienthong.kernel.profile import node, playing
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.identity import services as identity
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.models import SigningCredential
from lienthong.platform.signing.rules import pins
from lienthong.platform.signing.tests.conftest import later
from lienthong.platform.signing.tests.test_remote import officer
from lienthong.platform.signing.types import SigningProof

KEY, PIN = "officer:lan.nguyen", "135246"


@pytest.fixture
def lan(authority) -> Actor:
    made = officer("lan.nguyen", authority)
    services.publish_pins([KEY], PIN, actor=SYSTEM)
    return made


def code_of(act, *given, **named):
    with pytest.raises(Refused) as caught:
        act(*given, **named)
    return caught.value.code


def test_the_right_pin_proves_the_signer_for_a_while(lan, authority):
    proof = services.prove_pin(PIN, actor=lan)
    services.require_proof(proof, actor=lan)
    with later(authority, minutes=16), pytest.raises(NotAllowed):
        services.require_proof(proof, actor=lan)
    with pytest.raises(NotAllowed):
        services.require_proof(SigningProof("officer:binh.tran", proof.at), actor=lan)
    with pytest.raises(NotAllowed):
        services.require_proof(SigningProof(KEY, proof.at + timedelta(hours=1)), actor=lan)


def test_what_is_kept_tells_nothing_and_opens_no_other_key(lan):
    services.set_pin("864209", secret=PIN, actor=lan)
    row = SigningCredential.objects.get()
    assert row.pin.startswith("scrypt$16384$")
    assert pins.matches(KEY, "864209", row.pin)
    assert not pins.matches("officer:binh.tran", "864209", row.pin)
    assert not pins.matches(KEY, "864209", "")


@pytest.mark.parametrize(
    "pin", ["", "12345", "1234567890123", "123456", "987654", "111111", "121212", "abcdef", "１３５２４６"]
)
def test_pins_that_anybody_would_try_are_refused(lan, pin):
    assert code_of(services.set_pin, pin, secret=PIN, actor=lan) == "signing.weak-pin"


def test_five_wrong_pins_lock_it_and_a_right_one_does_not_open_it_before_its_time(lan, authority):
    for left in (4, 3, 2, 1):
        with pytest.raises(Refused) as caught:
            services.prove_pin("975310", actor=lan)
        assert (caught.value.code, f"{left} lần" in str(caught.value.message)) == ("signing.wrong-pin", True)
    assert code_of(services.prove_pin, "975310", actor=lan) == "signing.pin-locked"
    assert code_of(services.prove_pin, PIN, actor=lan) == "signing.pin-locked"
    assert queries.get_credential(lan).locked_until == clock.now() + timedelta(minutes=15)
    with later(authority, minutes=16):
        for _ in range(4):
            code_of(services.prove_pin, "975310", actor=lan)
        assert code_of(services.prove_pin, "975310", actor=lan) == "signing.pin-locked"
        assert queries.get_credential(lan).locked_until == clock.now() + timedelta(minutes=30)
    with later(authority, hours=2):
        services.prove_pin(PIN, actor=lan)
        assert SigningCredential.objects.get().tries == 0


def test_a_lock_never_lasts_longer_than_a_day():
    assert pins.lock_after(5) == timedelta(minutes=15)
    assert pins.lock_after(500) == timedelta(hours=24)
    assert pins.lock_after(6) is None


def test_without_a_pin_nobody_signs_and_is_told_where_to_set_it(authority):
    lan = officer("lan.nguyen", authority)
    with pytest.raises(Refused) as caught:
        services.prove_pin(PIN, actor=lan)
    assert (caught.value.code, "Chữ ký số của tôi" in str(caught.value.message)) == ("signing.no-pin", True)
    assert code_of(services.prove_pin, "", actor=lan) == "signing.pin-missing"
    person = replace(lan, kind="person")
    assert code_of(services.prove_pin, PIN, actor=person) == "signing.officers-only"


def test_another_pin_needs_the_one_so_far_or_the_password(lan):
    assert code_of(services.set_pin, "864209", secret="", actor=lan) == "signing.pin-missing"
    assert code_of(services.set_pin, "864209", secret="975310", actor=lan) == "signing.wrong-pin"
    services.set_pin("864209", secret=PIN, actor=lan)
    services.prove_pin("864209", actor=lan)
    identity.set_password(account_id=lan.account_id or 0, password="mat-khau-rat-dai", actor=SYSTEM)
    services.set_pin(PIN, secret="mat-khau-rat-dai", actor=lan)
    services.prove_pin(PIN, actor=lan)


def test_the_password_signs_nothing_and_the_first_pin_needs_it(authority):
    lan = officer("lan.nguyen", authority)
    identity.set_password(account_id=lan.account_id or 0, password="mat-khau-rat-dai", actor=SYSTEM)
    assert code_of(services.set_pin, PIN, secret="sai", actor=lan) == "signing.wrong-pin"
    services.set_pin(PIN, secret="mat-khau-rat-dai", actor=lan)
    assert code_of(services.prove_pin, "mat-khau-rat-dai", actor=lan) == "signing.wrong-pin"


def test_a_pin_that_is_set_is_not_given_anew(lan):
    services.publish_pins([KEY], "864209", actor=SYSTEM)
    services.prove_pin(PIN, actor=lan)


def test_one_pin_lasts_only_where_the_profile_says_so(lan, authority):
    given = services.prove_pin(PIN, actor=lan).at
    assert code_of(services.prove_pin, "", actor=lan, remembered=given) == "signing.pin-missing"
    parameters = {**node().parameters, "signing": {"pin_minutes": 10}}
    with playing(node(), parameters=parameters):
        with later(authority, minutes=9):
            services.require_proof(services.prove_pin("", actor=lan, remembered=given), actor=lan)
        with later(authority, minutes=11):
            assert code_of(services.prove_pin, "", actor=lan, remembered=given) == "signing.pin-missing"
        future = given + timedelta(minutes=5)
        assert code_of(services.prove_pin, "", actor=lan, remembered=future) == "signing.pin-missing"


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_once_gain_nothing():
    made = identity.appoint_officer(
        username="lan.nguyen", name="Lan", agency_code="H36.101", position="", duties={"leader"}, actor=SYSTEM
    )
    lan = identity_queries.actor_of(identity_queries.get_account(made.account_id))
    services.publish_pins([KEY], PIN, actor=SYSTEM)

    def guess(pin):
        try:
            services.prove_pin(pin, actor=lan)
        except Refused as refused:
            return refused.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(8) as pool:
        told = [one.result() for one in [pool.submit(copy_context().run, guess, f"97531{n}") for n in range(8)]]
    assert told.count("signing.wrong-pin") <= 4
    assert set(told) == {"signing.wrong-pin", "signing.pin-locked"}
    assert SigningCredential.objects.get().tries == pins.TRIES


def test_the_page_sets_a_pin_and_the_place(lan, client):
    client.force_login(get_user_model().objects.get(username="lan.nguyen"))
    page = client.get("/ky-so/").content.decode()
    assert "Nguyễn Thị Lan" in page
    assert "Đổi mã PIN" in page
    wrong = client.post("/ky-so/", {"secret": PIN, "pin": "864209", "again": "864200"})
    assert (wrong.status_code, "không giống nhau" in wrong.content.decode()) == (422, True)
    assert client.post("/ky-so/", {"secret": PIN, "pin": "864209", "again": "864209"}).status_code == 302
    services.prove_pin("864209", actor=lan)
    assert client.post("/ky-so/", {"place": "remote"}).status_code == 302
    assert queries.get_credential(lan).place == "remote"
    assert client.post("/ky-so/", {"place": "moon"}).status_code == 422


def test_strangers_see_no_page(lan, client):
    assert client.get("/ky-so/").status_code == 302
