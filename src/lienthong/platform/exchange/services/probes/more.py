"""Tests of what stands on letters and questions: parts that resume, proofs that verify, the façade for systems."""

import io
from hashlib import sha256
from uuid import UUID

import orjson

from lienthong.kernel import http
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.files import PDF, FileRef
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange import wire
from lienthong.platform.exchange.letters import SelfTest
from lienthong.platform.exchange.models import QuestionRecord
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.services.probes.letters import deliver, read_receipt
from lienthong.platform.exchange.services.probes.questions import GROUND, PURPOSE
from lienthong.platform.exchange.services.probes.trial import TIMEOUT, Failed, Skipped, Trial, excerpt
from lienthong.platform.exchange.services.proof import proof_of
from lienthong.platform.exchange.services.questions import ask
from lienthong.platform.exchange.services.self_test import SERVICE
from lienthong.platform.signing import queries as signing_queries

_PIECE = 1000


def resume(trial: Trial) -> Bilingual:
    """A part in two pieces, the first sent twice, then the letter that it belongs to."""
    if not trial.peer.address:
        raise Skipped(tr("Nút này không có địa chỉ để gửi tới.", "The peer has no address."))
    content = b"%PDF-1.4\n%" + new_id().hex.encode() * 50 + b"\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
    digest = sha256(content).hexdigest()
    first, second = content[:_PIECE], content[_PIECE:]
    for piece, offset, wanted in ((first, 0, _PIECE), (first, 0, _PIECE), (second, _PIECE, len(content))):
        told = _bring(trial, digest, piece, offset, len(content))
        if told != wanted:
            raise Failed(
                tr(f"Sau mảnh đó phải có {wanted} byte, bên nhận nói {told}.", f"Expected {wanted} bytes, told {told}.")
            )
    letter = SelfTest(test_id=new_id(), wish="accept", text="Tệp kèm")
    header = trust.own_header("letter", SelfTest.NAME, trial.peer.agency_code)
    body = wire.compose_letter(letter, (FileRef(digest, "thu.pdf", PDF, len(content)),))
    read_receipt(deliver(trial, body, trust.sign(body, header)), header, body, status=200, verdict="accepted")
    return tr(
        f"Tệp {len(content)} byte gửi làm hai mảnh, gửi lại mảnh đầu không sao, thông điệp được nhận.",
        f"A part of {len(content)} bytes in two pieces, the first twice; the letter was accepted.",
    )


def _bring(trial: Trial, digest: str, piece: bytes, offset: int, size: int) -> int:
    header = trust.own_header("part", wire.part_name(digest, offset, size), trial.peer.agency_code)
    answer = http.request(
        "PUT",
        f"{trial.peer.address}/exchange/parts/{digest}",
        body=piece,
        headers={
            wire.SIGNATURE_HEADER: trust.sign(piece, header),
            "Upload-Offset": str(offset),
            "Upload-Length": str(size),
            "Content-Type": "application/octet-stream",
        },
        timeout=TIMEOUT,
        peer=True,
    )
    told = answer.headers.get("upload-offset", "")
    if answer.status not in (200, 409) or not told.isdigit():
        raise Failed(tr(f"HTTP {answer.status}: {excerpt(answer)}", f"HTTP {answer.status}: {excerpt(answer)}"))
    return int(told)


def prove(trial: Trial) -> Bilingual:
    """A question by the ordinary way, its proof made, and the proof read as a stranger would."""
    if not trial.peer.address:
        raise Skipped(tr("Nút này không có địa chỉ để hỏi tới.", "The peer has no address."))
    payload = {"text": "Bằng chứng"}
    ask(SERVICE, payload, provider=trial.peer.agency_code, purpose=PURPOSE, legal_ground=GROUND, actor=SYSTEM)
    made = proof_of(_latest_question(trial.peer.agency_code), "out")
    verdicts = list(signing_queries.verify_proof(io.BytesIO(made.content), here=True))
    bad = [name for name, verdict in verdicts if not verdict.good]
    if bad or not verdicts:
        raise Failed(tr(f"Tệp bằng chứng không đạt: {', '.join(bad)}.", f"The proof is not good: {', '.join(bad)}."))
    return tr(
        f"Tệp bằng chứng {made.name} ({len(verdicts)} phần) được xác minh.",
        f"The proof {made.name} ({len(verdicts)} parts) verifies.",
    )


def _latest_question(peer: str) -> UUID:
    rows = QuestionRecord.objects.filter(direction="out", peer=peer, service=SERVICE).order_by("-at")
    return UUID(str(rows.values_list("message_id", flat=True)[0]))


def facade(trial: Trial) -> Bilingual:
    """What systems of this agency see: the list of members by X-Road's protocol."""
    answer = http.request(
        "GET", f"{node().base_url}/listClients", headers={"Accept": "application/json"}, timeout=TIMEOUT
    )
    if answer.status == 404:
        raise Skipped(
            tr("Nút này không mở cổng kết nối (vai trò gateway.calls).", "This node plays no gateway (gateway.calls).")
        )
    try:
        members = [one["id"]["member_code"] for one in orjson.loads(answer.body)["member"]]
    except (ValueError, KeyError, TypeError):
        raise Failed(
            tr(
                f"Cổng trả lời HTTP {answer.status}: {excerpt(answer)}",
                f"The façade answers HTTP {answer.status}: {excerpt(answer)}",
            )
        ) from None
    return tr(f"Cổng kết nối liệt kê {len(members)} thành viên.", f"The façade lists {len(members)} members.")
