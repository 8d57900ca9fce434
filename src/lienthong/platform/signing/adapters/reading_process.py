"""A process that reads strangers' PDFs for a node, one after another, within limits that the system enforces.

It is given a socket and nothing else: no settings, no database, no keys. Eight bytes of length and the file come in,
eight bytes of length and JSON go out. When the node goes, or kills it, that is all (`adapters/reader.py`).
"""

import json
import logging
import os
import resource
import socket
import sys

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.adapters import reading_form
from lienthong.platform.signing.rules import xmldsig
from lienthong.platform.signing.rules.pades import reading

_MEMORY = 1536 * 2**20
_RECURSION = 3000


def main() -> None:
    """Serve the socket whose number is the only argument."""
    logging.disable(logging.CRITICAL)
    for what, most in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(what, (most, most))
    os.nice(5)
    sys.setrecursionlimit(_RECURSION)
    with socket.socket(fileno=int(sys.argv[1])) as line:
        line.sendall(reading_form.READY)
        while (content := reading_form.receive(line)) is not None:
            reading_form.send(line, json.dumps(_answer(content)).encode("ascii"))


def _answer(content: bytes) -> dict[str, object]:
    try:
        if content[:1] == reading_form.XML:
            return {"signatures": _rehearse(content[1:])}
        return {"reading": reading_form.write(reading.read(content[1:]))}
    except Refused as refused:
        told = {"code": refused.code, "vi": refused.message.vi, "en": refused.message.en}
        return {"refused": {**told, "field": refused.field, "status": refused.status}}
    except MemoryError:
        return {"refused": None}


def _rehearse(document: bytes) -> int:
    """All the work on an XML file's signatures but the judging of certificates."""
    root = xmldsig.parse(document, _not_xml)
    count = min(len(xmldsig.signatures_in(root)), xmldsig.MAX_SIGNATURES)
    for number in range(count):
        xmldsig.examine(xmldsig.parse(document, _not_xml), number, file_digest=None, document_digest=None)
    return count


def _not_xml() -> Refused:
    return Refused(
        "signing.not-xml",
        tr("Tệp này không phải tệp XML đọc được, hoặc không an toàn.", "This is not readable XML, or it is not safe."),
        field="file",
    )


if __name__ == "__main__":
    main()
