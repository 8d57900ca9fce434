"""What the exchange asks of the rooms above it."""

from datetime import date
from typing import Protocol

from lienthong.kernel.errors import Refused


class AccessDecision(Protocol):
    """Decides whether a question may be answered (quyết định cho khai thác), where grants alone do not say it."""

    def decide_question(
        self, *, client: str, provider: str, service: str, purpose: str, legal_ground: str, day: date, denied: Refused
    ) -> None:
        """Let the question of a node (`client`, its agency code) through, or raise Refused with the cause.

        `denied`: what is raised where nothing was ever agreed. What is let through counts against its quota.
        """
        ...
