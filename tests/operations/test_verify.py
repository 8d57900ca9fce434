"""`lienthong verify`: a proof is judged by somebody with nothing but the program and the file."""

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from lienthong.kernel import clock, roles
from lienthong.kernel.profile import node, playing
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.roles import ROLES
from lienthong.platform.signing.types import MessageProof

pytestmark = pytest.mark.django_db
REPOSITORY = Path(__file__).resolve().parents[2]
BODY = b'{"letter":{},"parts":[]}'


def verify(*words: object, code: int = 0) -> str:
    """At the command line of a machine that knows of no node and has no database."""
    ours = ("PYTEST_", "LIENTHONG_", "DATABASE_URL", "DJANGO_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    done = subprocess.run(
        [sys.executable, "-m", "lienthong.node", "verify", *map(str, words)],
        env={**kept, "PYTHONPATH": str(REPOSITORY / "src"), "LIENTHONG_PROFILE": "nowhere.toml"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    """A proof whose body was left out."""
    home = tmp_path / "home"
    services.issue_certificate(
        tmp_path / "demo", into=home, name="node", kind="node", agency_code="H36", common_name="Nút H36"
    )
    before = roles.opened()
    roles.open_roles(ROLES)
    with playing(node(), home=home, agency_code="H36"):
        told = {"v": 1, "kind": "letter", "from": "H36", "to": "G22", "name": "note.v1", "id": "1"}
        message, digest, at = orjson.dumps(told), sha256(BODY).digest(), clock.now()
        value = services.sign_message(message, [digest], at=at)
        pem = queries.get_certificate("node").pem
        made = services.make_container(MessageProof(message, ((digest, None),), value, pem, at))
    roles.open_roles(before)
    file = tmp_path / "proof.asice"
    file.write_bytes(made)
    return file


def test_a_proof_is_judged_in_sentences(proof: Path) -> None:
    told = verify(proof)
    assert "proof.asice: HỢP LỆ" in told
    assert "Người ký: Nút H36 (H36)" in told
    assert "hãy đối chiếu SHA-256" in told
    assert "Signed by Nút H36 (H36)" in verify(proof, "--lang", "en")


def test_roots_and_what_was_left_out_may_be_given(proof: Path, tmp_path: Path) -> None:
    body = tmp_path / "letter.json"
    body.write_bytes(BODY)
    words = ["--roots", tmp_path / "home" / "trust", "--with", f"attachment1={body}", "--json"]
    (told,) = json.loads(verify(proof, *words))
    assert (told["good"], told["signer"]["agency_code"]) == (True, "H36")
    assert {"signing.own-roots", "signing.digest-only"}.isdisjoint(one["code"] for one in told["findings"])
    body.write_bytes(b"other")
    assert "attachment1" in verify(proof, *words, code=1)


def test_what_is_wrong_is_said_with_exit_code_1(proof: Path, tmp_path: Path) -> None:
    proof.write_bytes(proof.read_bytes()[:-40])
    assert "KHÔNG HỢP LỆ" in verify(proof, code=1)
    assert "No such file" in verify(tmp_path / "none.asice", code=1)
    assert "no certificate" in verify(proof, "--roots", tmp_path, code=1)
    assert "NAME=FILE" in verify(proof, "--with", "attachment1", code=1)
