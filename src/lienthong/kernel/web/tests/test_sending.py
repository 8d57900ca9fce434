"""Files to browsers: what is shown, what is saved, under which name."""

import io
from email.message import Message

import pytest
from django.http import FileResponse

from lienthong.kernel import files
from lienthong.kernel.errors import NotFound
from lienthong.kernel.files import FileRef
from lienthong.kernel.web.sending import send_content, send_file

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
NAME = "giấy khai sinh.pdf"


def told(response: FileResponse) -> tuple[str, str | None]:
    """What the browser is told to do, and the name."""
    head = Message()
    head["Content-Disposition"] = response["Content-Disposition"]
    return head.get_content_disposition() or "", head.get_filename()


def body_of(response: FileResponse) -> bytes:
    content = b"".join(response)
    response.close()
    return content


@pytest.mark.django_db
def test_a_stored_file_is_shown_under_its_own_name(node_home):
    response = send_file(files.store(PDF, name=NAME))
    assert told(response) == ("inline", NAME)
    assert response["Content-Type"] == files.PDF
    assert response["Content-Length"] == str(len(PDF))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert body_of(response) == PDF


@pytest.mark.django_db
def test_a_stored_file_is_saved_when_that_is_wanted(node_home):
    response = send_file(files.store(PDF, name=NAME), saved=True)
    assert told(response) == ("attachment", NAME)
    response.close()


@pytest.mark.parametrize(
    ("media_type", "deed"),
    [
        (files.PDF, "inline"),
        (files.PNG, "inline"),
        (files.JPEG, "inline"),
        (files.DOCX, "attachment"),
        (files.ZIP, "attachment"),
        ("text/html", "attachment"),
        ("image/svg+xml", "attachment"),
        (files.UNKNOWN, "attachment"),
    ],
)
def test_only_what_cannot_run_is_shown(media_type, deed):
    response = send_content(io.BytesIO(b"<script>"), "a", media_type)
    assert told(response)[0] == deed
    assert response["Content-Type"] == media_type
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_name_from_outside_leads_nowhere():
    response = send_content(io.BytesIO(PDF), '../../etc/\r\nlạ".pdf', files.PDF)
    assert told(response) == ("inline", "lạ.pdf")


def test_a_file_that_is_gone_is_refused(node_home):
    with pytest.raises(NotFound, match=r"files\.missing"):
        send_file(FileRef("0" * 64, NAME, files.PDF, 1))
