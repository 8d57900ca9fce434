"""Real nodes over mutual TLS: the main story, strangers at the exchange port, and keys replaced under way."""

import json
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from lienthong.kernel import clock, http, profile, roles, tls
from lienthong.node.demo.country import NAMES, Country
from lienthong.node.demo.guide import CLIENT, EXAMPLE
from lienthong.node.demo.passing import free_ports, passing_folder
from lienthong.node.story.checks import check_all, read_figures
from lienthong.node.story.command import make_tale, wait_until
from lienthong.node.story.tale import Step
from lienthong.node.story.teller import Teller
from lienthong.platform.signing import services
from lienthong.platform.signing.roles import ROLES

pytestmark = [pytest.mark.nodes, pytest.mark.django_db]

CODES = {"hub": "G22", "population": "G01", "province": "H36"}
LISTING = """
import sys
from lienthong.kernel.access import SYSTEM
from lienthong.node import wiring
import django
django.setup(set_prefix=False)
wiring.open_node()
from lienthong.platform.exchange import queries, services
for entry in queries.list_nodes():
    services.register_node(
        agency_code=entry.agency_code, name=entry.name, base_url=entry.base_url, exchange_url=entry.exchange_url,
        certificate_pem=open(sys.argv[1].replace("CODE", entry.agency_code)).read(), actor=SYSTEM,
    )
"""


@pytest.fixture(scope="module")
def secure() -> Iterator[Country]:
    """A country whose nodes speak mutual TLS with one another."""
    ports, environment = free_ports(2 * len(NAMES)), {"LIENTHONG_DEMO_CRAWL": "0"}
    with (
        passing_folder() as home,
        Country(
            home,
            ports[:3],
            lambda _: None,
            people=300,
            durable=False,
            environment=environment,
            exchange_ports=ports[3:],
        ) as made,
    ):
        made.prepare()
        made.start()
        for name in NAMES:
            wait_until(lambda name=name: answers(made, name), 60)
        yield made


def home_of(country: Country, name: str) -> Path:
    return country.home / name


def authority_of(country: Country) -> Path:
    return country.home / "authority"


def ask(country: Country, name: str, *, home: Path, path: str = "/exchange/directory") -> http.Response:
    with profile.playing(profile.node(), home=home):
        return http.request("GET", f"{country.exchange_url(name)}{path}", peer=True)


def answers(country: Country, name: str) -> bool:
    try:
        return ask(country, name, home=home_of(country, "province")).status in (200, 404)
    except http.Unreachable:
        return False


def tell(country: Country, teller: Teller) -> list[str]:
    tale = make_tale(country)
    before = read_figures(country, tale)
    teller.tell(tale.steps())
    checks = list(check_all(country, tale, before, lambda true: wait_until(true, 60)))
    return [f"{check.title}: {check.found}" for check in checks if not check.holds]


def test_the_story_holds_over_mutual_tls(secure):
    assert tell(secure, Teller(say=lambda _told: None, patience=60)) == []


def test_a_data_service_is_agreed_on_and_called_over_mutual_tls(secure):
    secure.share()
    request = urllib.request.Request(secure.url("province") + EXAMPLE, headers={"X-Road-Client": CLIENT})

    def call() -> dict[str, Any] | None:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError:
            return None  # the province has not learnt of the agreement yet

    wait_until(lambda: call() is not None, 30)
    assert call()["code"] == "1.001193"
    with psycopg.connect(secure.database_url("province")) as held:
        calls = held.execute("SELECT count(*) FROM exchange_callrecord WHERE direction = 'out' AND status = 200")
        assert calls.fetchone()[0] >= 2


def test_the_exchange_port_shows_the_doors_of_the_exchange_and_nothing_else(secure):
    for path, status in (("/exchange/directory", 200), ("/", 404), ("/van-hanh/trao-doi/", 404), ("/dang-nhap/", 404)):
        assert ask(secure, "hub", home=home_of(secure, "province"), path=path).status == status


# Strangers


def stranger(country: Country, folder: Path, kind: str) -> Path:
    """A home with a TLS certificate that is missing something, but with the country's trusted roots."""
    authority = folder / "abroad" if kind == "foreign" else authority_of(country)
    services.issue_certificate(
        authority, name="tls", kind="tls", agency_code="H99", common_name="x", hosts=["127.0.0.1"], into=folder
    )
    for root in (home_of(country, "hub") / "trust").glob("*.pem"):
        (folder / "trust" / root.name).write_bytes(root.read_bytes())
    if kind == "expired":
        age(authority_of(country) / "authority", folder / "keys" / "tls.crt")
    elif kind == "of another kind":
        services.issue_certificate(
            authority_of(country), name="node", kind="node", agency_code="H99", common_name="x", into=folder
        )
        for suffix in ("crt", "key"):
            (folder / "keys" / f"node.{suffix}").replace(folder / "keys" / f"tls.{suffix}")
    return folder


def age(authority: Path, path: Path) -> None:
    """The same certificate, signed by the same authority, whose life is over."""
    leaf, *rest = x509.load_pem_x509_certificates(path.read_bytes())
    builder = x509.CertificateBuilder().subject_name(leaf.subject).issuer_name(leaf.issuer)
    builder = builder.public_key(leaf.public_key()).serial_number(leaf.serial_number)
    builder = builder.not_valid_before(clock.now() - timedelta(days=9)).not_valid_after(clock.now() - timedelta(days=1))
    for extension in leaf.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    key = load_pem_private_key((authority / "issuing.key").read_bytes(), password=None)
    made = builder.sign(key, hashes.SHA256())
    path.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in (made, *rest)))


