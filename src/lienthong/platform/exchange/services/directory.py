"""The directory's life: the hub issues it; every other node fetches, verifies and keeps what the hub signed."""

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import structlog

from lienthong.kernel import clock, db, http, roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.exchange import directory_form, rules, wire
from lienthong.platform.exchange.models import DirectoryCopy, Grant, Node
from lienthong.platform.exchange.queries.directory import entry_of, forget_directory, get_directory_state
from lienthong.platform.exchange.types import Directory, DirectoryState, GrantEntry, NodeEntry
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services

log = structlog.get_logger()

HUB_ROLE = "exchange.hub"
PATH = "/exchange/directory?version=2"
_ASK_AGAIN_SECONDS = 5.0
_FETCH_TIMEOUT = 5.0

_last_asked = {"at": -_ASK_AGAIN_SECONDS}


def issue_directory() -> Directory:
    """Sign and publish the hub's directory anew, with the next serial number and the link to all issues before."""
    now = clock.now()
    with db.atomic():
        db.advisory_lock("exchange.directory")
        held = DirectoryCopy.objects.first()
        serial, previous, history = _continue(held)
        directory = Directory(
            issuer=node().agency_code,
            serial=serial,
            issued_at=now,
            expires_at=now + rules.DIRECTORY_LIFE,
            nodes={entry.agency_code: entry for entry in _registered_nodes(now)},
            grants=tuple(_published_grants()),
            version=2,
            previous=previous,
            history=history,
        )
        body, body_1 = directory_form.compose(directory), directory_form.compose(replace(directory, version=1))
        signature, signature_1 = _sign(body, serial, now), _sign(body_1, serial, now)
        directory = directory_form.parse(body)
        _keep(directory, body, signature, earlier=(body_1, signature_1))
    return directory


def _continue(held: DirectoryCopy | None) -> tuple[int, str, tuple[str, ...]]:
    """Serial, previous link and history of the issue after the one held."""
    if held is None:
        return 1, "", ()
    body = bytes(held.body)
    history = (*directory_form.parse(body).history, directory_form.digest_of(body))
    return held.serial + 1, _link_of(held), history[-directory_form.HISTORY_LENGTH :]


def _link_of(held: DirectoryCopy) -> str:
    # A copy kept before there were links begins the chain with itself.
    return held.link or directory_form.link("", directory_form.digest_of(bytes(held.body)))


def _sign(body: bytes, serial: int, now: datetime) -> str:
    header = {"kind": "directory", "id": f"{serial}", "from": node().agency_code, "to": "", "at": now.isoformat()}
    return signing_services.sign_detached(body, key="node", headers=header)


def _registered_nodes(now: datetime) -> Iterable[NodeEntry]:
    for row in Node.objects.filter(state="active").order_by("agency_code"):
        yield entry_of(row, now)


def _published_grants() -> Iterable[GrantEntry]:
    for row in Grant.objects.order_by("client", "provider", "service", "pk"):
        yield GrantEntry(
            row.client, row.provider, row.service, row.purpose, row.legal_ground, row.valid_from, row.valid_to
        )


def _keep(directory: Directory, body: bytes, signature: str, *, earlier: tuple[bytes, str] = (b"", "")) -> None:
    forget_directory()
    linked = directory.version > 1
    DirectoryCopy.objects.update_or_create(
        id=1,
        defaults={
            "serial": directory.serial,
            "issued_at": directory.issued_at,
            "expires_at": directory.expires_at,
            "fetched_at": clock.now(),
            "body": body,
            "signature": signature,
            "body_1": earlier[0],
            "signature_1": earlier[1],
            "link": directory_form.link(directory.previous, directory_form.digest_of(body)) if linked else "",
            "trouble": "",
        },
    )
    listed = ((*entry.certificates, *entry.tls_certificates) for entry in directory.nodes.values())
    signing_services.watch_certificates(pem for pems in listed for pem in pems)


def refresh_directory() -> DirectoryState:
    """Hub: issue anew when half of the life is over. Other nodes: fetch, verify and keep what the hub publishes.

    Failure leaves the last good copy in force and is written beside it for the operator; it never raises Refused.
    """
    state = get_directory_state()
    if roles.is_open(HUB_ROLE):
        try:
            if state.issued_at is None or clock.now() > state.issued_at + rules.DIRECTORY_LIFE / 2:
                issue_directory()
        except Refused as trouble:
            _write_trouble(trouble.code)
    else:
        _fetch_somewhere(state)
    return get_directory_state()


def directory_sources() -> tuple[str, ...]:
    """Where the directory can be fetched: the hub, then those of `[parameters.exchange] directory_sources`."""
    table = node().parameters.get("exchange", {})
    listed = table.get("directory_sources", []) if isinstance(table, dict) else []
    return tuple(dict.fromkeys([node().hub_url, *(str(one).rstrip("/") for one in listed)]))


def _fetch_somewhere(state: DirectoryState) -> None:
    """Ask the sources in turn until one gives what is good; the first trouble is what the operator reads."""
    troubles = []
    for source in directory_sources():
        try:
            _fetch(source, state)
        except Refused as refusal:
            troubles.append(refusal.code)
            if refusal.code == "exchange.directory-fork":
                log.exception("two directories under one serial", source=source, serial=state.serial)
        except http.Unreachable as unreachable:
            troubles.append(f"exchange.unreachable {unreachable.reason}")
        else:
            return
    _write_trouble("exchange.directory-fork" if "exchange.directory-fork" in troubles else troubles[0])


