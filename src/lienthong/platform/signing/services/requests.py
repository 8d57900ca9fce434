"""Asking an authority for a certificate, and taking it into use."""

from collections.abc import Sequence

from lienthong.kernel import clock, roles
from lienthong.platform.signing.ports import KeyMaker, TrustStore
from lienthong.platform.signing.queries.messages import check_certificate
from lienthong.platform.signing.rules import certificates, issuing, names, requests
from lienthong.platform.signing.types import Certificate, KeyName


def request_certificate(
    key: KeyName,
    *,
    agency_code: str,
    common_name: str,
    position: str = "",
    organisation: str = "",
    hosts: Sequence[str] = (),
) -> str:
    """Make the next key of this name, beside the one in use, and a request for its certificate (PKCS#10, PEM).

    The key stays in the key store, be it files or a token. Asking again gives a request of the same key.
    Raises Refused `signing.key-name`.
    """
    names.key_kind(key)
    maker = roles.port(KeyMaker)
    subject = issuing.subject(agency_code, common_name, position, organisation)
    info = requests.unsigned(subject, maker.make_next(key), hosts)
    return requests.signed(info, maker.sign_next(key, requests.digest(info)))


def install_certificate(key: KeyName, pem: str, *, activate: bool = True) -> Certificate:
    """Keep the certificate that came for the next key of this name, and put both in use (`activate`) or let them wait.

    Raises Refused `signing.other-key`, `signing.wrong-kind` and all that `check_certificate` raises.
    """
    certificate = check_certificate(pem, kind=names.key_kind(key))
    maker = roles.port(KeyMaker)
    maker.install_next(key, _with_issuers(pem))
    if activate:
        maker.activate_next(key)
    return certificate


def activate_certificate(key: KeyName) -> None:
    """Put the waiting key and certificate of this name in use; nothing happens when none waits."""
    roles.port(KeyMaker).activate_next(key)


def _with_issuers(pem: str) -> str:
    """The chain up to but without the root, also when only the certificate itself came."""
    chain = list(certificates.parse_chain(pem))
    known = roles.port(TrustStore).anchors().intermediates
    if len(chain) == 1:
        chain += [one for one in known if one.subject == chain[0].issuer and one.not_valid_after_utc > clock.now()]
    return "".join(certificates.to_pem(one) for one in chain if one.subject != one.issuer)
