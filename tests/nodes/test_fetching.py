"""A node that cannot be reached, with real processes: it fetches letters and parts, dies in between, loses nothing."""

import subprocess
import sys
from typing import Any

import psycopg
import pytest

from lienthong.node.demo.passing import passing_folder
from lienthong.node.faults.federation import Federation, Member
from lienthong.node.story.command import wait_until

pytestmark = pytest.mark.nodes

LETTERS = 1_200
EAGER = "\n[parameters.exchange]\npull_seconds = 0.2\n"
PART_BYTES = 9 * 2**20

HIDE = """
from lienthong.platform.exchange import services
from lienthong.platform.exchange.models import Node
Node.objects.filter(agency_code="G01").update(pull=True, base_url="")
services.issue_directory()
"""

POST = f"""
import os
from django.db import transaction
from lienthong.kernel import files
from lienthong.kernel.ids import new_id
from lienthong.platform.exchange import services
from lienthong.platform.exchange.letters import FreeLetter, SelfTest
def content():
    yield b"%PDF-1.7"
    for _ in range({PART_BYTES} // 2**20 - 1):
        yield os.urandom(2**20)
    yield b"%%EOF"
with transaction.atomic():
    part = files.store(content(), name="ban-ve.pdf")
    letter = FreeLetter.sample().model_copy(update={{"sender_code": "G22", "recipient_code": "G01"}})
    services.post_letter(letter, recipient="G01", parts=[part])
    letters = [SelfTest(test_id=new_id(), wish="accept", text="Thư " * 100) for _ in range({LETTERS})]
    services.post_letters(letters, recipient="G01")
"""


def at(federation: Federation, member: Member, code: str) -> None:
    """Run a few lines as this node."""
    done = subprocess.run(
        [sys.executable, "-c", f"{_START}\n{code}"],
        env=federation.environment_of(member),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


_START = """
import django
django.setup(set_prefix=False)
from lienthong.node import wiring
wiring.open_node()
"""


def ask(member: Member, question: str) -> Any:
    with psycopg.connect(member.database_url, autocommit=True) as session:
        row = session.execute(question.encode()).fetchone()
    return row[0] if row else None


def test_letters_and_parts_reach_a_node_that_nobody_can_reach() -> None:
    with passing_folder() as folder, Federation(folder, 2, direct=True, parameters=EAGER) as federation:
        hub, hidden = federation.members
        at(federation, hub, HIDE)
        at(federation, hidden, "from lienthong.platform.exchange import services; services.refresh_directory()")
        at(federation, hub, POST)
        ours = "name IN ('self-test.v1', 'free-letter.v1')"
        accepted = f"SELECT count(*) FROM exchange_outgoingletter WHERE state = 'accepted' AND {ours}"
        arrived = f"SELECT count(*) FROM exchange_incomingletter WHERE verdict = 'accepted' AND {ours}"
        wait_until(lambda: bool(ask(hidden, arrived)), 90)
        federation.kill_node(hidden)
        federation.start_node(hidden)
        wait_until(lambda: ask(hub, accepted) == LETTERS + 1, 120)
        assert ask(hub, accepted) == LETTERS + 1
        assert ask(hidden, arrived) == LETTERS + 1
        assert ask(hub, "SELECT max(failures) FROM exchange_deliveryline") in (0, None)
        digest = ask(hidden, "SELECT sha256 FROM kernel_storedfile")
        kept = hidden.home / "files" / digest[:2] / digest
        assert kept.stat().st_size == PART_BYTES - 2**20 + 13
        for member in (hub, hidden):
            at(
                federation,
                member,
                "from lienthong.platform.exchange import queries\nassert queries.verify_log().intact",
            )
