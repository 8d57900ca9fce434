"""Ask how an agency numbers its documents: types, abbreviation, series (loại văn bản, cách đánh số)."""

from __future__ import annotations

from datetime import date

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import nfc, tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.agencies.types import AgencyKind
from lienthong.platform.documents import notation, type_facts
from lienthong.platform.documents.models import NumberingRule
from lienthong.platform.documents.rules import may_hold
from lienthong.platform.documents.type_facts import TypeFacts


def list_types(on: date | None = None, *, numbered: bool = False) -> list[TypeFacts]:
    """The document types of a day in the order of the law; with `numbered` those that an agency numbers."""
    day = on or clock.today()
    return [
        one for one in type_facts.document_types().values() if one.is_valid(day) and (one.is_numbered or not numbered)
    ]


def find_type(code: str) -> TypeFacts | None:
    """The type of a code, valid or not."""
    return type_facts.document_types().get(nfc(code))


def get_type(code: str, on: date | None = None) -> TypeFacts:
    """The type of a code on a day. Raises Refused `documents.type-unknown`."""
    found = find_type(code)
    if found is None or not found.is_valid(on or clock.today()):
        raise Refused(
            "documents.type-unknown",
            tr("Không có loại văn bản này.", "There is no such document type."),
            field="type_code",
        )
    return found


def rule_of(agency_code: str, year: int) -> NumberingRule:
    """How the agency numbers in a year: its newest choice, or the usual way (each type its own numbers)."""
    rule = NumberingRule.objects.filter(agency_code=agency_code, from_year__lte=year).order_by("-from_year").first()
    return rule or NumberingRule(agency_code=agency_code, from_year=year)


def series_of(rule: NumberingRule, type_: TypeFacts) -> tuple[str, str]:
    """Series and name of the register that numbers this type."""
    if type_.form == "copy":
        return notation.COPIES, "Sổ đăng ký bản sao"
    if rule.by_type or type_.code in rule.own_types:
        return type_.code, f"Sổ văn bản đi: {type_.name}"
    return "", "Sổ văn bản đi"


def abbreviation_of(agency_code: str, year: int) -> str:
    """How the agency is written in notations: its own choice, the usual one, or UBND for people's committees.

    Raises Refused `documents.abbreviation-missing`.
    """
    chosen = rule_of(agency_code, year).abbreviation or type_facts.agency_abbreviations().get(agency_code, "")
    if chosen:
        return chosen
    agency = agency_queries.find_agency(agency_code)
    if agency is not None and agency.kind in (AgencyKind.PROVINCE, AgencyKind.COMMUNE):
        return "UBND"
    raise Refused(
        "documents.abbreviation-missing",
        tr(
            "Cơ quan chưa đặt chữ viết tắt cho ký hiệu văn bản (trang Cách đánh số).",
            "The agency has set no abbreviation for its notation (page Numbering).",
        ),
    )


def agency_name(agency_code: str, on: date | None = None) -> str:
    """The agency's name of the day, for the register's column of authors."""
    return agency_queries.name_of_agency(agency_code, on)


def check_secrecy(level: str) -> None:
    """Does this node hold documents of the level? `[parameters.documents] secrecy` names the highest; none by default.

    Raises Refused `documents.secrecy`.
    """
    settings = node().parameters.get("documents", {})
    permitted = str(settings.get("secrecy", "")) if isinstance(settings, dict) else ""
    if not may_hold(level, permitted):
        raise Refused(
            "documents.secrecy",
            tr(
                "Hệ thống này không được giữ văn bản độ “{level}”.",
                "This system may not hold documents of the level “{level}”.",
            ).format(level=level),
            field="secrecy",
        )


def notation_for(agency_code: str, type_code: str, *, unit: str = "", on: date | None = None) -> str:
    """The notation that a document of this type would bear: TB-UBND, UBND-VX. Raises as `services.give_number`."""
    day = on or clock.today()
    short = notation.read_abbreviation(unit, "unit")
    return notation.notation_of(get_type(type_code, day), abbreviation_of(agency_code, day.year), short)
