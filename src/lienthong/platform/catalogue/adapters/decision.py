"""The exchange asks whether a question may be answered: agreements on built-in services say it."""

from datetime import date

from lienthong.kernel.errors import Refused
from lienthong.platform.catalogue.queries.questions import decide_question
from lienthong.platform.catalogue.services.counting import count_calls


class AgreedQuestions:
    """`AccessDecision` by the agreements of this node."""

    def decide_question(
        self, *, client: str, provider: str, service: str, purpose: str, legal_ground: str, day: date, denied: Refused
    ) -> None:
        permission = decide_question(
            client=client,
            provider=provider,
            service=service,
            purpose=purpose,
            legal_ground=legal_ground,
            day=day,
            denied=denied,
        )
        count_calls([permission])
