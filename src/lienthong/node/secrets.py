"""Secrets of a node: from the environment, from a file, or made once and kept in the node's home."""

import os
import secrets as randomness

from lienthong.kernel.profile import Node


def secret_key(node: Node) -> str:
    """The key that signs sessions and forms: LIENTHONG_SECRET_KEY(_FILE), else made once in `home/secret-key`."""
    if given := node.secret("LIENTHONG_SECRET_KEY"):
        return given
    path = node.home / "secret-key"
    if not path.exists():
        node.home.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f".secret-key.{os.getpid()}")
        made.write_text(randomness.token_urlsafe(48), encoding="utf-8")
        made.chmod(0o600)
        try:
            os.link(made, path)
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text(encoding="utf-8")
