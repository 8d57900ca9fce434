"""Taking an edXML file apart while it comes in: the envelope exactly as it is, each attachment decoded to a file.

The parser sees the file once, keeps no tree, and refuses document types, entities and everything beyond the limits.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import BinaryIO
from xml.parsers import expat

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import nfc, tr
from lienthong.platform.documents.edxml import names
from lienthong.platform.documents.edxml.base64_files import Base64File, DecodedFile
from lienthong.platform.documents.edxml.envelopes import Cut
from lienthong.platform.documents.edxml.limits import DEFAULT, Limits, not_xml, refused, too_large
from lienthong.platform.documents.edxml.types import Attachment, Warnings

_PIECE = 2**18
_MAX_FACT = 4096
_FACTS = frozenset({"ContentId", "AttachmentName", "Description", "ContentType"})
_CONTENT = "ContentTransferEncoded"
_SEPARATOR = "\x0c"  # may not stand in XML, so it cannot be part of a name
_IDS = frozenset({"Id", "ID", "id", f"http://www.w3.org/XML/1998/namespace{_SEPARATOR}id"})
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_WIDE = {"utf-16-le": (b"\xff\xfe", b"<\x00"), "utf-16-be": (b"\xfe\xff", b"\x00<")}


@dataclass(frozen=True, slots=True)
class SplitAttachment:
    """An attachment as it lies beside the envelope: what stands there about it, and its decoded ZIP."""

    facts: Attachment
    content: DecodedFile


@dataclass(frozen=True, slots=True)
class Split:
    """An edXML file taken apart. Closing it closes the attachments' temporary files.

    `envelope`: the bytes of the envelope as they came (re-encoded only if they were not UTF-8; namespaces that the
    root declared are added to its first tag, which changes no digest). `outside_ids`: Ids of elements around it.
    """

    envelope: bytes
    attachments: tuple[SplitAttachment, ...]
    namespace: str = names.NAMESPACE
    outside_ids: frozenset[str] = frozenset()
    warnings: Warnings = field(default_factory=Warnings)

    def __enter__(self) -> "Split":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the temporary files go."""
        for one in self.attachments:
            one.content.close()


def split(stream: BinaryIO | Iterable[bytes], *, limits: Limits = DEFAULT) -> Split:
    """Take an edXML file apart, in memory that does not grow with its attachments.

    Raises Refused `edxml.not-xml`, `.doctype`, `.instruction`, `.not-edxml`, `.misplaced`, `.too-large`, `.base64`,
    `.no-content`; no temporary file is left behind then.
    """
    splitter = _Splitter(limits)
    try:
        for piece in _pieces(stream):
            splitter.feed(piece)
        return splitter.finish()
    except expat.ExpatError as error:
        splitter.close()
        raise not_xml() from error
    except (ValueError, LookupError) as error:
        splitter.close()
        raise not_xml() from error
    except BaseException:
        splitter.close()
        raise


def _pieces(stream: BinaryIO | Iterable[bytes]) -> Iterable[bytes]:
    if not hasattr(stream, "read"):
        yield from stream
        return
    while piece := stream.read(_PIECE):
        yield piece


