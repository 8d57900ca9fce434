"""An officer's signing service on the network, by the CSC API v2 over HTTP (dịch vụ ký từ xa)."""

import json
from collections.abc import Sequence
from typing import Any

import structlog
from cryptography import x509

from lienthong.kernel import http, tls
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.signing.ports import Consent, RemoteCredential
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

    def own_credential(self, actor: Actor) -> RemoteCredential:
        for name in self._names(actor):
            answer = self._info(name)
            return RemoteCredential(name, _certificates(answer), csc.at_once_of(answer))
        raise no_credential()

    def sign_hash(self, credential: str, digest: bytes, activation: str) -> bytes:
        return self.sign_hashes(credential, (digest,), activation)[0]

    def sign_hashes(self, credential: str, digests: Sequence[bytes], activation: str) -> tuple[bytes, ...]:
        body = csc.sign_hashes_body(credential, digests, activation)
        try:
            return csc.signatures_of(_post("signatures/signHash", body), len(digests))
        except csc.BadMessage as bad:
            raise refused(bad.words) from bad

    def ask_consent(self, credential: str, digests: Sequence[bytes], *, words: str, reference: str) -> Consent:
        return _consent(*_call("credentials/authorize", csc.authorize_body(
            credential, digests, words=words, reference=reference)))  # fmt: skip

    def look_for_consent(self, handle: str) -> Consent:
        return _consent(*_call("credentials/authorizeCheck", {"handle": handle}))

    def _names(self, actor: Actor) -> tuple[str, ...]:
        user = own_key(actor).partition(":")[2]
        found = _post("credentials/list", {"userID": user, "maxResults": _MAX_CREDENTIALS}).get("credentialIDs")
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise refused("no list of credentials")
        return tuple(found[:_MAX_CREDENTIALS])

    def _chain(self, name: str) -> tuple[x509.Certificate, ...]:
        return _certificates(self._info(name))

    def _info(self, name: str) -> dict[str, Any]:
        return _post("credentials/info", {"credentialID": name, "certificates": "chain", "certInfo": True})


def _certificates(answer: dict[str, Any]) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_der_x509_certificate(one) for one in csc.certificates_of(answer))
    except (csc.BadMessage, *certificates.UNREADABLE) as bad:
        raise refused("no certificate") from bad


def _consent(status: int, told: dict[str, Any]) -> Consent:
    """202 with a handle: the signer has not answered; 200 with SAD: agreed; an error names refusal and lapse."""
    error = str(told.get("error", ""))
    try:
        if status == 202:
            return Consent("waiting", handle=csc.handle_of(told))
        if status == 200:
            return Consent("given", activation=csc.activation_of(told))
    except csc.BadMessage as bad:
        raise refused(bad.words) from bad
    if error == csc.DECLINED:
        return Consent("refused")
    if error == csc.LAPSED:
        return Consent("expired")
    raise refused(f"{error} {told.get('error_description', '')}")


def _post(method: str, body: dict[str, Any]) -> dict[str, Any]:
    status, told = _call(method, body)
    if status != 200:
        raise refused(str(told.get("error_description", "")))
    return told


def _call(method: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
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
    if not isinstance(told, dict):
        raise refused("no JSON object")
    return answer.status, told


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
