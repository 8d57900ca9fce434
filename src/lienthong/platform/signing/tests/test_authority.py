"""The demo's authority and the files that hold keys."""

import stat
import subprocess
from datetime import timedelta

import pytest

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node, playing
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.rules.names import file_stem, key_kind, key_name
from lienthong.platform.signing.tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("at_province")


def issue(home, **changes):
    given = {"name": "node", "kind": "node", "agency_code": "H36", "common_name": "Nút"}
    return services.issue_certificate(home, **{**given, **changes})


def test_keys_are_readable_by_their_owner_alone(country):
    keys = [*(country.province / "keys").glob("*.key"), *(country.demo / "authority").glob("*.key")]
    assert len(keys) >= 5
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_a_node_holds_its_own_keys_and_the_roots_only(country):
    held = {path.name for path in country.hub.rglob("*") if path.is_file() and path.name != ".lock"}
    assert held == {
        "node.key", "node.crt", "officer_nguyen.thi.lan.key", "officer_nguyen.thi.lan.crt",
        "seal_H36.101.key", "seal_H36.101.crt", "demo-root.pem", "demo-issuing.pem",
    }  # fmt: skip
    assert queries.list_keys() == ("node", "officer:nguyen.thi.lan", "seal:H36.101")


def test_issuing_again_changes_nothing(tmp_path):
    first = issue(tmp_path)
    assert issue(tmp_path).thumbprint == first.thumbprint


def test_another_name_or_a_near_end_brings_a_new_certificate(tmp_path):
    first = issue(tmp_path)
    renamed = issue(tmp_path, common_name="Nút khác")
    assert renamed.thumbprint != first.thumbprint
    with clock.frozen(renamed.not_after - timedelta(days=29)):
        assert issue(tmp_path, common_name="Nút khác").thumbprint != renamed.thumbprint


def test_a_new_key_is_used_at_once(tmp_path):
    issue(tmp_path)
    with playing(node(), home=tmp_path):
        before = services.sign_bytes(b"x", key="node")
        issue(tmp_path, common_name="Nút khác")
        after = services.sign_bytes(b"x", key="node")
        assert before.thumbprint != after.thumbprint
        queries.verify_bytes(b"x", after, certificate_pem=queries.get_certificate("node").pem)


def test_openssl_follows_the_chain(country):
    trust, keys = country.province / "trust", country.province / "keys"
    for name in ("node", "officer_nguyen.thi.lan", "seal_H36.101"):
        told = subprocess.run(
            [
                "openssl", "verify", "-x509_strict", "-attime", str(int(NOW.timestamp())),
                "-CAfile", trust / "demo-root.pem", "-untrusted", trust / "demo-issuing.pem", keys / f"{name}.crt",
            ],
            capture_output=True, check=False, text=True,
        )  # fmt: skip
        assert told.returncode == 0, told.stderr


def test_a_key_that_others_can_read_does_not_sign(tmp_path):
    issue(tmp_path)
    (tmp_path / "keys" / "node.key").chmod(0o644)
    with playing(node(), home=tmp_path), pytest.raises(Refused, match=r"signing\.key-exposed"):
        services.sign_bytes(b"x", key="node")


def test_a_key_that_is_not_here_does_not_sign():
    with pytest.raises(Refused, match=r"signing\.unknown-key"):
        services.sign_bytes(b"x", key="seal:H36.999")


def test_a_node_without_roots_trusts_nobody(tmp_path):
    pem = queries.get_certificate("node").pem
    with playing(node(), home=tmp_path), pytest.raises(Refused, match=r"signing\.no-trust"):
        queries.check_certificate(pem)


@pytest.mark.parametrize(
    "name",
    ["", "node:x", "seal", "seal:", "officer:../x", "officer:a/b", "officer:a..b", "root", "officer:a_ b", "seal:é"],
)
def test_a_name_that_is_no_key_name_is_refused(name):
    with pytest.raises(Refused, match=r"signing\.key-name"):
        key_kind(name)


@pytest.mark.parametrize("name", ["node", "seal:H36.101.01", "officer:can_bo_tiep_nhan", "officer:lan@xuan-huong"])
def test_a_key_name_and_its_file_lead_to_each_other(name):
    assert key_name(file_stem(name)) == name
