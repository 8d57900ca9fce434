"""Messages between nodes: what a good signature says, and each way of being refused."""

import base64
import json
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node, playing
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.rules import signatures
from lienthong.platform.signing.tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("at_province")

LETTER = '{"tên":"giấy khai sinh"}'.encode()


def refused(payload, signed, **others) -> str:
    with pytest.raises(Refused) as caught:
        queries.verify_detached(payload, signed, **{"certificate_pem": own_pem(), **others})
    return caught.value.code


def own_pem(key="node") -> str:
    return queries.get_certificate(key).pem


def with_header(**changes) -> str:
    signed = services.sign_detached(LETTER)
    head, _, tail = signed.split(".")
    header = {**json.loads(base64.urlsafe_b64decode(head + "==")), **changes}
    return f"{b64(json.dumps(header).encode())}..{tail}"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_the_receiver_reads_who_signed_and_their_headers():
    signed = services.sign_detached(LETTER, headers={"iss": "H36", "iat": 1795228200})
    seen = queries.verify_detached(LETTER, signed, certificate_pem=own_pem())
    assert seen.headers == {"iss": "H36", "iat": 1795228200}
    assert (seen.certificate.agency_code, seen.certificate.kind) == ("H36", "node")


def test_the_hub_finds_the_province_by_its_thumbprint(country):
    signed = services.sign_detached(LETTER)
    pem = own_pem()
    known = {queries.get_certificate("node").thumbprint: pem}
    with playing(node(), home=country.hub):
        seen = queries.verify_detached(LETTER, signed, certificate_pem=known.get)
    assert seen.certificate.agency_code == "H36"


def test_the_issuer_need_not_travel_with_the_certificate():
    alone = own_pem().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    assert queries.check_certificate(alone, kind="node").agency_code == "H36"


def test_another_implementation_accepts_our_signature():
    signed = services.sign_detached(LETTER)
    key = ECKey.import_key(own_pem())
    head, _, tail = signed.split(".")
    # joserfc leaves RFC 7797 to its caller: it verifies ES256 over the input that the RFC describes.
    algorithm = joserfc_jws.JWSRegistry.algorithms["ES256"]
    given = head.encode() + b"." + LETTER
    assert algorithm.verify(given, base64.urlsafe_b64decode(tail + "=="), key)


def test_a_changed_letter_is_refused():
    signed = services.sign_detached(LETTER)
    assert refused(LETTER + b" ", signed) == "signing.wrong-signature"


def test_a_changed_header_is_refused():
    assert refused(LETTER, with_header(iss="G22")) == "signing.wrong-signature"


def test_alg_none_is_refused():
    assert refused(LETTER, with_header(alg="none")) == "signing.unsigned"
    assert refused(LETTER, with_header(alg="NoNe")) == "signing.unsigned"


@pytest.mark.parametrize("algorithm", ["HS256", "RS256", "ES256K", "es256", "", None, 7])
def test_another_algorithm_is_refused(algorithm):
    assert refused(LETTER, with_header(alg=algorithm)) == "signing.wrong-algorithm"


@pytest.mark.parametrize(
    "changes",
    [
        {"b64": True},
        {"b64": 0},
        {"crit": ["b64", "exp"]},
        {"crit": []},
        {"jwk": {"kty": "EC"}},
        {"x5u": "http://example.org/key"},
        {"kid": "../../etc/passwd"},
        {"iat": 1.5},
        {"iat": True},
    ],
)
def test_a_header_outside_the_profile_is_refused(changes):
    assert refused(LETTER, with_header(**changes)) == "signing.header"


@pytest.mark.parametrize(
    "signed",
    [
        "",
        "a",
        "a.b.c",
        "..",
        "!..!",
        f"{b64(b'[]')}..{b64(bytes(64))}",
        f"{b64(b'{')}..{b64(bytes(64))}",
        "é..é",
    ],
)
def test_what_is_no_signature_is_refused(signed):
    assert refused(LETTER, signed) == "signing.malformed"


def test_a_name_given_twice_is_refused():
    head = b'{"alg":"none","alg":"ES256"}'
    assert refused(LETTER, f"{b64(head)}..{b64(bytes(64))}") == "signing.malformed"


def test_a_huge_header_is_refused_before_it_is_read():
    assert refused(LETTER, b64(b'{"a":"' + b"x" * 10_000) + "..AAAA") == "signing.malformed"


