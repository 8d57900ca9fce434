"""The watched folder (thư mục gửi nhận): files become letters, letters become files, whatever is killed in between.

    outbox/<recipient code>/<file or folder>   put here to be sent
    sending/<claim>/<recipient code>/<name>    taken; the name of the claim is the letter's key in the database
    sent/<name>   failed/<name> + <name>.ly-do.txt   receipts/<name>.bien-nhan.txt
    inbox/<moment sender subject>/             arrived: thu.txt, the files, thu.json

Each step is a rename or a transaction. A claim that has its letter was sent, one that has none was not.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import structlog

from lienthong.kernel import clock, files, watched
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, show_moment
from lienthong.platform.exchange import wire
from lienthong.platform.exchange.joining_types import PostRow
from lienthong.platform.exchange.models import PostItem
from lienthong.platform.exchange.queries.post import list_untold
from lienthong.platform.exchange.services.post import send_post

log = structlog.get_logger()

LETTER_FILES = ("thu.txt", "letter.txt")
_MOST_FILES = 50


def folder() -> Path:
    """Where the folder of this node lies: `[parameters.post_office] folder`, else `post-office` in its home."""
    table = node().parameters.get("post_office", {})
    given = table.get("folder", "") if isinstance(table, dict) else ""
    return Path(given) if given else node().home / "post-office"


def work_folder() -> int:
    """Send what lies ready, show what came, tell how it ended; gives how many things moved."""
    base = folder()
    for name in ("outbox", "sending", "sent", "failed", "inbox", "receipts"):
        (base / name).mkdir(mode=0o770, parents=True, exist_ok=True)
    moved = sum(_send_claim(base, claim) for claim in watched.claims(base / "sending"))
    moved += sum(_send_claim(base, _take(base, path)) for path in _ready(base / "outbox"))
    moved += sum(_show(base, row) for row in list_untold("in"))
    moved += sum(_tell(base, row) for row in list_untold("out"))
    return moved


# Out


def _ready(outbox: Path) -> Iterator[Path]:
    """Files and folders that nobody has written to for a while, below a folder named by the recipient's code."""
    recipients = [one for one in sorted(outbox.iterdir()) if one.is_dir() and not one.is_symlink()]
    return watched.quiet((path for one in recipients for path in sorted(one.iterdir())), beside=outbox.parent)


def _take(base: Path, path: Path) -> Path:
    """Rename it out of the outbox: from here on nobody else takes it, and a killed process finds it again."""
    claim = base / "sending" / str(new_id())
    (claim / path.parent.name).mkdir(parents=True)
    path.rename(claim / path.parent.name / path.name)
    return claim


def _send_claim(base: Path, claim: Path) -> int:
    found = next(((one.parent.name, one) for one in claim.glob("*/*")), None)
    if found is None:
        shutil.rmtree(claim, ignore_errors=True)  # killed between making the folder and the rename
        return 0
    recipient, path = found
    claim_id = watched.claim_id(claim)
    if claim_id is None or not PostItem.objects.filter(claim=claim_id).exists():
        try:
            _post(recipient, path, claim_id or new_id())
        except Refused as refusal:
            _explain(base, path, refusal.message, refusal.code, refusal.field)
            shutil.rmtree(claim, ignore_errors=True)
            return 1
    path.rename(watched.free_name(base / "sent", path.name))
    shutil.rmtree(claim, ignore_errors=True)
    return 1


def _post(recipient: str, path: Path, claim: UUID) -> None:
    subject, text, papers = _read(path)
    parts = []
    for paper in papers:
        with paper.open("rb") as stream:
            parts.append(files.store(stream, name=paper.name, field=paper.name))
    actor = Actor(kind="system", name=str(node().title), agency_code=node().agency_code)
    send_post(
        recipient=recipient, subject=subject, text=text, actor=actor, parts=parts, claim=claim, file_name=path.name
    )


def _read(path: Path) -> tuple[str, str, list[Path]]:
    """Subject, text and files of a letter: a text file is the letter, any other is its file; a folder may hold both."""
    if path.is_file():
        if path.suffix.lower() == ".txt":
            subject, text = _read_text(path)
            return subject, text, []
        return path.stem, "", [path]
    inside = sorted(one for one in path.iterdir() if watched.is_finished(one))
    if bad := [one.name for one in inside if not one.is_file()]:
        raise Refused(
            "exchange.bad-post",
            Bilingual(f"Thư mục không được chứa thư mục con: {bad[0]}", f"No folders inside, please: {bad[0]}"),
            field=bad[0],
        )
    if len(inside) > _MOST_FILES:
        raise Refused("exchange.bad-post", Bilingual(f"Quá {_MOST_FILES} tệp.", f"More than {_MOST_FILES} files."))
    letters = [one for one in inside if one.name.lower() in LETTER_FILES]
    subject, text = _read_text(letters[0]) if letters else (path.name, "")
    return subject, text, [one for one in inside if one not in letters]


