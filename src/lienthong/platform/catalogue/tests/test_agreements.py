"""Agreements between two nodes and the hub: whatever is done, in whatever order letters cross, all copies end alike."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.platform.catalogue import queries, services
from lienthong.platform.catalogue.letters import AgreementAnswered, AgreementSuspended
from lienthong.platform.catalogue.tests.trio import (
    BA,
    CLIENT,
    HOA,
    LAN,
    SERVICE,
    WISH,
    Trio,
    agree,
    offer,
    publish,
    request,
)
from lienthong.platform.catalogue.types import AccessRequest, AgreementEntry, SystemRef
from lienthong.platform.exchange.types import Envelope

CALL = AccessRequest(CLIENT, SERVICE, "GET", "/nguoi/001")


def mirrored(entry: AgreementEntry) -> AgreementEntry:
    """What the hub mirrors: all but what the two sides alone read."""
    purposes = tuple(replace(one, reason="") for one in entry.purposes)
    return replace(entry, note="", reason="", requested_by="", purposes=purposes)


def alike(trio: Trio, agreement_id: UUID) -> AgreementEntry:
    """The agreement, which both sides hold alike and the hub mirrors."""
    copies = trio.agreements(agreement_id)
    assert copies["H36"] == copies["G01"]
    assert mirrored(copies["G22"]) == mirrored(copies["H36"])
    return copies["H36"]


def code_of(trio: Trio, code: str, deed: Callable[..., Any], **facts: Any) -> str:
    with trio.at(code), pytest.raises(Refused) as caught:
        deed(**facts)
    return caught.value.code


def test_a_request_travels_is_accepted_and_opens_the_service(trio: Trio) -> None:
    offer(trio)
    made = request(trio, valid_to=date(2099, 12, 31), note="Theo công văn 12")
    assert code_of(trio, "G01", queries.decide, request=CALL) == "catalogue.no-agreement"
    trio.carry()
    with trio.at("G01"):
        (waiting,) = queries.list_agreements(side="provider", state="requested")
        assert waiting.note == "Theo công văn 12"
        word = services.PurposeWord(accepted=True, daily_quota=7)
        services.answer_agreement(
            agreement_id=made.id, accepted=True, rate=5, purposes={waiting.purposes[0].id: word}, actor=BA
        )
    trio.carry()
    entry = alike(trio, made.id)
    assert (entry.state, entry.rate, entry.valid_to) == ("accepted", 5.0, date(2099, 12, 31))
    assert [(one.state, one.daily_quota) for one in entry.purposes] == [("accepted", 7)]
    for code in ("G01", "H36"):
        with trio.at(code):
            permission = queries.decide(CALL)
            assert (permission.quota, permission.fields) == (7, ("name", "birth_date"))
            history = [line.deed for line in queries.list_history(made.id)]
            assert history == ["accepted", "requested"]


def test_a_refusal_needs_a_reason_and_leaves_the_service_closed(trio: Trio) -> None:
    offer(trio)
    made = request(trio)
    trio.carry()
    facts: dict[str, Any] = {"agreement_id": made.id, "accepted": False, "actor": BA}
    assert code_of(trio, "G01", services.answer_agreement, **facts) == "catalogue.required"
    with trio.at("G01"):
        services.answer_agreement(**facts, reason="Chưa đủ căn cứ")
    trio.carry()
    entry = alike(trio, made.id)
    assert (entry.state, entry.reason) == ("refused", "Chưa đủ căn cứ")
    assert [one.state for one in entry.purposes] == ["refused"]
    assert code_of(trio, "H36", queries.decide, request=CALL) == "catalogue.no-agreement"
    assert request(trio).id != made.id


@pytest.mark.parametrize(("code", "side", "actor"), [("H36", "consumer", LAN), ("G01", "provider", BA)])
def test_either_side_suspends_and_alone_resumes(trio: Trio, code: str, side: str, actor: Any) -> None:
    offer(trio)
    made = agree(trio)
    other = "G01" if code == "H36" else "H36"
    with trio.at(code):
        services.suspend_agreement(agreement_id=made.id, side=side, reason="Bảo trì", actor=actor)  # type: ignore[arg-type]
    trio.carry()
    assert alike(trio, made.id).shown_state(clock.today()) == "suspended"
    for where in ("H36", "G01"):
        assert code_of(trio, where, queries.decide, request=CALL) == "catalogue.suspended"
    facts = {"agreement_id": made.id, "side": side, "actor": actor}
    assert code_of(trio, other, services.resume_agreement, **facts) == "catalogue.not-your-side"
    with trio.at(code):
        services.resume_agreement(agreement_id=made.id, side=side, actor=actor)  # type: ignore[arg-type]
    trio.carry()
    assert alike(trio, made.id).shown_state(clock.today()) == "active"


def test_the_platform_suspends_and_ends_for_both(trio: Trio) -> None:
    offer(trio)
    made = agree(trio)
    with trio.at("G22"):
        services.suspend_agreement(agreement_id=made.id, side="platform", reason="Sự cố", actor=HOA)
    trio.carry()
    assert alike(trio, made.id).suspension.platform == "Sự cố"
    for code in ("H36", "G01"):
        assert code_of(trio, code, queries.decide, request=CALL) == "catalogue.suspended"
    with trio.at("G22"):
        services.end_agreement(agreement_id=made.id, side="platform", reason="Vi phạm", actor=HOA)
    trio.carry()
    assert alike(trio, made.id).state == "ended"


def test_the_platform_suspends_a_service_for_the_country(trio: Trio) -> None:
    offer(trio)
    agree(trio)
    with trio.at("G22"):
        services.suspend_published(service=SERVICE, reason="Lộ dữ liệu", actor=HOA)
    trio.carry()
    publish(trio)
    for code in ("H36", "G01"):
        assert code_of(trio, code, queries.decide, request=CALL) == "catalogue.service-disabled"
    assert code_of(trio, "G01", services.suspend_published, service=SERVICE, reason="x", actor=BA) == (
        "catalogue.not-your-side"
    )
    # What the provider says meanwhile does not lift the platform's word.
    with trio.at("G01"):
        services.set_endpoints(service=SERVICE, endpoints=["GET /nguoi/*", "GET /ho/*"], fields=[], actor=BA)
    trio.carry()
    with trio.at("G22"):
        assert queries.get_service(SERVICE).shown_state == "suspended"
        services.resume_published(service=SERVICE, actor=HOA)
    trio.carry()
    publish(trio)
    for code in ("H36", "G01"):
        with trio.at(code):
            assert queries.decide(CALL).service == SERVICE


def test_a_purpose_within_the_threshold_is_accepted_by_itself(trio: Trio) -> None:
    offer(trio, threshold=150)
    made = agree(trio)
    for calls in (50, 1):
        with trio.at("H36"):
            wish = services.PurposeWish(f"Thêm {calls}", "Luật Hộ tịch", calls)
            services.request_purpose(agreement_id=made.id, wish=wish, actor=LAN)
        trio.carry()
    entry = alike(trio, made.id)
    assert [(one.title, one.state) for one in entry.purposes] == [
        ("Đăng ký khai sinh", "accepted"),
        ("Thêm 50", "accepted"),
        ("Thêm 1", "waiting"),
    ]
    with trio.at("G01"):
        word = services.PurposeWord(accepted=False, reason="Hết khả năng")
        services.answer_purpose(agreement_id=made.id, purpose_id=entry.purposes[2].id, word=word, actor=BA)
    trio.carry()
    assert alike(trio, made.id).purposes[2].reason == "Hết khả năng"
    with trio.at("H36"):
        services.end_purpose(
            agreement_id=made.id, purpose_id=entry.purposes[1].id, side="consumer", reason="Xong", actor=LAN
        )
    trio.carry()
    assert alike(trio, made.id).purposes[1].state == "ended"


@pytest.mark.parametrize("seed", range(12))
def test_deeds_that_cross_leave_both_copies_alike(trio: Trio, seed: int) -> None:
    """Both sides and the platform do what they like before they have heard of each other."""
    offer(trio, threshold=150)
    chance = random.Random(seed)
    made = request(trio) if seed % 2 else agree(trio)
    trio.carry()
    purpose = made.purposes[0].id
    deeds: list[tuple[str, Callable[[], Any]]] = [
        ("H36", lambda: services.end_agreement(agreement_id=made.id, side="consumer", reason="Thôi", actor=LAN)),
        ("G01", lambda: services.answer_agreement(agreement_id=made.id, accepted=seed % 3 > 0, reason="r", actor=BA)),
        ("H36", lambda: services.suspend_agreement(agreement_id=made.id, side="consumer", reason="a", actor=LAN)),
        ("G01", lambda: services.suspend_agreement(agreement_id=made.id, side="provider", reason="b", actor=BA)),
        ("G22", lambda: services.suspend_agreement(agreement_id=made.id, side="platform", reason="c", actor=HOA)),
        ("G01", lambda: services.end_agreement(agreement_id=made.id, side="provider", reason="Dừng", actor=BA)),
        ("H36", lambda: services.request_purpose(agreement_id=made.id, wish=WISH, actor=LAN)),
        (
            "G01",
            lambda: services.end_purpose(
                agreement_id=made.id, purpose_id=purpose, side="provider", reason="x", actor=BA
            ),
        ),
        (
            "H36",
            lambda: services.end_purpose(
                agreement_id=made.id, purpose_id=purpose, side="consumer", reason="y", actor=LAN
            ),
        ),
        ("G01", lambda: services.resume_agreement(agreement_id=made.id, side="provider", actor=BA)),
    ]
    chance.shuffle(deeds)
    done = 0
    for code, deed in deeds:
        with trio.at(code):
            try:
                deed()
                done += 1
            except Refused as refusal:
                trio.refused.append(refusal)
        if chance.random() < 0.3:
            trio.carry(chance)
    trio.carry(chance)
    assert done
    copies = trio.agreements(made.id)
    facts = [(one.state, one.suspension, one.valid_to, one.rate) for one in copies.values()]
    assert facts[0] == facts[1] == facts[2]
    states = [[(purpose.id, purpose.state) for purpose in one.purposes] for one in copies.values()]
    assert states[0] == states[1] == states[2]


def test_letters_of_others_change_nothing(trio: Trio) -> None:
    offer(trio)
    made = request(trio)
    trio.carry()
    forged = AgreementAnswered(
        id=made.id,
        accepted=True,
        reason="",
        valid_from=None,
        valid_to=None,
        rate=None,
        purposes=[],
        by="x",
        at=clock.now(),
    )
    assert code_of(trio, "G01", services.receive_answered, letter=forged, sender="H36") == "catalogue.not-your-side"
    with trio.at("G01"):
        services.answer_agreement(agreement_id=made.id, accepted=True, actor=BA)
    trio.carry()
    for side, sender in (("provider", "H36"), ("platform", "H36"), ("consumer", "G22")):
        letter = AgreementSuspended(id=made.id, side=side, reason="x", by="x", at=clock.now())
        assert code_of(trio, "G01", services.receive_suspended, letter=letter, sender=sender) == (
            "catalogue.not-your-side"
        )
    letter = AgreementSuspended(id=uuid4(), side="consumer", reason="x", by="x", at=clock.now())
    assert code_of(trio, "G01", services.receive_suspended, letter=letter, sender="H36") == (
        "catalogue.unknown-agreement"
    )
    assert alike(trio, made.id).shown_state(clock.today()) == "active"


def test_what_is_wrong_with_a_request_is_named_and_nothing_is_stored(trio: Trio) -> None:
    offer(trio)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"purposes": []}, "catalogue.required"),
        ({"purposes": [replace(WISH, title=" ")]}, "catalogue.required"),
        ({"purposes": [replace(WISH, legal_ground="")]}, "catalogue.required"),
        ({"purposes": [replace(WISH, daily_calls=0)]}, "catalogue.bad-number"),
        ({"purposes": [replace(WISH, fields=("salary",))]}, "catalogue.unknown-fields"),
        ({"endpoints": ["nonsense"]}, "catalogue.bad-endpoint"),
        ({"valid_from": date(2027, 1, 2), "valid_to": date(2027, 1, 1)}, "catalogue.bad-period"),
        ({"client": SystemRef("H36", "khac")}, "catalogue.unknown-system"),
        ({"client": SystemRef("G01", "dan-cu")}, "catalogue.unknown-system"),
        ({"service": replace(SERVICE, version=9)}, "catalogue.unknown-service"),
        ({"note": "\u202eabc"}, "catalogue.bad-text"),
    ]
    for changes, code in wrong:
        facts: dict[str, Any] = {"client": CLIENT, "service": SERVICE, "purposes": [WISH], "actor": LAN, **changes}
        assert code_of(trio, "H36", services.request_agreement, **facts) == code, changes
    with trio.at("H36"):
        assert queries.list_agreements() == []
    assert trio.under_way == []
    request(trio)
    facts = {"client": CLIENT, "service": SERVICE, "purposes": [WISH], "actor": LAN}
    assert code_of(trio, "H36", services.request_agreement, **facts) == "catalogue.agreement-open"


def test_a_request_for_a_service_that_is_not_offered_is_refused_by_letter(trio: Trio) -> None:
    offer(trio)
    request(trio)
    with trio.at("G01"):
        services.suspend_service(service=SERVICE, reason="Bảo trì", actor=BA)
    with pytest.raises(Refused) as caught:
        trio.carry()
    assert caught.value.code == "catalogue.service-disabled"


def test_only_operators_do_this(trio: Trio) -> None:
    offer(trio)
    stranger = replace(LAN, duties=frozenset({"handling"}))
    facts: dict[str, Any] = {"client": CLIENT, "service": SERVICE, "purposes": [WISH], "actor": stranger}
    assert code_of(trio, "H36", services.request_agreement, **facts) == "access.not-allowed"


def test_the_envelope_names_the_sender_for_the_inbox(trio: Trio) -> None:
    from lienthong.platform.catalogue import inbox

    offer(trio)
    made = agree(trio)
    letter = AgreementSuspended(id=made.id, side="consumer", reason="Nghỉ", by="x", at=clock.now())
    envelope = Envelope(uuid4(), letter.NAME, "H36", "G01", clock.now())
    with trio.at("G01"):
        inbox.on_agreement_suspended(letter, envelope)
        assert queries.get_agreement(made.id).suspension.consumer == "Nghỉ"
