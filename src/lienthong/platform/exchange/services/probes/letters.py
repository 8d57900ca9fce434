"""Tests of letters: accepted, repeated, in conflict, refused, forged, astray, answered."""

import time
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from lienthong.kernel import clock, http
from lienthong.kernel.ids import new_id
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange import wire
from lienthong.platform.exchange.letters import SelfTest
from lienthong.platform.exchange.models import IncomingLetter
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.services.probes.trial import TIMEOUT, Failed, Skipped, Trial, excerpt


def deliver(trial: Trial, body: bytes, signature: str) -> http.Response:
    """Post a letter at the peer's door."""
    if not trial.peer.address:
        raise Skipped(tr("Nút này tự lấy thông điệp về, không có địa chỉ để gửi tới.", "The peer has no address."))
    return http.request(
        "POST",
        f"{trial.peer.address}/exchange/letters",
        body=body,
        headers={wire.SIGNATURE_HEADER: signature, "Content-Type": "application/json"},
        timeout=TIMEOUT,
        peer=True,
    )


def _compose(trial: Trial, wish: str, *, test_id: UUID | None = None) -> tuple[bytes, str, wire.Header]:
    letter = SelfTest.model_validate({"test_id": test_id or new_id(), "wish": wish, "text": "Thử kết nối"})
    header = trust.own_header("letter", SelfTest.NAME, trial.peer.agency_code)
    body = wire.compose_letter(letter, ())
    return body, trust.sign(body, header), header


def read_receipt(
    response: http.Response, header: wire.Header, body: bytes, *, status: int, verdict: str
) -> wire.Receipt:
    """The verified receipt of this letter, with the status and verdict that were expected."""
    signature = response.headers.get(wire.SIGNATURE_HEADER.lower(), "")
    if response.status != status or not signature:
        raise Failed(
            tr(
                f"Chờ biên nhận HTTP {status}, nhận HTTP {response.status}: {excerpt(response)}",
                f"Expected a receipt with HTTP {status}, got HTTP {response.status}: {excerpt(response)}",
            )
        )
    claimed = wire.peek(signature, "receipt")
    trust.verify(response.body, signature, claimed)
    receipt = wire.parse_receipt(response.body)
    if (claimed.sender, receipt.letter_id) != (header.recipient, header.id):
        raise Failed(tr("Biên nhận của nút hoặc thông điệp khác.", "A receipt of another node or letter."))
    if receipt.digest != wire.digest(body).hex() or receipt.verdict != verdict:
        raise Failed(
            tr(
                f"Biên nhận ghi “{receipt.verdict}”, chờ “{verdict}”, hoặc mã băm khác.",
                f"The receipt says “{receipt.verdict}” instead of “{verdict}”, or another digest.",
            )
        )
    return receipt


def letter(trial: Trial) -> Bilingual:
    trial.letter = _compose(trial, "accept")
    body, signature, header = trial.letter
    response = deliver(trial, body, signature)
    read_receipt(response, header, body, status=200, verdict="accepted")
    trial.receipt = response.body
    return tr(
        "Chữ ký hai chiều đúng: thông điệp được nhận, biên nhận có chữ ký hợp lệ.",
        "Signatures hold both ways: the letter was accepted, the receipt verifies.",
    )


def _sent(trial: Trial) -> tuple[bytes, str, wire.Header]:
    if trial.letter is None or not trial.receipt:
        raise Skipped(tr("Cần thông điệp đầu tiên được nhận.", "The first letter has to be accepted for this."))
    return trial.letter


def duplicate(trial: Trial) -> Bilingual:
    body, signature, _ = _sent(trial)
    response = deliver(trial, body, signature)
    if (response.status, response.body) != (200, trial.receipt):
        raise Failed(
            tr(
                "Gửi lại đúng thông điệp cũ phải nhận lại đúng biên nhận cũ, từng byte.",
                "The same letter again must bring the original receipt, byte for byte.",
            )
        )
    return tr("Gửi lại nhận đúng biên nhận cũ.", "A repeat gets the original receipt.")


def conflict(trial: Trial) -> Bilingual:
    _, _, header = _sent(trial)
    other = SelfTest(test_id=new_id(), wish="accept", text="Nội dung khác")
    body = wire.compose_letter(other, ())
    again = replace(header, at=clock.now())
    response = deliver(trial, body, trust.sign(body, again))
    receipt = read_receipt(response, again, body, status=409, verdict="refused")
    if receipt.code != "exchange.conflict":
        raise Failed(tr(f"Mã lỗi {receipt.code}.", f"The code is {receipt.code}."))
    return tr("Cùng mã, khác nội dung: bị từ chối.", "The same id with other content is refused.")


def refusal(trial: Trial) -> Bilingual:
    body, signature, header = _compose(trial, "refuse")
    receipt = read_receipt(deliver(trial, body, signature), header, body, status=422, verdict="refused")
    if (receipt.code, receipt.field) != ("exchange.self-test", "wish"):
        raise Failed(tr("Biên nhận từ chối không nêu đúng mã và trường.", "The refusal names other code or field."))
    return tr("Từ chối có chữ ký, nêu mã và trường sai.", "A refusal is signed and names code and field.")


def forgery(trial: Trial) -> Bilingual:
    body, signature, _ = _compose(trial, "accept")
    response = deliver(trial, body.replace("Thử".encode(), "Giả".encode()), signature)
    if response.status != 401:
        raise Failed(
            tr(
                f"Nội dung bị sửa phải bị trả HTTP 401, nhận HTTP {response.status}.",
                f"Changed content must bring HTTP 401, got HTTP {response.status}.",
            )
        )
    return tr("Nội dung bị sửa sau khi ký: bị chặn (401).", "Content changed after signing is turned away (401).")


def wrong_door(trial: Trial) -> Bilingual:
    letter = SelfTest(test_id=new_id(), wish="accept", text="Nhầm nơi nhận")
    header = trust.own_header("letter", SelfTest.NAME, "Z99")
    body = wire.compose_letter(letter, ())
    response = deliver(trial, body, trust.sign(body, header))
    if response.status != 421:
        raise Failed(
            tr(
                f"Thông điệp cho nút khác phải bị trả HTTP 421, nhận HTTP {response.status}.",
                f"A letter for another node must bring HTTP 421, got HTTP {response.status}.",
            )
        )
    return tr("Thông điệp cho nút khác: bị trả lại (421).", "A letter for another node is sent back (421).")


def way_back(trial: Trial) -> Bilingual:
    test_id = new_id()
    body, signature, header = _compose(trial, "answer", test_id=test_id)
    read_receipt(deliver(trial, body, signature), header, body, status=200, verdict="accepted")
    deadline = time.monotonic() + trial.patience
    while time.monotonic() < deadline:
        if any(str(test_id).encode() in found for found in _arrived(trial.peer.agency_code)):
            return tr(
                f"{trial.peer.agency_code} gửi thông điệp trả lời đến được nút này.",
                f"The answer of {trial.peer.agency_code} reached this node.",
            )
        time.sleep(0.2)
    raise Failed(
        tr(
            f"Sau {trial.patience:.0f} giây chưa nhận được thông điệp trả lời của {trial.peer.agency_code}.",
            f"No answer of {trial.peer.agency_code} came within {trial.patience:.0f} seconds.",
        )
    )


def _arrived(sender: str) -> Iterator[bytes]:
    recent = IncomingLetter.objects.filter(sender=sender, name=SelfTest.NAME).order_by("-received_at")[:20]
    return (bytes(row.body) for row in recent)
