"""An officer's own signature: the PIN that a key on this node asks for, and where the signature is made.

A signed-in session is not enough to sign: whoever finds a telephone unlocked does not know the PIN. Each one is
counted before it is looked at, so that killing the process or trying many at once does not give a free one.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import get_args

import structlog

from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed, Refused
from lienthong.kernel.text import show_moment, tr
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.signing.models import SigningCredential
from lienthong.platform.signing.queries.credentials import pin_lasts
from lienthong.platform.signing.queries.own_keys import own_key
from lienthong.platform.signing.rules import pins
from lienthong.platform.signing.types import KeyName, KeyPlace, SigningProof

log = structlog.get_logger()

_PROOF_LASTS = timedelta(minutes=15)


def prove_pin(pin: str, *, actor: Actor, remembered: datetime | None = None) -> SigningProof:
    """The acting officer gives the PIN of the own signature; what comes back lets the own key sign for a while.

    `remembered`: when this session last gave it, which does only for as long as the profile allows. Never within a
    transaction, whose end would take back the count. Raises NotAllowed `signing.officers-only`, Refused
    `signing.pin-missing`, `signing.no-pin`, `signing.wrong-pin`, `signing.pin-locked` (429).
    """
    key = own_key(actor)
    if not pin and remembered is not None and timedelta(0) <= clock.now() - remembered < pin_lasts():
        return SigningProof(key, remembered)
    _try(key, pin, field="pin", actor=actor)
    return SigningProof(key, clock.now())


def require_proof(proof: SigningProof, *, actor: Actor) -> None:
    """Raises NotAllowed `signing.not-proved` unless this officer gave the PIN a short while ago."""
    if proof.key != own_key(actor) or not timedelta(0) <= clock.now() - proof.at < max(_PROOF_LASTS, pin_lasts()):
        raise NotAllowed(
            "signing.not-proved",
            tr("Hãy nhập lại mã PIN ký số để ký.", "Give the PIN of your signature again to sign."),
        )


def set_pin(pin: str, *, secret: str, actor: Actor) -> None:
    """Set the own PIN, or another in its place.

    `secret`: the PIN so far or the account's password; an account without either has only its session. As `prove_pin`
    with field `secret`; also Refused `signing.weak-pin`.
    """
    key = own_key(actor)
    pins.check_new(pin)
    row = SigningCredential.objects.filter(key=key).first()
    if (row is not None and row.pin) or identity_queries.has_password(actor.account_id or 0):
        SigningCredential.objects.get_or_create(key=key)
        _try(key, secret, field="secret", actor=actor, or_password=True)
    _keep_pin(key, pins.keep(key, pin), actor)


def publish_pins(keys: Collection[KeyName], pin: str, *, actor: Actor) -> None:
    """Demo: keys that have no PIN yet get one that everybody is told. Raises Refused `signing.weak-pin`."""
    pins.check_new(pin)
    has_one = SigningCredential.objects.filter(key__in=keys).exclude(pin="").values_list("key", flat=True)
    for key in sorted(set(keys) - set(has_one)):
        _keep_pin(key, pins.keep_public(key, pin), actor)


def choose_place(place: str, *, actor: Actor) -> None:
    """Where the own signature is made from now on. Raises Refused `signing.place`."""
    chosen: KeyPlace | None = next((one for one in get_args(KeyPlace) if one == place), None)
    if chosen is None:
        raise Refused("signing.place", tr("Chọn nơi giữ khóa ký.", "Choose where your key is."), field="place")
    with db.atomic():
        SigningCredential.objects.update_or_create(key=own_key(actor), defaults={"place": chosen})
        audit.record(actor, "signing.choose-place", f"credential:{own_key(actor)}", place=chosen)


def _keep_pin(key: KeyName, hashed: str, actor: Actor) -> None:
    kept = {"pin": hashed, "pin_set_at": clock.now(), "tries": 0, "locked_until": None}
    with db.atomic():
        SigningCredential.objects.update_or_create(key=key, defaults=kept)
        audit.record(actor, "signing.set-pin", f"credential:{key}")


def _try(key: KeyName, secret: str, *, field: str, actor: Actor, or_password: bool = False) -> None:
    """Look at a PIN (or password) that was counted before. Raises as `prove_pin`."""
    if not secret:
        raise Refused("signing.pin-missing", tr("Nhập mã PIN ký số.", "Give the PIN of your signature."), field=field)
    row = _count(key, field, or_password=or_password)
    is_right = pins.matches(key, secret, row.pin) or (
        or_password and identity_queries.is_password(actor.account_id or 0, secret)
    )
    if is_right:
        SigningCredential.objects.filter(key=key).update(tries=0, locked_until=None)
        return
    if row.locked_until is not None and row.locked_until > clock.now():
        log.warning("signing PIN locked", key=key, tries=row.tries)
        audit.record(actor, "signing.pin-locked", f"credential:{key}", tries=row.tries)
        raise _locked(row.locked_until, field)
    left = pins.TRIES - row.tries % pins.TRIES
    raise Refused(
        "signing.wrong-pin",
        tr("Không đúng. Còn {n} lần thử trước khi bị khóa.", "Not right. {n} more tries before it is locked.").format(
            n=left
        ),
        field=field,
    )


def _count(key: KeyName, field: str, *, or_password: bool) -> SigningCredential:
    with db.atomic():
        row = SigningCredential.objects.select_for_update().filter(key=key).first()
        if row is None or (not row.pin and not or_password):
            raise Refused(
                "signing.no-pin",
                tr(
                    "Bạn chưa đặt mã PIN ký số. Đặt mã ở trang “Chữ ký số của tôi”, rồi ký.",
                    "You have not set a PIN for your signature. Set it on “My signature”, then sign.",
                ),
                field=field,
            )
        if row.locked_until is not None and row.locked_until > clock.now():
            raise _locked(row.locked_until, field)
        row.tries += 1
        lock = pins.lock_after(row.tries)
        row.locked_until = clock.now() + lock if lock else None
        row.save(update_fields=["tries", "locked_until"])
        return row


def _locked(until: datetime, field: str) -> Refused:
    when = show_moment(until)
    return Refused(
        "signing.pin-locked",
        tr(
            "Mã PIN bị khóa đến {when} vì nhập sai nhiều lần. Chưa có văn bản nào được ký.",
            "The PIN is locked until {when} after too many wrong ones. Nothing was signed.",
        ).format(when=when),
        field=field,
        status=429,
    )
