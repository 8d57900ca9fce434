"""Who a code was on a day and who answers today, above all where code and name survive from different members."""

from datetime import date

import pytest

from lienthong.kernel.errors import NotFound, Refused
from lienthong.platform.agencies import queries
from lienthong.platform.agencies.types import AgencyRef

pytestmark = pytest.mark.django_db

BEFORE, SINCE = date(2025, 6, 30), date(2025, 7, 1)

#: Provinces whose statistics code came from one member and whose name and H code from another.
TRAPS = [
    # name, H code, code before, code since, whose code it was
    ("Lào Cai", "H38", "10", "15", "Yên Bái"),
    ("Bắc Ninh", "H05", "27", "24", "Bắc Giang"),
    ("Quảng Trị", "H50", "45", "44", "Quảng Bình"),
    ("Gia Lai", "H21", "64", "52", "Bình Định"),
    ("Tây Ninh", "H53", "72", "80", "Long An"),
    ("Đồng Tháp", "H20", "87", "82", "Tiền Giang"),
    ("An Giang", "H01", "89", "91", "Kiên Giang"),
]


@pytest.mark.parametrize(("name", "h_code", "old_code", "new_code", "other"), TRAPS)
def test_code_name_and_agency_survive_from_different_members(
    name: str, h_code: str, old_code: str, new_code: str, other: str
):
    assert queries.get_province(new_code, BEFORE).name == other
    assert queries.get_province(new_code, SINCE).name == name
    assert queries.get_province(old_code, BEFORE).name == name
    assert queries.find_unit(old_code, SINCE) is None
    by_old_code = queries.resolve_unit(old_code, BEFORE)
    by_other_code = queries.resolve_unit(new_code, BEFORE)
    for found in (by_old_code, by_other_code):
        assert [unit.code for unit in found.now] == [new_code]
        assert found.answers is not None
        assert found.answers.code == h_code
    assert queries.get_agency(h_code, BEFORE).gso_code == old_code
    assert queries.get_agency(h_code, SINCE).gso_code == new_code


def test_yen_bai_answers_through_lao_cai():
    assert queries.answers_for("H63", BEFORE).name == "Ủy ban nhân dân tỉnh Yên Bái"
    assert queries.answers_for("H63", SINCE).code == "H38"
    assert queries.answers_for("000.00.00.H63", SINCE).gso_code == "15"


def test_every_old_province_has_exactly_one_answering_committee_today():
    for unit in queries.list_provinces(BEFORE):
        found = queries.resolve_unit(unit.code, BEFORE, SINCE)
        assert len(found.now) == 1
        assert found.answers is not None
        assert found.answers.gso_code == found.now[0].code


def test_a_closed_agency_is_found_on_its_days_and_refused_after_with_its_successor():
    assert queries.get_agency("H02", BEFORE).name == "Ủy ban nhân dân tỉnh Bắc Giang"
    assert queries.find_agency("H02", SINCE) is None
    with pytest.raises(NotFound) as refusal:
        queries.get_agency("H02", SINCE)
    assert refusal.value.code == "agencies.closed"
    assert refusal.value.details == {"successor": "H05"}


def test_papers_of_a_closed_agency_still_name_it():
    assert queries.recall_agency("H02").name == "Ủy ban nhân dân tỉnh Bắc Giang"
    assert queries.name_of_agency("H02", SINCE) == "Ủy ban nhân dân tỉnh Bắc Giang"
    assert queries.name_of_agency("H99.999") == "H99.999"


def test_ministries_of_2025_keep_their_former_names_on_former_days():
    assert queries.get_agency("G10", date(2025, 2, 28)).name == "Bộ Nông nghiệp và Phát triển nông thôn"
    assert queries.get_agency("G10", date(2025, 3, 1)).name == "Bộ Nông nghiệp và Môi trường"
    assert queries.answers_for("G13").code == "G10"
    assert queries.answers_for("G07").code == "G09"


def test_hue_became_a_city_half_a_year_before_the_merger():
    assert queries.get_province("46", date(2024, 12, 31)).full_name == "Tỉnh Thừa Thiên Huế"
    assert queries.get_province("46", date(2025, 1, 1)).full_name == "Thành phố Huế"
    assert queries.get_agency("H57", date(2024, 12, 31)).name == "Ủy ban nhân dân tỉnh Thừa Thiên Huế"


def test_a_new_commune_may_bear_the_code_of_another_old_one():
    assert queries.get_commune("00008", BEFORE).full_name == "Phường Liễu Giai"
    assert queries.get_commune("00008", SINCE).full_name == "Phường Ngọc Hà"


