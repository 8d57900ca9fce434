"""One AS2 site of django-pyas2, for `peer_as2`: run from a copy by an interpreter of the operator's, never by ours.

It imports Django only. django-pyas2 is an application of that interpreter's, asked by its own command and its tables.
The environment says where the site lies: SITE_HOME, SITE_DATABASE and SITE_SOCKET.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings


def _open() -> None:
    home = os.environ["SITE_HOME"]
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["SITE_DATABASE"],
        "USER": "postgres",
        "HOST": os.environ["SITE_SOCKET"],
        "CONN_MAX_AGE": None,
    }
    settings.configure(
        SECRET_KEY="passing",  # noqa: S106 (of a site that nobody signs in to)
        ALLOWED_HOSTS=["127.0.0.1"],
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "pyas2"],
        DATABASES={"default": database},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        ROOT_URLCONF="pyas2.urls",
        MEDIA_ROOT=home,
        DATA_UPLOAD_MAX_MEMORY_SIZE=2**30,
        USE_TZ=True,
        LOGGING={"version": 1, "disable_existing_loggers": False, "root": {"level": "ERROR"}},
    )
    django.setup(set_prefix=False)


def application() -> Any:
    """The site as a WSGI application, for its server."""
    _open()
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def _versions() -> dict[str, str]:
    """What is installed here; an ImportError names what is not."""
    from importlib.metadata import version

    return {name: version(name) for name in ("django-pyas2", "django", "psycopg", "gunicorn")}


def _make(own: str, other: str, address: str) -> None:
    """Tables, the own organisation with its key, the other as a partner: signed, answered by a signed MDN at once."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    home = Path(os.environ["SITE_HOME"])
    key = _row("PrivateKey", name=own, key=(home.parent / f"{own}.pem").read_bytes(), key_pass="")
    certificate = _row("PublicCertificate", name=other, certificate=(home.parent / f"{other}.crt").read_bytes())
    _row("Organization", name=own, as2_name=own, signature_key=key)
    _row(
        "Partner",
        name=other,
        as2_name=other,
        target_url=address,
        content_type="application/octet-stream",
        signature="sha256",
        signature_cert=certificate,
        mdn=True,
        mdn_mode="SYNC",
        mdn_sign="sha256",
    )


def _row(model: str, **values: Any) -> Any:
    found = _table(model)(**values)
    found.save()
    return found


def _table(model: str) -> Any:
    return apps.get_model("pyas2", model)


def _send(own: str, other: str, first: str, count: str, senders: str) -> dict[str, int]:
    """Send files by django-pyas2's own command, once standard input says so; gives when it began and ended."""
    from django.core.management import call_command

    def send(number: int) -> None:
        call_command("sendas2message", own, other, f"{number}.zip")

    with ThreadPoolExecutor(int(senders)) as pool:
        print("ready", flush=True)
        sys.stdin.readline()
        begun = time.time_ns()
        list(pool.map(send, range(int(first), int(first) + int(count))))
    return {"begun": begun, "ended": time.time_ns()}


def _count(direction: str) -> dict[str, Any]:
    """Messages that succeeded here with a signed MDN and files that are there; why others did not."""
    messages = _table("Message").objects.filter(direction=direction).select_related("mdn")
    whole = 0
    for one in messages.filter(status="S", signed=True, mdn__signed=True):
        whole += all(Path(file.path).is_file() for file in (one.payload, one.mdn.payload))
    wrong = messages.exclude(status="S").values_list("detailed_status", flat=True).first()
    return {"whole": whole, "all": messages.count(), "wrong": str(wrong or "")[-400:]}


PARTS: dict[str, Callable[..., Any]] = {"make": _make, "send": _send, "count": _count}

if __name__ == "__main__":
    if sys.argv[1] == "versions":
        told = _versions()
    else:
        _open()
        told = PARTS[sys.argv[1]](*sys.argv[2:])
    if told is not None:
        print(json.dumps(told))
