"""Filling a form as a person does, page after page."""

import re
from typing import Any

from django.test import Client

from lienthong.channels.portal.tests.conftest import BIRTH, EXTRACT, WARD_GSO, photo

BIRTH_ANSWERS: dict[str, dict[str, Any]] = {
    "noi-nop": {"receiver.commune": WARD_GSO},
    "nguoi-nop": {
        "applicant.name": "Nguyễn Thị Lan",
        "applicant.number": "068195000001",
        "applicant.address": "12 Hồ Tùng Mậu, Phường Xuân Hương - Đà Lạt, Tỉnh Lâm Đồng",
        "applicant.phone": "0912345678",
    },
    "quan-he": {"requester.relation": "mother"},
    "ten-tre": {"child.name": "Trần Minh An"},
    "ngay-sinh": {
        "child.birth_date-day": "1",
        "child.birth_date-month": "11",
        "child.birth_date-year": "2026",
        "child.sex": "male",
    },
    "noi-sinh": {"child.birth_place_kind": "hospital", "child.birth_place": "Bệnh viện Đa khoa Lâm Đồng"},
    "goc-gac": {"child.ethnicity": "Kinh", "child.nationality": "Việt Nam", "child.hometown": "Đà Lạt, Lâm Đồng"},
    "giay-chung-sinh": {
        "birth_paper.number": "GCS-1",
        "birth_paper.issued_by": "Bệnh viện Đa khoa Lâm Đồng",
        "birth_paper.issued_on-day": "2",
        "birth_paper.issued_on-month": "11",
        "birth_paper.issued_on-year": "2026",
    },
    "co-me": {"mother.declared": "yes"},
    "so-dinh-danh-me": {"mother.number": "068195000001"},
    "me": {
        "mother.name": "Nguyễn Thị Lan",
        "mother.birth_date-day": "12",
        "mother.birth_date-month": "3",
        "mother.birth_date-year": "1995",
        "mother.ethnicity": "Kinh",
        "mother.nationality": "Việt Nam",
        "mother.residence": "12 Hồ Tùng Mậu, Đà Lạt",
    },
    "co-cha": {"father.declared": "no"},
    "nhan-ket-qua": {"delivery.method": "electronic"},
}
EXTRACT_ANSWERS: dict[str, dict[str, Any]] = {
    "noi-nop": BIRTH_ANSWERS["noi-nop"],
    "nguoi-nop": BIRTH_ANSWERS["nguoi-nop"],
    "loai-giay": {"extract.kind": "birth"},
    "cua-ai": {"subject.whose": "mine"},
    "nguoi-trong-giay": {
        "subject.name": "Nguyễn Thị Lan",
        "subject.birth_date-day": "12",
        "subject.birth_date-month": "3",
        "subject.birth_date-year": "1995",
        "subject.sex": "female",
        "subject.number": "068195000001",
    },
    "noi-dang-ky": {"extract.registered_at": "Phường 1, Đà Lạt"},
    "so-ban": {"extract.copies": "2"},
    "nhan-ket-qua": {"delivery.method": "electronic"},
}
ANSWERS = {BIRTH: BIRTH_ANSWERS, EXTRACT: EXTRACT_ANSWERS}


def begin(client: Client, code: str = BIRTH) -> str:
    """Press "Bắt đầu"; gives the draft's address (without the page)."""
    answer = client.post(f"/nop-ho-so/{code}/")
    assert answer.status_code == 302, answer.content.decode()
    return re.sub(r"[^/]+/$", "", answer.headers["Location"])


def fill(client: Client, draft: str, code: str = BIRTH, upto: str = "") -> str:
    """Answer page after page; gives the address where it ended."""
    here = client.get(draft).headers["Location"]
    for _ in range(40):
        key = here.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
        if key in ("kiem-tra", upto):
            return here
        values = dict(ANSWERS[code][key])
        if key == "giay-chung-sinh":
            values["birth_paper.file"] = photo()
        answer = client.post(here, values)
        assert answer.status_code == 302, (here, errors_of(answer))
        here = answer.headers["Location"]
    raise AssertionError("the form does not end")


def errors_of(answer: Any) -> list[str]:
    """The error summary's lines."""
    found = re.search(r"govuk-error-summary__list.*?</ul>", answer.content.decode(), re.DOTALL)
    return [re.sub(r"<[^>]+>", "", line).strip() for line in re.findall(r"<li>.*?</li>", found[0])] if found else []


def file(client: Client, code: str = BIRTH) -> str:
    """Everything up to the confirmation; gives the dossier's id."""
    draft = begin(client, code)
    check = fill(client, draft, code)
    answer = client.post(check)
    assert answer.status_code == 302, errors_of(answer)
    return str(answer.headers["Location"]).rstrip("/").rsplit("/", 1)[-1]
