"""Another axis, that knows nothing of us: a mailbox server written from the published description alone."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class ForeignAxis:
    """What the other axis holds. `troubles`: answers to give instead of the work, in their order (an HTTP status)."""

    system_id: str = "VN:GOV:H36:lienthong"
    secret: str = "truc-khac-bi-mat"
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    taken: list[dict[str, Any]] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    unknown_agencies: set[str] = field(default_factory=set)
    troubles: list[int] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    url: str = ""

    def put(self, doc_id: str, edxml: bytes, kind: str = "edoc", sender: str = "H56", receiver: str = "H36") -> None:
        self.items[doc_id] = {
            "edxml": edxml, "messageType": kind, "from": sender, "to": receiver, "status": "inbox", "status_desc": "",
        }  # fmt: skip

    def answer(self, verb: str, head: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        self.calls.append(verb)
        if self.troubles and (status := self.troubles.pop(0)):
            return status, "text/plain", b"broken"
        signed = f"{head.get('systemid')}{head.get('timestamp')}{head.get('content-type', '')}".encode() + body
        expected = hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        if head.get("systemid") != self.system_id or head.get("xroadvnpt-sign-header") != expected:
            return _json({"status": "FAIL", "ErrorCode": "15", "ErrorDesc": "Sai chữ ký lời gọi"})
        done: tuple[int, str, bytes] = getattr(self, f"on_{verb}")(head, body)
        return done

    def on_getReceivedEdocList(self, head: dict[str, str], _body: bytes) -> tuple[int, str, bytes]:  # noqa: N802
        found = [
            {"docId": doc_id, **{key: value for key, value in one.items() if key != "edxml"}, "serviceType": "eDoc"}
            for doc_id, one in self.items.items()
            if one["messageType"] == head["messagetype"] and one["status"] in ("inbox", "processing")
        ]
        return _json({"status": "OK", "ErrorCode": "0", "ErrorDesc": "", "data": found})

    def on_downloadEdoc(self, head: dict[str, str], _body: bytes) -> tuple[int, str, bytes]:  # noqa: N802
        return 200, "application/xml", self.items[head["docid"]]["edxml"]

    def on_updateStatus(self, head: dict[str, str], body: bytes) -> tuple[int, str, bytes]:  # noqa: N802
        one = self.items[head["docid"]]
        one["status"], one["status_desc"] = head["status"], json.loads(body or b"{}").get("description", "")
        return _json({"status": "OK", "ErrorCode": "0", "ErrorDesc": ""})

    def on_sendEdoc(self, head: dict[str, str], body: bytes) -> tuple[int, str, bytes]:  # noqa: N802
        parsed = BytesParser(policy=policy.HTTP).parsebytes(
            b"Content-Type: " + head["content-type"].encode() + b"\r\n\r\n" + body
        )
        (part,) = parsed.iter_parts()
        edxml = part.get_payload(decode=True)
        assert isinstance(edxml, bytes)
        digest = hashlib.sha256(edxml).hexdigest()
        if head.get("hash-file") != digest:
            return _json({"status": "FAIL", "ErrorCode": "21", "ErrorDesc": "Sai mã băm"})
        if lost := self.unknown_agencies.intersection(head.get("to", "").split(",")):
            return _json({"status": "FAIL", "ErrorCode": "18", "ErrorDesc": f"Không có cơ quan {min(lost)}"})
        if digest not in self.known:
            self.known[digest] = f"axis-{len(self.known) + 1}"
            self.taken.append({"edxml": edxml, "head": head})
        return _json({"status": "OK", "ErrorCode": "0", "ErrorDesc": "", "DocId": self.known[digest]})


def _json(told: dict[str, Any]) -> tuple[int, str, bytes]:
    return 200, "application/json; charset=utf-8", json.dumps(told, ensure_ascii=False).encode()


@contextmanager
def another_axis() -> Iterator[ForeignAxis]:
    """It listens while the block lasts."""
    axis = ForeignAxis()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            head = {name.lower(): value for name, value in self.headers.items()}
            status, kind, content = axis.answer(self.path.rpartition("/")[2], head, body)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _do  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Nothing on the screen of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    axis.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield axis
    finally:
        server.shutdown()
        server.server_close()
