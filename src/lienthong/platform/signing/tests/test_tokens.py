"""Keys on a real token (SoftHSM): made there, used by many threads, rotated, and found again after a loss."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from lienthong.kernel import clock, roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node, playing
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.adapters import key_choice
from lienthong.platform.signing.ports import KeyMaker, KeyStore
from lienthong.platform.signing.roles import ROLES
from lienthong.platform.signing.rules import signatures
from lienthong.platform.signing.tests import papers

pytestmark = [pytest.mark.outsiders("softhsm2"), pytest.mark.django_db]

PIN = "4711-0815"


@pytest.fixture(scope="module")
def token_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tokens")


@pytest.fixture
def token(token_folder, tmp_path, outside_tool, monkeypatch):
    """A fresh token for this test; the module reads its configuration when it is initialised."""
    (token_folder / "store").mkdir(exist_ok=True)
    config = token_folder / "softhsm2.conf"
    config.write_text(
        f"directories.tokendir = {token_folder / 'store'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    monkeypatch.setenv("SOFTHSM2_CONF", str(config))
    monkeypatch.setenv(key_choice.PIN, PIN)
    label = tmp_path.name[:32]
    command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "so-1234"]
    subprocess.run(command, check=True, capture_output=True)
    key_choice._made.clear()
    yield {"store": "pkcs11", "module": outside_tool("softhsm2"), "token": label}
    for made in key_choice._made.values():
        made.close()
    key_choice._made.clear()


@pytest.fixture
def at_token_node(token, tmp_path, country):
    """This process is a node whose keys are on the token, under the demo's authority."""
    before = roles.opened()
    roles.open_roles(ROLES)
    services.install_trust(country.demo, into=tmp_path)
    with playing(node(), home=tmp_path, agency_code="H36", parameters={"keys": token}):
        yield tmp_path
    roles.open_roles(before)


def equip(country, key="node", **more):
    request = services.request_certificate(key, agency_code="H36", common_name="Nút H36", **more)
    kind = key.partition(":")[0]
    issued = services.issue_from_request(
        request, kind=kind, agency_code="H36", common_name="Nút H36", home=country.demo
    )
    return services.install_certificate(key, issued.pem)


def test_a_key_is_made_on_the_token_and_signs_messages_that_others_accept(at_token_node, country):
    certificate = equip(country)
    assert queries.get_certificate("node") == certificate
    assert queries.list_keys() == ("node",)
    signed = services.sign_detached(b"body")
    assert queries.verify_detached(b"body", signed, certificate_pem=certificate.pem).certificate == certificate
    at = clock.now()
    value = services.sign_message(b"message", [b"\1" * 32], at=at)
    assert (
        queries.verify_message(
            b"message", [b"\1" * 32], value, certificate_pem=certificate.pem, signed_at=at
        ).thumbprint
        == certificate.thumbprint
    )
    assert not list(Path(at_token_node).rglob("*.key"))


def test_the_request_is_signed_by_the_key_on_the_token(at_token_node):
    pem = services.request_certificate("node", agency_code="H36", common_name="Nút H36")
    request = x509.load_pem_x509_csr(pem.encode())
    assert request.is_signature_valid
    again = x509.load_pem_x509_csr(
        services.request_certificate("node", agency_code="H36", common_name="Nút H36").encode()
    )
    assert again.public_key() == request.public_key()


def test_seals_and_officers_sign_documents_with_keys_on_the_token(at_token_node, country):
    equip(country, "seal:H36")
    signed = services.sign_pdf(papers.plain(), signer="seal:H36", box=papers.BOX, appearance="seal")
    assert queries.judge_pdf(signed).good


def test_many_threads_sign_at_once(at_token_node, country):
    certificate = equip(country)
    store = roles.port(KeyStore)

    def sign(number: int) -> bool:
        payload = str(number).encode()
        signatures.verify(certificate.pem, store.sign("node", payload), payload)
        return True

    with ThreadPoolExecutor(12) as threads:
        assert all(threads.map(sign, range(600)))


def test_a_key_is_rotated_beside_the_one_in_use_while_messages_are_signed(at_token_node, country):
    first = equip(country)
    known = {first.thumbprint: first.pem}
    stop: list[bool] = []

    def sign() -> int:
        count = 0
        while not stop:
            signed = services.sign_bytes(b"x", key="node")
            signatures.verify(known[signed.thumbprint], signed.value, b"x")
            count += 1
        return count

    with ThreadPoolExecutor(4) as threads:
        running = [threads.submit(sign) for _ in range(4)]
        try:
            for _ in range(3):
                request = services.request_certificate("node", agency_code="H36", common_name="Nút H36")
                issued = services.issue_from_request(
                    request, kind="node", agency_code="H36", common_name="Nút H36", home=country.demo
                )
                known[issued.thumbprint] = issued.pem
                assert roles.port(KeyStore).chain("node").thumbprint != issued.thumbprint
                services.install_certificate("node", issued.pem)
                assert roles.port(KeyStore).chain("node").thumbprint == issued.thumbprint
        finally:
            stop.append(True)
        assert all(one.result() > 0 for one in running)
    assert len(known) == 4
    kept = list((at_token_node / "keys" / "old").glob("node.*.crt"))
    assert len(kept) == 3


