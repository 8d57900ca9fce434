"""Agencies behind systems that know nothing of us: the mailbox of partners, and the queue for another axis."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from lienthong.kernel.errors import Refused
from lienthong.platform.documents.axis_line import axis_settings
from lienthong.platform.documents.queries.partners import mailbox_codes
from lienthong.platform.documents.services import axis_tasks, mailbox
from lienthong.platform.documents.services.outside import status_edxml
from lienthong.platform.documents.services.partners import read_code
from lienthong.platform.documents.types import STATUS_CODES, StatusTold


class SystemsOutside:
    """What the axis asks and tells about them, in the transaction of the change."""

    def routes(self, agency_codes: Collection[str]) -> Mapping[str, str]:
        """The agencies behind another axis, with its name."""
        settings = axis_settings()
        if settings is None:
            return {}
        return {code: settings.name for code in agency_codes if settings.is_behind(_normal(code))}

    def behind_here(self, agency_codes: Collection[str]) -> set[str]:
        """The agencies that have a mailbox at this node."""
        known = mailbox_codes({_normal(code) for code in agency_codes})
        return {code for code in agency_codes if _normal(code) in known}

    def take_message(self, message_id: UUID, agency_codes: Mapping[str, str]) -> None:
        """Queue it once for each axis."""
        for axis in sorted(set(agency_codes.values())):
            receivers = [code for code, there in agency_codes.items() if there == axis]
            axis_tasks.queue_message(message_id, axis, receivers)

    def take_landed(self, landed: Mapping[UUID, Collection[str]]) -> None:
        """Messages came to agencies of this node (message → agencies): those with a system find them there."""
        mailbox.deposit_messages(landed)

    def take_statuses(self, statuses: Sequence[StatusTold]) -> None:
        """States of people go on as status messages; those of the transport go nowhere."""
        said = [one for one in statuses if one.status in STATUS_CODES]
        here = mailbox.statuses_for(said)
        mailbox.deposit_statuses([(one, status_edxml(one)) for one in here])
        settings = axis_settings()
        if settings is not None:
            beyond = [one for one in said if one not in here and settings.is_behind(one.receiver)]
            axis_tasks.queue_statuses([(one, status_edxml(one)) for one in beyond], settings.name)


def _normal(code: str) -> str:
    try:
        return read_code(code, "receivers")
    except Refused:
        return code
