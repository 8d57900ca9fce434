"""From the publisher to the readers: each version once, corrections in order, nobody else believed."""

from datetime import date
from uuid import uuid4

import pytest

from lienthong.kernel import clock, events
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.kernel.text import Bilingual
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange_services
from lienthong.platform.exchange.types import Envelope, NodeEntry
from lienthong.sources.procedures import inbox, jobs, queries, services
from lienthong.sources.procedures.events import Published
from lienthong.sources.procedures.letters import ProcedurePublished, PublishedVersion
from lienthong.sources.procedures.models import Entry, Version
from lienthong.sources.procedures.services import publishing
from lienthong.sources.procedures.services.definitions import FOLDER
from lienthong.sources.procedures.services.storing import as_stored
from lienthong.sources.procedures.tests.conftest import SHIPPED, TODAY, WARD, careful_answers, form_of, sure

pytestmark = pytest.mark.django_db

PUBLISHER = Actor(kind="officer", name="Chị Lan", agency_code="G22", duties=frozenset({"publisher"}))


@pytest.fixture
def posted(monkeypatch):
    """Letters that would go out: this node is H36, the hub G22 and the ministry G01 are the others."""
    letters = []

    def post_letter(letter, *, recipient, actor=None, about="", parts=()):
        letters.append((recipient, letter.model_validate_json(letter.model_dump_json())))
        return uuid4()

    nodes = [NodeEntry(code, Bilingual(code, code), "http://127.0.0.1", ()) for code in ("G22", "G01", "H36")]
    monkeypatch.setattr(exchange_services, "post_letter", post_letter)
    monkeypatch.setattr(exchange_queries, "list_nodes", lambda: nodes)
    return letters


def envelope(sender="G22"):
    return Envelope(
        id=uuid4(), name=ProcedurePublished.NAME, sender=sender, recipient="H36", sent_at=clock.now(), parts=()
    )


def version_of(code="1.001193", revision=1, **changed):
    definition = as_stored(SHIPPED[code]) | changed
    return PublishedVersion(code=code, version=definition.get("version", 1), revision=revision, definition=definition)


def receive(*versions, sender="G22"):
    letter = ProcedurePublished.model_validate_json(ProcedurePublished(versions=versions).model_dump_json())
    inbox.on_procedure_published(letter, envelope(sender))


def test_loading_twice_changes_nothing():
    first, second = services.load_definitions(actor=PUBLISHER), services.load_definitions()
    assert len(first.added) == len(SHIPPED)
    assert (second.added, second.corrected) == ((), ())
    assert len(second.unchanged) == len(SHIPPED)


def test_every_other_node_gets_everything_once(posted):
    services.load_definitions()
    assert services.publish_procedures(actor=PUBLISHER) == 2
    assert [recipient for recipient, _ in posted] == ["G22", "G01"]
    assert {one.code for one in posted[0][1].versions} == set(SHIPPED)
    assert services.publish_procedures() == 0


def test_more_than_fifty_versions_travel_in_several_letters(posted, monkeypatch):
    monkeypatch.setattr(publishing, "MAX_VERSIONS", 10)
    services.load_definitions()
    assert services.publish_procedures() == 6
    assert [len(letter.versions) for _, letter in posted] == [10, 10, 7] * 2


def test_a_correction_is_published_again_and_only_that(posted, tmp_path):
    services.load_definitions()
    services.publish_procedures()
    posted.clear()
    for path in FOLDER.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    corrected = (tmp_path / "1.010041.yaml").read_text(encoding="utf-8").replace("amount: 1}", "amount: 2}")
    (tmp_path / "1.010041.yaml").write_text(corrected, encoding="utf-8")
    report = services.load_definitions(folder=tmp_path)
    assert report.corrected == ("1.010041",)
    services.publish_procedures()
    ((one,), (two,)) = (letter.versions for _, letter in posted)
    assert (one.code, one.revision, two.revision) == ("1.010041", 2, 2)
    assert sure(queries.get_procedure("1.010041").time_limit).amount == 2


def test_a_wrong_definition_loads_nothing(tmp_path):
    (tmp_path / "1.010041.yaml").write_text("code: 1", encoding="utf-8")
    with pytest.raises(services.DefinitionError):
        services.load_definitions(folder=tmp_path)
    assert Version.objects.count() == 0


def test_only_publishers_publish(posted):
    officer = Actor(kind="officer", name="Anh Tư", agency_code="H36", duties=frozenset({"reception"}))
    with pytest.raises(NotAllowed):
        services.publish_procedures(actor=officer)
    with pytest.raises(NotAllowed):
        services.load_definitions(actor=officer)


def test_a_reader_stores_what_was_published():
    receive(version_of(), version_of("2.000635"))
    birth = queries.get_procedure("1.001193")
    assert birth == SHIPPED["1.001193"] or as_stored(birth) == as_stored(SHIPPED["1.001193"])
    assert queries.get_form("1.001193").get_page("ten-tre") is not None
    assert queries.search_procedures("khai sinh").hits[0].code == "1.001193"


