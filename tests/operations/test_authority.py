"""The demo's authority from the command line: issue, list, revoke."""

import subprocess

import pytest

from tests.operations.test_commands import run, write_profile


@pytest.fixture
def authority(folder, home_server):
    """Words that end every command here: the profile of a node and the authority's home."""
    return ("--profile", write_profile(folder), "--authority", folder / "authority")


@pytest.fixture
def request_file(folder):
    path = folder / "request.pem"
    subprocess.run(
        ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
         folder / "key.pem", "-subj", "/CN=x", "-addext", "subjectAltName=DNS:nut.example", "-out", path],
        check=True, capture_output=True,
    )  # fmt: skip
    return path


def test_a_request_is_served_listed_and_its_certificate_revoked(folder, authority, request_file):
    issue = ("authority", "issue-from-request", request_file, "--kind", "tls", "--agency", "H01", "--name", "Nút H01")
    told = run(folder, *issue, "--out", folder / "certificate.pem", *authority)
    assert told.returncode == 0, told.stderr
    seen = subprocess.run(
        ["openssl", "x509", "-in", folder / "certificate.pem", "-noout", "-ext", "subjectAltName"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "DNS:nut.example" in seen.stdout
    listed = run(folder, "authority", "list", *authority).stdout
    thumbprint, kind, agency, *_ = listed.split()
    assert (len(thumbprint), kind, agency) == (64, "tls", "H01")
    assert thumbprint in told.stdout
    revoke = ("authority", "revoke", thumbprint, "--reason", "keyCompromise", *authority)
    told = run(folder, *revoke)
    assert told.returncode == 0, told.stderr
    assert "REVOKED" in run(folder, "authority", "list", *authority).stdout
    again = run(folder, *revoke)
    assert (again.returncode, "revoked before" in again.stderr) == (1, True)


def test_what_cannot_be_done_is_said_in_a_sentence(folder, authority, request_file):
    assert "issued nothing yet" in run(folder, "authority", "list", *authority).stdout
    request_file.write_text("nonsense")
    words = ("--agency", "H01", "--name", "Nút H01", *authority)
    told = run(folder, "authority", "issue-from-request", request_file, *words)
    assert (told.returncode, "PKCS#10" in told.stderr) == (1, True)
    told = run(folder, "authority", "issue-from-request", folder / "nowhere", *words)
    assert (told.returncode, "nowhere" in told.stderr) == (1, True)
    assert "Traceback" not in told.stderr
    assert run(folder, "authority", "revoke", "0" * 64, "--reason", "boredom", *authority).returncode == 2
