"""Tests of questions: answered, replayed, denied."""

from hashlib import sha256

from lienthong.kernel import http
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange import wire
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.services.probes.trial import TIMEOUT, Failed, Skipped, Trial, excerpt
from lienthong.platform.exchange.services.self_test import SERVICE

PURPOSE = "Tự kiểm tra kết nối"
GROUND = "Nghị định 47/2020/NĐ-CP"


def _ask(trial: Trial, service: str, header: wire.Header | None = None) -> tuple[http.Response, wire.Header, bytes]:
    if not trial.peer.address:
        raise Skipped(tr("Nút này không có địa chỉ để hỏi tới.", "The peer has no address."))
    header = header or trust.own_header("question", service, trial.peer.agency_code)
    payload = {"text": sha256(header.id.bytes).hexdigest()}
    body = wire.compose_question(payload, purpose=PURPOSE, legal_ground=GROUND, actor_name="Tự kiểm tra", about="")
    response = http.request(
        "POST",
        f"{trial.peer.address}/exchange/questions/{service}",
        body=body,
        headers={wire.SIGNATURE_HEADER: trust.sign(body, header), "Content-Type": "application/json"},
        timeout=TIMEOUT,
        peer=True,
    )
    return response, header, body


def _answer(response: http.Response, header: wire.Header, body: bytes) -> wire.AnswerBody:
    signature = response.headers.get(wire.SIGNATURE_HEADER.lower(), "")
    if not signature:
        raise Failed(
            tr(
                f"Câu trả lời HTTP {response.status} không có chữ ký: {excerpt(response)}",
                f"The answer (HTTP {response.status}) is not signed: {excerpt(response)}",
            )
        )
    claimed = wire.peek(signature, "answer")
    trust.verify(response.body, signature, claimed)
    answer = wire.parse_answer(response.body)
    if (answer.question_id, answer.question_digest) != (header.id, wire.digest(body).hex()):
        raise Failed(tr("Câu trả lời của yêu cầu khác.", "An answer to another question."))
    return answer


def question(trial: Trial) -> Bilingual:
    answer = _answer(*_ask(trial, SERVICE))
    if answer.verdict != "answered" or answer.answer.get("agency_code") != trial.peer.agency_code:
        raise Failed(tr(f"Bị từ chối: {answer.code}.", f"Refused: {answer.code}."))
    version = answer.answer.get("version", "–")
    return tr(f"Được trả lời, có chữ ký; phiên bản {version}.", f"Answered and signed; version {version}.")


def replay(trial: Trial) -> Bilingual:
    _, header, _ = _ask(trial, SERVICE)
    answer = _answer(*_ask(trial, SERVICE, header))
    if answer.code != "exchange.replayed":
        raise Failed(tr(f"Mã lỗi {answer.code or 'không có'}.", f"The code is {answer.code or 'missing'}."))
    return tr("Yêu cầu gửi lặp bị từ chối.", "A repeated question is refused.")


def denial(trial: Trial) -> Bilingual:
    answer = _answer(*_ask(trial, "exchange.nobody-offers-this"))
    if answer.verdict != "refused":
        raise Failed(tr("Dịch vụ không có mà vẫn trả lời.", "A service that is not there answered."))
    return tr(f"Bị từ chối có chữ ký ({answer.code}).", f"Refused under signature ({answer.code}).")