def _read_text(path: Path) -> tuple[str, str]:
    """The first line is the subject, the rest the text; a single line is both. UTF-8, with or without a mark."""
    try:
        told = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(
            "exchange.bad-post",
            Bilingual("Tệp thư phải là văn bản UTF-8.", "The letter must be UTF-8 text."),
            field=path.name,
        ) from None
    first, _, rest = told.strip().partition("\n")
    return first.strip() or path.stem, rest.strip() or first.strip()


# Back


def _explain(base: Path, path: Path, reason: Bilingual, code: str, field: str) -> None:
    target = watched.free_name(base / "failed", path.name)
    where = f" ({field})" if field else ""
    watched.write_text(
        target.with_name(f"{target.name}{watched.REASON_SUFFIX}"),
        f"Không gửi được “{path.name}”{where}.\n{reason.vi}\n\n“{path.name}” was not sent{where}.\n{reason.en}\n\n"
        f"Mã lỗi / code: {code}\n{show_moment(clock.now())}\n\nSửa xong, đặt lại vào outbox/<mã cơ quan nhận>/.\n",
    )
    path.rename(target)


def _tell(base: Path, row: PostRow) -> int:
    """Once a letter has ended, its receipt or the reason why not is a file."""
    if row.state == "accepted":
        name = f"{row.file_name}.{str(row.letter_id)[:8]}"
        facts = f"{row.subject}\nGửi / to: {row.recipient}\nĐã nhận lúc / accepted at: {show_moment(row.answered_at)}\n"
        watched.write_text(base / "receipts" / f"{name}.bien-nhan.txt", f"{facts}Mã thư / id: {row.letter_id}\n")
        watched.write_text(base / "receipts" / f"{name}.bien-nhan.json", row.receipt.decode())
        watched.write_text(
            base / "receipts" / f"{name}.bien-nhan.sig", f"{wire.SIGNATURE_HEADER}: {row.receipt_signature}\n"
        )
    elif row.state in ("refused", "discarded"):
        reason = row.reason or Bilingual("Bên nhận từ chối.", "The receiver refused it.")
        watched.write_text(
            base / "failed" / f"{row.file_name}.{str(row.letter_id)[:8]}{watched.REASON_SUFFIX}",
            f"{row.recipient} không nhận “{row.subject}”.\n{reason.vi}\n\n"
            f"{row.recipient} did not accept “{row.subject}”.\n{reason.en}\n\nBản gốc ở thư mục sent/.\n",
        )
    else:
        return 0
    PostItem.objects.filter(letter_id=row.letter_id).update(told_at=clock.now())
    return 1


def _show(base: Path, row: PostRow) -> int:
    """Lay a letter that came into the inbox: prepared aside, then renamed, so that nobody meets half of it."""
    subject = files.clean_name(row.subject.replace("/", "-"))[:60].strip()
    target = base / "inbox" / f"{row.at:%Y-%m-%d %H%M} {row.sender} {subject} {row.letter_id.hex[-8:]}"
    if not target.exists():
        aside = base / "inbox" / f".{row.letter_id}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o770)
        _fill(aside, row)
        aside.rename(target)
    PostItem.objects.filter(letter_id=row.letter_id).update(told_at=clock.now())
    return 1


def _fill(aside: Path, row: PostRow) -> None:
    head = (
        f"Từ / from: {row.sender} ({row.signed_by})\nGửi / to: {row.recipient}\nNhận lúc / at: {show_moment(row.at)}\n"
    )
    (aside / "thu.txt").write_text(f"{row.subject}\n\n{head}\n{row.text}\n", encoding="utf-8")
    told = {
        "id": str(row.letter_id),
        "sender": row.sender,
        "recipient": row.recipient,
        "subject": row.subject,
        "text": row.text,
        "signed_by": row.signed_by,
        "reply_to": str(row.reply_to) if row.reply_to else None,
        "at": row.at.isoformat(),
        "files": [{"name": part.name, "sha256": part.sha256, "size": part.size} for part in row.parts],
    }
    (aside / "thu.json").write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for part in row.parts:
        with files.open_file(part.sha256) as source, watched.free_name(aside, part.name).open("wb") as target:
            shutil.copyfileobj(source, target)