def _write_trouble(word: str) -> None:
    log.warning("directory not refreshed", trouble=word)
    DirectoryCopy.objects.update(trouble=word[:300])


def ask_hub_again() -> bool:
    """Fetch at once because a code or certificate is unknown; at most every few seconds. True when it was done."""
    if roles.is_open(HUB_ROLE) or time.monotonic() - _last_asked["at"] < _ASK_AGAIN_SECONDS:
        return False
    _last_asked["at"] = time.monotonic()
    refresh_directory()
    return True


def _fetch(source: str, state: DirectoryState) -> None:
    held = {"If-None-Match": f'"{state.serial}"'} if state.serial else {}
    answer = http.request("GET", f"{source}{PATH}", headers=held, timeout=_FETCH_TIMEOUT, peer=True)
    if answer.status == 304:
        if state.state in ("grace", "expired"):
            raise http.Unreachable("nothing newer")
        DirectoryCopy.objects.update(fetched_at=clock.now(), trouble="")
        return
    if answer.status != 200:
        raise http.Unreachable(f"HTTP {answer.status}")
    accept_directory(answer.body, answer.headers.get(wire.SIGNATURE_HEADER.lower(), ""))


def accept_directory(body: bytes, signature: str) -> Directory:
    """Verify a directory against the hub's certificate and keep it.

    Raises Refused `exchange.bad-directory` (form, signer, serial or version going back, already expired, issued in
    the future), `exchange.directory-fork` when it does not continue the issues seen here, or `signing.*`.
    """
    directory = read_directory(body, signature)
    with db.atomic():
        db.advisory_lock("exchange.directory")
        if held := DirectoryCopy.objects.first():
            _check_continues(held, directory, body)
        _keep(directory, body, signature)
    return directory


def read_directory(body: bytes, signature: str) -> Directory:
    """A directory that the hub signed and that is in force; nothing is kept. Raises as `accept_directory`."""
    directory = directory_form.parse(body)
    hub_code = str(node().parameters.get("hub_code", "G22"))
    hub = directory.nodes.get(directory.issuer)
    if directory.issuer != hub_code or hub is None:
        raise directory_form.bad_directory(
            tr(f"Danh bạ không do {hub_code} phát hành.", f"The directory was not issued by {hub_code}."), "issuer"
        )
    by_thumbprint = {directory_form.thumbprint(pem): pem for pem in hub.certificates}
    verified = signing_queries.verify_detached(body, signature, certificate_pem=by_thumbprint.get)
    if verified.certificate.agency_code != hub_code or verified.headers.get("kind") != "directory":
        raise directory_form.bad_directory(
            tr("Chữ ký trên danh bạ không phải của nút trung tâm.", "The signature is not the hub's."), "signature"
        )
    _check_times(directory)
    return directory


def _check_times(directory: Directory) -> None:
    now = clock.now()
    if directory.expires_at <= now:
        raise directory_form.bad_directory(tr("Danh bạ nhận được đã hết hạn.", "It is already expired."), "expires_at")
    if directory.issued_at > now + rules.QUESTION_FRESHNESS:
        raise directory_form.bad_directory(
            tr(
                "Danh bạ ghi giờ phát hành ở tương lai: đồng hồ của nút này chậm, hoặc của nút trung tâm nhanh.",
                "It was issued in the future: this node's clock is behind, or the hub's is ahead.",
            ),
            "issued_at",
        )


def _check_continues(held: DirectoryCopy, directory: Directory, body: bytes) -> None:
    """Refuse what goes back, and what does not grow out of the copy in use (two histories under one signature)."""
    if held.serial > directory.serial:
        raise directory_form.bad_directory(
            tr("Danh bạ nhận được cũ hơn bản đang dùng.", "It is older than the copy in use."), "serial"
        )
    if held.link and directory.version < 2:
        raise directory_form.bad_directory(
            tr("Danh bạ nhận được thuộc phiên bản cũ hơn.", "It is of an older version than the copy in use."),
            "version",
        )
    digest = directory_form.digest_of(bytes(held.body))
    if held.serial == directory.serial:
        if digest != directory_form.digest_of(body):
            raise _fork(directory.serial)
        return
    if held.link and not _grows_from(held.serial, held.link, directory):
        raise _fork(directory.serial)


def _grows_from(serial: int, link: str, directory: Directory) -> bool:
    """Do the digests of the issues since `serial` lead from its link to this directory's `previous`?"""
    missed = directory.serial - serial - 1
    if missed > len(directory.history):
        # Away for longer than the history reaches: nothing speaks against it, and the serial has grown.
        log.warning("directory history does not reach back", held=serial, received=directory.serial)
        return True
    for digest in directory.history[len(directory.history) - missed :]:
        link = directory_form.link(link, digest)
    return link == directory.previous


def _fork(serial: int) -> Refused:
    return Refused(
        "exchange.directory-fork",
        tr(
            f"Danh bạ số {serial} không nối tiếp bản đang dùng: có hai bản danh bạ khác nhau cùng mang chữ ký của "
            "nút trung tâm. Hãy báo ngay cho đơn vị vận hành nút trung tâm.",
            f"Directory {serial} does not continue the copy in use: two different directories carry the hub's "
            "signature. Tell the hub's operator at once.",
        ),
        field="previous",
        status=502,
    )
