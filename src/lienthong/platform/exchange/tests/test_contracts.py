"""Contracts: written from the classes, checked against them."""

from pathlib import Path

import jsonschema
import orjson
import pytest

from lienthong.platform.exchange import contracts
from lienthong.platform.exchange.tests.country import Note


@pytest.fixture(autouse=True)
def _one_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contracts, "letter_classes", lambda: {Note.NAME: Note})


def test_written_contracts_are_in_order_and_the_sample_fits_the_schema(tmp_path: Path) -> None:
    assert len(contracts.write_contracts(tmp_path)) == 2
    assert contracts.check_contracts(tmp_path) == []
    assert contracts.write_contracts(tmp_path) == []
    folder = tmp_path / "letters" / "test-note.v1"
    schema = orjson.loads((folder / "schema.json").read_bytes())
    jsonschema.validate(orjson.loads((folder / "sample.json").read_bytes()), schema)


def test_drift_is_told_in_a_sentence(tmp_path: Path) -> None:
    contracts.write_contracts(tmp_path)
    folder = tmp_path / "letters" / "test-note.v1"
    (folder / "schema.json").write_text("{}")
    (folder / "sample.json").unlink()
    stray = tmp_path / "letters" / "gone.v1" / "schema.json"
    stray.parent.mkdir()
    stray.write_text("{}")
    told = " ".join(contracts.check_contracts(tmp_path))
    assert "differs" in told
    assert "is missing" in told
    assert "belongs to no letter" in told
    contracts.write_contracts(tmp_path)
    assert contracts.check_contracts(tmp_path) == []
    assert not stray.parent.exists()


def test_a_letter_needs_a_versioned_name_and_a_sample() -> None:
    with pytest.raises(TypeError, match="kebab"):
        type("Bad", (Note,), {"NAME": "Bad Name", "__annotations__": {}})
    from lienthong.platform.exchange.types import Letter

    with pytest.raises(NotImplementedError):
        Letter.sample()