class _Splitter:
    """One reading of a file: a handler for each event of the parser."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._cut = Cut(limits.envelope)
        self._path: list[str] = []
        self._elements = 0
        self._envelopes = 0
        self._encoded = 0
        self._warned: dict[str, str] = {}
        self._namespace = ""
        self._ids: set[str] = set()
        self._facts: dict[str, str] = {}
        self._words: list[str] | None = None
        self._word_length = 0
        self._content: Base64File | None = None
        self._total = 0
        self._attachments: list[SplitAttachment] = []
        self._parser = self._make_parser()

    def _make_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.buffer_text, parser.buffer_size = True, 2**16
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartNamespaceDeclHandler = self._cut.declare
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        return parser

    # Reading

    def feed(self, piece: bytes) -> None:
        if not self._cut.received:
            self._look_at_beginning(piece)
        self._cut.receive(piece)
        self._parser.Parse(piece, False)
        if self._cut.received - self._parser.CurrentByteIndex > self._limits.token + len(piece):
            raise too_large(tr("Một thẻ XML", "An XML tag"), "file")
        self._cut.forget(self._parser.CurrentByteIndex)

    def finish(self) -> Split:
        self._parser.Parse(b"", True)
        if not self._envelopes:
            raise _not_edxml()
        envelope, crlf = self._cut.take()
        if crlf:
            self._warn("crlf")
        return Split(
            envelope=envelope,
            attachments=tuple(self._attachments),
            namespace=self._namespace,
            outside_ids=frozenset(self._ids),
            warnings=Warnings(self._warned.items()),
        )

    def close(self) -> None:
        for one in self._attachments:
            one.content.close()
        if self._content is not None:
            self._content.close()

    def _warn(self, code: str, place: str = "") -> None:
        self._warned.setdefault(code, place)

    def _look_at_beginning(self, piece: bytes) -> None:
        if piece.startswith(_BOMS):
            self._warn("bom")
        for name, marks in _WIDE.items():
            if piece.startswith(marks):
                self._cut.encoding = name
                self._warn("encoding", name)

    # Events

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "us-ascii", "utf-16"):
            self._cut.encoding = encoding
            self._warn("encoding", encoding[:40])

    def _doctype(self, *_: object) -> None:
        raise refused("doctype", "Không nhận XML có DOCTYPE.", "XML with a document type is not accepted.", "file")

    def _instruction(self, *_: object) -> None:
        if self._path:
            raise refused(
                "instruction",
                "Gói tin không được chứa chỉ thị xử lý XML.",
                "Processing instructions are not accepted.",
                "file",
            )

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        namespace, _, name = qualified.rpartition(_SEPARATOR)
        self._elements += 1
        depth = len(self._path)
        if self._elements > self._limits.elements or depth >= self._limits.depth:
            raise too_large(tr("Số phần tử hoặc độ sâu của tệp XML", "The number or depth of XML elements"), "file")
        if name == names.ENVELOPE:
            self._start_envelope(namespace, depth)
        elif depth == 0:
            self._start_root(name)
        elif not self._cut.open:
            self._start_beside(name, depth)
        if not self._cut.open:
            self._cut.tag(depth)
            self._note_ids(attributes)
        self._path.append(name)

    def _note_ids(self, attributes: dict[str, str]) -> None:
        for name in _IDS & attributes.keys():
            self._ids.add(attributes[name])

    def _start_root(self, name: str) -> None:
        if name != names.ROOT:
            raise _not_edxml()

    def _start_envelope(self, namespace: str, depth: int) -> None:
        self._envelopes += 1
        if self._envelopes > 1 or depth > 1:
            raise _misplaced(names.ENVELOPE)
        if depth == 0:
            self._warn("root")
        if self._encoded:
            self._warn("order")
        self._namespace = namespace
        if not namespace:
            self._warn("no-namespace")
        elif namespace != names.NAMESPACE:
            self._warn("namespace", namespace[:200])
        self._cut.begin(self._parser.CurrentByteIndex)

    def _start_beside(self, name: str, depth: int) -> None:
        """Elements around the envelope: attachments, and what we do not know."""
        if name == names.ENCODED:
            self._encoded += 1
            if self._encoded > 1 or depth != 1:
                raise _misplaced(names.ENCODED)
        elif name in names.STRUCTURE or name == names.ROOT:
            raise _misplaced(name)
        elif self._path[1:2] != [names.ENCODED]:
            self._warn("unknown-element", name[:100])
        elif depth == 2 and name == "Attachment":
            self._start_attachment()
        elif depth == 3 and self._path[2] == "Attachment":
            self._start_fact(name)
        else:
            raise _misplaced(name)

    def _start_attachment(self) -> None:
        if len(self._attachments) >= self._limits.attachments:
            raise too_large(tr("Số tệp đính kèm", "The number of attachments"), "attachments")
        self._facts = {}
        self._content = None

    def _start_fact(self, name: str) -> None:
        if name == _CONTENT:
            if self._content is not None:
                raise _misplaced(name)
            most = min(self._limits.attachment, self._limits.total - self._total)
            self._content = Base64File(most)
            self._parser.CharacterDataHandler = self._content.write
        elif name in self._facts:
            raise _misplaced(name)
        else:
            self._words, self._word_length = [], 0
            self._parser.CharacterDataHandler = self._gather
            if name not in _FACTS:
                self._warn("unknown-element", name[:100])

    def _gather(self, text: str) -> None:
        self._word_length += len(text)
        if self._word_length > _MAX_FACT:
            raise too_large(tr("Thông tin tệp đính kèm", "What is said of an attachment"), "attachments")
        if self._words is not None:
            self._words.append(text)

    def _end(self, _qualified: str) -> None:
        name = self._path.pop()
        depth = len(self._path)
        if self._cut.open:
            if name == names.ENVELOPE:
                self._cut.end(self._parser.CurrentByteIndex)
            return
        if depth == 3 and self._path[1] == names.ENCODED:
            self._end_fact(name)
        elif depth == 2 and self._path[1] == names.ENCODED:
            self._end_attachment()

    def _end_fact(self, name: str) -> None:
        self._parser.CharacterDataHandler = None
        if name == _CONTENT and self._content is not None:
            self._content.finish()
            self._total += self._content.size
        elif self._words is not None:
            self._facts[name] = nfc("".join(self._words)).strip()
            self._words = None

    def _end_attachment(self) -> None:
        if self._content is None:
            raise refused(
                "no-content", "Tệp đính kèm không có nội dung.", "An attachment has no content.", "attachments"
            )
        content_id, warning = read_content_id(self._facts.get("ContentId", ""))
        if warning:
            self._warn(warning, content_id)
        facts = Attachment(
            content_id=content_id,
            name=self._facts.get("AttachmentName", ""),
            description=self._facts.get("Description", ""),
            content_type=self._facts.get("ContentType", "") or "application/zip",
        )
        self._attachments.append(SplitAttachment(facts, self._content.decoded()))
        self._content = None


def read_content_id(text: str) -> tuple[str, str]:
    """A content id with its `cid:`, and the warning it deserves."""
    if not text or text.startswith("cid:"):
        return text, ""
    return f"cid:{text}", "content-id-prefix"


def _not_edxml() -> Refused:
    return refused("not-edxml", "Tệp không phải gói tin edXML.", "This is no edXML message.", "file")


def _misplaced(name: str) -> Refused:
    return refused(
        "misplaced",
        f"Phần tử {name[:60]} lặp hoặc sai chỗ.",
        f"The element {name[:60]} occurs twice or is misplaced.",
        "file",
    )
