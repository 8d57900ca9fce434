"""What stands on paper by NĐ 30/2020: pictures, marks in the corner, and the place found by the words."""

import io

import pypdf
import pytest
import typst
from django.contrib.auth import get_user_model
from PIL import Image, ImageDraw

from lienthong.kernel import clock
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Refused
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.identity import services as identity
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.rules.pades import scans
from lienthong.platform.signing.tests import papers
from lienthong.platform.signing.tests.conftest import NOW
from lienthong.platform.signing.tests.papers import BOX, LEADER, SEAL

A4 = (595.28, 841.89)


def scan(size=(600, 200), ink=(20, 20, 20, 255), ground=(255, 255, 255, 0), mode="RGBA", kind="PNG", draw=True):
    image = Image.new(mode, size, ground if mode == "RGBA" else "white")
    if draw:
        pen = ImageDraw.Draw(image)
        pen.line([(30, 150), (200, 20), (300, 180), (560, 60)], fill=ink if mode == "RGBA" else "black", width=8)
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def rectangle(pdf, name):
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    for number, page in enumerate(reader.pages):
        for one in page.annotations or ():
            found = one.get_object()
            if found.get("/T", "").startswith(name):
                return number, [float(side) for side in found["/Rect"]], found
    raise AssertionError(name)


@pytest.mark.usefixtures("at_province")
class TestMarks:
    def test_an_attachment_names_its_main_document_at_the_top_right_of_page_1(self):
        made = services.seal_attachment(papers.plain(), seal=SEAL, number="128/QĐ-UBND", signed_at=NOW)
        page, (_, bottom, right, top), field = rectangle(made, "KemTheo")
        assert page == 0
        assert A4[0] - 40 < right < A4[0]
        assert A4[1] - 60 < bottom < top < A4[1]
        assert "Kèm theo văn bản số: 128/QĐ-UBND" in field["/TU"]
        assert "2026-11-21T09:30:00+07:00" in field["/TU"]
        drawn = field["/AP"]["/N"].get_object().get_data()
        assert b"0 g\n" in drawn[:120]
        assert b"RG" not in drawn
        assert queries.judge_pdf(made).good

    @pytest.mark.parametrize(("form", "words"), [("copy", "SAO Y"), ("extract", "TRÍCH SAO"), ("transfer", "SAO LỤC")])
    def test_a_certified_copy_says_its_form_at_the_top_right(self, form, words):
        main = services.sign_and_seal_pdf(papers.plain(), leader=LEADER, seal=SEAL, box=BOX)
        made = services.certify_copy(main, form=form, seal=SEAL, moment=NOW)
        page, (_, _, right, top), field = rectangle(made, "BanSao")
        assert (page, right > A4[0] - 40, top > A4[1] - 40) == (0, True, True)
        assert field["/TU"].endswith(words)
        assert b"0.83 0.06 0.12 rg" in field["/AP"]["/N"].get_object().get_data()
        assert [one.code for one in queries.verify_pdf(made)] == ["good"] * 3
        assert queries.verify_pdf(made)[2].reason == words

    def test_an_unknown_form_of_copy_and_a_wrong_key_are_refused(self):
        for act in (
            lambda: services.certify_copy(papers.plain(), form="photo", seal=SEAL),  # type: ignore[arg-type]
            lambda: services.certify_copy(papers.plain(), form="copy", seal=LEADER),
            lambda: services.certify_copy(b"", form="copy", seal=SEAL),
        ):
            with pytest.raises(Refused):
                act()

    def test_a_scanned_signature_is_drawn_in_blue_with_its_transparency(self):
        picture = scans.read_scan(scan()).png
        made = services.sign_pdf(papers.plain(), signer=LEADER, box=BOX, picture=picture)
        _, _, field = rectangle(made, "ChuKy")
        resources = field["/AP"]["/N"].get_object()["/Resources"]
        (image,) = (one.get_object() for one in resources["/XObject"].values())
        assert "/SMask" in image
        assert image.get_data()[:3] == bytes((18, 41, 153))
        assert queries.judge_pdf(made).good

    def test_the_seal_says_agency_and_time(self):
        made = services.sign_pdf(papers.plain(), signer=SEAL, box=queries.seal_box(BOX), appearance="seal")
        _, _, field = rectangle(made, "ConDau")
        assert len(field["/AP"]["/N"].get_object().get_data()) > 5000


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"GIF89a", "type"),
        (scan(kind="JPEG", mode="RGB"), "type"),
        (scan(mode="RGB"), "opaque"),
        (scan(ground=(255, 255, 255, 255)), "opaque"),
        (scan(draw=False), "blank"),
        (scan(size=(60, 20)), "size"),
        (scan(size=(3200, 100)), "size"),
        (scan()[:200], "type"),
        (b"\x89PNG\r\n\x1a\n" + bytes(2**20), "large"),
    ],
)
def test_pictures_that_are_not_taken(content, code):
    with pytest.raises(Refused) as caught:
        scans.read_scan(content)
    assert caught.value.code == f"signing.scan-{code}"
    assert caught.value.field == "picture"


