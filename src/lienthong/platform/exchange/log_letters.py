"""The letter by which a node has its log witnessed."""

from datetime import datetime
from typing import Annotated, ClassVar, Self

from pydantic import AwareDatetime, Field

from lienthong.platform.exchange.types import Letter

_SAMPLE = datetime.fromisoformat("2026-11-21T09:30:00+07:00")


class LogCheckpoint(Letter):
    """Checkpoint of a node's log for its witness: the signed document as it was signed, and the signature (r||s)."""

    NAME: ClassVar[str] = "log-checkpoint.v1"

    number: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    document: Annotated[str, Field(max_length=4000)]
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]

    @classmethod
    def sample(cls) -> Self:
        document = (
            '{"v":1,"kind":"log-checkpoint","node":"H36","number":7,"at":"2026-11-21T09:30:00+07:00",'
            f'"previous":"{"00" * 32}","root":"{"ab" * 32}","streams":4,"rows":128}}'
        )
        return cls(number=7, at=_SAMPLE, document=document, signature="0f" * 64)
