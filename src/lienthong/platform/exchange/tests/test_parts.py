"""Large parts: piece by piece, resumed where they broke off, verified at the end, taken by their letter."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

import orjson
import pytest
from django.test import Client

from lienthong.kernel import clock, files, http, roles
from lienthong.kernel.files import FileRef
from lienthong.kernel.profile import node
from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.exchange import limits, queries, services, wire
from lienthong.platform.exchange.models import OutgoingLetter, PartUpload
from lienthong.platform.exchange.services import carrying, parts, trust
from lienthong.platform.exchange.tests.country import LAN, Desk, Homes, Note, at_node
from lienthong.platform.exchange.tests.test_delivery import now_due
from lienthong.platform.exchange.types import Envelope, Letter

PIECE = 1000


class Plan(Letter):
    """A letter with large drawings."""

    NAME: ClassVar[str] = "test-plan.v1"
    MAX_PART_BYTES: ClassVar[int] = 50 * 2**20

    subject: str

    @classmethod
    def sample(cls) -> Self:
        return cls(subject="Bản vẽ")


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CHUNK_BYTES", PIECE)
    monkeypatch.setattr(carrying, "_TOGETHER_BYTES", 0)


def pdf(size: int = 3500) -> bytes:
    return b"%PDF-1.7\n" + b"x" * (size - 16) + b"\n%%EOF\n"


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def part_line(homes: Homes, name: str, body: bytes = b"", sender: str = "G22", recipient: str = "H36") -> str:
    with at_node(homes, sender):
        return trust.sign(body, trust.own_header("part", name, recipient))


def put(homes: Homes, content: bytes, offset: int, *, size: int = -1, sender: str = "G22", **more: Any) -> Any:
    """Bring one piece; `more` changes what is sent beside what is signed."""
    digest, piece = more.pop("digest", digest_of(content)), content[offset : offset + PIECE]
    size = len(content) if size < 0 else size
    line = part_line(homes, wire.part_name(digest, offset, size), piece, sender, more.pop("recipient", "H36"))
    headers = {
        wire.SIGNATURE_HEADER: line,
        "Upload-Offset": str(more.pop("told_offset", offset)),
        "Upload-Length": str(size),
    }
    body = more.pop("piece", piece)
    return Client().put(f"/exchange/parts/{digest}", body, content_type="application/octet-stream", headers=headers)


def look(homes: Homes, digest: str, sender: str = "G22") -> tuple[str, str]:
    headers = {wire.SIGNATURE_HEADER: part_line(homes, wire.part_name(digest), sender=sender)}
    answer = Client().head(f"/exchange/parts/{digest}", headers=headers)
    assert answer.status_code == 200
    return answer["Upload-Offset"], answer["Upload-Complete"]


def code_of(response: Any) -> str:
    return str(orjson.loads(response.content)["code"])


def bring_all(homes: Homes, content: bytes, sender: str = "G22") -> None:
    for offset in range(0, len(content), PIECE):
        assert put(homes, content, offset, sender=sender).status_code == 200


def post_letter_with(homes: Homes, content: bytes, *, sender: str = "G22", media_type: str = files.PDF) -> Any:
    with at_node(homes, sender):
        ref = FileRef(digest_of(content), "bản vẽ.pdf", media_type, len(content))
        body = wire.compose_letter(Note(subject="Có tệp lớn", number=1), [ref])
        line = trust.sign(body, trust.own_header("letter", "test-note.v1", "H36"))
    return Client().post(
        "/exchange/letters", body, content_type="application/json", headers={wire.SIGNATURE_HEADER: line}
    )


def lying_aside() -> list[Path]:
    return [path for path in (node().home / "parts").rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_part_comes_in_pieces_and_its_letter_takes_it(province: Homes, desk: Desk) -> None:
    content = pdf()
    digest = digest_of(content)
    assert look(province, digest) == ("0", "?0")
    assert put(province, content, 0)["Upload-Offset"] == "1000"
    assert look(province, digest) == ("1000", "?0")
    assert post_letter_with(province, content).status_code == 400
    for offset in (1000, 2000):
        assert put(province, content, offset)["Upload-Complete"] == "?0"
    assert put(province, content, 3000)["Upload-Complete"] == "?1"
    assert look(province, digest) == ("3500", "?1")
    assert post_letter_with(province, content).status_code == 200
    ((_, envelope),) = desk.taken
    assert (envelope.parts[0].sha256, envelope.parts[0].size) == (digest, 3500)
    assert files.read(digest) == content
    assert digest not in {path.name for path in lying_aside()}
    assert look(province, digest) == ("3500", "?1")
    assert post_letter_with(province, content).status_code == 200


@pytest.mark.django_db
def test_who_has_not_brought_a_part_gets_nothing_by_its_digest(province: Homes, desk: Desk) -> None:
    content = pdf(3600)
    bring_all(province, content)
    assert post_letter_with(province, content).status_code == 200
    response = post_letter_with(province, content, sender="G01")
    assert (response.status_code, code_of(response)) == (400, "exchange.part-missing")
    assert look(province, digest_of(content), sender="G01") == ("0", "?0")
    bring_all(province, content, sender="G01")
    assert post_letter_with(province, content, sender="G01").status_code == 200
    assert len(desk.taken) == 2


@pytest.mark.django_db
def test_a_piece_that_comes_twice_or_was_cut_does_no_harm(province: Homes) -> None:
    content = pdf(2500)
    put(province, content, 0)
    assert put(province, content, 0)["Upload-Offset"] == "1000"
    aside = node().home / "parts" / "G22" / digest_of(content)
    aside.write_bytes(content[:1300])
    assert put(province, content, 1000)["Upload-Offset"] == "2000"
    assert put(province, content, 2000)["Upload-Complete"] == "?1"


@pytest.mark.django_db
def test_a_piece_out_of_order_is_told_where_to_go_on(province: Homes) -> None:
    content = pdf()
    put(province, content, 0)
    response = put(province, content, 2000)
    assert (response.status_code, code_of(response), response["Upload-Offset"]) == (
        409,
        "exchange.part-offset",
        "1000",
    )


@pytest.mark.django_db
def test_what_does_not_give_the_digest_is_thrown_away_whole(province: Homes) -> None:
    content, digest = pdf(1500), digest_of(pdf(1501))
    put(province, content, 0, digest=digest)
    response = put(province, content, 1000, digest=digest)
    assert (response.status_code, code_of(response)) == (400, "exchange.part-damaged")
    assert look(province, digest) == ("0", "?0")
    assert digest not in {path.name for path in lying_aside()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"piece": b"y" * 1000}, 401, "exchange.bad-signature"),
        ({"told_offset": 1000}, 400, "exchange.malformed"),
        ({"recipient": "G01"}, 421, "exchange.wrong-recipient"),
        ({"size": 900}, 413, "exchange.too-large"),
        ({"size": 3 * 2**30}, 413, "exchange.too-large"),
        ({"told_offset": "1e3"}, 400, "exchange.malformed"),
        ({"told_offset": "-1"}, 400, "exchange.malformed"),
        ({"told_offset": ""}, 400, "exchange.malformed"),
        ({"piece": b""}, 411, "exchange.length-required"),
        ({"digest": "../" + "0" * 61}, 404, ""),
        ({"digest": "A" * 64}, 400, "exchange.malformed"),
    ],
)
def test_pieces_that_are_not_taken(province: Homes, change: dict[str, Any], status: int, code: str) -> None:
    response = put(province, pdf(2600), 0, **change)
    assert response.status_code == status
    if code:
        assert code_of(response) == code
    assert not PartUpload.objects.exists()


@pytest.mark.django_db
def test_a_part_announced_with_two_sizes_is_refused(province: Homes) -> None:
    content = pdf(2700)
    put(province, content, 0)
    response = put(province, content, 1000, size=5000)
    assert (response.status_code, code_of(response)) == (409, "exchange.part-damaged")


@pytest.mark.django_db
def test_a_full_disk_and_a_used_up_quota_are_said(province: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil
    from types import SimpleNamespace

    content = pdf(2800)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2**20))
    response = put(province, content, 0)
    assert (response.status_code, code_of(response)) == (507, "exchange.no-space")
    monkeypatch.undo()
    monkeypatch.setattr(limits, "limits", lambda: limits.Limits(upload_quota_bytes=2799))
    assert code_of(put(province, content, 0)) == "exchange.no-space"


@pytest.mark.django_db
def test_the_letter_says_which_files_it_takes(province: Homes, desk: Desk) -> None:
    content = b"MZ" + b"\x00" * 2000
    bring_all(province, content)
    response = post_letter_with(province, content, media_type="application/octet-stream")
    assert (response.status_code, code_of(response)) == (422, "files.wrong-type")
    assert desk.taken == []


@pytest.mark.django_db
def test_uploads_nobody_touches_are_forgotten(province: Homes) -> None:
    content = pdf(2900)
    put(province, content, 0)
    assert parts.clear_uploads() == 0
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert parts.clear_uploads() == 1
    assert not PartUpload.objects.exists()
    assert digest_of(content) not in {path.name for path in lying_aside()}


# Going out


@pytest.fixture
def plans(live_province: str) -> list[Envelope]:
    """H36 takes plans too; what it took."""
    taken: list[Envelope] = []
    role = Role(
        name="test.plans",
        title=tr("Bản vẽ", "Plans"),
        inbox=((Plan, lambda letter, envelope: taken.append(envelope)),),
    )
    roles.open_roles((*roles.opened(), role))
    return taken


def store(content: bytes) -> FileRef:
    return files.store(content, name="bản vẽ.pdf", max_bytes=2**30)


def test_a_letter_goes_after_its_large_parts(plans: list[Envelope]) -> None:
    first, second = store(pdf(5200)), store(pdf(1000))
    letter_id = services.post_letter(Plan(subject="Hai tệp"), recipient="H36", parts=[first, second])
    assert services.deliver_due() == 1
    assert plans[0].parts == (first, second)
    assert queries.get_letter(letter_id).state == "accepted"
    assert {first.sha256, second.sha256}.isdisjoint(path.name for path in lying_aside())


def test_an_upload_that_broke_off_goes_on_where_it_was(plans: list[Envelope], monkeypatch: pytest.MonkeyPatch) -> None:
    part = store(pdf(6100))
    services.post_letter(Plan(subject="Đứt quãng"), recipient="H36", parts=[part])
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(http, "request", _cutting(http.request, sent, after=3))
    assert services.deliver_due() == 0
    now_due()
    OutgoingLetter.objects.update(next_attempt_at="2020-01-01T00:00:00Z")
    services.resend_letter(letter_id=OutgoingLetter.objects.get().id, actor=LAN)
    assert services.deliver_due() == 1
    offsets = [offset for method, offset in sent if method == "PUT"]
    assert offsets == ["0", "1000", "2000", "3000", "3000", "4000", "5000", "6000"]
    assert plans[0].parts == (part,)


def _cutting(plain: Callable[..., Any], sent: list[tuple[str, str]], *, after: int) -> Callable[..., Any]:
    """A network that breaks once, at the piece after `after` of them."""
    cut: list[bool] = []

    def request(method: str, url: str, **more: Any) -> Any:
        sent.append((method, more.get("headers", {}).get("Upload-Offset", "")))
        if not cut and len([one for one, _ in sent if one == "PUT"]) > after:
            cut.append(True)
            raise http.Unreachable("cut")
        return plain(method, url, **more)

    return request


def test_a_part_that_was_brought_once_is_not_brought_again(
    plans: list[Envelope], monkeypatch: pytest.MonkeyPatch
) -> None:
    part = store(pdf(3300))
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(http, "request", _cutting(http.request, sent, after=10**9))
    for _ in range(2):
        services.post_letter(Plan(subject="Lại"), recipient="H36", parts=[part])
        assert services.deliver_due() == 1
    assert len([method for method, _ in sent if method == "PUT"]) == 4
    assert len(plans) == 2


def test_a_part_that_is_gone_at_the_sender_is_named(plans: list[Envelope]) -> None:
    part = store(pdf(3400))
    letter_id = services.post_letter(Plan(subject="Mất tệp"), recipient="H36", parts=[part])
    files.path_of(part.sha256).unlink()
    assert services.deliver_due() == 0
    assert queries.get_letter(letter_id).code == "files.missing"


def test_a_part_larger_than_the_limit_is_refused_when_posting(
    live_province: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lienthong.platform.exchange.services import letters

    monkeypatch.setattr(letters, "limits", lambda: limits.Limits(max_part_bytes=1000))
    with pytest.raises(Exception, match=r"exchange\.too-large"):
        services.post_letter(Plan(subject="Lớn"), recipient="H36", parts=[store(pdf(1001))])
