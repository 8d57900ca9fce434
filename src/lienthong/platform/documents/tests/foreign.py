"""A document system that knows nothing of us: written from the published description of the axis alone.

Plain HTTP, its own HMAC, its own edXML as strings. It imports nothing of the program that it talks to.
"""

import base64
import hashlib
import hmac
import http.client
import io
import json
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any
from xml.etree import ElementTree as ET

Answer = dict[str, Any]
VIETNAM = timezone(timedelta(hours=7))
NS = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
BOUNDARY = "----axis-sdk-7d93b1"


@dataclass
class Foreign:
    """One system: where the axis is, who we are, our secret, whom we speak for."""

    host: str
    port: int
    system_id: str
    secret: str
    agency: str
    base: str = "/documents/axis"
    clock: timedelta = timedelta()
    headers: dict[str, str] = field(default_factory=Answer)

    # Calls

    def stamp(self) -> str:
        now = datetime.now(VIETNAM) + self.clock  # noqa: TID251 (a stranger's clock)
        return f"{now:%d%m%YT%H%M%S}+{now.microsecond // 100:04d}"

    def sign(self, stamp: str, content_type: str, body: bytes) -> str:
        head = f"{self.system_id}{stamp}{content_type}".encode()
        return hmac.new(self.secret.encode(), head + body, hashlib.sha256).hexdigest()

    def raw(self, method: str, verb: str, body: bytes, content_type: str, headers: dict[str, str]) -> tuple[int, bytes]:
        stamp = self.stamp()
        signed = {
            "systemid": self.system_id,
            "timestamp": stamp,
            "XroadVnpt-version": "3.0.201608",
            "XroadVnpt-sign-header": self.sign(stamp, content_type, body),
            **({"Content-Type": content_type} if content_type else {}),
            **headers,
            **self.headers,
        }
        return self.exchange(method, f"{self.base}/{verb}", body, signed)

    def exchange(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.request(method, path, body=body if method != "GET" else None, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def ask(self, verb: str, headers: dict[str, str] | None = None, body: Answer | None = None) -> Answer:
        content = json.dumps(body or {}, ensure_ascii=False).encode()
        status, answer = self.raw("POST", verb, content, "application/json", headers or {})
        assert status == 200, (status, answer)
        told: Answer = json.loads(answer)
        return told

    def send(self, edxml: bytes, kind: str = "edoc", **headers: str) -> Answer:
        body, content_type = form(edxml)
        given = {
            "from": self.agency,
            "servicetype": "eDoc",
            "messagetype": kind,
            "hash-file": hashlib.sha256(edxml).hexdigest(),
            **headers,
        }
        status, answer = self.raw("POST", "sendEdoc", body, content_type, given)
        assert status in (200, 500, 503), (status, answer)
        told: Answer = json.loads(answer)
        return told

    def received(self, kind: str = "edoc") -> list[Answer]:
        found: list[Answer] = self.ask("getReceivedEdocList", {"servicetype": "eDoc", "messagetype": kind})["data"]
        return found

    def sent(self) -> list[Answer]:
        found: list[Answer] = self.ask("getSentEdocList")["data"]
        return found

    def fetch(self, doc_id: str) -> bytes:
        told = self.ask("getEdoc", {"docId": doc_id})
        return base64.b64decode(told["data"], validate=True)

    def download(self, doc_id: str) -> tuple[int, bytes]:
        return self.raw("GET", "downloadEdoc", b"", "", {"docId": doc_id})

    def mark(self, doc_id: str, state: str) -> Answer:
        return self.ask("updateStatus", {"docId": doc_id, "status": state})

    # What a system of an agency does all day

    def collect(self, kind: str = "edoc") -> list["Read"]:
        """List, fetch, keep, mark done."""
        found = []
        for item in self.received(kind):
            found.append(Read.of(self.fetch(item["docId"]), item))
            assert self.mark(item["docId"], "done")["status"] == "OK"
        return found

    def say(self, about: "Read", code: str, reason: str = "") -> Answer:
        return self.send(status(self.agency, about, code, reason), "status")


def form(edxml: bytes, name: str = "file") -> tuple[bytes, str]:
    """A multipart body with the file in it."""
    body = (
        (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="vb.edxml"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        + edxml
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )
    return body, f"multipart/form-data; boundary={BOUNDARY}"


@dataclass(frozen=True)
class Read:
    """What a stranger reads in an edXML file."""

    root: ET.Element
    item: Answer

    @classmethod
    def of(cls, edxml: bytes, item: Answer) -> "Read":
        return cls(ET.fromstring(edxml), item)

    def text(self, path: str) -> str:
        found = self.root.find(".//" + "/".join(f"{{{NS}}}{step}" for step in path.split("/")))
        return "" if found is None or found.text is None else found.text.strip()

    @property
    def document_id(self) -> str:
        return self.text("MessageHeader/DocumentId") or self.text("ResponseFor/DocumentId")

    @property
    def sender(self) -> str:
        return self.text("MessageHeader/From/OrganId")

    def file(self) -> bytes:
        zipped = base64.b64decode(self.text("AttachmentEncoded/Attachment/ContentTransferEncoded"))
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            return archive.read(archive.namelist()[0])


def packed(content: bytes = PDF, name: str = "cong-van.pdf") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def edoc(
    sender: str,
    receivers: list[str],
    number: int,
    *,
    kind: int = 0,
    notation: str = "UBND-VX",
    subject: str = "V/v báo cáo tình hình thực hiện",
    content: bytes | None = None,
    reason: str = "",
    content_id: str = "cid:tep1",
    day: datetime | None = None,
    attachments: str | None = None,
) -> bytes:
    """A document as the standard shows it: envelope, and attachments beside it as base64 of a ZIP."""
    day = day or datetime.now(VIETNAM)  # noqa: TID251 (a stranger's clock)
    document_id = f"{sender},{day:%Y/%m/%d},{number}/{notation}"
    zipped = base64.b64encode(content if content is not None else packed()).decode()
    to = "".join(f"<edXML:To><edXML:OrganId>{one}</edXML:OrganId><edXML:OrganName>Nơi nhận {one}</edXML:OrganName>"
                 f"</edXML:To>" for one in receivers)  # fmt: skip
    business = f"<edXML:BussinessDocReason>{reason}</edXML:BussinessDocReason>" if reason else ""
    if kind == 1:
        organs = "".join(f"<edXML:OrganId>{one}</edXML:OrganId>" for one in receivers)
        business += (
            f"<edXML:ReplacementInfoList><edXML:ReplacementInfo><edXML:DocumentId>{document_id}</edXML:DocumentId>"
            f"<edXML:OrganIdList>{organs}</edXML:OrganIdList></edXML:ReplacementInfo></edXML:ReplacementInfoList>"
        )
    beside = attachments if attachments is not None else (
        f"<edXML:AttachmentEncoded><edXML:Attachment><edXML:ContentId>{content_id}</edXML:ContentId>"
        "<edXML:AttachmentName>cong-van.pdf</edXML:AttachmentName><edXML:Description>Công văn</edXML:Description>"
        "<edXML:ContentType>application/zip</edXML:ContentType>"
        f"<edXML:ContentTransferEncoded>{zipped}</edXML:ContentTransferEncoded>"
        "</edXML:Attachment></edXML:AttachmentEncoded>"
    )  # fmt: skip
    manifest = (
        '<edXML:edXMLManifest version="1.0"><edXML:Reference><edXML:ContentId>cid:tep1</edXML:ContentId>'
        "<edXML:ContentType>application/zip</edXML:ContentType><edXML:Description>Công văn</edXML:Description>"
        "<edXML:AttachmentName>cong-van.pdf</edXML:AttachmentName></edXML:Reference></edXML:edXMLManifest>"
    )
    if kind == 1:
        manifest, beside = '<edXML:edXMLManifest version="1.0"></edXML:edXMLManifest>', ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<edXML:edXML xmlns:edXML="{NS}"><edXML:edXMLEnvelope>'
        "<edXML:edXMLHeader><edXML:MessageHeader>"
        f"<edXML:From><edXML:OrganId>{sender}</edXML:OrganId><edXML:OrganName>Cơ quan {sender}</edXML:OrganName>"
        f"</edXML:From>{to}<edXML:DocumentId>{document_id}</edXML:DocumentId>"
        f"<edXML:Code><edXML:CodeNumber>{number}</edXML:CodeNumber><edXML:CodeNotation>{notation}</edXML:CodeNotation>"
        "</edXML:Code>"
        f"<edXML:PromulgationInfo><edXML:Place>Thanh Hóa</edXML:Place><edXML:PromulgationDate>{day:%Y/%m/%d}"
        "</edXML:PromulgationDate></edXML:PromulgationInfo>"
        "<edXML:DocumentType><edXML:Type>1</edXML:Type><edXML:TypeDetail>18</edXML:TypeDetail>"
        "<edXML:TypeName>Công văn</edXML:TypeName></edXML:DocumentType>"
        f"<edXML:Subject>{subject}</edXML:Subject><edXML:Content>Nội dung</edXML:Content>"
        "<edXML:SignerInfo><edXML:Competence>TM.</edXML:Competence><edXML:Position>Chủ tịch</edXML:Position>"
        "<edXML:FullName>Nguyễn Văn An</edXML:FullName></edXML:SignerInfo>"
        "<edXML:OtherInfo><edXML:Priority>0</edXML:Priority></edXML:OtherInfo>"
        "</edXML:MessageHeader><edXML:TraceHeaderList>"
        f"<edXML:TraceHeader><edXML:OrganId>{sender}</edXML:OrganId><edXML:Timestamp>{day:%Y/%m/%d %H:%M:%S}"
        "</edXML:Timestamp></edXML:TraceHeader>"
        f"<edXML:Bussiness><edXML:BussinessDocType>{kind}</edXML:BussinessDocType>{business}"
        "<edXML:Paper>0</edXML:Paper></edXML:Bussiness></edXML:TraceHeaderList></edXML:edXMLHeader>"
        f"<edXML:edXMLBody>{manifest}</edXML:edXMLBody></edXML:edXMLEnvelope>{beside}</edXML:edXML>"
    ).encode()


def status(sender: str, about: Read, code: str, reason: str = "") -> bytes:
    """A status message about a document that was read."""
    owner = about.sender
    return status_of(
        sender,
        owner,
        about.document_id,
        f"{about.text('Code/CodeNumber')}/{about.text('Code/CodeNotation')}",
        about.text("PromulgationInfo/PromulgationDate"),
        code,
        reason,
    )


def status_of(sender: str, owner: str, document_id: str, notation: str, day: str, code: str, reason: str = "") -> bytes:
    now = datetime.now(VIETNAM)  # noqa: TID251 (a stranger's clock)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<edXML:edXML xmlns:edXML="{NS}"><edXML:edXMLEnvelope>'
        "<edXML:edXMLHeader><edXML:MessageHeader>"
        f"<edXML:From><edXML:OrganId>{sender}</edXML:OrganId><edXML:OrganName>Cơ quan {sender}</edXML:OrganName>"
        f"</edXML:From><edXML:ResponseFor><edXML:OrganId>{owner}</edXML:OrganId><edXML:Code>{notation}</edXML:Code>"
        f"<edXML:PromulgationDate>{day}</edXML:PromulgationDate><edXML:DocumentId>{document_id}</edXML:DocumentId>"
        "</edXML:ResponseFor><edXML:StaffInfo><edXML:Department>Văn phòng</edXML:Department>"
        "<edXML:Staff>Trần Thị Bình</edXML:Staff><edXML:Mobile>0900000000</edXML:Mobile>"
        "<edXML:Email>vt@example.gov.vn</edXML:Email></edXML:StaffInfo>"
        f"<edXML:StatusCode>{code}</edXML:StatusCode><edXML:Description>{reason}</edXML:Description>"
        f"<edXML:Timestamp>{now:%Y/%m/%d %H:%M:%S}</edXML:Timestamp>"
        "</edXML:MessageHeader></edXML:edXMLHeader></edXML:edXMLEnvelope></edXML:edXML>"
    ).encode()
