"""Letters of the exchange itself: changes of a node, letters of the self-test, free letters between people."""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field

from lienthong.platform.exchange.types import Letter

_SAMPLE_PEM = "-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n"


class NodeChanged(Letter):
    """A node tells the hub its addresses and certificates; signed with a key that the directory lists."""

    NAME: ClassVar[str] = "node-changed.v1"

    base_url: Annotated[str, Field(max_length=300)]
    exchange_url: Annotated[str, Field(max_length=300)]
    pull: bool
    witness: Annotated[str, Field(max_length=40)]
    certificates: Annotated[tuple[str, ...], Field(min_length=1, max_length=3)]
    tls_certificates: Annotated[tuple[str, ...], Field(max_length=3)]

    @classmethod
    def sample(cls) -> Self:
        return cls(
            base_url="https://lienthong.lamdong.example",
            exchange_url="https://lienthong.lamdong.example:8443",
            pull=False,
            witness="",
            certificates=(_SAMPLE_PEM,),
            tls_certificates=(_SAMPLE_PEM,),
        )


class SelfTest(Letter):
    """A letter that changes nothing: to be accepted, refused, or answered with one of the same test."""

    NAME: ClassVar[str] = "self-test.v1"

    test_id: UUID
    wish: Literal["accept", "refuse", "answer"]
    text: Annotated[str, Field(max_length=1000)]

    @classmethod
    def sample(cls) -> Self:
        return cls(test_id=UUID("01890000-0000-7000-8000-000000000009"), wish="accept", text="Thử kết nối")


class FreeLetter(Letter):
    """A letter from people to people, with files: for agencies without a system of their own."""

    NAME: ClassVar[str] = "free-letter.v1"

    subject: Annotated[str, Field(min_length=1, max_length=300)]
    text: Annotated[str, Field(max_length=100_000)]
    sender_code: Annotated[str, Field(max_length=40)]
    recipient_code: Annotated[str, Field(max_length=40)]
    signed_by: Annotated[str, Field(max_length=200)]
    reply_to: UUID | None

    @classmethod
    def sample(cls) -> Self:
        return cls(
            subject="Xin ý kiến về dự thảo kế hoạch",
            text="Kính gửi quý cơ quan,\nĐề nghị cho ý kiến trước ngày 30.",
            sender_code="H36.101",
            recipient_code="G22",
            signed_by="Văn thư",
            reply_to=None,
        )
