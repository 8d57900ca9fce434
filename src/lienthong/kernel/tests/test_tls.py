"""TLS between nodes: real handshakes on loopback; strangers are turned away on either side."""

import ipaddress
import os
import socket
import ssl
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lienthong.kernel import clock, profile, tls

DAY = timedelta(days=1)


class Authority:
    """A small authority: one self-signed root that issues certificates for both ends."""

    def __init__(self, name: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._sign(self.name, self.key, 3650 * DAY, authority=True)

    def _sign(self, subject, key, life, *, authority=False, address="127.0.0.1"):
        now = clock.now()
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 10 * DAY)
            .not_valid_after(now + life)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if not authority:
            usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
            builder = builder.add_extension(usages, critical=False).add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False
            )
        return builder.sign(self.key, hashes.SHA256())

    def equip(self, home: Path, *, trusting: "Authority", life=DAY, address="127.0.0.1") -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = self._sign(x509.Name([]), key, life, address=address)
        pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        (home / "keys").mkdir(parents=True, exist_ok=True)
        (home / "trust").mkdir(exist_ok=True)
        (home / "keys" / "tls.crt").write_bytes(leaf.public_bytes(pem))
        (home / "keys" / "tls.key").write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
        (home / "trust" / "root.pem").write_bytes(trusting.certificate.public_bytes(pem))
        return home


@pytest.fixture(scope="module")
def ours() -> Authority:
    return Authority("ours")


@pytest.fixture(scope="module")
def theirs() -> Authority:
    return Authority("theirs")


def meet(server_home: Path, client_home: Path) -> str:
    """A handshake and one word from the server to the client; gives the protocol."""
    material = tls.find_material(server_home)
    assert material is not None
    context = tls.make_context(material, ssl.PROTOCOL_TLS_SERVER)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as secured:
                    secured.sendall(b"welcome")
            except OSError:
                connection.close()

        server = threading.Thread(target=serve)
        server.start()
        try:
            with profile.playing(profile.node(), home=client_home):
                client = tls.client_context()
            assert client is not None
            with (
                socket.create_connection(listener.getsockname(), timeout=10) as plain,
                client.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
            ):
                if secured.recv(7) != b"welcome":
                    raise ssl.SSLError("turned away")
                return secured.version() or ""
        finally:
            server.join()


def test_two_nodes_of_one_authority_meet_with_the_newest_protocol(tmp_path, ours):
    homes = [ours.equip(tmp_path / name, trusting=ours) for name in ("one", "two")]
    assert meet(*homes) == "TLSv1.3"


def test_a_foreign_server_and_a_foreign_client_are_turned_away(tmp_path, ours, theirs):
    good = ours.equip(tmp_path / "good", trusting=ours)
    foreign = theirs.equip(tmp_path / "foreign", trusting=ours)
    with pytest.raises(ssl.SSLCertVerificationError):
        meet(foreign, good)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        meet(good, foreign)


def test_an_expired_certificate_is_turned_away_on_either_side(tmp_path, ours):
    good = ours.equip(tmp_path / "good", trusting=ours)
    expired = ours.equip(tmp_path / "expired", trusting=ours, life=-DAY)
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        meet(expired, good)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        meet(good, expired)


def test_a_certificate_for_another_address_is_turned_away(tmp_path, ours):
    good = ours.equip(tmp_path / "good", trusting=ours)
    elsewhere = ours.equip(tmp_path / "elsewhere", trusting=ours, address="192.0.2.1")
    with pytest.raises(ssl.SSLCertVerificationError, match=r"127\.0\.0\.1"):
        meet(elsewhere, good)


def test_the_context_stays_until_a_file_changes_and_survives_a_half_made_change(tmp_path, ours):
    home = ours.equip(tmp_path / "home", trusting=ours)
    with profile.playing(profile.node(), home=home):
        first = tls.client_context()
        assert tls.client_context() is first
        certificate = (home / "keys" / "tls.crt").read_bytes()
        ours.equip(home, trusting=ours)
        later = (home / "keys" / "tls.crt").read_bytes()
        (home / "keys" / "tls.crt").write_bytes(certificate)  # the new key beside the old certificate
        os.utime(home / "keys" / "tls.crt", ns=(1, 1))
        assert tls.client_context() is first
        (home / "keys" / "tls.crt").write_bytes(later)
        second = tls.client_context()
        assert second is not first
        assert second is tls.client_context()


def test_a_node_without_certificate_or_without_roots_has_no_context(tmp_path, ours):
    with profile.playing(profile.node(), home=tmp_path):
        assert tls.client_context() is None
        ours.equip(tmp_path, trusting=ours)
        (tmp_path / "trust" / "root.pem").unlink()
        assert tls.client_context() is None


def test_only_self_signed_certificates_are_believed(tmp_path, ours, theirs):
    home = ours.equip(tmp_path / "home", trusting=ours)
    intermediate = (home / "keys" / "tls.crt").read_bytes()
    (home / "trust" / "between.pem").write_bytes(intermediate)
    material = tls.find_material(home)
    assert material is not None
    roots = tls.publish_roots(material, home).read_bytes()
    assert x509.load_pem_x509_certificates(roots) == [ours.certificate]


def test_a_proxy_on_this_machine_carries_what_is_for_other_nodes():
    with profile.playing(profile.node(), tls_proxy="http://127.0.0.1:8444"):
        assert tls.route("https://node.example:8443/exchange/letters?a=b") == (
            "http://127.0.0.1:8444/exchange/letters?a=b",
            {"Lienthong-Upstream": "node.example:8443"},
        )
        assert tls.route("https://[::1]/exchange/letters")[1] == {"Lienthong-Upstream": "[::1]:443"}
        assert tls.route("http://127.0.0.1:8001/x") == ("http://127.0.0.1:8001/x", {})
    assert tls.route("https://node.example/x") == ("https://node.example/x", {})


def test_other_nodes_reach_a_node_at_its_exchange_port(monkeypatch, tmp_path):
    text = (Path(profile.__file__).parents[3] / "nodes" / "hub.toml").read_text(encoding="utf-8")
    for name in ("LIENTHONG_PORT", "LIENTHONG_BASE_URL", "LIENTHONG_EXCHANGE_PORT", "LIENTHONG_EXCHANGE_URL"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "hub.toml"
    for line, address in (
        ("", "http://127.0.0.1:8001"),
        ("exchange_port = 8443", "https://127.0.0.1:8443"),
        ('exchange_port = 8443\nexchange_url = "https://hub.example:8443/"', "https://hub.example:8443"),
    ):
        path.write_text(text.replace("port = 8001", f"port = 8001\n{line}"), encoding="utf-8")
        assert profile.read_profile(path).exchange_url == address
    path.write_text(text.replace("port = 8001", 'port = 8001\nexchange_port = "many"'), encoding="utf-8")
    with pytest.raises(profile.BadProfile, match="port many"):
        profile.read_profile(path)
