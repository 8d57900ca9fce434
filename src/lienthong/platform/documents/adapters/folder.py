"""The watched folder (thư mục văn bản): for an agency without any system, files become documents and back.

Each step is a rename or a transaction. A claim that has its row was taken over, one that has none was not.
"""

import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from lienthong.kernel import access, clock, db, files, watched
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.ids import new_id
from lienthong.kernel.text import show_moment, tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.documents import edxml
from lienthong.platform.documents.adapters import folder_forms as forms
from lienthong.platform.documents.folder_settings import folder_agencies, folder_base
from lienthong.platform.documents.models import FolderClaim
from lienthong.platform.documents.partner_types import ItemEntry, Owner
from lienthong.platform.documents.queries import mailbox as mailbox_queries
from lienthong.platform.documents.queries.arrivals import get_arrival
from lienthong.platform.documents.services import outside
from lienthong.platform.documents.services.partners import not_your_agency
from lienthong.platform.documents.services.receiving import accept_message
from lienthong.platform.documents.services.sending import send_document
from lienthong.platform.documents.services.status_messages import SaidOutside, take_said_here
from lienthong.platform.documents.types import Evidence, Staff, StatusStep

_FOLDERS = ("gui", "dang-gui", "da-gui", "loi", "den", "trang-thai")
_EDXML = (".edxml", ".xml")
_MOST_FILES = 49
_TOLD_DAYS = 60


def work_folder() -> int:
    """Send what lies ready, show what came, tell how it goes; gives how many things moved."""
    moved = 0
    for agency in folder_agencies():
        base = folder_base() / agency
        for name in _FOLDERS:
            (base / name).mkdir(mode=0o770, parents=True, exist_ok=True)
        moved += sum(_send_claim(agency, base, claim) for claim in watched.claims(base / "dang-gui"))
        moved += sum(_send_claim(agency, base, _take(base, path)) for path in _ready(base / "gui"))
        moved += sum(_show(base, item) for item in mailbox_queries.list_items((agency,), "edoc"))
        moved += sum(_tell(base, item) for item in mailbox_queries.list_items((agency,), "status"))
        _write_receipts(agency, base)
    return moved


# Out


def _ready(outbox: Path) -> Iterator[Path]:
    """Files and folders that nobody has written to for a while; an unfinished file inside is being written to."""
    for path in watched.quiet(sorted(outbox.iterdir()), beside=outbox.parent):
        if not path.is_dir() or all(watched.is_finished(one) for one in path.rglob("*")):
            yield path


def _take(base: Path, path: Path) -> Path:
    """Rename it out of the outbox: from here on nobody else takes it, and a killed process finds it again."""
    claim = base / "dang-gui" / str(new_id())
    claim.mkdir(parents=True)
    path.rename(claim / path.name)
    return claim


def _send_claim(agency: str, base: Path, claim: Path) -> int:
    path = next(iter(sorted(claim.iterdir())), None)
    if path is None:
        shutil.rmtree(claim, ignore_errors=True)  # killed between making the folder and the rename
        return 0
    claim_id = watched.claim_id(claim) or new_id()
    if not FolderClaim.objects.filter(pk=claim_id).exists():
        try:
            with db.atomic():
                message_id = _hand_in(agency, path)
                FolderClaim.objects.create(
                    id=claim_id, agency_code=agency, file_name=path.name[:255], message_id=message_id, at=clock.now()
                )
        except Refused as refusal:
            if refusal.status >= 500:
                raise
            _explain(base, path, refusal)
            shutil.rmtree(claim, ignore_errors=True)
            return 1
    path.rename(watched.free_name(base / "da-gui", path.name))
    shutil.rmtree(claim, ignore_errors=True)
    return 1


def _hand_in(agency: str, path: Path) -> UUID | None:
    """The message that a file or folder became; None for a status. Raises Refused."""
    if path.is_dir():
        return _send_form(agency, path)
    if path.suffix.lower() in _EDXML:
        return _send_edxml(agency, path)
    if path.suffix.lower() == ".txt":
        _say(agency, forms.read_form(path))
        return None
    raise Refused(
        "documents.bad-form",
        tr(
            "Hãy đặt tệp edXML, hoặc thư mục gồm van-ban.txt và các tệp PDF, DOCX.",
            "Put an edXML file here, or a folder with van-ban.txt and PDF or DOCX files.",
        ),
        field=path.name,
    )


def _send_form(agency: str, path: Path) -> UUID:
    inside = sorted(path.iterdir())
    form = next((one for one in inside if one.name.lower() == forms.DOCUMENT_FORM), None)
    papers = [one for one in inside if one is not form]
    if form is None or any(not one.is_file() for one in inside) or not 0 < len(papers) <= _MOST_FILES:
        raise Refused(
            "documents.bad-form",
            tr(
                f"Thư mục phải có van-ban.txt và từ 1 đến {_MOST_FILES} tệp, không có thư mục con.",
                f"The folder needs van-ban.txt and 1 to {_MOST_FILES} files, no folders inside.",
            ),
            field=path.name,
        )
    document, receivers, needs_paper = forms.document_of(forms.read_form(form), agency)
    return send_document(document, _stored(papers), receivers=receivers, needs_paper=needs_paper, actor=_actor(agency))


