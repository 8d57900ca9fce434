"""The line to another axis: look into our mailbox there, keep what came, mark it done; send what waits for it.

Between any two steps the process may die: what was kept is known when it comes again, what was sent is known there.
"""

from hashlib import sha256
from typing import IO, BinaryIO, cast

import structlog

from lienthong.kernel import access, db
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.documents import edxml
from lienthong.platform.documents.adapters.axis_client import AxisClient, AxisRefused, AxisTrouble, Listed
from lienthong.platform.documents.axis_line import AxisSettings, axis_settings
from lienthong.platform.documents.models import AxisTask
from lienthong.platform.documents.queries import documents as document_queries
from lienthong.platform.documents.services import axis_tasks, outside
from lienthong.platform.documents.services.receiving import accept_message
from lienthong.platform.documents.services.status_messages import take_said_elsewhere
from lienthong.platform.documents.types import Evidence

log = structlog.get_logger()


def poll_axis() -> int:
    """Fetch what waits for us there; gives how much was kept."""
    settings = axis_settings()
    if settings is None:
        return 0
    kept = refused = 0
    try:
        client = AxisClient(settings)
        for kind in ("edoc", "status"):
            for item in client.list_received(kind):
                took = _take(client, settings, item)
                kept, refused = kept + took, refused + (not took)
    except (AxisTrouble, AxisRefused) as error:
        axis_tasks.note_line(settings.name, problem=_problem(error), fetched=kept, refused=refused)
        return 0
    axis_tasks.note_line(settings.name, fetched=kept, refused=refused)
    return kept


def _take(client: AxisClient, settings: AxisSettings, item: Listed) -> bool:
    """Keep one item, then mark it; what cannot be kept is marked with the reason, so that it blocks nothing."""
    try:
        with client.fetch(item.doc_id) as file:
            if item.kind == "status":
                _take_status(settings, file)
            else:
                _take_edoc(settings, file, item)
    except Refused as refusal:
        if refusal.status >= 500:
            raise AxisTrouble(refusal.code) from None
        log.warning("message of the axis refused", axis=settings.name, code=refusal.code)
        client.set_state(item.doc_id, "fail", f"{refusal.message.vi} ({refusal.code})")
        return False
    client.set_state(item.doc_id, "done")
    return True


def _take_edoc(settings: AxisSettings, file: IO[bytes], item: Listed) -> None:
    with edxml.split(cast("BinaryIO", file)) as split:
        message = edxml.read_envelope(split.envelope)
        if not isinstance(message, edxml.EdocMessage):
            raise _foreign(item.sender)
        if not settings.is_behind(message.sender.organ_id):
            raise _foreign(message.sender.organ_id)
        with db.atomic():
            accept_message(
                split.envelope,
                outside.store_blobs(split),
                via=f"partner:{settings.name}",
                evidence=Evidence("message", sha256(split.envelope).hexdigest()),
                split=split,
                whole=outside.rewound(file),
            )


def _take_status(settings: AxisSettings, file: IO[bytes]) -> None:
    said = outside.read_status_message(file)
    if not settings.is_behind(said.sender_code):
        raise _foreign(said.sender_code)
    take_said_elsewhere(said)


def _foreign(code: str) -> Refused:
    """An axis speaks for those behind it; others are believed by their own node alone."""
    return Refused(
        "documents.foreign-sender",
        tr(
            f"Trục này không chuyển văn bản của {code} cho chúng tôi.", f"This axis does not carry documents of {code}."
        ),
        field="From",
    )


def send_axis_tasks() -> int:
    """Send what is due; gives how much was tried, so that more is taken at once."""
    settings = axis_settings()
    if settings is None:
        return 0
    due = axis_tasks.take_due(settings.name)
    if not due:
        return 0
    client = AxisClient(settings)
    for task_id in due:
        if (task := axis_tasks.claim_task(task_id)) is not None:
            _send(client, task)
    return len(due)


def _send(client: AxisClient, task: AxisTask) -> None:
    blocks = (
        document_queries.stream_edxml(task.message_id, access.SYSTEM)
        if task.message_id is not None
        else iter((bytes(task.edxml or b""),))
    )
    try:
        remote_id = client.send(
            blocks,
            sender=task.sender_code,
            kind=task.kind,
            receivers=task.receivers if task.message_id is not None else (),
        )
    except AxisRefused as refused:
        if refused.final:
            axis_tasks.task_refused(task.pk, _problem(refused))
        else:
            axis_tasks.task_put_off(task.pk, _problem(refused))
    except AxisTrouble as trouble:
        axis_tasks.task_put_off(task.pk, _problem(trouble))
    else:
        axis_tasks.task_done(task.pk, remote_id)


def _problem(error: AxisTrouble | AxisRefused) -> str:
    if isinstance(error, AxisRefused):
        return f"Trục từ chối: {error.sentence}"
    return f"Không kết nối được trục ({error})"
