"""Letters that go out, over real HTTP: once, in order, retried, never held up by a dead neighbour."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, transaction

from lienthong.kernel import files
from lienthong.kernel.errors import Conflict, Refused
from lienthong.platform.exchange import queries, services, wire
from lienthong.platform.exchange.models import IncomingLetter, Node, OutgoingLetter
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.tests.country import LAN, Desk, Homes, Note, at_node
from lienthong.platform.signing import services as signing_services

PDF = b"%PDF-1.7\n" + b"x" * 100 + b"\n%%EOF\n"

Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def neighbour(answer: Callable[[bytes, str], Answer]) -> Iterator[str]:
    """A node that answers as the test wants; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, content = answer(body, self.headers[wire.SIGNATURE_HEADER])
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def move(homes: Homes, code: str, base_url: str) -> None:
    """The hub learns that a node has another address."""
    with at_node(homes, "G22"):
        Node.objects.filter(agency_code=code).update(base_url=base_url)
        services.issue_directory()


def nowhere() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def now_due() -> None:
    OutgoingLetter.objects.filter(state="waiting").update(next_attempt_at="2020-01-01T00:00:00Z")


def receipt_by(homes: Homes, code: str, *, header: wire.Header, digest: bytes) -> Answer:
    with at_node(homes, code):
        receipt = wire.compose_receipt(header, digest, header.at)
        signature = trust.sign(receipt, trust.reply_header("receipt", header))
    return 200, {wire.SIGNATURE_HEADER: signature}, receipt


def test_a_letter_travels_and_both_ends_hold_the_same_receipt(live_province: str, desk: Desk) -> None:
    letter_id = services.post_letter(
        Note(subject="Đến nơi", number=1), recipient="H36.101", actor=LAN, about="dossier:1"
    )
    assert services.deliver_due() == 1
    assert [letter for letter, _ in desk.taken] == [Note(subject="Đến nơi", number=1)]
    sent, got = OutgoingLetter.objects.get(id=letter_id), IncomingLetter.objects.get(letter_id=letter_id)
    assert (sent.state, bytes(sent.receipt or b"")) == ("accepted", bytes(got.receipt))
    assert bytes(sent.body) == bytes(got.body)
    verdict = queries.verify_log()
    assert (verdict.intact, verdict.streams, verdict.rows) == (True, 2, 2)


def test_parts_travel_along(live_province: str, desk: Desk) -> None:
    part = files.store(PDF, name="kết quả.pdf")
    services.post_letter(Note(subject="Có tệp", number=1), recipient="H36", parts=[part])
    assert services.deliver_due() == 1
    assert desk.taken[0][1].parts == (part,)


def test_a_letter_of_a_change_that_rolls_back_never_existed(live_province: str) -> None:
    with transaction.atomic():
        services.post_letter(Note(subject="Không", number=1), recipient="H36")
        transaction.set_rollback(True)
    assert services.deliver_due() == 0
    assert not OutgoingLetter.objects.exists()


def test_letters_about_one_thing_arrive_in_order(live_province: str, desk: Desk) -> None:
    with transaction.atomic():
        for number in range(30):
            services.post_letter(Note(subject="a", number=number), recipient="H36", about=f"dossier:{number % 3}")
    assert services.deliver_due() == 30
    for rest in range(3):
        arrived = [letter.number for letter, _ in desk.taken if isinstance(letter, Note) and letter.number % 3 == rest]
        assert arrived == sorted(arrived)
        assert len(arrived) == 10


def test_a_refused_letter_keeps_its_reason_and_can_be_sent_anew(live_province: str, desk: Desk) -> None:
    letter_id = services.post_letter(Note(subject="từ chối", number=1), recipient="H36")
    services.deliver_due()
    row = queries.get_letter(letter_id)
    assert (row.state, row.code) == ("refused", "test.unwanted")
    assert row.reason
    assert row.reason.vi == "Không nhận."
    anew = services.resend_letter(letter_id=letter_id, actor=LAN)
    assert anew != letter_id
    assert queries.get_letter(letter_id).state == "replaced"
    assert queries.get_letter(anew).state == "waiting"
    with pytest.raises(Conflict):
        services.resend_letter(letter_id=letter_id, actor=LAN)


