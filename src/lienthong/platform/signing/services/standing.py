"""Asking the authorities, in the background, whether the certificates met here are still in force."""

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import structlog
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from django.db.models import Q

from lienthong.kernel import clock, http, roles, tls
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.platform.signing.models import CertificateStanding
from lienthong.platform.signing.ports import KeyStore, TrustAnchors, TrustStore
from lienthong.platform.signing.queries.status import policy, take_met
from lienthong.platform.signing.rules import certificates, ocsp
from lienthong.platform.signing.rules.ocsp import Answer, BadAnswer
from lienthong.platform.signing.rules.pades.proofs import needs_answer, path_of
from lienthong.platform.signing.rules.standing import Policy
from lienthong.platform.signing.services.revocation import look_into_list

log = structlog.get_logger()

_ASK_AGAIN = timedelta(seconds=15)
_AT_ONCE = 200
_TIMEOUT = 5.0
_HEADERS = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}


def watch_certificates(pems: Iterable[str]) -> None:
    """Have the status of these certificates looked after from now on, before anybody meets them.

    Those that no root trusted here stands for are left out: nobody is asked at addresses that a stranger wrote.
    """
    if policy().mode == "off":
        return
    anchors = roles.port(TrustStore).anchors()
    marked = ((_trusted(pem, anchors), pem) for pem in pems)
    rows = [CertificateStanding(thumbprint=mark, pem=pem, first_seen_at=clock.now()) for mark, pem in marked if mark]
    CertificateStanding.objects.bulk_create(rows, ignore_conflicts=True)


def _trusted(pem: str, anchors: TrustAnchors) -> str:
    """The thumbprint of a certificate of our profile, or of an issuing authority, with a path to a trusted root."""
    try:
        return certificates.check(pem, anchors, clock.now()).thumbprint
    except Refused:
        chain = certificates.parse_chain(pem)
    is_issuer = bool(chain) and certificates.is_issuer(chain[0]) and chain[0] not in anchors.roots
    path = path_of(chain[0], (*chain[1:], *anchors.intermediates), anchors.roots) if is_issuer else ()
    return certificates.thumbprint(path[0]) if path and path[-1] in anchors.roots else ""


def ask_now(path: Sequence[x509.Certificate]) -> None:
    """Ask about the certificates of a verified path at once, for a signature that is to carry the answers.

    Asks the network: never in a transaction. A silent responder leaves things as they are.
    """
    rule, now = policy(), clock.now()
    if rule.mode == "off":
        return
    asked = {certificates.thumbprint(one): path[place:] for place, one in enumerate(path) if needs_answer(one)}
    rows = [
        CertificateStanding(thumbprint=mark, pem=_pem(rest), first_seen_at=now, tried_at=None)
        for mark, rest in asked.items()
    ]
    CertificateStanding.objects.bulk_create(rows, ignore_conflicts=True)
    dead = set[str]()
    for row in CertificateStanding.objects.filter(thumbprint__in=asked).exclude(state="revoked"):
        if row.response is None or row.next_update is None or row.next_update < now:
            _refresh(row, rule, dead)


def _pem(path: Sequence[x509.Certificate]) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in path)


def refresh_standings() -> bool:
    """Ask about every certificate whose answer has grown old; True when there may be more to do at once.

    The network is asked outside of any transaction; a silent responder leaves the last answer in force, and the
    revocation list is looked into instead.
    """
    rule = policy()
    if rule.mode == "off":
        return False
    store = roles.port(KeyStore)
    watch_certificates([*take_met().values(), *(store.chain(key).pem for key in store.names())])
    due, dead = _due(rule), set[str]()
    troubles = Counter(trouble for row in due if (trouble := _refresh(row, rule, dead)))
    if troubles:
        log.warning("responders silent", certificates=troubles.total(), troubles=dict(troubles))
    return len(due) == _AT_ONCE and not troubles


def _due(rule: Policy) -> list[CertificateStanding]:
    now = clock.now()
    asked_long_ago = Q(tried_at__isnull=True) | Q(tried_at__lte=now - rule.check)
    silent = ~Q(trouble="") & Q(tried_at__lte=now - min(_ASK_AGAIN, rule.check))
    ahead = Q(tried_at__gt=now)  # the clock was put back since
    rows = CertificateStanding.objects.filter(asked_long_ago | silent | ahead).exclude(state="revoked")
    return list(rows.order_by("tried_at")[:_AT_ONCE])


