"""Which database this process uses: DATABASE_URL, or nothing until the embedded server gave one."""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from lienthong.kernel.profile import Node


def settings_for(node: Node) -> dict[str, Any]:
    """Django's settings of a node's database, named by DATABASE_URL (`postgresql://user:pass@host:port/name`)."""
    url = os.environ.get("DATABASE_URL", "postgresql:///lienthong")
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or f"lt_{node.name}",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or (parts.hostname or ""),
        "PORT": options.pop("port", "") or (str(parts.port) if parts.port else ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **options,
            "pool": {"min_size": 0, "max_size": 12, "timeout": 5},
            "application_name": f"lienthong {node.name}",
            # Planning costs more than running for most of the hot paths; Django leaves it off for old poolers.
            "prepare_threshold": 5,
        },
    }
