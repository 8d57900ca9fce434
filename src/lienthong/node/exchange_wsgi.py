"""What other nodes meet on the exchange port: the doors of the exchange, and no page."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lienthong.node import children, wsgi
from lienthong.node.doors import BETWEEN_NODES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_NOTHING = b"Not found.\n"


def only_exchange(application: "WSGIApplication") -> "WSGIApplication":
    """The application, with nothing of it to be seen but the doors of the exchange."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith(BETWEEN_NODES):
            return application(environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", str(len(_NOTHING)))])
        return [_NOTHING]

    return answer


if os.environ.get("LIENTHONG_SERVING") == "1":
    children.die_with_parent()

application = only_exchange(wsgi.application)
