"""What of finished messages is kept (lưu giữ nội dung): all, or of some names their digests only."""

from lienthong.kernel.profile import node


def digest_only() -> frozenset[str]:
    """Names of letters and questions whose bodies are not kept: `[parameters.exchange] digest_only`."""
    return frozenset(str(name) for name in node().parameters.get("exchange", {}).get("digest_only", ()))


def kept_body(name: str, body: bytes) -> bytes:
    """The body as it is kept: whole, or empty where only its digest is."""
    return b"" if name in digest_only() else body
