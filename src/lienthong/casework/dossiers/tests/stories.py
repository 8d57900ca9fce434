"""Steps that many stories share."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from lienthong.casework.dossiers import services
from lienthong.casework.dossiers.types import Applicant, Dossier, Paper
from lienthong.kernel import clock

WARD, DESK = "H36.101", "H36.101.01"
BIRTH, EXTRACT = "1.001193", "2.000635"


def extract_answers(copies: int = 1) -> dict[str, Any]:
    """A copy of a birth certificate, for oneself."""
    return {
        "receiver": {"commune": "24778"},
        "applicant": {
            "name": "Trần Thị Bích Ngọc", "number": "068195000001", "address": "12 Trần Phú", "phone": "0901234567",
        },
        "extract": {"kind": "birth", "registered_at": "Phường 1, Đà Lạt", "copies": copies},
        "subject": {"whose": "mine", "name": "Trần Thị Bích Ngọc"},
        "delivery": {"method": "electronic"},
    }  # fmt: skip


def birth_answers(file: Any) -> dict[str, Any]:
    """A girl, born in the hospital."""
    mother = {
        "declared": "yes", "number": "068195000001", "name": "Trần Thị Bích Ngọc", "birth_date": "1995-03-04",
        "ethnicity": "Kinh", "nationality": "Việt Nam", "residence": "12 Trần Phú, phường Xuân Hương - Đà Lạt",
    }  # fmt: skip
    return {
        "receiver": {"commune": "24778"},
        "applicant": {
            "name": "Trần Thị Bích Ngọc", "number": "068195000001", "address": "12 Trần Phú", "phone": "0901234567",
        },
        "requester": {"relation": "mother"},
        "child": {
            "name": "Nguyễn Ngọc Thảo Nguyên", "birth_date": "2026-11-12", "sex": "female",
            "birth_place_kind": "hospital", "birth_place": "Bệnh viện đa khoa Lâm Đồng", "ethnicity": "Kinh",
            "nationality": "Việt Nam", "hometown": "Lâm Đồng",
        },
        "birth_paper": {
            "number": "GCS-1201", "issued_by": "Bệnh viện đa khoa Lâm Đồng", "issued_on": "2026-11-13",
            "file": {"sha256": file.sha256, "name": file.name, "media_type": file.media_type, "size": file.size},
        },
        "mother": mother,
        "father": {"declared": "no"},
        "delivery": {"method": "electronic"},
    }  # fmt: skip


APPLICANT = Applicant("Trần Thị Bích Ngọc", "068195000001", "0901234567", "", "12 Trần Phú")


def at_counter(
    people: Any, procedure: str = EXTRACT, answers: dict[str, Any] | None = None, papers: Any = ()
) -> Dossier:
    """Filed and received at the ward's desk."""
    return services.file_at_counter(
        procedure_code=procedure, agency_code=WARD, answers=answers or extract_answers(), papers=papers,
        applicant=APPLICANT, actor=people.desk, return_way="counter",
    )  # fmt: skip


def birth_at_counter(people: Any, file: Any) -> Dossier:
    """A birth, received at the desk."""
    return at_counter(people, BIRTH, birth_answers(file), (Paper("GT-CHUNGSINH", "Giấy chứng sinh", file),))


def in_hand(people: Any, dossier: Dossier) -> Dossier:
    """Given to the registrar."""
    return services.assign_dossier(dossier_id=dossier.id, officer_id=people.registrar.account_id, actor=people.desk)


def drafted(people: Any, dossier: Dossier) -> Dossier:
    """Put before the chair."""
    return services.draft_decision(
        dossier_id=dossier.id, verdict="granted", text="Đã tìm thấy trong sổ.", actor=people.registrar
    )


def paid(dossier: Dossier, code: str = "GD01", at: datetime | None = None) -> Dossier:
    """The fee came through the portal."""
    from lienthong.kernel.access import SYSTEM

    return services.settle_fee(
        reference=dossier.fees[-1].reference, amount=dossier.fees[-1].amount, transaction_code=code,
        paid_at=at or clock.now(), actor=SYSTEM,
    )  # fmt: skip


def truth(dossier_id: UUID) -> dict[str, Any]:
    """What the room says of a dossier."""
    from lienthong.casework.dossiers import queries

    return queries.get_truth(dossier_id)
