"""Who watches a benchmark notices when nothing waits any more, and not before."""

import threading

import psycopg
import pytest

from lienthong.node.bench import watching
from lienthong.node.postgres import EmbeddedServer

WAITS = "SELECT EXISTS (SELECT FROM queue)"


@pytest.fixture
def database_url(folder, monkeypatch):
    monkeypatch.delenv("LIENTHONG_STARTER_CLUSTER", raising=False)
    with EmbeddedServer(folder / "pg", durable=False) as server:
        with psycopg.connect(server.url(), autocommit=True) as session:
            session.execute("CREATE TABLE queue AS SELECT 1 AS number")
        yield server.url()


def test_the_end_is_noticed_when_nothing_waits_and_not_before(database_url):
    ended: list[int] = []
    watcher = threading.Thread(
        target=lambda: ended.append(watching.await_no_more(database_url, WAITS, every=0.001)), daemon=True
    )
    watcher.start()
    with psycopg.connect(database_url, autocommit=True) as session:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE query = %s"
        while session.execute(asked, [WAITS]).fetchone() != (1,):
            pass
        assert ended == []
        session.execute("DELETE FROM queue")
    watcher.join(60)
    assert len(ended) == 1
    assert watching.await_no_more(database_url, WAITS) >= ended[0]


def test_a_question_has_the_row_that_answers_it_or_none(database_url):
    assert watching.ask(database_url, "SELECT count(*), 2 FROM queue") == (1, 2)
    assert watching.ask(database_url, "SELECT number FROM queue WHERE number > 1") == ()
