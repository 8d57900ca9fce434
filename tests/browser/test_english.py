"""The switch to English: no Vietnamese sentence is left where English should stand.

Names, addresses and the texts of Vietnamese law stay Vietnamese; where they are more than a name they are marked
`lang="vi"`, so that a screen reader speaks them rightly. What gives a left-over sentence away are little words that no
name contains.
"""

import pytest

from tests.browser.conftest import DESK, Stage
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

_PORTAL = ("/", "/thu-tuc/", "/thu-tuc/?q=khai+sinh", "/thu-tuc/1.001193/", "/thu-tuc/2.000635/", "/tro-giup/",
           "/tra-cuu/", "/tra-cuu/don-vi/", "/dang-nhap/", "/xac-minh/")  # fmt: skip
_MINE = ("/nop-ho-so/1.001193/", "/ho-so/", "/ho-so/ai-da-xem/", "/thong-bao/")
_DOCUMENTS = ("/van-ban/", "/van-ban/di/", "/van-ban/truc/", "/van-ban/tim/", "/van-ban/so/", "/van-ban/thong-ke/",
              "/van-ban/so/lay-so/", "/van-ban/so/giay/", "/van-ban/so/cach-danh-so/", "/van-ban/nhap/", "/van-phong/",
              "/van-phong/?o=agency", "/van-phong/du-thao/moi/", "/van-phong/viec/", "/van-phong/ho-so/",
              "/van-phong/nhom/")  # fmt: skip
PLACES = (
    ("hub", "", _PORTAL),
    ("hub", "068196000101", _MINE),
    ("hub", "g22.chidao", ("/dieu-hanh/?ky=today",)),
    (
        "hub",
        "g22.vanhanh",
        (
            "/van-hanh/trao-doi/",
            "/van-hanh/trao-doi/nhat-ky/",
            "/van-hanh/lich-lam-viec/",
            "/van-hanh/van-ban/luu-luong/",
            "/van-hanh/van-ban/doi-tac/",
            "/van-hanh/van-ban/doi-tac/moi/",
        ),
    ),
    ("population", "g01.dancu", ("/dan-cu/", "/dan-cu/?q=Nguyen")),
    ("province", "h36.101.tiepnhan", ("/mot-cua/", "/mot-cua/tiep-nhan/", "/mot-cua/tiep-nhan/1.001193/")),
    ("province", "h36.101.chutich", ("/mot-cua/ky/",)),
    ("province", "h36.vanthu", _DOCUMENTS),
    ("province", "h36.chutich", ("/van-phong/ky/", "/van-phong/van-ban-den/", "/van-phong/viec/")),
)
LITTLE_WORDS = (
    *("của", "và", "không", "được", "hãy", "bạn", "này", "khi", "những", "các", "để", "với", "chưa", "đã", "phải"),
    *("nếu", "một", "hoặc", "theo", "từ", "tại", "cho", "người", "trang", "tệp", "chọn", "ngày", "giờ"),
)
_LEFT_OVER = """words => {
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT), found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement, text = node.textContent.normalize('NFC').trim();
    if (parent.closest('script, style, option') || parent.closest('[lang]')?.lang !== 'en') continue;
    const hits = (text.toLowerCase().match(/\\p{L}+/gu) || []).filter(word => words.includes(word));
    if (hits.length) found.push(text.slice(0, 120));
  }
  return found;
}"""


@pytest.mark.parametrize(("node", "username", "paths"), PLACES, ids=[f"{n}-{u or 'stranger'}" for n, u, _ in PLACES])
def test_no_vietnamese_sentence_is_left(stage: Stage, node: str, username: str, paths: tuple[str, ...]):
    visitor = stage.newcomer(node, DESK)
    switch_to_english(visitor)
    if username:
        stage.sign_in(visitor, username)
    left = {path: left_over(visitor.open(path)) for path in paths}
    assert not {path: texts for path, texts in left.items() if texts}


def switch_to_english(visitor: Visitor) -> None:
    visitor.open("/dang-nhap/").press("English")
    assert visitor.path == "/dang-nhap/"


def left_over(visitor: Visitor) -> list[str]:
    assert visitor.page.locator("html").get_attribute("lang") == "en"
    visitor.look(f"en-{visitor.path.strip('/').replace('/', '-') or 'home'}")
    found: list[str] = visitor.page.evaluate(_LEFT_OVER, list(LITTLE_WORDS))
    return found
