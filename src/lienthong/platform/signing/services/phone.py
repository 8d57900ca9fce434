"""The demo's phone (điện thoại thử nghiệm): keeps officers' demo keys and signs hashes by the CSC protocol.

It stands in for a signing service with a certified device. The officer's press on the phone's page is the consent: a
word bound to officer, digest and time, which the service asks for before it lets the key sign.
"""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.core import signing

from lienthong.kernel import audit, clock, db, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.kernel.ids import new_id
from lienthong.kernel.text import tr
from lienthong.platform.signing.models import PhoneConsent
from lienthong.platform.signing.ports import CertificateChain, KeyStore
from lienthong.platform.signing.queries.own_keys import own_key
from lienthong.platform.signing.rules import signatures
from lienthong.platform.signing.rules.csc import ConsentOrder
from lienthong.platform.signing.services.credentials import prove_pin
from lienthong.platform.signing.types import KeyName

_CONSENT_SALT, _TOKEN_SALT = "signing.phone.consent", "signing.phone.token"
_CONSENT_SECONDS = 120
_ANSWER_WITHIN = timedelta(minutes=5)
_OFFICER = "officer:"


def give_consent(*digests: bytes, actor: Actor) -> str:
    """The word by which an officer lets the phone sign these digests (SAD); good for two minutes."""
    return _consent_word(own_key(actor), digests)


def ask(order: ConsentOrder) -> PhoneConsent:
    """Put hashes before the officer; the same question asked again is the one that is there. Raises as `sign_hash`."""
    key, now = _known(order.credential), clock.now()
    wanted = {
        "id": new_id(), "words": order.words, "digests": [one.hex() for one in order.digests], "created_at": now,
        "expires_at": now + _ANSWER_WITHIN,
    }  # fmt: skip
    with db.atomic():
        PhoneConsent.objects.filter(expires_at__lte=now - timedelta(days=1)).delete()
        row, _ = PhoneConsent.objects.get_or_create(credential=key, reference=order.reference, defaults=wanted)
    if row.digests != wanted["digests"]:
        raise NotAllowed("signing.other-hashes", tr("Câu hỏi này đã có mã băm khác.", "Asked before for other hashes."))
    return row


def look(handle: str) -> PhoneConsent:
    """A question that was put, and its answer so far. Raises NotFound `signing.no-consent-asked`."""
    try:
        row = PhoneConsent.objects.filter(pk=UUID(handle)).first()
    except ValueError:
        row = None
    if row is None:
        raise NotFound("signing.no-consent-asked", tr("Không có câu hỏi này.", "Nothing of this name was asked."))
    return row


def consent_of(row: PhoneConsent) -> str:
    """The word (SAD) of a question that the officer agreed to."""
    return _consent_word(row.credential, [bytes.fromhex(one) for one in row.digests])


def list_asked(actor: Actor) -> list[PhoneConsent]:
    """What this officer's phone is asked now, the oldest first."""
    rows = PhoneConsent.objects.filter(credential=own_key(actor), answer="", expires_at__gt=clock.now())
    return list(rows.order_by("created_at")[:20])


def answer(consent_id: UUID, *, agrees: bool, pin: str, actor: Actor) -> None:
    """The officer agrees, with the PIN, or refuses. Raises NotFound `signing.no-consent-asked`; as `prove_pin`."""
    asked = PhoneConsent.objects.filter(pk=consent_id, credential=own_key(actor), answer="", expires_at__gt=clock.now())
    if not asked.exists():
        raise NotFound(
            "signing.no-consent-asked", tr("Yêu cầu này không còn chờ trả lời.", "This no longer waits for an answer.")
        )
    if agrees:
        prove_pin(pin, actor=actor)
    with db.atomic():
        asked.update(answer="agreed" if agrees else "refused")
        audit.record(actor, "signing.phone-answer", f"consent:{consent_id}", agrees=agrees)


def _consent_word(key: KeyName, digests: Sequence[bytes]) -> str:
    together = [key, len(digests), sha256(b"".join(digests)).hexdigest()]
    return signing.dumps(together, salt=_CONSENT_SALT, compress=False)


def list_credentials(user: str) -> tuple[str, ...]:
    """The credentials of an officer's user name that this phone holds."""
    name = f"{_OFFICER}{user}"
    return (name,) if name in roles.port(KeyStore).names() else ()


def credential_chain(credential: str) -> CertificateChain:
    """The certificates of a credential. Raises NotFound `signing.no-credential`."""
    return roles.port(KeyStore).chain(_known(credential))


def sign_hashes(credential: str, digests: Sequence[bytes], activation: str) -> tuple[bytes, ...]:
    """ECDSA in DER, with the consent for just these digests. Raises NotFound `signing.no-credential`, NotAllowed."""
    key = _known(credential)
    try:
        consented = signing.loads(activation, salt=_CONSENT_SALT, max_age=_CONSENT_SECONDS)
    except signing.BadSignature:
        raise _no_consent() from None
    if consented != [key, len(digests), sha256(b"".join(digests)).hexdigest()]:
        raise _no_consent()
    store = roles.port(KeyStore)
    return tuple(signatures.to_der(store.sign_digest(key, one)) for one in digests)


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