def test_a_broken_inbox_puts_the_letter_off_and_the_same_bytes_come_again(live_province: str, desk: Desk) -> None:
    letter_id = services.post_letter(Note(subject="hỏng", number=1), recipient="H36")
    before = OutgoingLetter.objects.get(id=letter_id)
    assert services.deliver_due() == 0
    row = OutgoingLetter.objects.get(id=letter_id)
    assert (row.state, row.code, row.attempts) == ("waiting", "exchange.failed", 1)
    assert row.next_attempt_at
    assert row.next_attempt_at > before.posted_at
    assert (bytes(row.body), row.signature) == (bytes(before.body), before.signature)


def test_a_dead_neighbour_does_not_delay_the_others(live_province: str, homes: Homes, desk: Desk) -> None:
    def slow(_body: bytes, _signature: str) -> Answer:
        time.sleep(1.5)
        return 503, {}, b"busy"

    with neighbour(slow) as address:
        move(homes, "G01", address)
        for number in range(8):
            services.post_letter(Note(subject="chậm", number=number), recipient="G01")
            services.post_letter(Note(subject="nhanh", number=number), recipient="H36")
        postman = threading.Thread(target=_deliver)
        postman.start()
        deadline = time.monotonic() + 1.2
        while len(desk.taken) < 8 and time.monotonic() < deadline:
            time.sleep(0.02)
        arrived = len(desk.taken)
        postman.join()
    assert arrived == 8
    assert queries.count_letters()["waiting"] == 8


def _deliver() -> None:
    services.deliver_due(seconds=1.0)
    connection.close()


def test_an_unreachable_neighbour_is_left_alone_for_a_while(live_province: str, homes: Homes) -> None:
    move(homes, "G01", nowhere())
    for number in range(20):
        services.post_letter(Note(subject="a", number=number), recipient="G01")
    services.Postman(places=2).deliver_due(seconds=0.2)
    tried = OutgoingLetter.objects.filter(attempts__gt=0)
    # Together at first, then one at a time.
    assert sum(tried.values_list("attempts", flat=True)) <= 20 + 2
    assert set(tried.values_list("code", flat=True)) == {"exchange.unreachable"}


def test_a_neighbour_that_is_back_gets_everything_at_once(live_province: str, homes: Homes, desk: Desk) -> None:
    move(homes, "H36", nowhere())
    for number in range(3):
        services.post_letter(Note(subject="a", number=number), recipient="H36")
    services.deliver_due()
    assert desk.taken == []
    OutgoingLetter.objects.update(next_attempt_at="2099-01-01T00:00:00Z")
    move(homes, "H36", live_province)
    first = OutgoingLetter.objects.order_by("number")[0]
    services.resend_letter(letter_id=first.id, actor=LAN)
    assert services.deliver_due() == 3


