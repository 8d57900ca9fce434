"""The holder's officer at the screen."""

import pytest
from django.test import RequestFactory

from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed
from lienthong.sources.population import views
from lienthong.sources.population.demo.family import NAMED_PEOPLE
from lienthong.sources.population.models import CounterLook
from lienthong.sources.population.tests.conftest import DUNG, MOTHER, citizen

ASKED = {"q": "thu ha", "purpose": "register-keeping", "legal_ground": "Luật Căn cước 26/2023/QH15"}


def visit(view, fields=None, actor: Actor | None = DUNG):
    maker = RequestFactory()
    request = maker.get("/dan-cu/") if fields is None else maker.post("/dan-cu/", fields)
    setattr(request, "actor", actor)  # noqa: B010 (no such field is known to the type of a bare request)
    return view(request)


def test_only_officers_who_handle_come_in(db):
    with pytest.raises(NotAllowed):
        visit(views.search, actor=citizen(NAMED_PEOPLE[0]))
    assert visit(views.search, actor=None).status_code == 302


def test_the_form_explains_that_every_look_is_recorded(holder, db):
    page = visit(views.search)
    assert page.status_code == 200
    assert "Mỗi lượt tra cứu được ghi lại" in page.content.decode()


@pytest.mark.parametrize("missing", ["q", "purpose", "legal_ground"])
def test_without_purpose_or_ground_nothing_is_searched(holder, family, missing):
    for view in (views.search, views.show):
        page = visit(view, {**ASKED, missing: ""})
        assert page.status_code == 422
        text = page.content.decode()
        assert f'href="#{missing.replace("_", "-")}' in text or f'href="#{missing}' in text
        assert MOTHER.personal_number not in text


def test_found_by_name_without_accents_then_opened(holder, family):
    page = visit(views.search, ASKED).content.decode()
    assert "Trần Thị Thu Hà" in page
    assert "Mô phỏng" in page
    assert not CounterLook.objects.exists()
    opened = visit(views.show, {**ASKED, "q": MOTHER.personal_number}).content.decode()
    assert "14/03/1996" in opened
    assert "27/4 đường Hoa Mai, Phường Xuân Hương - Đà Lạt, Tỉnh Lâm Đồng" in opened
    assert "Bộ Công an (G01)" in opened
    assert CounterLook.objects.count() == 1


def test_a_narrow_purpose_opens_a_narrow_page(holder, family):
    ground = {**ASKED, "q": MOTHER.personal_number, "purpose": "identity-check"}
    opened = visit(views.show, ground).content.decode()
    assert "Trần Thị Thu Hà" in opened
    assert "Hoa Mai" not in opened
    assert "Dân tộc" not in opened


def test_nobody_found_is_said_and_a_wrong_number_is_told_at_the_field(holder, family):
    assert "Không tìm thấy ai" in visit(views.search, {**ASKED, "q": "Quách Tĩnh"}).content.decode()
    page = visit(views.search, {**ASKED, "q": "123"})
    assert page.status_code == 422
    assert "12 chữ số" in page.content.decode()
    assert visit(views.show, {**ASKED, "q": "068196000999"}).status_code == 404
    assert visit(views.show).status_code == 302