def test_a_picture_is_cut_to_its_ink_and_made_blue():
    made = scans.read_scan(scan(ink=(255, 0, 0, 255)))
    image = Image.open(io.BytesIO(made.png))
    assert (image.width, image.height) == (made.width, made.height)
    assert made.width < 600
    pixels = image.tobytes()
    solid = {pixels[at : at + 3] for at in range(0, len(pixels), 4) if pixels[at + 3] > 200}
    assert solid == {bytes((18, 41, 153))}


@pytest.mark.django_db
def test_an_officer_keeps_and_drops_the_own_picture(client, settings):
    settings.ROOT_URLCONF = "lienthong.platform.signing.tests.urls"
    made = identity.appoint_officer(
        username="lan.nguyen", name="Nguyễn Thị Lan", agency_code="H36.101", position="Phó Chủ tịch",
        duties={"leader"}, actor=SYSTEM,
    )  # fmt: skip
    from django.core.files.uploadedfile import SimpleUploadedFile

    actor = identity_queries.actor_of(identity_queries.get_account(made.account_id))
    assert queries.find_signature_image("officer:lan.nguyen") == b""
    services.keep_signature_image(scan(), actor=actor)
    assert queries.find_signature_image("officer:lan.nguyen").startswith(b"\x89PNG")
    services.drop_signature_image(actor=actor)
    assert queries.find_signature_image("officer:lan.nguyen") == b""
    client.force_login(get_user_model().objects.get(username="lan.nguyen"))
    address = "/ky-so/hinh-chu-ky/"
    assert "Chưa có hình chữ ký" in client.get(address).content.decode()
    refused = client.post(address, {"picture": SimpleUploadedFile("a.png", b"x")})
    assert (refused.status_code, "phải là tệp PNG" in refused.content.decode()) == (422, True)
    assert client.post(address, {"picture": SimpleUploadedFile("a.png", scan())}).status_code == 302
    assert client.get(f"{address}tep.png").headers["Content-Type"] == "image/png"
    assert client.post(address, {"drop": "1"}).status_code == 302
    assert client.get(f"{address}tep.png").status_code == 404
    with pytest.raises(Refused):
        services.keep_signature_image(scan(), actor=Actor(kind="person", name="x", account_id=1))


# The place


def letter(name="Nguyễn Thị Lan", position="PHÓ CHỦ TỊCH", pages=1, body=""):
    source = f"""
#set page("a4", margin: (left: 30mm, rest: 20mm))
#set text(size: 14pt)
{"#pagebreak()".join(["= QUYẾT ĐỊNH" + chr(10)] * pages)}
{body}
#place(bottom + right, dy: -60mm, block(width: 70mm, align(center)[
  *KT. CHỦ TỊCH* \\
  *{position}*
  #v(25mm)
  *{name}*
]))
"""
    return typst.compile(source.encode())


def test_the_place_is_found_between_position_and_name():
    place = queries.find_signature_place(letter(pages=2), name="Nguyễn Thị Lan", position="Phó Chủ tịch")
    assert place is not None
    assert (place.page, place.found) == (1, True)
    middle = (place.box.left + place.box.right) / 2
    assert abs(middle - (A4[0] - 57 - 99)) < 8
    assert 40 <= place.box.height <= 96
    assert 170 < place.box.bottom < place.box.top < 320


@pytest.mark.parametrize("name", ["NGUYỄN THỊ LAN", "nguyễn thị lan", "TS. Nguyễn Thị Lan", "Nguyễn Thị Lan"])
def test_titles_and_capitals_do_not_matter(name):
    assert queries.find_signature_place(letter(name=name), name="Nguyễn Thị Lan", position="Phó Chủ tịch")


def test_a_name_in_the_text_is_not_taken_for_the_place():
    body = "Giao cho bà\\n\\nNguyễn Thị Lan\\n\\nthi hành."
    found = queries.find_signature_place(letter(body=body), name="Nguyễn Thị Lan", position="Phó Chủ tịch")
    plain = queries.find_signature_place(letter(), name="Nguyễn Thị Lan", position="Phó Chủ tịch")
    assert found == plain


def test_who_is_not_named_has_no_place_but_one_by_habit():
    pdf = letter(pages=2)
    assert queries.find_signature_place(pdf, name="Trần Văn Bình", position="") is None
    assert queries.find_signature_place(pdf, name="", position="") is None
    place = queries.fallback_place(pdf)
    assert (place.page, place.found) == (1, False)
    assert place.box.left > A4[0] / 2


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7", b"hello", papers.plain()[:2000]])
def test_a_broken_file_has_no_place_and_says_so(body):
    for ask in (
        lambda: queries.find_signature_place(body, name="A", position=""),
        lambda: queries.fallback_place(body),
    ):
        with pytest.raises(Refused) as caught:
            ask()
        assert caught.value.code == "signing.not-a-pdf"


@pytest.mark.usefixtures("at_province")
def test_signing_at_the_found_place_is_good():
    place = queries.find_signature_place(letter(), name="Nguyễn Thị Lan", position="Phó Chủ tịch")
    assert place is not None
    with clock.frozen(NOW):
        made = services.sign_and_seal_pdf(letter(), leader=LEADER, seal=SEAL, box=place.box, page=place.page)
    assert queries.judge_pdf(made).good
