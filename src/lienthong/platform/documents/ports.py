"""What the axis needs of those who speak for systems outside (hệ thống kết nối trục)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from lienthong.platform.documents.types import StatusTold


class Outsiders(Protocol):
    """Agencies behind systems that know nothing of us; called within the transaction of the change."""

    def routes(self, agency_codes: Collection[str]) -> Mapping[str, str]:
        """The agencies that are behind another axis, with its name; they are sent to through it."""

    def behind_here(self, agency_codes: Collection[str]) -> set[str]:
        """The agencies whose mailbox is at this node, though the directory may not say so."""

    def take_message(self, message_id: UUID, agency_codes: Mapping[str, str]) -> None:
        """A message leaves for agencies behind another axis (agency → axis)."""

    def take_landed(self, landed: Mapping[UUID, Collection[str]]) -> None:
        """Messages of any kind came for agencies of this node; those with an own system get them in a mailbox."""

    def take_statuses(self, statuses: Sequence[StatusTold]) -> None:
        """States that were said to an agency of this node, or to one behind another axis."""
