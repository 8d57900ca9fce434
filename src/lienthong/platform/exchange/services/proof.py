"""Making proofs to hand out: containers of a message and of its answer, alone or together in one file."""

import io
import zipfile
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.exchange.queries.proof import find_proofs
from lienthong.platform.signing import services as signing_services

Part = Literal["message", "answer", "both"]
CONTAINER = "application/vnd.etsi.asic-e+zip"


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A file to hand out: one container, or a ZIP of two."""

    name: str
    media_type: str
    content: bytes


def proof_of(message_id: UUID, direction: str, *, part: Part = "both", stamp: bool = False) -> ProofFile:
    """The proof of a letter with its receipt, a question or call with its answer, that this node sent or received.

    `direction`: `out` or `in`. `part`: `message` or `answer` gives one ASiC-E container; `both` a ZIP of both when
    there is an answer. `stamp`: with a fresh time stamp (over the network; never in a transaction).
    Raises NotFound `exchange.no-proof`.
    """
    found = find_proofs(message_id, direction)
    wanted = {"message": found.message, "answer": found.answer}
    chosen = {name: proof for name, proof in wanted.items() if proof is not None and part in (name, "both")}
    if not chosen:
        raise NotFound(
            "exchange.no-answer",
            tr("Chưa có biên nhận hoặc câu trả lời.", "There is no receipt or answer yet."),
            field="part",
        )
    made = dict(zip(chosen, signing_services.make_containers(list(chosen.values()), stamp=stamp), strict=True))
    files = {f"{message_id}-{direction}-{name}.asice": content for name, content in made.items()}
    if len(files) == 1:
        ((name, content),) = files.items()
        return ProofFile(name, CONTAINER, content)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as together:
        for name, content in files.items():
            together.writestr(name, content)
    return ProofFile(f"{message_id}-{direction}.zip", "application/zip", target.getvalue())
