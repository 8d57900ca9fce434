"""The shipped definitions are right, and a wrong one is named by file, path and remedy."""

import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from lienthong.sources.procedures.queries.life_events import LIFE_EVENTS
from lienthong.sources.procedures.services.definitions import FOLDER, DefinitionError, read_definitions
from lienthong.sources.procedures.services.storing import as_stored
from lienthong.sources.procedures.tests.conftest import SHIPPED, form_of, sure
from lienthong.sources.procedures.types import Procedure

NAMED = {
    *("1.001193", "2.000635", "1.004222", "2.000986", "1.000894", "1.000656", "1.004873", "1.004194", "1.010038"),
    *("2.001159", "2.000815", "2.000884", "1.001612", "1.001456", "3.000347", "1.013225", "1.012753", "2.001610"),
}


def test_at_least_twenty_real_procedures_with_forms():
    assert set(SHIPPED) >= NAMED
    assert len(SHIPPED) >= 20
    assert all(procedure.form is not None for procedure in SHIPPED.values())


@pytest.mark.parametrize(
    ("code", "limit", "direct", "online"),
    [
        ("1.001193", "Trong ngày làm việc", 0, 0),
        ("2.000635", "Trong ngày làm việc", 8000, 8000),
        ("1.004222", "7 ngày làm việc", 20000, 10000),
        ("2.000986", "20 ngày", 0, 0),
        ("1.004194", "3 ngày làm việc", 10000, 7000),
        ("1.010038", "5 ngày làm việc", 10000, 5000),
        ("2.001159", "1 giờ làm việc", 0, 0),
        ("1.001456", "8 ngày làm việc", 200000, 160000),
        ("2.001610", "3 ngày làm việc", 100000, 100000),
    ],
)
def test_time_limits_and_fees_are_the_official_ones(code, limit, direct, online):
    procedure = SHIPPED[code]
    assert sure(procedure.time_limit).as_words().vi == limit
    assert procedure.fees["direct"].amount == direct
    assert procedure.fees["online"].amount == online


def test_channels_with_limits_of_their_own():
    permit = SHIPPED["1.013225"]
    assert sure(permit.time_limit_for("direct")).amount == 15
    assert sure(permit.time_limit_for("online")).amount == 20


@pytest.mark.parametrize("code", sorted(SHIPPED))
def test_every_form_is_a_valid_json_schema(code):
    schema = form_of(SHIPPED[code]).schema
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    assert "$ref" not in repr(schema)


@pytest.mark.parametrize("code", sorted(SHIPPED))
def test_every_form_knows_who_receives_and_who_applies(code):
    form = form_of(SHIPPED[code])
    assert sure(form.get_field(form.receiver_path)).widget == form.receiver_level
    assert form.receiver_level in SHIPPED[code].receivers
    assert {"applicant.name", "applicant.number", "applicant.phone"} <= {one.path for one in form.fields()}


def test_only_birth_procedures_issue_a_personal_number():
    assert {code for code, one in SHIPPED.items() if one.issues_personal_number} == {
        "1.001193",
        "2.000986",
        "2.001023",
    }


def test_a_stored_definition_reads_back_the_same():
    for procedure in SHIPPED.values():
        again = Procedure.model_validate(as_stored(procedure))
        assert as_stored(again) == as_stored(procedure)
        assert [one.path for one in form_of(again).fields()] == [one.path for one in form_of(procedure).fields()]


def test_the_54_ethnic_groups():
    ethnicity = sure(form_of(SHIPPED["1.001193"]).get_field("child.ethnicity"))
    assert len(ethnicity.options) == 54 + 1  # and "another"


def test_the_22_life_events():
    assert len(LIFE_EVENTS) == 22
    assert {event.audience for event in LIFE_EVENTS.values()} == {"citizen", "business"}


# --- wrong definitions --------------------------------------------------------------------------------------------


