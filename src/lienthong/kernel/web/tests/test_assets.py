"""The front end's packages: locked by hash, without addresses; what was built is complete."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

REPOSITORY = Path(__file__).resolve().parents[5]
ASSETS = REPOSITORY / "assets"


@pytest.mark.skipif(not ASSETS.is_dir(), reason="only in a checkout")
def test_the_lock_pins_every_package_and_names_no_registry():
    lock = (ASSETS / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock
    packages = {name: told for name, told in json.loads(lock)["packages"].items() if name}
    assert [name for name, told in packages.items() if not told.get("integrity")] == []


@pytest.mark.parametrize(
    "name",
    [
        "built/lienthong.css",
        "built/lienthong.js",
        "built/fonts/be-vietnam-pro-vietnamese-400-normal.woff2",
        "built/fonts/Tinos-Regular.ttf",
        "built/fonts/Tinos-Bold.ttf",
        "built/fonts/Tinos-Italic.ttf",
        "built/fonts/Tinos-BoldItalic.ttf",
        "built/map/vietnam.svg",
        "web/mark.svg",
        "web/supported.js",
    ],
)
def test_the_built_parts_are_there(name):
    assert finders.find(name), "run: python assets/build.py"


def test_nothing_of_a_foreign_state_is_in_the_styles():
    styles = Path(str(finders.find("built/lienthong.css"))).read_text(encoding="utf-8")
    assert "GDS Transport" not in styles
    assert "crown" not in styles
    assert not re.search(r"""url\(["']?(https?:)?//""", styles)
