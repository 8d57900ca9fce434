"""`lienthong keys`: an operator requests, installs and replaces certificates, with keys in files and on a token."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lienthong.kernel import roles
from lienthong.node.demo.passing import free_ports
from lienthong.platform.signing import services
from lienthong.platform.signing.roles import ROLES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home_server")]

REPOSITORY = Path(__file__).resolve().parents[2]
PIN = "4711-0815"
PROFILE = """
[node]
name = "sample"
agency_code = "H36"
title = "Nút mẫu"
title_en = "Sample node"
port = {port}
roles = ["signing.keys"]
exchange_url = "https://node.example:8443"
{keys}
"""


class Operator:
    """Somebody at the command line of one node."""

    def __init__(self, folder: Path, keys: str = "", **environment: str) -> None:
        self.folder, self.profile, self.environment = folder, folder / "node.toml", environment
        self.profile.write_text(PROFILE.format(port=free_ports(1)[0], keys=keys))
        services.install_trust(folder / "demo", into=folder / "home")

    def types(self, *words: object, code: int = 0) -> str:
        ours = ("PYTEST_", "LIENTHONG_", "DATABASE_URL")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        starter = {key: value for key, value in os.environ.items() if key == "LIENTHONG_STARTER_CLUSTER"}
        more = {"LIENTHONG_HOME": str(self.folder / "home"), "PYTHONPATH": str(REPOSITORY / "src"), **self.environment}
        done = subprocess.run(
            [sys.executable, "-m", "lienthong.node", "keys", *map(str, words), "--profile", str(self.profile)],
            env={**kept, **starter, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def certify(self, request: str, name: str) -> Path:
        """What the authority does."""
        roles.open_roles(ROLES)
        kind = name.partition(":")[0]
        issued = services.issue_from_request(
            request, kind=kind, agency_code="H36", common_name="Nút mẫu", home=self.folder / "demo"
        )
        path = self.folder / f"{name}.crt"
        path.write_text(issued.pem)
        return path


def replace_keys(operator: Operator) -> None:
    assert "There is no key yet" in operator.types("list")
    request = operator.types("request", "node")
    assert request.startswith("-----BEGIN CERTIFICATE REQUEST-----")
    assert "in use from now on" in operator.types("install", "node", operator.certify(request, "node"))
    first = re.findall(r"[0-9a-f]{16}…", operator.types("list"))
    assert len(first) == 1
    # The next one waits for the directory, and is put in use when somebody insists.
    operator.types("make", "node")
    operator.types("request", "node", "--out", operator.folder / "node.csr")
    certificate = operator.certify((operator.folder / "node.csr").read_text(), "node")
    assert "waits until the directory lists it" in operator.types("install", "node", certificate)
    listed = operator.types("list")
    assert "node (next)" in listed
    assert first[0] in listed
    assert "in use from now on" in operator.types("install", "node", certificate, "--now")
    after = operator.types("list")
    assert "(next)" not in after
    assert first[0] not in after


def test_keys_in_files_are_requested_installed_and_replaced(folder):
    operator = Operator(folder)
    replace_keys(operator)
    assert (folder / "home" / "keys" / "node.key").stat().st_mode & 0o077 == 0
    request = operator.types("request", "tls")
    operator.types("install", "tls", operator.certify(request, "tls"))
    shown = subprocess.run(
        ["openssl", "x509", "-noout", "-ext", "subjectAltName", "-in", folder / "home" / "keys" / "tls.crt"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "DNS:node.example" in shown.stdout


def test_what_is_wrong_is_a_sentence(folder):
    operator = Operator(folder)
    request = operator.types("request", "node")
    certificate = operator.certify(request, "node")
    assert "signing.key-name" in operator.types("request", "cat", code=1)
    assert "signing.wrong-kind" in operator.types("install", "tls", certificate, code=1)
    assert "nowhere.crt" in operator.types("install", "node", folder / "nowhere.crt", code=1)
    (folder / "bad.crt").write_text("no certificate")
    assert "signing.malformed-certificate" in operator.types("install", "node", folder / "bad.crt", code=1)
    (folder / "home" / "keys" / "next" / "node.key").unlink()
    operator.types("make", "node")
    assert "signing.other-key" in operator.types("install", "node", certificate, code=1)


@pytest.mark.outsiders("softhsm2")
def test_keys_on_a_token_are_requested_installed_and_replaced(folder, outside_tool):
    (folder / "store").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder / 'store'}\nlog.level = ERROR\n")
    pin = folder / "pin"
    pin.write_text(f"{PIN}\n")
    words = ["--init-token", "--free", "--label", "node", "--pin", PIN, "--so-pin", PIN]
    environment = {"SOFTHSM2_CONF": str(config), "LIENTHONG_TOKEN_PIN_FILE": str(pin)}
    subprocess.run(["softhsm2-util", *words], env={**os.environ, **environment}, check=True, capture_output=True)
    keys = f'[parameters.keys]\nstore = "pkcs11"\nmodule = "{outside_tool("softhsm2")}"\ntoken = "node"\n'
    operator = Operator(folder, keys, **environment)
    replace_keys(operator)
    assert not list((folder / "home").rglob("*.key"))
    pin.write_text("0000")
    assert "signing.token-pin" in operator.types("request", "node", code=1)