def _refresh(row: CertificateStanding, rule: Policy, dead: set[str]) -> str:
    """Ask about one certificate and keep the answer; gives new trouble, "" when there is none or the same as before.

    `dead`: addresses that did not answer in this round; waiting for them again would hold up all the others.
    """
    leaf, *sent = certificates.parse_chain(row.pem)
    row.tried_at, before = clock.now(), row.trouble
    issuer = _find_issuer(leaf, sent)
    if leaf.not_valid_after_utc < clock.now() or issuer is None:
        row.trouble = "" if issuer is not None else "issuer unknown"
        row.save(update_fields=["tried_at", "trouble"])
        return ""
    try:
        answer, response = _ask(leaf, issuer, row.this_update, rule, dead)
        _keep(row, answer, "ocsp", response)
    except BadAnswer as bad:
        row.trouble = bad.reason[:200]
        listed = look_into_list(leaf, issuer, rule, dead)
        if listed is not None:
            _keep(row, listed, "crl", None)
        else:
            row.save(update_fields=["tried_at", "trouble"])
    return row.trouble if row.trouble != before else ""


def _keep(row: CertificateStanding, answer: Answer, source: str, response: bytes | None) -> None:
    if answer.state == "revoked":
        log.warning("certificate revoked", thumbprint=row.thumbprint, revoked_at=str(answer.revoked_at))
    if source == "ocsp":
        row.trouble, row.response = "", response
    row.state, row.source, row.answered_at = answer.state, source, clock.now()
    row.produced_at, row.this_update, row.next_update = answer.produced_at, answer.this_update, answer.next_update
    row.revoked_at, row.reason = answer.revoked_at, answer.reason
    row.save()


def _ask(
    leaf: x509.Certificate, issuer: x509.Certificate, held: datetime | None, rule: Policy, dead: set[str]
) -> tuple[Answer, bytes]:
    """The first good answer of the responders, and its bytes. Raises BadAnswer."""
    trouble = "no address"
    for url in _addresses(leaf):
        if url in dead:
            trouble = "silent"
            continue
        try:
            return _ask_one(url, leaf, issuer, held, rule)
        except http.Unreachable as silent:
            trouble = silent.reason
            dead.add(url)
        except ValueError:
            trouble = "bad address"
        except BadAnswer as bad:
            trouble = bad.reason
    raise BadAnswer(trouble)


def _ask_one(
    url: str, leaf: x509.Certificate, issuer: x509.Certificate, held: datetime | None, rule: Policy
) -> tuple[Answer, bytes]:
    nonce = secrets.token_bytes(ocsp.NONCE_BYTES)
    question = ocsp.question(leaf, issuer, nonce)
    got = http.request("POST", url, body=question, headers=_HEADERS, timeout=_TIMEOUT, peer=tls.is_hub(url))
    if got.status != 200:
        raise BadAnswer(f"HTTP {got.status}")
    answer = ocsp.read(got.body, leaf, issuer, nonce=nonce, at=clock.now(), fresh=rule.fresh)
    if held is not None and answer.this_update < held:
        raise BadAnswer("older than the one held")
    return answer, got.body


def _addresses(leaf: x509.Certificate) -> tuple[str, ...]:
    """The profile's responder, the certificate's own, and in a demo the hub, whose port may have changed since."""
    given = str(node().parameters.get("trust", {}).get("ocsp_url", ""))
    own = (given,) if given else ocsp.addresses(leaf)
    hub = (f"{node().hub_url}/authority/ocsp",) if node().demo else ()
    return tuple(dict.fromkeys((*own, *hub)))


def _find_issuer(leaf: x509.Certificate, sent: Iterable[x509.Certificate]) -> x509.Certificate | None:
    anchors = roles.port(TrustStore).timestamp_anchors()
    for candidate in (*sent, *anchors.intermediates, *anchors.roots):
        if candidate.subject == leaf.issuer:
            try:
                leaf.verify_directly_issued_by(candidate)
            except (ValueError, TypeError, InvalidSignature):
                continue
            return candidate
    return None