def test_a_signature_in_der_is_refused():
    head, _, tail = services.sign_detached(LETTER).split(".")
    der = signatures.to_der(base64.urlsafe_b64decode(tail + "=="))
    assert refused(LETTER, f"{head}..{b64(der)}") == "signing.malformed"


def test_an_all_zero_signature_is_refused():
    head = services.sign_detached(LETTER).split(".")[0]
    assert refused(LETTER, f"{head}..{b64(bytes(64))}") == "signing.wrong-signature"


def test_an_unknown_sender_is_refused(country):
    signed = services.sign_detached(LETTER)
    assert refused(LETTER, signed, certificate_pem=lambda kid: None) == "signing.unknown-certificate"
    with playing(node(), home=country.hub):
        hubs = own_pem()
    assert refused(LETTER, signed, certificate_pem=hubs) == "signing.unknown-certificate"


def test_a_foreign_certificate_is_refused(country):
    with playing(node(), home=country.abroad):
        signed, pem = services.sign_detached(LETTER), own_pem()
    assert refused(LETTER, signed, certificate_pem=pem) == "signing.foreign-certificate"


def test_a_certificate_signed_by_a_mere_subject_is_refused(country):
    # The officer's key is no authority, though its own certificate is good.
    officer = queries.get_certificate("officer:nguyen.thi.lan").pem
    with playing(node(), home=country.abroad):
        pem = own_pem().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n" + officer
        signed = services.sign_detached(LETTER)
    assert refused(LETTER, signed, certificate_pem=pem) == "signing.foreign-certificate"


def test_an_officers_certificate_does_not_speak_for_a_node():
    key = "officer:nguyen.thi.lan"
    signed = services.sign_detached(LETTER, key=key)
    assert refused(LETTER, signed, certificate_pem=own_pem(key)) == "signing.wrong-kind"
    queries.verify_detached(LETTER, signed, certificate_pem=own_pem(key), kind="officer")


def test_validity_allows_for_clocks_that_differ_a_little():
    signed = services.sign_detached(LETTER)
    certificate = queries.get_certificate("node")
    late, early = certificate.not_after, certificate.not_before
    minutes = timedelta(minutes=1)
    queries.verify_detached(LETTER, signed, certificate_pem=own_pem(), at=late + 4 * minutes)
    queries.verify_detached(LETTER, signed, certificate_pem=own_pem(), at=early - 4 * minutes)
    assert refused(LETTER, signed, at=late + 6 * minutes) == "signing.certificate-expired"
    assert refused(LETTER, signed, at=early - 6 * minutes) == "signing.certificate-not-yet-valid"


def test_the_clock_of_the_node_decides_when_no_moment_is_given():
    signed = services.sign_detached(LETTER)
    with clock.frozen(NOW + timedelta(days=1000)):
        assert refused(LETTER, signed) == "signing.certificate-expired"


def test_what_is_no_certificate_is_refused():
    signed = services.sign_detached(LETTER)
    for pem in ("", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "é"):
        assert refused(LETTER, signed, certificate_pem=pem) == "signing.malformed-certificate"


@pytest.mark.parametrize("name", ["alg", "kid", "b64", "crit", "jwk", "x5c"])
def test_a_caller_cannot_set_what_the_profile_sets(name):
    with pytest.raises(Refused) as caught:
        services.sign_detached(LETTER, headers={name: "x"})
    assert caught.value.code == "signing.header"


def test_bytes_are_signed_and_verified():
    signature = services.sign_bytes(LETTER, key="seal:H36.101")
    certificate = queries.verify_bytes(LETTER, signature, certificate_pem=own_pem("seal:H36.101"), kind="seal")
    assert certificate.name == "Ủy ban nhân dân phường Xuân Hương - Đà Lạt"
    with pytest.raises(Refused, match=r"signing\.wrong-signature"):
        queries.verify_bytes(LETTER[:-1], signature, certificate_pem=own_pem("seal:H36.101"))


def test_raw_and_der_signatures_convert_both_ways():
    der = encode_dss_signature(1, 2**255)
    assert signatures.to_der(signatures.to_raw(der)) == der


def test_own_certificates_are_x509_of_the_usual_kind():
    leaf = x509.load_pem_x509_certificate(own_pem("officer:nguyen.thi.lan").encode())
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign
    issuer = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert issuer.key_identifier
