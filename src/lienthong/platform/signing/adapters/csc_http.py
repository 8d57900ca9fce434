"""An officer's signing service on the network, by the CSC API v2 over HTTP (dịch vụ ký từ xa)."""

import json
from typing import Any

import structlog
from cryptography import x509

from lienthong.kernel import http, tls
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.signing.queries.own_keys import own_key
from lienthong.platform.signing.rules import certificates, csc
from lienthong.platform.signing.services.phone import service_token

log = structlog.get_logger()

_TIMEOUT = 10.0
_MAX_CREDENTIALS = 20


class CscByHttp:
    """Asks the service of `[parameters.signing] csc_url` with the token of `csc_token`; a demo asks its own node."""

    def find_credential(self, actor: Actor, thumbprint: str) -> str:
        for name in self._names(actor):
            if certificates.thumbprint(self._chain(name)[0]) == thumbprint:
                return name
        raise no_credential()

    def chain_of(self, actor: Actor) -> tuple[x509.Certificate, ...]:
        for name in self._names(actor):
            return self._chain(name)
        raise no_credential()

    def sign_hash(self, credential: str, digest: bytes, activation: str) -> bytes:
        try:
            return csc.signatures_of(_post("signatures/signHash", csc.sign_hash_body(credential, digest, activation)))
        except csc.BadMessage as bad:
            raise refused(bad.words) from bad

    def _names(self, actor: Actor) -> tuple[str, ...]:
        user = own_key(actor).partition(":")[2]
        found = _post("credentials/list", {"userID": user, "maxResults": _MAX_CREDENTIALS}).get("credentialIDs")
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise refused("no list of credentials")
        return tuple(found[:_MAX_CREDENTIALS])

    def _chain(self, name: str) -> tuple[x509.Certificate, ...]:
        answer = _post("credentials/info", {"credentialID": name, "certificates": "chain", "certInfo": True})
        try:
            return tuple(x509.load_der_x509_certificate(one) for one in csc.certificates_of(answer))
        except (csc.BadMessage, *certificates.UNREADABLE) as bad:
            raise refused("no certificate") from bad


def _post(method: str, body: dict[str, Any]) -> dict[str, Any]:
    parameters = node().parameters.get("signing", {})
    base = str(parameters.get("csc_url", "") or (f"{node().base_url}/signing/csc/v2" if node().demo else ""))
    if not base:
        raise no_credential()
    url = f"{base.rstrip('/')}/{method}"
    token = str(parameters.get("csc_token", "")) or service_token()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    try:
        answer = http.request(
            "POST", url, body=json.dumps(body).encode(), headers=headers, timeout=_TIMEOUT, peer=_is_ours(url)
        )
        told = json.loads(answer.body)
    except http.Unreachable as silent:
        log.warning("signing service silent", reason=silent.reason)
        raise Refused(
            "signing.remote-silent",
            tr("Dịch vụ ký từ xa không trả lời. Hãy thử lại.", "The signing service does not answer. Try again."),
            status=503,
        ) from silent
    except ValueError as bad:
        raise refused("no JSON") from bad
    if answer.status != 200 or not isinstance(told, dict):
        raise refused(str(told.get("error_description", "")) if isinstance(told, dict) else "")
    return told


def _is_ours(url: str) -> bool:
    return url.startswith(node().base_url) or tls.is_hub(url)


def refused(why: str) -> Refused:
    """The service said no; its words go to the log and not to the page."""
    log.warning("signing service refused", why=why[:200])
    return Refused(
        "signing.remote-refused",
        tr("Dịch vụ ký từ xa từ chối ký văn bản này.", "The signing service refused to sign this document."),
        status=502,
    )


def no_credential() -> Refused:
    return Refused(
        "signing.no-credential",
        tr("Bạn chưa có chữ ký số ở dịch vụ ký từ xa.", "You have no credential at a signing service."),
    )
