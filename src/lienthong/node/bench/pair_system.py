"""The system that provides: a small HTTP server that costs next to nothing. `python -m … PORT`.

`/api/…` answers 1 KB · `/api/echo` what it was sent · `/api/size/N` N bytes · `/api/seen` the request as it came ·
`/api/status/N` that status · `/api/slow/N` after N seconds · `/api/redirect` a redirect · `/soap` a SOAP service.
"""

import asyncio
import sys
from hashlib import sha256

ANSWER = b'{"ho_ten":"Tran Van Binh","so_dinh_danh":"001026000001","ghi_chu":"' + b"x" * 930 + b'"}'

_BLOCK = b"y" * 65536


class Conversation(asyncio.Protocol):
    """One connection: requests in order, bodies counted and hashed, not kept beyond what must be echoed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 (for the type checker)
        self._out = transport
        self._held = b""
        self._head = b""
        self._left = 0
        self._kept: list[bytes] = []
        self._seen = 0
        self._digest = sha256()
        self._task: asyncio.Task[None] | None = None

    def data_received(self, data: bytes) -> None:
        self._held += data
        while self._held or self._head:
            if not self._head:
                head, found, rest = self._held.partition(b"\r\n\r\n")
                if not found:
                    return
                self._begin(head, rest)
            taken, self._held = self._held[: self._left], self._held[self._left :]
            self._left -= len(taken)
            self._seen += len(taken)
            self._digest.update(taken)
            if self._seen <= 4 * 2**20:
                self._kept.append(taken)
            if self._left:
                return
            self._answer()
            self._head = b""

    def _begin(self, head: bytes, rest: bytes) -> None:
        self._head, self._held = head, rest
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        self._left = int(lengths[0].partition(b":")[2]) if lengths else 0
        self._kept, self._seen, self._digest = [], 0, sha256()

    def _answer(self) -> None:
        method, target, _ = self._head.split(b"\r\n", 1)[0].split(b" ", 2)
        path = target.partition(b"?")[0]
        if path.startswith(b"/api/size/"):
            self._task = asyncio.ensure_future(self._send_size(int(path[10:])))
        elif path.startswith(b"/api/slow/"):
            self._task = asyncio.ensure_future(self._send_late(float(path[10:])))
        else:
            self._send(*self._plain(method, path), bodiless=method == b"HEAD")

    def _plain(self, method: bytes, path: bytes) -> tuple[bytes, bytes, bytes]:
        if path == b"/api/echo":
            return b"200 OK", b"application/octet-stream", b"".join(self._kept)
        if path == b"/api/digest":
            return b"200 OK", b"text/plain", f"{self._seen} {self._digest.hexdigest()}".encode()
        if path == b"/api/seen":
            return b"200 OK", b"text/plain", self._head
        if path.startswith(b"/api/status/"):
            return path[12:] + b" Chosen", b"application/json", b'{"loi":"tu he thong"}'
        if path == b"/api/redirect":
            return b"302 Found\r\nLocation: http://127.0.0.1:1/", b"text/plain", b""
        if path == b"/soap":
            return b"200 OK", b"text/xml; charset=utf-8", WSDL if method == b"GET" else _soap_answer(self._kept)
        return b"200 OK", b"application/json", ANSWER

    def _send(self, status: bytes, kind: bytes, body: bytes, *, bodiless: bool = False) -> None:
        head = b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\nX-Own: one\r\n\r\n" % (
            status,
            kind,
            len(body),
        )
        self._out.write(head if bodiless else head + body)

    async def _send_size(self, size: int) -> None:
        self._out.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % size)
        while size > 0:
            self._out.write(_BLOCK[:size])
            size -= len(_BLOCK)
            while self._out.get_write_buffer_size() > 2**20:
                await asyncio.sleep(0.001)

    async def _send_late(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._send(b"200 OK", b"text/plain", b"at last")


def _soap_answer(kept: list[bytes]) -> bytes:
    """The header of the request again, as X-Road's SOAP services answer, and the name that was asked for."""
    envelope = b"".join(kept)
    start, end = envelope.find(b"<soap-env:Header"), envelope.find(b"</soap-env:Header>")
    header = envelope[start : end + 18] if 0 <= start < end else b""
    return (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<soap-env:Envelope'
        b' xmlns:soap-env="http://schemas.xmlsoap.org/soap/envelope/">'
        + header
        + b'<soap-env:Body><p:traCuuResponse xmlns:p="urn:lienthong:dan-cu"><p:hoTen>Tran Van Binh</p:hoTen>'
        b"</p:traCuuResponse></soap-env:Body></soap-env:Envelope>"
    )


