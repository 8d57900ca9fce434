"""Renewal before the end (gia hạn chứng thư): a new key and certificate beside the old ones, then in their place."""

from datetime import datetime, timedelta

import structlog

from lienthong.kernel import clock, db, events, http, roles, tls
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.signing.events import CertificateRenewed
from lienthong.platform.signing.ports import KeyMaker, KeyStore
from lienthong.platform.signing.queries.lifetimes import WARN_SHARE, lifetime_share
from lienthong.platform.signing.queries.messages import get_certificate, verify_detached
from lienthong.platform.signing.queries.register import authority_home, list_issued
from lienthong.platform.signing.rules import certificates, issuing, names, requests
from lienthong.platform.signing.services.authority import issue_for_key
from lienthong.platform.signing.services.messages import sign_detached
from lienthong.platform.signing.services.requests import activate_certificate, install_certificate
from lienthong.platform.signing.types import Certificate, IssuedCertificate, KeyName

log = structlog.get_logger()

_KIND = "certificate-renewal"
_LATE_SHARE = 0.9
_YOUNG = timedelta(minutes=10)
_TIMEOUT = 15.0


def renew_due() -> int:
    """Renew what has lived three quarters of its life, and put what has waited long enough in use; gives how many.

    The key of the node waits until the exchange activates it, at the latest until 90 % of the old one's life.
    """
    renewed = 0
    for key in roles.port(KeyStore).names():
        if lifetime_share(get_certificate(key)) < WARN_SHARE:
            continue
        try:
            renewed += renew_certificate(key) is not None
        except (Refused, http.Unreachable) as trouble:
            word = trouble.code if isinstance(trouble, Refused) else trouble.reason
            log.warning("certificate not renewed", key=key.partition(":")[0], trouble=word)
    return renewed


def renew_certificate(key: KeyName) -> Certificate | None:
    """Get a new key and certificate for this name now; None when one was waiting already.

    Raises Refused of the authority, `http.Unreachable`, and `signing.no-authority` when the profile names none.
    """
    current = get_certificate(key)
    waiting = roles.port(KeyMaker).next_chain(key)
    if waiting is not None:
        if names.key_kind(key) != "node" or lifetime_share(current) >= _LATE_SHARE:
            activate_certificate(key)
        return None
    request = _request_like(key, current)
    pem = _ask_authority(request, key, current)
    waits = names.key_kind(key) == "node"
    fresh = install_certificate(key, pem, activate=not waits)
    with db.atomic():
        events.publish(
            CertificateRenewed(key, current.kind, fresh.thumbprint, fresh.pem, current.thumbprint, waiting=waits)
        )
    return fresh


def _request_like(key: KeyName, current: Certificate) -> str:
    maker, leaf = roles.port(KeyMaker), certificates.parse_chain(current.pem)[0]
    info = requests.unsigned(leaf.subject, maker.make_next(key), issuing.hosts_of(leaf))
    return requests.signed(info, maker.sign_next(key, requests.digest(info)))


def _ask_authority(request: str, key: KeyName, current: Certificate) -> str:
    headers = {"kind": _KIND, "at": clock.now().isoformat(), "renews": current.thumbprint}
    signature = sign_detached(request.encode("ascii"), key=key, headers=headers)
    url = _authority_url()
    answer = http.request(
        "POST",
        url,
        body=request.encode("ascii"),
        headers={"Content-Type": "application/pkcs10", "Lienthong-Signature": signature},
        timeout=_TIMEOUT,
        peer=tls.is_hub(url),
    )
    if answer.status != 200:
        raise Refused(
            "signing.renewal-refused",
            tr(
                "Cơ quan chứng thực không cấp lại chứng thư (mã {status}).",
                "The authority does not renew the certificate (status {status}).",
            ).format(status=answer.status),
            status=502,
        )
    return answer.body.decode("ascii", errors="replace")


def _authority_url() -> str:
    given = str(node().parameters.get("trust", {}).get("renewal_url", ""))
    if given or node().demo:
        return given or f"{node().hub_url}/authority/certificates"
    raise Refused(
        "signing.no-authority",
        tr(
            "Hồ sơ nút chưa nêu địa chỉ gia hạn chứng thư ([parameters.trust] renewal_url).",
            "The profile names no address for renewal ([parameters.trust] renewal_url).",
        ),
        status=500,
    )


def renew_from_request(body: bytes, signature: str) -> Certificate:
    """Authority: a new certificate for the key of a request that a certificate in force signed (PKCS#10 in PEM).

    Who it is comes from the certificate to be renewed, and nothing of it from the request but the key. The same
    request brings the same certificate again. Raises Refused `signing.bad-request`, `signing.not-issued`,
    `signing.certificate-revoked`, `signing.stale-request`, `signing.same-key` and all of `verify_detached`.
    """
    pem = body.decode("ascii", errors="replace")
    request, issued = requests.read(pem), {one.thumbprint: one for one in _in_force()}

    def known(kid: str) -> str | None:
        return issued[kid].pem if kid in issued else None

    verified = verify_detached(body, signature, certificate_pem=known, kind=None)
    headers = verified.headers
    _check_age(headers.get("kind"), headers.get("at"))
    old = issued.get(str(headers.get("renews", "")))
    if old is None or not _may_renew(verified.certificate, old):
        raise _not_issued()
    leaf, key = certificates.parse_chain(old.pem)[0], requests.public_key(request)
    if leaf.public_key() == key:
        raise Refused(
            "signing.same-key",
            tr("Gia hạn cần một khóa mới.", "A renewal needs a new key."),
            field="request",
        )
    return issue_for_key(key, leaf.subject, old.kind, hosts=issuing.hosts_of(leaf), home=authority_home())


def _in_force() -> tuple[IssuedCertificate, ...]:
    """A revoked certificate renews nothing: to this door it is as unknown as one never issued."""
    return tuple(one for one in list_issued() if one.revoked_at is None and one.kind not in ("ocsp", "tsa"))


def _may_renew(signer: Certificate, old: IssuedCertificate) -> bool:
    """Each renews itself; the node's key also renews its connection's."""
    if signer.thumbprint == old.thumbprint:
        return True
    return signer.kind == "node" and old.kind == "tls" and signer.agency_code == old.agency_code


def _check_age(kind: object, at: object) -> None:
    try:
        signed_at = datetime.fromisoformat(str(at))
        is_young = kind == _KIND and abs(clock.now() - signed_at) <= _YOUNG
    except (ValueError, TypeError):
        is_young = False
    if not is_young:
        raise Refused(
            "signing.stale-request",
            tr(
                "Yêu cầu gia hạn phải được ký trong vòng 10 phút.", "A renewal must have been signed within 10 minutes."
            ),
            field="signature",
            status=401,
        )


def _not_issued() -> Refused:
    return Refused(
        "signing.not-issued",
        tr(
            "Chứng thư cần gia hạn không do cơ quan này cấp, hoặc không thuộc về bên yêu cầu.",
            "The certificate to renew was not issued here, or is not the requester's.",
        ),
        field="signature",
        status=401,
    )