def _stored(papers: Sequence[Path]) -> list[FileRef]:
    found = []
    for paper in papers:
        with paper.open("rb") as stream:
            found.append(files.store(stream, name=paper.name, field=paper.name))
    return found


def _send_edxml(agency: str, path: Path) -> UUID | None:
    """An edXML file: a document of the agency, or a status that it says."""
    with path.open("rb") as stream, edxml.split(stream) as split:
        message = edxml.read_envelope(split.envelope)
        if message.sender.organ_id != agency:
            raise not_your_agency(message.sender.organ_id)
        if isinstance(message, edxml.StatusMessage):
            take_said_here(outside.judged_status(split, message, stream), system_id=f"folder:{agency}")
            return None
        return accept_message(
            split.envelope,
            outside.store_blobs(split),
            via=f"axis:folder:{agency}",
            evidence=Evidence("message", sha256(split.envelope).hexdigest()),
            actor=_actor(agency),
            split=split,
            whole=outside.rewound(stream),
        ).id


def _say(agency: str, form: dict[str, str]) -> None:
    """A status form: what became of a document that arrived at this agency."""
    if not forms.is_status_form(form):
        raise Refused(
            "documents.bad-form",
            tr("Tệp phải có dòng Văn bản và dòng Trạng thái.", "The form needs the lines Văn bản and Trạng thái."),
            field="Trạng thái",
        )
    key, status = edxml.parse_document_key(form.get("van ban", "")), form["trang thai"].split(" ")[0]
    now = clock.now()
    said = SaidOutside(
        sender_code=agency,
        owner_code=key.organ_id,
        document_id=key.spelling,
        spellings=outside.spellings_of(key),
        status=status,
        at=now,
        reason=form.get("ly do", ""),
        staff=Staff(form.get("don vi", ""), form.get("nguoi xu ly", "")),
        digest=sha256(f"{agency}{key}{status}{now.isoformat()}".encode()).hexdigest(),
    )
    take_said_here(said, system_id=f"folder:{agency}")


def _explain(base: Path, path: Path, refusal: Refused) -> None:
    target = watched.free_name(base / "loi", path.name)
    text = forms.refusal_text(path.name, refusal, show_moment(clock.now()))
    watched.write_text(target.with_name(f"{target.name}{watched.REASON_SUFFIX}"), text)
    path.rename(target)


# In


def _show(base: Path, item: ItemEntry) -> int:
    """Lay a document that arrived: prepared aside, then renamed, so that nobody meets half of it."""
    name = f"{item.created_at.astimezone(clock.ZONE):%Y-%m-%d %H%M} {item.sender_code} {item.id.hex[-8:]}"
    target = base / "den" / name
    if not target.exists():
        aside = base / "den" / f".{item.id}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o770)
        _fill(aside, item)
        aside.rename(target)
    _done(item)
    return 1


def _fill(aside: Path, item: ItemEntry) -> None:
    with (aside / "van-ban.edxml").open("wb") as whole:
        for block in outside.blocks_of_item(item):
            whole.write(block)
    names = []
    for one in outside.attachments_of(item.message_id) if item.message_id else ():
        place = watched.free_name(aside, one.file.name)
        with place.open("wb") as paper:
            for block in outside.blocks_of(one.file):
                paper.write(block)
        names.append(place.name)
    if item.arrival_id is not None:
        arrival = get_arrival(item.arrival_id, access.SYSTEM)
        sender = agencies_queries.name_of_agency(arrival.sender_code)
        kind = outside.kind_of(item)
        head = "" if kind == "new" else f"[{kind}]\n"
        (aside / "van-ban.txt").write_text(head + forms.arrival_text(arrival, sender, names), encoding="utf-8")


def _tell(base: Path, item: ItemEntry) -> int:
    """A state that came, as a text beside the others."""
    said = outside.said_in_item(item)
    step = StatusStep("business", said.status, said.at, said.reason, said.staff, Evidence("message", said.digest))
    name = f"{item.created_at.astimezone(clock.ZONE):%Y-%m-%d %H%M} {item.sender_code} {said.status} {item.id.hex[-8:]}"
    sender = agencies_queries.name_of_agency(said.sender_code)
    watched.write_text(base / "trang-thai" / f"{name}.txt", forms.status_text(sender, said.document_id, step))
    _done(item)
    return 1


def _done(item: ItemEntry) -> None:
    outside.set_state(Owner(f"folder:{item.agency_code}", (item.agency_code,)), str(item.id), state="done")


def _write_receipts(agency: str, base: Path) -> None:
    """What became of each file, written anew when it changed."""
    since = clock.now() - timedelta(days=_TOLD_DAYS)
    claims = FolderClaim.objects.filter(agency_code=agency, message__isnull=False, at__gte=since).order_by("at")
    for claim in claims:
        if claim.message_id is None:
            continue
        text = forms.receipt_text(claim.file_name, mailbox_queries.list_sent_of(claim.message_id, (agency,)))
        digest = sha256(text.encode()).hexdigest()
        if digest != claim.told:
            watched.write_text(base / "da-gui" / f"{claim.file_name}.{claim.pk.hex[-8:]}.bien-nhan.txt", text)
            FolderClaim.objects.filter(pk=claim.pk).update(told=digest)


def _actor(agency: str) -> Actor:
    return Actor("system", f"folder:{agency}", agency_code=agency)
