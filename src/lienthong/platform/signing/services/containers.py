"""Making proof containers (tệp bằng chứng, ASiC-E): a signed message with all that it takes to judge it offline."""

from collections.abc import Sequence
from hashlib import sha256

from cryptography.hazmat.primitives.serialization import Encoding

from lienthong.kernel import clock, roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.platform.signing.ports import TrustStore
from lienthong.platform.signing.queries import status as status_queries
from lienthong.platform.signing.rules import batches, certificates, hashchain, xades
from lienthong.platform.signing.rules.asic import archive, chains, forms
from lienthong.platform.signing.services.timestamps import timestamp
from lienthong.platform.signing.types import MessageProof


def make_container(proof: MessageProof, *, stamp: bool = False) -> bytes:
    """The ASiC-E container of a signed message. `stamp`: with a time stamp from now (over the network). See below."""
    return make_containers([proof], stamp=stamp)[0]


def make_containers(proofs: Sequence[MessageProof], *, stamp: bool = False) -> list[bytes]:
    """Containers of several messages; one time stamp serves them all, each with its own path to it.

    With `stamp` never in a transaction, and raises Refused `signing.no-timestamp` when no authority gives one.
    """
    answers = {pem: _ocsp_answer(pem) for pem in {proof.certificate_pem for proof in proofs}}
    bodies = [_signed_files(proof, answers[proof.certificate_pem]) for proof in proofs]
    stamped = _stamp([files[forms.SIGNATURES] for files in bodies]) if stamp and proofs else []
    made = []
    for number, (proof, files) in enumerate(zip(proofs, bodies, strict=True)):
        files |= stamped[number] if stamped else {}
        files[forms.SNAPSHOT] = _snapshot(proof)
        if proof.log_proof:
            files[forms.LOG_PROOF] = proof.log_proof
        files[forms.MANIFEST] = forms.manifest(name for name in files if not name.startswith(archive.META))
        made.append(archive.write(files.items(), proof.signed_at))
    return made


def _ocsp_answer(pem: str) -> tuple[bytes, ...]:
    answer = status_queries.ocsp_response_der(certificates.thumbprint(certificates.parse_chain(pem)[0]))
    return () if answer is None else (answer,)


def _signed_files(proof: MessageProof, ocsp_answers: tuple[bytes, ...]) -> dict[str, bytes]:
    """The message, its attachments, the hash chain of its batch and the signature."""
    digests = [digest for digest, _ in proof.attachments]
    files = {xades.MESSAGE: proof.message}
    for number, (_, content) in enumerate(proof.attachments, start=1):
        if content is not None:
            files[f"attachment{number}"] = content
    entries = xades.message_entries(proof.message, digests)
    if proof.chain:
        path = hashchain.decode_path(proof.chain)
        result = hashchain.result_document(path.root(hashchain.message_leaf(proof.message, digests)))
        files[chains.SIGNATURE_CHAIN] = chains.write(path, {entry.name: entry.digest for entry in entries})
        files[chains.SIGNATURE_RESULT] = result
        entries = batches.batch_entries(result)
    chain = certificates.parse_chain(proof.certificate_pem)
    thumbprint = certificates.thumbprint(chain[0])
    unsigned = xades.Unsigned(tuple(one.public_bytes(Encoding.DER) for one in chain), ocsp_answers)
    files[forms.SIGNATURES] = xades.signatures_xml(
        entries, thumbprint=thumbprint, at=proof.signed_at, signature=proof.signature, unsigned=unsigned
    )
    return files


def _stamp(signatures: Sequence[bytes]) -> list[dict[str, bytes]]:
    """For each signatures.xml its path to the one time stamp, and the time stamp."""
    tree = hashchain.build([hashchain.step((sha256(one).digest(),)) for one in signatures])
    result = hashchain.result_document(tree.root, chain=chains.TIMESTAMP_CHAIN)
    token = timestamp(sha256(result).digest())
    return [
        {
            chains.TIMESTAMP_CHAIN: chains.write(tree.path(number), {forms.SIGNATURES: sha256(one).digest()}),
            chains.TIMESTAMP_RESULT: result,
            forms.TIMESTAMP: token,
            forms.ASIC_MANIFEST: forms.timestamp_manifest(chains.TIMESTAMP_RESULT, result),
        }
        for number, one in enumerate(signatures)
    ]


def _snapshot(proof: MessageProof) -> bytes:
    store = roles.port(TrustStore)
    anchors = store.anchors()
    try:
        timestamp_roots = tuple(one for one in store.timestamp_anchors().roots if one not in anchors.roots)
    except Refused:
        timestamp_roots = ()
    absent = {
        f"attachment{number}": "digest-only"
        for number, (_, content) in enumerate(proof.attachments, start=1)
        if content is None
    }
    snapshot = forms.Snapshot(anchors.roots, anchors.intermediates, timestamp_roots, absent)
    return snapshot.write(node().agency_code, clock.now().isoformat())
