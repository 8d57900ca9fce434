"""The command centre: figures that move by themselves while somebody looks at them."""

import pytest

from lienthong.node.story.command import make_tale
from lienthong.node.story.teller import Teller
from tests.browser.conftest import DESK, Stage

pytestmark = pytest.mark.browser

_UNTIL_RECEIVED = 4
_LIVE_MS = 20_000


def test_the_figures_move_without_a_reload(stage: Stage):
    viewer = stage.enter("hub", "g22.chidao", DESK).open("/dieu-hanh/?ky=today")
    viewer.look("command")
    before = received(viewer)
    viewer.page.evaluate("window.neverReloaded = true")
    Teller(lambda _told: None).tell(make_tale(stage.country).steps()[:_UNTIL_RECEIVED])
    viewer.page.wait_for_function(
        "before => document.querySelector('[data-agency=\"H36\"] [data-figure=received]')?.innerText == before + 1",
        arg=before,
        timeout=_LIVE_MS,
    )
    assert viewer.page.evaluate("window.neverReloaded") is True
    viewer.look("command-live")


def test_the_figures_stand_in_a_table_for_every_commune(stage: Stage):
    viewer = stage.enter("hub", "g22.chidao", DESK).open("/dieu-hanh/?ky=today&co-quan=H36")
    viewer.look("command-province")
    assert "Xuân Hương" in viewer.text


def received(viewer) -> int:
    cell = viewer.page.locator('[data-agency="H36"] [data-figure="received"]')
    return int(cell.inner_text()) if cell.count() else 0
