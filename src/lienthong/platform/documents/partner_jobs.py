"""What a node does by itself for systems outside: the line to another axis, the watched folder, old calls."""

import time
from datetime import timedelta

from lienthong.kernel import clock
from lienthong.platform.documents.adapters import axis_polling, folder
from lienthong.platform.documents.axis_line import axis_settings
from lienthong.platform.documents.models import PartnerCall

_KEPT_DAYS = 90


class _LastLook:
    """When this process last looked into the other axis' mailbox, by a clock that nobody sets."""

    at = -1e9


def poll_axis() -> int:
    """Look into our mailbox at the other axis, as often as the profile says."""
    settings = axis_settings()
    if settings is None or time.monotonic() - _LastLook.at < settings.poll_seconds:
        return 0
    _LastLook.at = time.monotonic()
    return axis_polling.poll_axis()


def send_axis_tasks() -> int:
    """Send what waits for the other axis."""
    return axis_polling.send_axis_tasks()


def work_document_folder() -> int:
    """Move files of agencies without a system."""
    return folder.work_folder()


def forget_partner_calls() -> int:
    """Drop calls of a season ago; a signature is refused for its age long before."""
    PartnerCall.objects.filter(at__lt=clock.now() - timedelta(days=_KEPT_DAYS)).delete()
    return 0