def test_xuan_huong_was_made_of_five_wards_of_da_lat():
    made_of = queries.list_predecessors("24781")
    assert sorted(change.old.name for change in made_of) == ["1", "10", "2", "3", "4"]
    assert {change.old.address for change in made_of} >= {"Phường 2, Thành phố Đà Lạt, Tỉnh Lâm Đồng"}
    for change in made_of:
        assert [heir.new.code for heir in queries.successors_of_commune(change.old.code)] == ["24781"]
    answers = queries.agency_of_unit("24781")
    assert answers is not None
    assert answers.code == "H36.101"


def test_a_divided_commune_names_all_heirs_the_main_one_first():
    changes = queries.successors_of_commune("00016")
    assert [change.main for change in changes] == [True, False]
    assert {change.relation for change in changes} == {"part"}
    found = queries.resolve_unit("00016", BEFORE)
    assert found.split
    assert found.now[0] == changes[0].new


def test_a_commune_left_alone_goes_on_as_itself():
    found = queries.successors_of_commune("31105")
    assert [(change.relation, change.old.full_name, change.new.full_name) for change in found] == [
        ("kept", "Xã Thổ Châu", "Đặc khu Thổ Châu")
    ]
    assert queries.resolve_unit("31105", BEFORE).now[0].full_name == "Đặc khu Thổ Châu"


def test_a_district_has_no_heir_but_its_province_answers():
    found = queries.resolve_unit("672", BEFORE)
    assert found.was.full_name == "Thành phố Đà Lạt"
    assert found.now == ()
    assert found.answers is not None
    assert found.answers.code == "H36"


def test_the_island_districts_became_special_zones():
    assert [unit.full_name for unit in queries.resolve_unit("498", BEFORE).now] == ["Đặc khu Hoàng Sa"]


def test_lam_dong_has_124_communes_from_three_provinces():
    communes = queries.list_communes("68")
    assert len(communes) == 124
    assert {"Phường Phan Thiết", "Phường Bắc Gia Nghĩa", "Phường 1 Bảo Lộc"} <= {c.full_name for c in communes}


def test_the_demo_communes_have_one_stop_units():
    agencies = queries.list_agencies(under="H36")
    assert len([agency for agency in agencies if agency.level == 2]) >= 8
    unit = queries.get_agency("H36.101.01")
    assert unit.name == "Trung tâm Phục vụ hành chính công phường Xuân Hương - Đà Lạt"
    assert unit.parent_code == "H36.101"


def test_level_one_lists_those_in_office_that_day():
    assert len([a for a in queries.list_agencies(level=1, on=SINCE) if a.code[0] == "H"]) == 34
    assert len([a for a in queries.list_agencies(level=1, on=BEFORE) if a.code[0] == "H"]) == 63


@pytest.mark.parametrize("typed", ["Xuân Hương - Đà Lạt", "xuan huong da lat", "XUAN HUONG", "Xuân Hương"])
def test_names_are_found_without_accents_in_capitals_and_decomposed(typed: str):
    assert "24781" in {unit.code for unit in queries.search_units(typed, "commune")}


def test_a_name_with_its_province_is_found_first():
    found = queries.search_units("phuong 1 bao loc, lam dong")
    assert found[0].full_name == "Phường 1 Bảo Lộc"


def test_look_up_shows_every_meaning_of_a_code():
    found = queries.look_up("15")
    assert [(unit.was.name, unit.is_current) for unit in found.units] == [("Yên Bái", False), ("Lào Cai", True)]
    assert all(unit.answers and unit.answers.code == "H38" for unit in found.units)


def test_look_up_by_an_old_name_of_an_agency():
    found = queries.look_up("uy ban dan toc")
    assert [agency.was.name for agency in found.agencies] == ["Ủy ban Dân tộc"]
    assert not found.agencies[0].is_current
    assert isinstance(found.agencies[0].answers, AgencyRef)
    assert found.agencies[0].answers.name == "Bộ Dân tộc và Tôn giáo"


@pytest.mark.parametrize("odd", ["", "   ", "%%%", "'", "_", "x" * 500, "99999", "H99", "\u200b"])
def test_look_up_of_nonsense_finds_nothing(odd: str):
    found = queries.look_up(odd)
    assert found.agencies == ()
    assert found.units == ()


def test_unknown_codes_are_refused():
    with pytest.raises(NotFound, match=r"agencies\.unknown"):
        queries.get_agency("H99")
    with pytest.raises(NotFound, match=r"agencies\.unit-unknown"):
        queries.get_commune("99999")
    with pytest.raises(NotFound, match=r"agencies\.unit-unknown"):
        queries.get_commune("15")
    with pytest.raises(Refused, match=r"agencies\.code-malformed"):
        queries.get_agency("ha noi")