@pytest.mark.parametrize("kind", ["foreign", "expired", "of another kind"])
def test_a_stranger_is_turned_away(secure, tmp_path, kind):
    home = stranger(secure, tmp_path, kind)
    with pytest.raises(http.Unreachable):
        ask(secure, "hub", home=home)
    good = stranger(secure, tmp_path / "good", "good")
    assert ask(secure, "hub", home=good).status == 200


def meet_without_words(country: Country, context: ssl.SSLContext) -> bytes:
    port = int(country.exchange_url("hub").rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
    ):
        secured.sendall(b"GET /exchange/directory HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        return secured.recv(20)


def test_who_shows_no_certificate_or_speaks_an_old_protocol_is_turned_away(secure):
    material = tls.find_material(home_of(secure, "province"))
    assert material is not None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=tls.read_roots(material).decode())
    with pytest.raises(ssl.SSLError, match=r"(?i)certificate.required"):
        meet_without_words(secure, context)
    context.load_cert_chain(material.certificate, material.key)
    assert meet_without_words(secure, context).startswith(b"HTTP/1.1 200")
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        meet_without_words(secure, context)


# Keys replaced under way


class Renewal:
    """Replaces keys while the story goes on: each node's TLS key and each node's own, one after another."""

    def __init__(self, country: Country) -> None:
        self.country = country
        self.replaced: list[tuple[str, str]] = []
        self._due = [(name, key) for key in ("tls", "node") for name in NAMES]

    def prepare(self) -> None:
        """The next keys of all nodes wait beside those in use; the directory lists the new certificates."""
        roles.open_roles(ROLES)
        for name in NAMES:
            with profile.playing(profile.node(), home=home_of(self.country, name)):
                for key in ("node", "tls"):
                    given = {"agency_code": CODES[name], "common_name": f"Nút liên thông {CODES[name]}"}
                    hosts = ["127.0.0.1"] if key == "tls" else []
                    request = services.request_certificate(key, **given, hosts=hosts)
                    issued = services.issue_from_request(request, kind=key, **given, home=authority_of(self.country))
                    services.install_certificate(key, issued.pem, activate=False)
                    if key == "node":
                        (self.country.home / f"{CODES[name]}.pem").write_text(issued.pem)
        subprocess.run(
            [sys.executable, "-c", LISTING, str(self.country.home / "CODE.pem")],
            env=self.country.environment_of("hub"),
            check=True,
        )

    def strike(self, _step: Step, number: int) -> None:
        if number % 3 == 0 and self._due:
            self._replace()

    def _replace(self) -> None:
        name, key = self._due.pop(0)
        with profile.playing(profile.node(), home=home_of(self.country, name)):
            services.activate_certificate(key)
        self.replaced.append((name, key))

    def finish(self) -> None:
        """Replace what the story left over."""
        while self._due:
            self._replace()


CALLER = """
import json, sys, threading, time
from lienthong.kernel import http
done, answered, failed = threading.Event(), 0, []
threading.Thread(target=lambda: (sys.stdin.read(), done.set()), daemon=True).start()
while not done.is_set():
    for address in sys.argv[1:]:
        try:
            answered += http.request("GET", address + "/exchange/directory", peer=True).status == 200
        except http.Unreachable as trouble:
            failed.append(f"{address}: {trouble.reason}")
    time.sleep(0.02)
print(json.dumps([answered, failed]))
"""


class Caller:
    """A process that is a node's and asks the others again and again."""

    def __init__(self, country: Country, name: str) -> None:
        # Only the hub has a directory to give; the others' doors answer as far as TLS.
        self._process = subprocess.Popen(
            [sys.executable, "-c", CALLER, country.exchange_url("hub")],
            env=country.environment_of(name),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def stop(self) -> tuple[int, list[str]]:
        told, _ = self._process.communicate("", timeout=60)
        answered, failed = json.loads(told)
        return answered, failed


def refused_letters(country: Country) -> int:
    count = 0
    for name in NAMES:
        with psycopg.connect(country.database_url(name)) as session:
            row = session.execute("SELECT count(*) FROM exchange_outgoingletter WHERE state = 'refused'").fetchone()
            count += row[0] if row else 0
    return count


def serial_shown(country: Country, name: str) -> int:
    """The serial number of the certificate that a node shows on its exchange port."""
    material = tls.find_material(home_of(country, "province"))
    assert material is not None
    context = tls.make_context(material, ssl.PROTOCOL_TLS_CLIENT)
    port = int(country.exchange_url(name).rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
    ):
        return x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b"").serial_number


def test_every_key_is_replaced_while_the_story_goes_on_and_nothing_is_lost(secure):
    renewal = Renewal(secure)
    renewal.prepare()
    before = {name: serial_shown(secure, name) for name in NAMES}
    callers = [Caller(secure, name) for name in ("population", "province")]
    try:
        teller = Teller(say=lambda _told: None, patience=60, meanwhile=renewal.strike)
        assert tell(secure, teller) == []
        renewal.finish()
        assert tell(secure, Teller(say=lambda _told: None, patience=60)) == []
        # While one process takes over from the other, both answer.
        assert wait_until(
            lambda: all(serial_shown(secure, name) != before[name] for name in NAMES for _ in range(8)), 120
        )
    finally:
        told = [caller.stop() for caller in callers]
    assert len(renewal.replaced) == 6
    assert refused_letters(secure) == 0
    assert all(answered > 50 for answered, _ in told)
    assert [failed for _, failed in told] == [[], []]