_IDENTIFIER = "".join(
    f'<xs:element name="{name}" type="xs:string" minOccurs="0"/>'
    for name in ("xRoadInstance", "memberClass", "memberCode", "subsystemCode", "serviceCode", "serviceVersion")
)
_PLAIN_FIELDS = ("userId", "id", "protocolVersion")
_HEADERS = ("client", "service", *_PLAIN_FIELDS)

WSDL = f"""<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:p="urn:lienthong:dan-cu" xmlns:xrd="http://x-road.eu/xsd/xroad.xsd"
 targetNamespace="urn:lienthong:dan-cu">
<wsdl:types>
<xs:schema targetNamespace="urn:lienthong:dan-cu" elementFormDefault="qualified">
<xs:element name="traCuu"><xs:complexType><xs:sequence><xs:element name="soDinhDanh" type="xs:string"/></xs:sequence>
</xs:complexType></xs:element>
<xs:element name="traCuuResponse"><xs:complexType><xs:sequence><xs:element name="hoTen" type="xs:string"/></xs:sequence>
</xs:complexType></xs:element></xs:schema>
<xs:schema targetNamespace="http://x-road.eu/xsd/xroad.xsd" elementFormDefault="qualified">
<xs:complexType name="Identifier"><xs:sequence>{_IDENTIFIER}</xs:sequence>
<xs:attribute name="objectType" type="xs:string"/></xs:complexType>
<xs:element name="client" type="xrd:Identifier" xmlns:xrd="http://x-road.eu/xsd/xroad.xsd"/>
<xs:element name="service" type="xrd:Identifier" xmlns:xrd="http://x-road.eu/xsd/xroad.xsd"/>
{"".join(f'<xs:element name="{name}" type="xs:string"/>' for name in _PLAIN_FIELDS)}
</xs:schema></wsdl:types>
<wsdl:message name="headers">{"".join(f'<wsdl:part name="{n}" element="xrd:{n}"/>' for n in _HEADERS)}</wsdl:message>
<wsdl:message name="ask"><wsdl:part name="body" element="p:traCuu"/></wsdl:message>
<wsdl:message name="answer"><wsdl:part name="body" element="p:traCuuResponse"/></wsdl:message>
<wsdl:portType name="port"><wsdl:operation name="tra-cuu-soap"><wsdl:input message="p:ask"/>
<wsdl:output message="p:answer"/></wsdl:operation></wsdl:portType>
<wsdl:binding name="binding" type="p:port"><soap:binding style="document"
 transport="http://schemas.xmlsoap.org/soap/http"/><wsdl:operation name="tra-cuu-soap"><soap:operation soapAction=""/>
<wsdl:input><soap:body parts="body" use="literal"/>
{"".join(f'<soap:header message="p:headers" part="{name}" use="literal"/>' for name in _HEADERS)}</wsdl:input>
<wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation></wsdl:binding>
<wsdl:service name="DanCu"><wsdl:port name="port" binding="p:binding">
<soap:address location="http://he-thong-noi-bo.invalid/soap"/></wsdl:port></wsdl:service>
</wsdl:definitions>""".encode()


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Conversation, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
