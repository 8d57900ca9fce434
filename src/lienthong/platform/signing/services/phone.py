"""The demo's phone (điện thoại thử nghiệm): keeps officers' demo keys and signs hashes by the CSC protocol.

It stands in for a signing service with a certified device. The officer's press on the phone's page is the consent: a
word bound to officer, digest and time, which the service asks for before it lets the key sign.
"""

from hashlib import sha256

from django.core import signing

from lienthong.kernel import roles
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.ports import CertificateChain, KeyStore
from lienthong.platform.signing.queries.own_keys import own_key
from lienthong.platform.signing.rules import signatures
from lienthong.platform.signing.types import KeyName

_CONSENT_SALT, _TOKEN_SALT = "signing.phone.consent", "signing.phone.token"
_CONSENT_SECONDS = 120
_OFFICER = "officer:"


def give_consent(digest: bytes, *, actor: Actor) -> str:
    """The word by which an officer lets the phone sign this digest (SAD); good for two minutes."""
    return signing.dumps([own_key(actor), digest.hex()], salt=_CONSENT_SALT, compress=False)


def list_credentials(user: str) -> tuple[str, ...]:
    """The credentials of an officer's user name that this phone holds."""
    name = f"{_OFFICER}{user}"
    return (name,) if name in roles.port(KeyStore).names() else ()


def credential_chain(credential: str) -> CertificateChain:
    """The certificates of a credential. Raises NotFound `signing.no-credential`."""
    return roles.port(KeyStore).chain(_known(credential))


def sign_hash(credential: str, digest: bytes, activation: str) -> bytes:
    """ECDSA in DER, with the consent for just this digest. Raises NotFound `signing.no-credential`, NotAllowed."""
    key = _known(credential)
    try:
        consented = signing.loads(activation, salt=_CONSENT_SALT, max_age=_CONSENT_SECONDS)
    except signing.BadSignature:
        raise _no_consent() from None
    if consented != [key, digest.hex()]:
        raise _no_consent()
    return signatures.to_der(roles.port(KeyStore).sign_digest(key, digest))


def service_token() -> str:
    """The token with which this node's own client comes to this node's own phone."""
    return signing.Signer(salt=_TOKEN_SALT).sign(sha256(_TOKEN_SALT.encode()).hexdigest())


def require_token(header: str) -> None:
    """Raises NotAllowed `signing.csc-token` (401) for another token."""
    kind, _, token = header.partition(" ")
    try:
        signing.Signer(salt=_TOKEN_SALT).unsign(token)
    except signing.BadSignature:
        kind = ""
    if kind != "Bearer":
        raise NotAllowed("signing.csc-token", tr("Thiếu mã truy cập.", "The access token is missing."), status=401)


def _known(credential: str) -> KeyName:
    if not credential.startswith(_OFFICER) or credential not in roles.port(KeyStore).names():
        raise NotFound("signing.no-credential", tr("Không có chữ ký số này.", "There is no such credential."))
    return credential


def _no_consent() -> Refused:
    return NotAllowed(
        "signing.no-consent", tr("Người ký chưa đồng ý ký mã băm này.", "The signer did not consent to this hash.")
    )