def test_the_same_letter_twice_changes_nothing():
    receive(version_of())
    stored = Version.objects.values().get()
    receive(version_of())
    assert Version.objects.values().get() == stored


def test_an_older_correction_that_comes_late_is_left():
    receive(version_of(revision=3, decision="3/QĐ"))
    receive(version_of(revision=2, decision="2/QĐ"))
    assert queries.get_procedure("1.001193").decision == "3/QĐ"


def test_a_letter_from_anybody_else_is_refused():
    with pytest.raises(NotAllowed) as refusal:
        receive(version_of(), sender="G01")
    assert refusal.value.code == "procedures.not-publisher"
    assert Version.objects.count() == 0


@pytest.mark.parametrize(
    "broken", [{"online": "sometimes"}, {"code": "2.000635"}, {"version": 7}, {"form": {"type": "string"}}, {"x": 1}]
)
def test_a_definition_that_is_none_is_refused(broken):
    version = PublishedVersion(
        code="1.001193", version=1, revision=1, definition=as_stored(SHIPPED["1.001193"]) | broken
    )
    with pytest.raises(Refused) as refusal:
        receive(version)
    assert refusal.value.code == "procedures.bad-definition"


def test_listeners_hear_of_each_new_version_once(monkeypatch):
    heard: list[Published] = []
    monkeypatch.setattr(events, "publish", heard.append)
    receive(version_of())
    receive(version_of())
    assert heard == [Published("1.001193", 1, 1, SHIPPED["1.001193"].valid_from, None)]
    assert heard[0].event_key() == "1.001193"


def test_the_sample_is_a_procedure():
    receive(*ProcedurePublished.sample().versions)
    assert queries.get_procedure("2.000635").fees["direct"].amount == 8000


# --- versions on days ---------------------------------------------------------------------------------------------


@pytest.fixture
def two_versions():
    """Birth registration as it is, and as it will be under the Civil Status Law of 1/3/2027."""
    receive(version_of(valid_to="2027-03-01"))
    receive(version_of(version=2, valid_from="2027-03-01", decision="Luật Hộ tịch 03/2026/QH16"))


@pytest.mark.usefixtures("two_versions")
def test_each_day_has_its_version():
    assert queries.get_procedure("1.001193").version == 1
    assert queries.get_procedure("1.001193", date(2027, 2, 28)).version == 1
    assert queries.get_procedure("1.001193", date(2027, 3, 1)).version == 2
    assert queries.find_procedure("1.001193", date(2020, 1, 1)) is None
    assert [one.version for one in queries.list_versions("1.001193.H36")] == [2, 1]


@pytest.mark.usefixtures("two_versions")
def test_a_dossier_keeps_the_version_it_was_received_under():
    with clock.frozen(clock.at(2027, 6, 1, 9)):
        assert queries.get_procedure("1.001193").version == 2
        assert queries.get_procedure("1.001193", version=1).valid_to is not None


@pytest.mark.usefixtures("two_versions")
def test_local_and_case_codes_stand_for_the_base():
    for code in ("1.001193.000.00.00.H36", "1.001193.H36", "1.001193.H36.101", "1.001193.01", " 1.001193 "):
        assert queries.get_procedure(code).code == "1.001193"
    for code in ("1.00119", "1.001193x", "1.001193.", "", "١.٠٠١١٩٣", "1.001193;--"):
        with pytest.raises(NotFound) as refusal:
            queries.get_procedure(code)
        assert refusal.value.code == "procedures.unknown"


@pytest.mark.usefixtures("two_versions")
def test_search_follows_the_day():
    assert services.refresh_entries() == 0
    with clock.frozen(clock.at(2027, 3, 1, 6)):
        assert services.refresh_entries() == 1
        assert services.refresh_entries() == 0
    assert Entry.objects.get(code="1.001193").current_version == 2


def test_a_listing_has_no_form():
    receive(*ProcedurePublished.sample().versions)
    with pytest.raises(NotFound) as refusal:
        queries.get_form("2.000635")
    assert refusal.value.code == "procedures.no-form"


def test_places_must_exist_today(monkeypatch, birth):
    asked = []
    monkeypatch.setattr(agencies_queries, "find_unit", lambda code, on: asked.append((code, on)))
    clean, errors = queries.check_answers(form_of(birth), careful_answers(form_of(birth)), today=TODAY)
    assert [(error.path, error.code) for error in errors] == [("receiver.commune", "form.place")]
    assert "commune" not in clean["receiver"]
    assert asked == [(WARD, TODAY)]


def test_system_may_publish_from_a_job(posted, monkeypatch):
    services.load_definitions(actor=SYSTEM)
    jobs.publish_waiting()
    assert len(posted) == 2

    def missing():
        raise Refused("exchange.directory-missing", "…")

    monkeypatch.setattr(exchange_queries, "list_nodes", missing)
    jobs.publish_waiting()
