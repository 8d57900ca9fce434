from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client

from lienthong.kernel import clock, jobs
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.identity import services as identity_services
from lienthong.platform.notices import mail, queries, services
from lienthong.platform.notices.models import Notice

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.platform.notices.tests.site")]

TITLE = tr("Hồ sơ đã được tiếp nhận", "Your dossier was received")
BODY = tr("Ngày trả kết quả: 24/11/2026.", "Return date: 24/11/2026.")


def open_account(number="068185000001", name="Nguyễn Thị Lan", email=""):
    return identity_services.open_person_account(personal_number=number, name=name, level=2, email=email, actor=SYSTEM)


@pytest.fixture
def lan():
    return open_account(email="lan@example.vn")


@pytest.fixture
def reader(client, lan):
    client.force_login(get_user_model().objects.get(pk=lan.account_id))
    return client


@pytest.fixture
def mailbox(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def tell(account, **changes):
    facts = {"account_id": account.account_id, "title": TITLE, "body": BODY}
    return services.notify(**{**facts, **changes})


def test_a_notice_is_kept_in_both_languages(lan):
    notice = tell(lan, link="/ho-so/1/")
    assert (notice.title, notice.body, notice.link, notice.read_at) == (TITLE, BODY, "/ho-so/1/", None)
    assert queries.count_unread(lan.account_id) == 1


def test_a_person_is_told_by_number_and_a_stranger_is_not_told(lan):
    assert services.notify(personal_number="068185000001", title=TITLE, body=BODY) is not None
    assert services.notify(personal_number="068185999999", title=TITLE, body=BODY) is None
    assert services.notify(personal_number="", title=TITLE, body=BODY) is None


def test_the_same_occasion_is_told_once(lan):
    first = tell(lan, key="dossiers.received:1")
    again = tell(lan, key="dossiers.received:1", title=tr("Khác", "Other"))
    assert again == first
    assert jobs.run_waiting() == 1


def test_one_occasion_reaches_two_accounts(lan):
    minh = open_account("068085000002", "Lê Minh")
    assert tell(lan, key="k").notice_id != tell(minh, key="k").notice_id


def test_a_notice_of_a_change_that_rolls_back_was_never_written(lan, mailbox):
    with transaction.atomic():
        tell(lan)
        transaction.set_rollback(True)
    assert queries.count_unread(lan.account_id) == 0
    assert jobs.run_waiting() == 0


@pytest.mark.parametrize("link", ["https://example.com/", "//example.com", "/\\example.com", "ho-so/1"])
def test_a_link_leads_nowhere_else(lan, link):
    with pytest.raises(Refused, match=r"notices\.link"):
        tell(lan, link=link)


@pytest.mark.django_db(transaction=True)
def test_the_same_occasion_from_many_hands_at_once_is_told_once():
    lan = open_account()

    def tell_it(_):
        try:
            return tell(lan, key="k").notice_id
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(tell_it, range(4)))) == 1


def test_the_e_mail_speaks_both_languages(lan, mailbox):
    tell(lan, link="/ho-so/1/")
    assert jobs.run_waiting() == 1
    (written,) = mailbox.iterdir()
    letter = message_from_bytes(written.read_bytes().split(b"\n" + b"-" * 79)[0], policy=policy.default)
    assert letter["To"] == "lan@example.vn"
    assert letter["Subject"].strip() == "Hồ sơ đã được tiếp nhận / Your dossier was received"
    text = letter.get_content()
    assert text.index("24/11/2026") < text.index("Your dossier was received")
    assert "/ho-so/1/" in text


def test_a_job_that_runs_twice_sends_one_e_mail(lan, mailbox):
    notice = tell(lan)
    for _ in range(2):
        mail.send_mail(notice_id=notice.notice_id)
    assert len(list(mailbox.iterdir())) == 1


