"""Batches: many messages under one signature, each provable alone, and nothing else provable by it."""

from datetime import timedelta
from hashlib import sha256, sha512
from typing import Any

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node, playing
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.rules import batches, hashchain, signatures
from lienthong.platform.signing.tests.conftest import NOW

at_province = pytest.mark.usefixtures("at_province")
BODY = sha256(b"body").digest()
LETTERS = [(f'{{"number":{number}}}'.encode(), [BODY]) for number in range(7)]
digests = st.binary(min_size=32, max_size=32)


class _Input(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [("digest", core.OctetString), ("algorithm", core.UTF8String), ("transforms", core.SequenceOf)]  # noqa: RUF012


class _Inputs(core.SequenceOf):  # type: ignore[misc]  # as above
    _child_spec = _Input


class _Nothing(core.SequenceOf):  # type: ignore[misc]  # as above
    _child_spec = core.Any


def by_the_book(inputs: list[bytes], algorithm: hashchain.Algorithm) -> bytes:
    """The value of a step as an ASN.1 library encodes its inputs."""
    listed = [{"digest": one, "algorithm": algorithm.uri, "transforms": _Nothing([])} for one in inputs]
    return (sha256 if algorithm is hashchain.SHA256 else sha512)(_Inputs(listed).dump()).digest()


@pytest.mark.parametrize("algorithm", [hashchain.SHA256, hashchain.SHA512], ids=["sha256", "sha512"])
@pytest.mark.parametrize("count", [1, 2, 3, 51])
def test_a_step_is_a_digest_over_der(algorithm, count):
    inputs = [algorithm.digest(bytes([number])) for number in range(count)]
    assert hashchain.step(inputs, algorithm) == by_the_book(inputs, algorithm)
    assert hashchain.mixed_step([(one, algorithm) for one in inputs], algorithm) == by_the_book(inputs, algorithm)


def test_three_leaves_make_the_tree_of_the_rules():
    first, second, third = (sha256(bytes([number])).digest() for number in range(3))
    tree = hashchain.build([first, second, third])
    assert tree.root == hashchain.step((hashchain.step((second, third)), first))


@given(st.lists(digests, min_size=1, max_size=40), st.data())
def test_every_leaf_leads_to_the_root_and_no_other_does(leaves, data):
    tree = hashchain.build(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    assert tree.paths() == [tree.path(number).encode() for number in range(len(leaves))]
    path = hashchain.decode_path(tree.path(index).encode())
    assert path.root(leaves[index]) == tree.root
    other = data.draw(digests)
    assert (path.root(other) == tree.root) == (other == leaves[index])


@given(st.binary(max_size=400))
def test_what_is_no_path_is_refused(compact):
    known = hashchain.build([BODY] * 3).path(1).encode()
    for tried in (compact, known[:10] + compact):
        try:
            path = hashchain.decode_path(tried)
        except Refused:
            continue
        assert path.encode() == tried


def test_no_message_and_too_many_cannot_be_signed():
    with pytest.raises(Refused, match="malformed-chain"):
        hashchain.build([])


@at_province
@pytest.mark.parametrize("count", [1, 2, 7])
def test_each_message_of_a_batch_is_proven_alone(count):
    signed = services.sign_batch(LETTERS[:count], at=NOW)
    pem = queries.get_certificate("node").pem
    for (message, attachments), chain in zip(LETTERS[:count], signed.chains, strict=True):
        seen = queries.verify_batch_member(
            message, attachments, value=signed.value, chain=chain, certificate_pem=pem, signed_at=NOW
        )
        assert seen.agency_code == "H36"
    whole, chains = queries.verify_batch(LETTERS[:count], value=signed.value, certificate_pem=pem, signed_at=NOW)
    assert (whole.agency_code, chains) == ("H36", signed.chains)


@at_province
def test_the_signature_covers_the_result_document():
    signed = services.sign_batch(LETTERS, at=NOW)
    assert b'URI="/sig-hashchain.xml#STEP0"' in signed.result
    certificate = queries.get_certificate("node")
    entries = batches.batch_entries(signed.result)
    assert [entry.name for entry in entries] == ["sig-hashchainresult.xml"]
    root = hashchain.build([hashchain.message_leaf(*letter) for letter in LETTERS]).root
    signatures.verify(
        certificate.pem, signed.value, batches.batch_info(root, thumbprint=certificate.thumbprint, at=NOW)
    )


def refused(**changes: Any) -> str:
    signed = services.sign_batch(LETTERS, at=NOW)
    given_: dict[str, Any] = {
        "message": LETTERS[3][0],
        "attachments": LETTERS[3][1],
        "value": signed.value,
        "chain": signed.chains[3],
        "certificate_pem": queries.get_certificate("node").pem,
        "signed_at": NOW,
        **changes,
    }
    with pytest.raises(Refused) as caught:
        queries.verify_batch_member(given_.pop("message"), given_.pop("attachments"), **given_)
    return caught.value.code


@at_province
def test_a_changed_member_is_refused():
    assert refused(message=b'{"number":99}') == "signing.wrong-signature"
    assert refused(attachments=[sha256(b"other").digest()]) == "signing.wrong-signature"
    assert refused(attachments=[]) == "signing.wrong-signature"
    assert refused(attachments=[BODY, BODY]) == "signing.wrong-signature"
    assert refused(signed_at=NOW + timedelta(seconds=1)) == "signing.wrong-signature"


@at_province
def test_another_members_path_and_a_broken_path_are_refused():
    other = services.sign_batch(LETTERS, at=NOW).chains[2]
    assert refused(chain=other) == "signing.wrong-signature"
    assert refused(chain=other[:-1]) == "signing.malformed-chain"
    assert refused(chain=b"") == "signing.malformed-chain"
    assert refused(attachments=[b"short"]) == "signing.malformed-chain"


@at_province
def test_a_batch_in_another_order_is_refused():
    signed = services.sign_batch(LETTERS, at=NOW)
    turned = [LETTERS[1], LETTERS[0], *LETTERS[2:]]
    with pytest.raises(Refused) as caught:
        queries.verify_batch(
            turned, value=signed.value, certificate_pem=queries.get_certificate("node").pem, signed_at=NOW
        )
    assert caught.value.code == "signing.wrong-signature"


@at_province
def test_the_certificate_is_judged_for_every_member_though_the_root_is_remembered(country):
    signed = services.sign_batch(LETTERS, at=NOW)
    pem = queries.get_certificate("node").pem
    given_: dict[str, Any] = {
        "value": signed.value,
        "chain": signed.chains[0],
        "certificate_pem": pem,
        "signed_at": NOW,
    }
    queries.verify_batch_member(*LETTERS[0], **given_)
    with pytest.raises(Refused) as caught:
        queries.verify_batch_member(*LETTERS[0], **given_, at=NOW + timedelta(days=4000))
    assert caught.value.code == "signing.certificate-expired"
    with playing(node(), home=country.abroad), pytest.raises(Refused) as caught:
        queries.verify_batch_member(*LETTERS[0], **given_)
    assert caught.value.code == "signing.foreign-certificate"


@at_province
def test_a_line_of_a_batch_carries_its_own_path():
    lines = services.sign_lines(LETTERS, at=NOW)
    assert len({line.rpartition(".")[2] for line in lines}) == 1
    pem = queries.get_certificate("node").pem
    for line, (message, attachments) in zip(lines, LETTERS, strict=True):
        read, value, chain = queries.read_proof(line)
        assert read == message
        signer = queries.verify_batch_member(
            read, attachments, value=value, chain=chain, certificate_pem=pem, signed_at=NOW
        )
        assert signer.agency_code == "H36"


@at_province
def test_a_batch_of_one_is_an_ordinary_line():
    (line,) = services.sign_lines(LETTERS[:1], at=NOW)
    message, value, chain = queries.read_proof(line)
    assert chain == b""
    pem = queries.get_certificate("node").pem
    assert queries.verify_message(message, [BODY], value, certificate_pem=pem, signed_at=NOW).agency_code == "H36"