def test_two_postmen_do_not_stand_in_each_others_way(live_province: str, desk: Desk) -> None:
    for number in range(40):
        services.post_letter(Note(subject="a", number=number), recipient="H36")
    threads = [threading.Thread(target=_deliver) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    services.deliver_due()
    assert sorted(letter.number for letter, _ in desk.taken if isinstance(letter, Note)) == list(range(40))
    assert queries.verify_log().intact


@pytest.mark.parametrize("fault", ["another letter", "another digest", "another node", "unsigned", "not a receipt"])
def test_only_a_receipt_of_this_letter_by_its_recipient_counts(live_province: str, homes: Homes, fault: str) -> None:
    def answer(body: bytes, signature: str) -> Answer:
        header = wire.peek(signature, "letter")
        if fault == "another letter":
            other = wire.Header("", "letter", UUID(int=7), header.name, header.sender, header.recipient, header.at)
            return receipt_by(homes, "G01", header=other, digest=wire.digest(body))
        if fault == "another digest":
            return receipt_by(homes, "G01", header=header, digest=wire.digest(b"else"))
        if fault == "another node":
            return receipt_by(homes, "G22", header=header, digest=wire.digest(body))
        if fault == "unsigned":
            return 200, {}, receipt_by(homes, "G01", header=header, digest=wire.digest(body))[2]
        return 200, {wire.SIGNATURE_HEADER: signature}, body

    letter_id = services.post_letter(Note(subject="a", number=1), recipient="G01")
    with neighbour(answer) as address:
        move(homes, "G01", address)
        assert services.deliver_due() == 0
    row = queries.get_letter(letter_id)
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.code in ("exchange.bad-receipt", "exchange.malformed")


def test_a_true_receipt_ends_it_even_after_a_false_one(live_province: str, homes: Homes) -> None:
    calls: list[bytes] = []

    def answer(body: bytes, signature: str) -> Answer:
        calls.append(body)
        header = wire.peek(signature, "letter")
        return receipt_by(homes, "G22" if len(calls) == 1 else "G01", header=header, digest=wire.digest(body))

    letter_id = services.post_letter(Note(subject="a", number=1), recipient="G01")
    with neighbour(answer) as address:
        move(homes, "G01", address)
        services.deliver_due()
        now_due()
        assert services.deliver_due() == 1
    assert calls[0] == calls[1]
    assert queries.get_letter(letter_id).state == "accepted"


def test_an_unknown_recipient_is_refused_when_posting(live_province: str) -> None:
    with pytest.raises(Refused, match=r"exchange\.unknown-recipient"):
        services.post_letter(Note(subject="a", number=1), recipient="H99")


def test_a_letter_that_is_too_large_is_refused_when_posting(live_province: str) -> None:
    with pytest.raises(Refused, match=r"exchange\.too-large"):
        services.post_letter(Note(subject="a" * 5_000_000, number=1), recipient="H36")


def test_a_letter_whose_certificate_was_revoked_is_signed_anew_and_nothing_else_of_it_changes(
    live_province: str, homes: Homes, tmp_path: Path
) -> None:
    problem = b'{"code":"exchange.revoked-certificate","title":"Bi thu hoi","title_en":"Revoked"}'
    letter_id = services.post_letter(Note(subject="a", number=1), recipient="G01")
    before = OutgoingLetter.objects.get(id=letter_id)
    with neighbour(lambda _body, _signature: (401, {}, problem)) as address:
        move(homes, "G01", address)
        services.deliver_due()
        assert OutgoingLetter.objects.get(id=letter_id).signature == before.signature  # no other key to sign with
        now_due()
        shutil.copytree(homes.of("H36"), tmp_path / "renewed")
        for old_key in (tmp_path / "renewed" / "keys").glob("node.*"):
            old_key.unlink()
        signing_services.issue_certificate(
            homes.base / "demo",
            into=tmp_path / "renewed",
            name="node",
            kind="node",
            agency_code="H36",
            common_name="Tỉnh Lâm Đồng",
        )
        with at_node(homes, "H36", home=tmp_path / "renewed"):
            services.resend_letter(letter_id=letter_id, actor=LAN)
            services.deliver_due()
    after = OutgoingLetter.objects.get(id=letter_id)
    assert (after.state, after.code, bytes(after.body)) == (
        "waiting",
        "exchange.revoked-certificate",
        bytes(before.body),
    )
    old, new = wire.peek(before.signature, "letter"), wire.peek(after.signature, "letter")
    assert (new.id, new.name, new.recipient) == (old.id, old.name, old.recipient)
    assert new.kid != old.kid
