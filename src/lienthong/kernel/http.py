"""Outgoing HTTP: the one guarded client. No redirects, no surprises in size or time, connections reused."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import urllib3

_MAX_ANSWER_BYTES = 64 * 2**20


class Unreachable(Exception):
    """The other side could not be reached, or broke off. `reason` is a short word for logs and screens."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: status, headers (lower-case names) and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@cache
def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(num_pools=64, maxsize=8, retries=False, block=False)


def request(
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    timeout: float = 10.0,
    fields: Mapping[str, tuple[str, bytes, str]] | None = None,
) -> Response:
    """Send a request and read the whole answer. `fields` (name → filename, bytes, type) makes it multipart.

    Raises Unreachable for refused, cut or late connections; ValueError for an address that is not plain HTTP(S).
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise ValueError("only plain http(s) addresses without credentials")
    extra: dict[str, object] = {"fields": dict(fields)} if fields else {"body": body or None}
    try:
        answer = _pool().request(
            method,
            url,
            headers=dict(headers or {}),
            timeout=urllib3.Timeout(connect=min(timeout, 5.0), read=timeout),
            redirect=False,
            preload_content=False,
            **extra,  # type: ignore[arg-type]  # body or fields, as urllib3 takes either
        )
        content = answer.read(_MAX_ANSWER_BYTES + 1)
    except urllib3.exceptions.NewConnectionError:  # a kind of TimeoutError in urllib3, though nobody waited
        raise Unreachable("refused") from None
    except urllib3.exceptions.TimeoutError:
        raise Unreachable("timeout") from None
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise Unreachable(type(error).__name__) from None
    if len(content) > _MAX_ANSWER_BYTES:
        answer.close()
        raise Unreachable("answer too large")
    answer.release_conn()
    return Response(answer.status, {name.lower(): value for name, value in answer.headers.items()}, content)
