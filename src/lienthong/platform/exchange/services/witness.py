"""Being a witness (nút làm chứng): keeping other nodes' checkpoints, and telling them what was kept."""

from typing import Any

import structlog

from lienthong.kernel import clock
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.errors import Conflict, Refused
from lienthong.kernel.text import tr
from lienthong.platform.exchange.log_letters import LogCheckpoint
from lienthong.platform.exchange.models import Checkpoint, WitnessedCheckpoint
from lienthong.platform.exchange.queries import directory as directory_queries
from lienthong.platform.exchange.queries.checkpoints import compare_with_witness
from lienthong.platform.exchange.services.checkpoints import find_witness
from lienthong.platform.exchange.services.questions import ask
from lienthong.platform.exchange.types import Envelope, LogFault, Question
from lienthong.platform.signing import queries as signing_queries

log = structlog.get_logger()
_PAGE = 5000


def keep_checkpoint(letter: LogCheckpoint, envelope: Envelope) -> None:
    """Keep a checkpoint of the sender. Raises Refused `exchange.bad-checkpoint`, Conflict `exchange.forked-log`.

    A log that has been rewritten shows here: its number is known with another digest, or it does not follow the
    checkpoint that was kept before it.
    """
    document, signature = letter.document.encode("ascii", "replace"), bytes.fromhex(letter.signature)
    told = signing_queries.read_checkpoint(document)
    if (told.node, told.number, told.at) != (envelope.sender, letter.number, letter.at):
        raise _bad_checkpoint()
    _check_signed(envelope.sender, document, signature, told)
    digest = signing_queries.checkpoint_digest(document, signature)
    kept = WitnessedCheckpoint.objects.filter(node=envelope.sender)
    same = kept.filter(number=told.number).first()
    before = kept.filter(number=told.number - 1).first()
    after = kept.filter(number__gt=told.number).exists()
    other = same is not None and bytes(same.digest) != digest
    torn = before is not None and bytes(before.digest) != told.previous
    if other or torn or (after and same is None):
        log.error("a log was rewritten", node=envelope.sender, number=told.number)
        raise _forked(envelope.sender, told.number)
    if same is None:
        kept.create(
            node=envelope.sender,
            number=told.number,
            at=told.at,
            received_at=clock.now(),
            document=document,
            signature=signature,
            digest=digest,
        )


def _check_signed(sender: str, document: bytes, signature: bytes, told: signing_queries.CheckpointDocument) -> None:
    entry = directory_queries.find_node(sender)
    pems = (*entry.certificates, *(one.pem for one in entry.kept)) if entry else ()
    for pem in pems:
        try:
            signing_queries.verify_message(document, (), signature, certificate_pem=pem, signed_at=told.at, at=told.at)
        except Refused:
            continue
        return
    raise _bad_checkpoint()


def _forked(sender: str, number: int) -> Conflict:
    return Conflict(
        "exchange.forked-log",
        tr(
            f"Điểm kiểm soát {number} không khớp với điểm đã làm chứng: nhật ký của {sender} đã bị viết lại.",
            f"Checkpoint {number} does not fit what was witnessed: the log of {sender} was rewritten.",
        ),
        field="number",
    )


def _bad_checkpoint() -> Refused:
    return Refused(
        "exchange.bad-checkpoint",
        tr("Điểm kiểm soát không phải của bên gửi.", "The checkpoint is not the sender's own."),
        field="document",
    )


def tell_checkpoints(payload: dict[str, Any], question: Question) -> dict[str, Any]:
    """What this node keeps of the asker's checkpoints, after a number: `exchange.checkpoint`."""
    after = payload.get("after", 0)
    if not isinstance(after, int) or isinstance(after, bool):
        raise Refused("exchange.malformed", tr("Số không hợp lệ.", "Not a number."), field="after", status=400)
    kept = WitnessedCheckpoint.objects.filter(node=question.client, number__gt=after).order_by("number")
    rows = [
        {"number": one.number, "digest": bytes(one.digest).hex(), "received_at": one.received_at.isoformat()}
        for one in kept[:_PAGE]
    ]
    return {"checkpoints": rows, "more": len(rows) == _PAGE}


def check_with_witness() -> tuple[str, list[LogFault]]:
    """Compare this node's checkpoints with those that its witnesses keep; which they are, and what does not fit.

    Asks over the network. Raises Refused `exchange.no-witness`, and whatever `ask` raises.
    """
    witnesses = sorted(set(Checkpoint.objects.exclude(witness="").values_list("witness", flat=True)) - {""})
    witnesses = witnesses or [code for code in [find_witness()] if code]
    if not witnesses:
        raise Refused(
            "exchange.no-witness",
            tr("Nút này chưa có nút làm chứng.", "This node has no witness yet."),
            status=404,
        )
    faults: list[LogFault] = []
    for witness in witnesses:
        faults += compare_with_witness(_kept_by(witness), witness)
    return ", ".join(witnesses), faults


def _kept_by(witness: str) -> dict[int, str]:
    kept: dict[int, str] = {}
    while True:
        told = ask(
            "exchange.checkpoint",
            {"after": max(kept, default=0)},
            provider=witness,
            purpose="Đối chiếu nhật ký với nút làm chứng",
            legal_ground="Nghị định 47/2020/NĐ-CP",
            actor=SYSTEM,
        )
        kept |= {int(one["number"]): str(one["digest"]) for one in told["checkpoints"]}
        if not told["more"]:
            return kept
