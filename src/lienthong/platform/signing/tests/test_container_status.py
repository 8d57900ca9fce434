"""Containers and the authority: OCSP answers inside, revocation before and after, time stamps over HTTP."""

import re
from base64 import b64encode
from hashlib import sha256

import orjson

from lienthong.kernel import clock
from lienthong.kernel.access import SYSTEM
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.rules import checkpoints, hashchain
from lienthong.platform.signing.tests.conftest import later
from lienthong.platform.signing.tests.test_containers import SIGNATURES, changed
from lienthong.platform.signing.types import ContainerVerdict, MessageProof

BODY = b"body"
DIGEST = sha256(BODY).digest()


def proof(log_proof: bytes = b"") -> MessageProof:
    message = orjson.dumps({"v": 1, "kind": "letter", "from": "H36", "to": "G22", "name": "note.v1", "id": "1"})
    value = services.sign_message(message, [DIGEST], at=clock.now())
    pem = queries.get_certificate("node").pem
    return MessageProof(message, ((DIGEST, BODY),), value, pem, clock.now(), log_proof=log_proof)


def log_proof(held: MessageProof) -> bytes:
    """The message's place in a log of three rows, closed and stamped now."""
    evidence = sha256(queries.write_line(held.message, held.signature).encode()).digest()
    lines = ("2026-11-21T02:30:00.000000Z", "id", "note.v1", "accepted", DIGEST.hex(), "")
    facts = "\n".join((*lines, sha256(evidence).hexdigest())).encode()
    links = [bytes([number]) * 32 for number in range(3)]
    links[1] = checkpoints.row_link(links[0], facts, 2)
    rows = hashchain.build(links)
    part = checkpoints.StreamPart("G22/out/letter", 0, 3, links[2], rows.root)
    tree, at = checkpoints.root_of([part]), clock.now()
    document = checkpoints.CheckpointDocument("H36", 1, at, checkpoints.FIRST, tree.root, 1, 3).write()
    signature = services.sign_message(document, (), at=at)
    stamp = queries.stamp_tree([checkpoints.checkpoint_digest(document, signature)])
    token = services.timestamp(sha256(queries.stamped_bytes(stamp.root)).digest())
    return queries.LogProof(
        facts=facts,
        previous=links[0],
        position=2,
        stream=part.stream,
        count=3,
        head=part.head,
        evidence=(evidence,),
        row_chain=rows.path(1).encode(),
        stream_chain=tree.path(0).encode(),
        line_chain=b"",
        document=document,
        signature=signature,
        certificate=queries.get_certificate("node").pem,
        token=token,
        token_chain=stamp.path(0).encode(),
    ).write()


def codes(verdict: ContainerVerdict, level: str) -> set[str]:
    return {one.code.removeprefix("signing.") for one in verdict.findings if one.level == level}


def revoke() -> None:
    services.revoke_certificate(queries.get_certificate("node").thumbprint, reason="keyCompromise", actor=SYSTEM)
    services.refresh_standings()
    queries.forget_standings()


def test_the_answer_of_the_authority_stands_in_the_container(authority):
    services.refresh_standings()
    verdict = queries.verify_container_here(services.make_container(proof(), stamp=True))
    assert verdict.good, verdict.findings
    assert "not-revoked" in codes(verdict, "good")
    assert verdict.timestamped_at is not None


def test_what_was_not_stamped_before_the_revocation_proves_nothing(authority):
    held = proof()
    services.refresh_standings()
    with later(authority, hours=2):
        revoke()
        bare = queries.verify_container_here(services.make_container(held))
        with later(authority, minutes=1):
            late = queries.verify_container_here(services.make_container(held, stamp=True))
    assert codes(bare, "bad") == {"certificate-revoked"}
    assert codes(late, "bad") == {"certificate-revoked"}


def test_what_the_log_stamped_before_the_revocation_stays_good(authority):
    held = proof()
    with_log = MessageProof(
        held.message, held.attachments, held.signature, held.certificate_pem, held.signed_at, log_proof=log_proof(held)
    )
    with later(authority, hours=2):
        revoke()
        verdict = queries.verify_container_here(services.make_container(with_log))
    assert verdict.good, verdict.findings
    assert "revoked-later" in codes(verdict, "note")
    assert {"logged", "log-timestamped"} <= codes(verdict, "good")


def test_an_answer_about_another_certificate_says_nothing(authority):
    services.refresh_standings()
    other = queries.ocsp_response_der(queries.get_certificate("tls").thumbprint)
    assert other is not None
    made = services.make_container(proof())
    verdict = queries.verify_container_here(made)
    assert "not-revoked" in codes(verdict, "good")
    swapped = _with_answer(made, other)
    verdict = queries.verify_container_here(swapped)
    assert "not-revoked" not in codes(verdict, "good")
    assert {"bad-ocsp", "status-unknown"} <= codes(verdict, "note")


def _with_answer(container: bytes, der: bytes) -> bytes:
    def swap(entries: dict[str, bytes]) -> None:
        pattern = rb"(<xades:EncapsulatedOCSPValue>)[^<]+"
        entries[SIGNATURES] = re.sub(pattern, rb"\g<1>" + b64encode(der), entries[SIGNATURES])

    return changed(container, swap)
