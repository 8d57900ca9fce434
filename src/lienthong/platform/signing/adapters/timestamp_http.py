"""Time stamps from authorities on the network, by RFC 3161 over HTTP; several are tried in turn."""

import secrets
from collections.abc import Sequence

import structlog

from lienthong.kernel import http, roles, tls
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.signing.ports import TrustStore
from lienthong.platform.signing.rules import timestamps

log = structlog.get_logger()

_TIMEOUT = 5.0
_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


class TimestampsByHttp:
    """Asks the authorities of `[parameters.trust] tsa_url` in their order; a demo without one asks its hub.

    A token is taken only when it answers this question and leads to a root that is believed the time.
    """

    def stamp(self, digest: bytes) -> bytes:
        for url in addresses():
            nonce = secrets.randbits(63)
            try:
                answer = http.request(
                    "POST",
                    url,
                    body=timestamps.ask(digest, nonce),
                    headers=_HEADERS,
                    timeout=_TIMEOUT,
                    peer=tls.is_hub(url),
                )
                token = timestamps.token_of(answer.body)
                timestamps.verify(token, digest, roles.port(TrustStore).timestamp_anchors(), nonce=nonce)
            except http.Unreachable as trouble:
                log.warning("no time stamp", authority=url, reason=trouble.reason)
            except ValueError:
                log.warning("no time stamp", authority="?", reason="bad address")
            except Refused as refused:
                log.warning("no time stamp", authority=url, reason=refused.code)
            else:
                return token
        raise Refused(
            "signing.no-timestamp",
            tr(
                "Không dịch vụ dấu thời gian nào cấp được dấu lúc này.",
                "No time stamp authority gives a stamp at the moment.",
            ),
            status=503,
        )


def addresses() -> Sequence[str]:
    """Where this node asks for time stamps."""
    given = node().parameters.get("trust", {}).get("tsa_url", ())
    named = [given] if isinstance(given, str) else list(given)
    if not named and node().demo:
        named = [f"{node().hub_url}/authority/tsa"]
    return [str(url) for url in named if url]
