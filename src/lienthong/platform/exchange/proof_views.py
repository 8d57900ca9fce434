"""Operator's pages of the proof (bằng chứng): the log and its checkpoints, proofs to take away and to judge."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.kernel import access, audit
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import show_moment, show_number, tr
from lienthong.platform.exchange import queries, services
from lienthong.platform.exchange.types import CheckpointRow, LogState, LogVerdict
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing.types import ContainerVerdict

_SHOWN = 20
_PARTS: dict[str, services.Part] = {"message": "message", "answer": "answer", "both": "both"}
_MAX_PROOF_BYTES = 100 * 1024 * 1024
_TAGS = {
    "good": (tr("Đạt", "Good"), "green"),
    "note": (tr("Lưu ý", "Note"), "yellow"),
    "bad": (tr("Không đạt", "Bad"), "red"),
}


@require_http_methods(["GET", "POST"])
@access.duty("operator")
def message_log(request: HttpRequest) -> HttpResponse:
    """The state of the log and its last checkpoints; checks the whole log on demand and names every fault."""
    verdict, trouble = None, None
    if request.method == "POST":
        try:
            verdict = services.examine_log(witness=request.POST.get("with") == "witness")
        except Refused as refusal:
            trouble = refusal.message
    context = {
        "verdict": verdict,
        "trouble": trouble,
        "figures": _figures(queries.get_log_state()),
        "fault_head": [
            tr("Chuỗi", "Stream"),
            {"text": tr("Dòng", "Row"), "numeric": True},
            tr("Thông điệp", "Message"),
            tr("Lỗi", "Fault"),
        ],
        "fault_rows": _fault_rows(verdict),
        "head": [
            {"text": tr("Số", "Number"), "numeric": True},
            tr("Lúc", "At"),
            {"text": tr("Dòng mới", "New rows"), "numeric": True},
            tr("Dấu thời gian", "Time stamp"),
            tr("Nút làm chứng", "Witness"),
        ],
        "rows": [_checkpoint_cells(one) for one in queries.list_checkpoints(limit=_SHOWN)],
    }
    return render(request, "exchange/log.html", context)


def _figures(state: LogState) -> list[dict[str, Any]]:
    waiting = tr("Chờ dấu thời gian", "Waiting for a time stamp")
    return [
        {"number": show_number(state.rows), "label": tr("Dòng nhật ký", "Rows of the log")},
        {"number": show_number(state.checkpoints), "label": tr("Điểm kiểm soát", "Checkpoints")},
        {"number": show_number(state.unstamped), "label": waiting, "tone": "bad" if state.overdue else ""},
        {"number": show_number(state.archived), "label": tr("Dòng đã lưu trữ", "Rows in the archive")},
    ]


def _fault_rows(verdict: LogVerdict | None) -> list[list[Any]]:
    faults = verdict.faults if verdict else ()
    return [[fault.stream, fault.position, fault.message_id, fault.text] for fault in faults]


def _checkpoint_cells(one: CheckpointRow) -> list[Any]:
    stamped: Any = show_moment(one.stamped_at)
    if one.stamped_at is None:
        stamped = {"text": tr("Đang chờ", "Waiting"), "tag": "yellow"}
    witness: Any = tr("Không có", "None")
    if one.witness:
        text = tr(f"{one.witness}: {one.told.vi}", f"{one.witness}: {one.told.en}")
        witness = {"text": text, "tag": one.colour}
    return [one.number, show_moment(one.at), one.rows, stamped, witness]


@require_GET
@access.duty("operator")
def proof(request: HttpRequest, direction: str, message_id: UUID) -> HttpResponse:
    """A file that proves a letter, question or call; `part=message|answer` for one side, `stamp=1` for a new stamp."""
    part = _PARTS.get(request.GET.get("part", "both"))
    if direction not in ("in", "out") or part is None:
        raise NotFound("exchange.no-proof", tr("Không có bằng chứng này.", "There is no such proof."))
    made = services.proof_of(message_id, direction, part=part, stamp=request.GET.get("stamp") == "1")
    audit.record(access.acting(request), "exchange.proof", f"message:{message_id}", direction=direction, part=part)
    response = HttpResponse(made.content, content_type=made.media_type)
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "POST"])
@access.duty("operator")
def check(request: HttpRequest) -> HttpResponse:
    """Judge a proof that somebody brings, by whom this node trusts; nothing of it is kept."""
    context: dict[str, Any] = {"max_mb": _MAX_PROOF_BYTES // 2**20}
    if request.method == "GET":
        return render(request, "exchange/check_proof.html", context)
    try:
        file = _uploaded(request)
    except Refused as refused:
        return render(request, "exchange/check_proof.html", {**context, "errors": refused.field_errors}, status=422)
    verdicts = list(signing_queries.verify_proof(file, here=True))
    context |= {
        "file_name": file.name,
        "good": all(verdict.good for _, verdict in verdicts),
        "proofs": [_shown(name or str(file.name), verdict) for name, verdict in verdicts],
    }
    return render(request, "exchange/check_proof.html", context)


def _uploaded(request: HttpRequest) -> Any:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Refused("exchange.no-file", tr("Hãy chọn tệp bằng chứng.", "Choose a proof."), field="file")
    if (file.size or 0) > _MAX_PROOF_BYTES:
        raise Refused(
            "exchange.too-large", tr("Tệp quá lớn; hãy dùng lệnh verify.", "Too large: use verify."), field="file"
        )
    return file


def _shown(name: str, verdict: ContainerVerdict) -> dict[str, Any]:
    tags = ((_TAGS[one.level], one.sentence) for one in verdict.findings)
    findings = [{"label": label, "colour": colour, "sentence": sentence} for (label, colour), sentence in tags]
    return {"name": name, "good": verdict.good, "findings": findings}