def spoil(tmp_path: Path, *, was: str, now: str, name: str = "1.010041.yaml") -> Path:
    """The folder with one definition in which a text was replaced."""
    text = (FOLDER / "1.010041.yaml").read_text(encoding="utf-8")
    assert was in text
    (tmp_path / "shared.yaml").write_bytes((FOLDER / "shared.yaml").read_bytes())
    (tmp_path / name).write_text(text.replace(was, now), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("was", "now", "path", "says"),
    [
        ("amount: 1}", "amount: 0}", "time_limit", "at least 1"),
        ("kind: working_days", "kind: weeks", "time_limit.kind", "working_days"),
        ("levels: [commune]", "levels: [village]", "levels.0", "commune"),
        ("online: full", "online: full\nonlin: 3", "onlin", "Extra inputs"),
        ("owner_code: G01", "owner_code: X", "owner_code", "pattern"),
        ("KQ.G01.000062", "KQ-1", "result.code", "pattern"),
        ("life_events: [residence,", "life_events: [resident,", "life_events", "life_events.yaml"),
        ("amount: 0}", "amount: -1}", "fees.online.amount", "greater than"),
        ("name: {vi: Xác nhận thông tin về cư trú, en:", "name: {vi: Xác nhận, en2:", "name", "both languages"),
        ("x-widget: checkboxes", "x-widget: boxes", "x-widget", "is not a widget"),
        ("title: Bạn cần xác nhận điều gì?", "title: ''", "what.title", "x-title-en"),
        ("fields: [request.what]", "fields: [request.wat]", "x-pages[2].fields", "request.wat"),
        ("fields: [request.what]", "fields: [request.purpose]", "x-pages", "request.what"),
        ("fields: [request.what]}", "fields: [request.what], x-show-if: {request.purpose: [a]}}", "x-show", "earlier"),
        ("shared.yaml#/page_commune", "shared.yaml#/page_village", "form.x-pages[0]", "has no 'page_village'"),
        ("minItems: 1", "minItem: 1", "what", "unknown keys ['minItem']"),
    ],
)  # fmt: skip
def test_a_wrong_definition_names_file_path_and_remedy(tmp_path, was, now, path, says):
    with pytest.raises(DefinitionError) as refusal:
        read_definitions(spoil(tmp_path, was=was, now=now))
    assert refusal.value.file == "1.010041.yaml"
    assert path in f"{refusal.value.path} {refusal.value.message}"
    assert says in str(refusal.value)


def test_a_key_written_twice_is_a_mistake(tmp_path):
    with pytest.raises(DefinitionError, match="stands twice"):
        read_definitions(spoil(tmp_path, was="online: full", now="online: full\nonline: none"))


def test_a_file_with_another_name_than_its_code(tmp_path):
    with pytest.raises(DefinitionError, match=r"must be called 1\.010041\.yaml"):
        read_definitions(spoil(tmp_path, was="version: 1", now="version: 1", name="1.999999.yaml"))


def test_a_file_that_is_not_utf8(tmp_path):
    (tmp_path / "1.010041.yaml").write_bytes("name: Đăng ký".encode("utf-16"))
    with pytest.raises(DefinitionError, match="not UTF-8"):
        read_definitions(tmp_path)


def test_yaml_that_builds_objects_is_not_run(tmp_path):
    (tmp_path / "1.010041.yaml").write_text("code: !!python/object/apply:os.getcwd []", encoding="utf-8")
    with pytest.raises(DefinitionError, match="not valid YAML"):
        read_definitions(tmp_path)


def test_no_is_a_word_in_our_yaml(tmp_path):
    folder = spoil(tmp_path, was="synonyms: [CT07,", now="synonyms: [no, on,")
    assert read_definitions(folder)[0].synonyms[:2] == ("no", "on")


def test_versions_must_not_overlap(tmp_path):
    folder = spoil(tmp_path, was="version: 1", now="version: 1")
    second = (folder / "1.010041.yaml").read_text(encoding="utf-8")
    second = second.replace("version: 1", "version: 2").replace("2025-07-01", "2027-03-01")
    (folder / "1.010041.v2.yaml").write_text(second, encoding="utf-8")
    with pytest.raises(DefinitionError, match="version 1 must end by 2027-03-01"):
        read_definitions(folder)


def test_definitions_use_no_tabs_and_no_mixed_quotes_in_codes():
    for path in FOLDER.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert "\t" not in text
        if path.name != "shared.yaml":
            assert re.match(r'code: "\d\.\d{6}"\n', text), path.name
            assert yaml.safe_load(text)["code"] == path.stem
