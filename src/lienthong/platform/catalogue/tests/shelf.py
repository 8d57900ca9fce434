"""A small catalogue straight in the tables: one client, one service, one agreement with one purpose."""

from dataclasses import dataclass
from typing import Any, Self

from lienthong.kernel import clock
from lienthong.kernel.ids import new_id
from lienthong.platform.catalogue.models import Agreement, CatalogueToken, Purpose, ServiceVersion, System
from lienthong.platform.catalogue.queries import index
from lienthong.platform.catalogue.types import AccessRequest, ServiceRef, SystemRef

CLIENT = SystemRef("H36", "mot-cua")
SERVICE = ServiceRef("G01", "dan-cu", "tra-cuu", 1)


def touch() -> None:
    CatalogueToken.objects.update_or_create(id=1, defaults={"token": new_id()})
    index.forget()


@dataclass
class Shelf:
    """The rows, to be changed by tests; `change` saves and makes readers look again."""

    client: System
    provider: System
    service: ServiceVersion
    agreement: Agreement
    purpose: Purpose

    @classmethod
    def filled(cls) -> Self:
        client = System.objects.create(
            agency_code="H36", code="mot-cua", name_vi="Một cửa", name_en="One-stop shop", node_code="H36"
        )
        provider = System.objects.create(
            agency_code="G01", code="dan-cu", name_vi="Dân cư", name_en="Population", node_code="G01"
        )
        service = ServiceVersion.objects.create(
            system=provider,
            code="tra-cuu",
            version=1,
            kind="rest",
            title_vi="Tra cứu",
            title_en="Look-up",
            state="published",
            base_url="http://127.0.0.1:9",
            endpoints=[["GET", "/nguoi/*", ""], ["POST", "/nguoi/**", ""]],
        )
        agreement = Agreement.objects.create(
            client_agency="H36",
            client_code="mot-cua",
            provider_agency="G01",
            provider_code="dan-cu",
            service_code="tra-cuu",
            version=1,
            state="accepted",
            requested_at=clock.now(),
        )
        shelf = cls(client, provider, service, agreement, cls._purpose(agreement))
        touch()
        return shelf

    @staticmethod
    def _purpose(agreement: Agreement, **facts: Any) -> Purpose:
        told = {"title": "Đăng ký khai sinh", "legal_ground": "Luật Hộ tịch 2014", "daily_calls": 100}
        return Purpose.objects.create(agreement=agreement, state="accepted", **{**told, **facts})

    def add_purpose(self, **facts: Any) -> Purpose:
        made = self._purpose(self.agreement, **facts)
        touch()
        return made

    def change(self, row: Any, **facts: Any) -> None:
        for name, value in facts.items():
            setattr(row, name, value)
        row.save()
        touch()


def call(**changes: Any) -> AccessRequest:
    facts: dict[str, Any] = {"client": CLIENT, "service": SERVICE, "method": "GET", "path": "/nguoi/001"}
    return AccessRequest(**{**facts, **changes})
