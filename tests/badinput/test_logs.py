"""Logs say what happened, never to whom: no names, numbers or answers, whatever fails."""

import io
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog
from django.db import DatabaseError, IntegrityError, connection, transaction
from pydantic import BaseModel

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.node import logs

NAME, NUMBER = "Nguyễn Thị Bích Ngọc", "068195000001"


class Answer(BaseModel):
    number: int


def broken_row() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity_account (username, kind, personal_number, name, email, level, is_active, is_demo,"
            " created_at, password) VALUES (%s, 'person', %s, %s, '', 9, true, false, now(), '')",
            [NUMBER, NUMBER, NAME],
        )


def wrong_answer() -> None:
    Answer(number=NAME)  # type: ignore[arg-type]  # that is the point


def unreadable_number() -> None:
    int(NAME)


def missing_key() -> None:
    {"a": 1}[NAME]


def refused() -> None:
    raise Refused("dossiers.not-yours", tr(f"Hồ sơ của {NAME}.", f"Dossier of {NAME}."))


def wrapped() -> None:
    try:
        unreadable_number()
    except ValueError as error:
        raise RuntimeError("the inbox broke") from error


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("act", "said"),
    [
        (broken_row, "CheckViolation: 23514, identity_account, account_level_known"),
        (wrong_answer, "ValidationError"),
        (unreadable_number, "ValueError"),
        (missing_key, "KeyError"),
        (refused, "Refused: dossiers.not-yours"),
        (wrapped, "RuntimeError: the inbox broke"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_an_exception_is_logged_by_kind_and_place_without_its_words(act, said):
    out = io.StringIO()
    with pytest.raises((DatabaseError, KeyError, Refused, RuntimeError, ValueError)) as caught:
        act()
    structlog.wrap_logger(
        structlog.PrintLogger(out),
        processors=[structlog.processors.ExceptionRenderer(logs._write), _one_line],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    ).error("letter broke its inbox", exc_info=caught.value)
    with libraries_log("django.request.test", out) as django:
        django.error("Internal Server Error: %s", "/ho-so/", exc_info=caught.value)
    text = out.getvalue()
    assert text.count(said) >= 2
    assert text.count(f"in {act.__name__}") >= 2
    assert NAME not in text
    assert NUMBER not in text


def _one_line(_logger: Any, _name: str, event: dict[str, Any]) -> str:
    return str(event["exception"])


@contextmanager
def libraries_log(name: str, out: io.StringIO) -> Iterator[logging.Logger]:
    log, handler = logging.getLogger(name), logs.quiet_handler(out)
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    yield log
    log.removeHandler(handler)


def test_a_failed_job_is_logged_without_its_arguments():
    out = io.StringIO()
    job = {"id": 7, "task_name": "kernel.deliver_event", "task_kwargs": {"payload": {"applicant_number": NUMBER}}}
    error = ValueError(NUMBER)
    with libraries_log("procrastinate.worker.test", out) as queue:
        queue.error(f"Job deliver[7](payload={NUMBER})", extra={"job": job, "action": "job_error"}, exc_info=error)
    text = out.getvalue()
    assert text.startswith(
        "ERROR procrastinate.worker.test action=job_error task=kernel.deliver_event job=7\nbuiltins.ValueError"
    )
    assert NUMBER not in text


@pytest.mark.django_db
@pytest.mark.skipif(
    os.environ.get("LIENTHONG_TEST_GIVEN_SERVER", "") != "", reason="a given server has settings of its own"
)
def test_the_embedded_database_logs_errors_without_rows_and_statements():
    with connection.cursor() as cursor:
        for setting, value in (("log_error_verbosity", "terse"), ("log_min_error_statement", "panic")):
            cursor.execute(f"SHOW {setting}")
            assert cursor.fetchone() == (value,)


@pytest.mark.django_db
def test_what_django_raises_for_the_row_is_the_databases_own_error():
    """The test above would prove nothing if the row were not in the message."""
    with pytest.raises(IntegrityError) as caught:
        broken_row()
    assert NUMBER in str(caught.value)
    assert isinstance(caught.value, DatabaseError)
