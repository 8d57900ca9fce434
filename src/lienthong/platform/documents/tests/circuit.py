"""Two nodes in one database, for tests of the axis: what one posts is kept and given to the other's inbox.

The rows of the sender are taken back before the receiver's begin, as two nodes have two databases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from lienthong.kernel import clock, db, files
from lienthong.kernel.access import Actor
from lienthong.kernel.files import FileRef
from lienthong.kernel.ids import new_id
from lienthong.platform.documents import inbox, queries, services
from lienthong.platform.documents.letters import EdocSent, EdocStatus
from lienthong.platform.documents.models import Arrival, Message
from lienthong.platform.documents.tests import axis_bench
from lienthong.platform.documents.types import NewDocument, Signer
from lienthong.platform.exchange import services as exchange
from lienthong.platform.exchange.types import Envelope

NOW = clock.at(2026, 11, 23, 9, 30)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def officer(agency_code: str, *duties: str) -> Actor:
    """Somebody with these duties at an agency."""
    return Actor("officer", "Lê Thị Hạnh", 31, agency_code=agency_code, duties=frozenset(duties), level=1)


CLERK = officer("H36", "clerk")
HUB_CLERK = officer("G22", "clerk")
HUB_LEADER = officer("G22", "leader")


@dataclass
class Post:
    """Keeps what is posted, in order, instead of carrying it."""

    letters: list[tuple[Any, str, Envelope]] = field(default_factory=list)
    sender: str = "H36"

    def post_letter(
        self, letter: Any, *, recipient: str, actor: Any = None, about: str = "", parts: Sequence[FileRef] = ()
    ) -> UUID:
        # Through JSON, so that nothing travels that could not.
        body = letter.model_dump_json().encode()
        envelope = Envelope(new_id(), letter.NAME, self.sender, recipient, clock.now(), tuple(parts), body)
        self.letters.append((type(letter).model_validate_json(body), about, envelope))
        return envelope.id

    def post_letters(
        self, letters: Sequence[Any], *, recipient: str, actor: Any = None, about: Any = (), parts: Any = ()
    ) -> list[UUID]:
        packed = zip(letters, about or [""] * len(letters), parts or [()] * len(letters), strict=True)
        return [self.post_letter(one, recipient=recipient, about=told, parts=files) for one, told, files in packed]

    def sent(self) -> list[tuple[EdocSent, Envelope]]:
        return [(one, envelope) for one, _, envelope in self.letters if isinstance(one, EdocSent)]

    def said(self) -> list[tuple[EdocStatus, Envelope]]:
        return [(one, envelope) for one, _, envelope in self.letters if isinstance(one, EdocStatus)]

    def states(self) -> list[str]:
        return [one.state for one, _ in self.said()]


@dataclass
class Circuit:
    """Both nodes' homes and the post between them."""

    homes: Path
    post: Post

    @contextmanager
    def at(self, code: str) -> Iterator[Post]:
        """Be this node."""
        with axis_bench.being(self.homes, code, "documents.member"):
            before, self.post.sender = self.post.sender, code
            try:
                yield self.post
            finally:
                self.post.sender = before

    def share(self, sender: str, receiver: str) -> None:
        """The files of one node lie at the other, as the exchange brings them."""
        source, target = self.homes / sender / "files", self.homes / receiver / "files"
        for path in source.rglob("*"):
            if path.is_file() and not (kept := target / path.relative_to(source)).exists():
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(path.read_bytes())

    def carried(self, *send: Any) -> list[tuple[EdocSent, Envelope]]:
        """What the province posts when it does these things, one after another; its own rows are taken back."""
        with self.at("H36"), _taken_back():
            before = len(self.post.sent())
            known: dict[str, Any] = {}
            for one in send:
                one(known)
            found = self.post.sent()[before:]
        self.share("H36", "G22")
        return found

    def land(self, letters: Sequence[tuple[EdocSent, Envelope]]) -> None:
        """The hub takes these letters."""
        with self.at("G22"):
            inbox.on_sent(letters)


@contextmanager
def _taken_back() -> Iterator[None]:
    with db.atomic():
        yield
        transaction.set_rollback(True)


def document(number: int = 128, **more: Any) -> NewDocument:
    """An invented document of the province."""
    facts: dict[str, Any] = {
        "agency_code": "H36",
        "type_code": "CV",
        "number": number,
        "notation": "UBND-VX",
        "place": "Lâm Đồng",
        "promulgated_on": date(2026, 11, 23),
        "subject": "V/v báo cáo tình hình chuyển đổi số quý IV",
        "signer": Signer("KT. CHỦ TỊCH", "Phó Chủ tịch", "Nguyễn Văn Mẫu"),
    }
    return NewDocument(**{**facts, **more})


def paper(name: str = "cong-van.pdf", content: bytes = PDF) -> FileRef:
    return files.store(content, name=name)


def send(number: int = 128, *, receivers: Sequence[str] = ("G22",), content: bytes = PDF, **more: Any) -> Any:
    """Send a document; the message's id stands under `sent`."""

    def deed(known: dict[str, Any]) -> None:
        known["sent"] = services.send_document(
            document(number, **more), [paper(content=content)], receivers=receivers, actor=CLERK
        )

    return deed


def document_pk(known: dict[str, Any]) -> UUID:
    return Message.objects.values_list("document_id", flat=True).get(pk=known["sent"])


def recall(known: dict[str, Any]) -> None:
    """Recall what was sent before."""
    known["recalled"] = services.send_recall(document_pk(known), reason="Gửi nhầm", actor=CLERK)


def update(known: dict[str, Any]) -> None:
    """Update the subject of what was sent before."""
    changed = document(subject="V/v báo cáo tình hình chuyển đổi số năm 2026")
    known["updated"] = services.send_update(document_pk(known), document=changed, reason="Sửa trích yếu", actor=CLERK)


def replace(known: dict[str, Any]) -> None:
    """Replace what was sent before."""
    known["replaced"] = services.send_replacement(
        document_pk(known), document=document(129), attachments=[paper()], reason="Thay công văn 128", actor=CLERK
    )


def only_arrival() -> Arrival:
    return Arrival.objects.select_related("document", "message").get()


def patch_post(monkeypatch: Any, post: Post) -> None:
    """Nothing leaves: what is posted is kept."""
    monkeypatch.setattr(exchange, "post_letter", post.post_letter)
    monkeypatch.setattr(exchange, "post_letters", post.post_letters)


def took(loop: Circuit, *deeds: Any) -> Arrival:
    """The hub has taken what the province did."""
    loop.land(loop.carried(*deeds))
    return only_arrival()


def states_of(arrival: Arrival) -> list[str]:
    return [one.state for one in queries.steps_of(actor=HUB_CLERK, arrival_id=arrival.pk) if one.level == "business"]


def status(state: str, message_id: UUID, **more: Any) -> tuple[EdocStatus, Envelope]:
    """A state that the hub says of what the province sent."""
    facts: dict[str, Any] = {
        "message_id": message_id,
        "document_id": "H36,2026/11/23,128/UBND-VX",
        "agency_code": "G22",
        "receiver": "H36",
        "state": state,
        "at": clock.now(),
    }
    letter = EdocStatus(**{**facts, **more})
    return letter, Envelope(new_id(), letter.NAME, more.get("node", "G22"), "H36", clock.now())