def test_who_has_no_address_or_wants_no_mail_gets_none(lan, mailbox):
    tell(open_account("068085000002", "Lê Minh"))
    tell(lan, email=False)
    assert jobs.run_waiting() == 0


def test_a_line_break_in_a_title_does_not_forge_a_header(lan, mailbox):
    tell(lan, title=tr("Tin\nBcc: all@example.vn", "News"))
    jobs.run_waiting()
    (written,) = mailbox.iterdir()
    headers, _, _ = written.read_bytes().partition(b"\n\n")
    assert b"\nBcc:" not in headers


def test_a_title_of_any_length_is_one_line(lan):
    notice = tell(lan, title=tr("Một\ntiêu đề " + "dài " * 100, "Short"), email=False)
    assert (len(notice.title.vi), notice.title.vi[:11], notice.title.vi[-1]) == (300, "Một tiêu đề", "…")


def test_unread_notices_come_first_then_the_newest(lan):
    start = clock.at(2026, 11, 2, 8)
    for hour, key in enumerate(["a", "b", "c"]):
        with clock.frozen(start + timedelta(hours=hour)):
            notice = tell(lan, title=tr(key, key))
            if key == "c":
                services.mark_read(account_id=lan.account_id, notice_ids=[notice.notice_id])
    assert [notice.title.vi for notice in queries.list_notices(lan.account_id)] == ["b", "a", "c"]


def test_a_stranger_is_sent_to_sign_in(client):
    assert client.get("/thong-bao/").headers["Location"].startswith("/dang-nhap/")


def test_an_empty_list_says_what_will_stand_there(reader):
    page = reader.get("/thong-bao/").content.decode()
    assert "Chưa có thông báo" in page
    assert "Khi hồ sơ của bạn có tin mới" in page


def test_the_list_shows_the_active_language_and_escapes_what_was_written(reader, lan):
    tell(lan, body=tr("<script>alert(1)</script>", "<b>x</b>"))
    page = reader.get("/thong-bao/").content.decode()
    assert "Hồ sơ đã được tiếp nhận" in page
    assert "<script>alert(1)" not in page
    reader.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "Your dossier was received" in reader.get("/thong-bao/").content.decode()


def test_opening_a_notice_marks_it_read_and_leads_on(reader, lan):
    notice = tell(lan, link="/ho-so/1/")
    assert reader.post(f"/thong-bao/{notice.notice_id}/").headers["Location"] == "/ho-so/1/"
    assert queries.count_unread(lan.account_id) == 0


def test_all_are_marked_read_at_one_press(reader, lan):
    tell(lan)
    tell(lan)
    reader.post("/thong-bao/da-doc/")
    assert queries.count_unread(lan.account_id) == 0


def test_reading_changes_nothing_by_a_mere_link(reader, lan):
    notice = tell(lan)
    assert reader.get(f"/thong-bao/{notice.notice_id}/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(get_user_model().objects.get(pk=lan.account_id))
    assert strict.post("/thong-bao/da-doc/").status_code == 403
    assert queries.count_unread(lan.account_id) == 1


def test_nobody_opens_the_notice_of_another(reader):
    theirs = tell(open_account("068085000002", "Lê Minh"))
    assert reader.post(f"/thong-bao/{theirs.notice_id}/").status_code == 404
    with pytest.raises(NotFound, match=r"notices\.no-notice"):
        queries.get_notice(0, theirs.notice_id)
    assert Notice.objects.get().read_at is None


def test_long_lists_come_in_pages(reader, lan):
    for _ in range(queries.PER_PAGE + 1):
        tell(lan, email=False)
    assert "page=2" in reader.get("/thong-bao/").content.decode()
    assert reader.get("/thong-bao/?page=2").content.decode().count("lt-notices__title") == 1
    assert reader.get("/thong-bao/?page=nonsense").status_code == 200


def test_the_header_counts_the_unread(reader, lan):
    tell(lan)
    assert 'class="lt-bubble">1<' in reader.get("/thong-bao/").content.decode()