def test_a_lost_login_and_a_restarted_module_are_opened_anew(at_token_node, country, caplog):
    equip(country)
    store: Any = roles.port(KeyStore)
    token = store.token._token
    before = store.sign("node", b"one")
    token._login.close()  # logs the whole process out
    assert len(store.sign("node", b"two")) == len(before) == 64
    token._module.finalize()  # as a driver that was restarted
    token._module.initialize()
    with ThreadPoolExecutor(6) as threads:
        assert len(list(threads.map(lambda n: store.sign("node", bytes([n])), range(30)))) == 30
    assert PIN not in caplog.text


def test_a_wrong_pin_is_tried_once_and_never_again(at_token_node, monkeypatch, country):
    equip(country)
    monkeypatch.setenv(key_choice.PIN, "0000")
    roles.open_roles(ROLES)
    store: Any = roles.port(KeyStore)
    store.token._token.close()
    for _ in range(20):
        with pytest.raises(Refused) as refusal:
            store.sign("node", b"x")
        assert refusal.value.code == "signing.token-pin"
    monkeypatch.setenv(key_choice.PIN, PIN)
    assert len(store.sign("node", b"x")) == 64
    monkeypatch.delenv(key_choice.PIN)


def test_a_missing_token_and_a_missing_library_are_refusals(at_token_node, token):
    for parameters in ({**token, "token": "no such token"}, {**token, "module": "/nowhere/libmissing.so"}):
        roles.open_roles(ROLES)
        with playing(node(), parameters={"keys": parameters}):
            with pytest.raises(Refused) as refusal:
                services.request_certificate("node", agency_code="H36", common_name="x")
            assert refusal.value.code == "signing.no-token"
            assert refusal.value.status == 503


@pytest.mark.parametrize(
    "keys",
    [{"store": "safe"}, {"store": "pkcs11"}, {"store": "pkcs11", "module": "m", "token": "t", "kinds": ["cat"]}, 3],
)
def test_a_profile_that_chooses_no_store_is_refused(keys):
    with playing(node(), parameters={"keys": keys}), pytest.raises(Refused) as refusal:
        key_choice.make_key_store()
    assert refusal.value.code == "signing.key-store"


def test_a_certificate_of_another_key_is_refused(at_token_node, country):
    services.request_certificate("node", agency_code="H36", common_name="Nút H36")
    key = ec.generate_private_key(ec.SECP256R1())
    other = (
        x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    ).public_bytes(Encoding.PEM)
    issued = services.issue_from_request(
        other.decode(), kind="node", agency_code="H36", common_name="Nút H36", home=country.demo
    )
    with pytest.raises(Refused) as refusal:
        services.install_certificate("node", issued.pem)
    assert refusal.value.code == "signing.other-key"
    with pytest.raises(Refused) as refusal:
        queries.get_certificate("node")
    assert refusal.value.code == "signing.unknown-key"


def test_keys_and_certificates_that_others_put_on_the_token_are_used(at_token_node, country, token, tmp_path):
    """A ceremony with other tools: the home holds no file of the key at all."""
    certificate = equip(country)
    (tmp_path / "keys" / "node.crt").unlink()
    roles.open_roles(ROLES)
    assert queries.get_certificate("node").thumbprint == certificate.thumbprint
    assert queries.list_keys() == ("node",)
    signed = services.sign_detached(b"body")
    queries.verify_detached(b"body", signed, certificate_pem=certificate.pem)


def test_keys_of_other_kinds_stay_in_files(token, tmp_path, country):
    before = roles.opened()
    roles.open_roles(ROLES)
    with playing(node(), home=tmp_path, parameters={"keys": {**token, "kinds": ["node"]}}):
        services.install_trust(country.demo, into=tmp_path)
        services.issue_certificate(
            country.demo, name="seal:H36", kind="seal", agency_code="H36", common_name="Seal", into=tmp_path
        )
        equip(country)
        assert queries.list_keys() == ("node", "seal:H36")
        assert roles.port(KeyMaker).next_chain("node") is None
        services.sign_bytes(b"x", key="seal:H36")
        services.sign_bytes(b"x", key="node")
    roles.open_roles(before)
