"""What other rooms may have identity do: open people's accounts, appoint officers."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from django.contrib.auth.hashers import make_password

from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import SYSTEM, Actor, require
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import nfc, tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.identity import demo_staff, queries
from lienthong.platform.identity.models import OFFICER, PERSON, Account, Assignment
from lienthong.platform.identity.types import DUTIES, OPERATOR, AccountRef, OfficerRef

_NUMBER = re.compile(r"[0-9]{12}")
_USERNAME = re.compile(r"[a-z][a-z0-9]*([._-][a-z0-9]+)*")


def open_person_account(*, personal_number: str, name: str, level: int, email: str = "", actor: Actor) -> AccountRef:
    """Open a person's account (mở tài khoản định danh), or bring its name, level and e-mail up to date.

    The account has no password yet. Raises Refused ``identity.number``, ``.level`` or ``.name``.
    """
    require(actor, OPERATOR)
    if not _NUMBER.fullmatch(personal_number):
        raise Refused(
            "identity.number",
            tr("Số định danh cá nhân gồm đúng 12 chữ số.", "A personal number has exactly 12 digits."),
            field="personal_number",
        )
    if level not in (1, 2):
        raise Refused("identity.level", tr("Mức tài khoản là 1 hoặc 2.", "The level is 1 or 2."), field="level")
    facts = {"name": _given_name(name), "level": level, "email": email.strip()}
    with db.atomic():
        db.advisory_lock(f"identity:{personal_number}")
        account = Account.objects.filter(personal_number=personal_number, kind=PERSON).first()
        if account is None:
            account = Account.objects.open(
                username=personal_number, password=None, kind=PERSON, personal_number=personal_number, **facts
            )
            audit.record(actor, "identity.open-account", f"account:{account.pk}", level=level)
        elif _bring_up_to_date(account, facts):
            audit.record(actor, "identity.update-account", f"account:{account.pk}", level=level)
    return queries.as_ref(account)


def appoint_officer(
    *, username: str, name: str, agency_code: str, position: str, duties: Collection[str], actor: Actor
) -> OfficerRef:
    """Appoint an officer (phân công cán bộ): from now the officer holds exactly these duties at the agency.

    Opens the account when there is none. Duties held at other agencies stay. Raises Refused
    ``identity.username``, ``identity.duty``, ``identity.name``; NotFound for an unknown agency.
    """
    require(actor, OPERATOR, agency_code=agency_code)
    username = _checked_username(username)
    wanted = _checked_duties(duties)
    agencies_queries.get_agency(agency_code)
    with db.atomic():
        db.advisory_lock(f"identity:{username}")
        account = _officer_account(username, _given_name(name), actor)
        changed = _assign_exactly(account, agency_code, nfc(position).strip(), wanted)
        if changed:
            audit.record(
                actor,
                "identity.appoint",
                f"account:{account.pk}",
                agency=agency_code,
                duties=",".join(sorted(wanted)),
            )
    return OfficerRef(account.pk, username, account.name, nfc(position).strip(), wanted, agency_code)


def close_account(*, account_id: int, actor: Actor) -> None:
    """Close an account (khóa tài khoản): it can no longer sign in, and open sessions end at once."""
    require(actor, OPERATOR)
    with db.atomic():
        if Account.objects.filter(pk=account_id, is_active=True).update(is_active=False):
            audit.record(actor, "identity.close-account", f"account:{account_id}")


def set_password(*, account_id: int, password: str, actor: Actor) -> None:
    """Set an account's password; every session opened with the old one ends."""
    require(actor, OPERATOR)
    with db.atomic():
        account = Account.objects.select_for_update().get(pk=account_id)
        account.set_password(password)
        account.save(update_fields=["password"])
        audit.record(actor, "identity.set-password", f"account:{account_id}")


def seed_demo_accounts(*, agency_code: str, people: Sequence[tuple[str, str, int]] = ()) -> int:
    """Make the demo's accounts of one node: its officers, and ``people`` as (personal number, name, level).

    Officers are made for the node's own agency and, at a province, for each of its communes. With the profile
    parameter ``demo_password`` all of them also sign in by that password. Gives how many accounts there are.
    """
    with db.atomic():
        accounts = [
            open_person_account(personal_number=number, name=name, level=level, actor=SYSTEM).account_id
            for number, name, level in people
        ]
        below = sorted(agency.code for agency in agencies_queries.list_agencies(under=agency_code))
        for code in (agency_code, *below):
            accounts += _seed_officers(code)
        password = str(node().parameters.get("demo_password", ""))
        secret = {"password": make_password(password)} if password else {}
        Account.objects.filter(pk__in=accounts).update(is_demo=True, **secret)
    return len(set(accounts))


def _seed_officers(agency_code: str) -> list[int]:
    kind = demo_staff.kind_of(agencies_queries.get_agency(agency_code).name)
    return [
        appoint_officer(
            username=f"{agency_code.lower()}.{post.username}",
            name=demo_staff.name_of(agency_code, place),
            agency_code=agency_code,
            position=post.position.format(kind=kind),
            duties=post.duties,
            actor=SYSTEM,
        ).account_id
        for place, post in enumerate(demo_staff.posts_of(agency_code))
    ]


def _officer_account(username: str, name: str, actor: Actor) -> Account:
    account = Account.objects.filter(username=username).first()
    if account is None:
        account = Account.objects.open(username=username, password=None, kind=OFFICER, name=name, level=1)
        audit.record(actor, "identity.open-account", f"account:{account.pk}", kind=OFFICER)
    else:
        _bring_up_to_date(account, {"name": name})
    return account


def _assign_exactly(account: Account, agency_code: str, position: str, duties: frozenset[str]) -> bool:
    """Make the open assignments at the agency these duties; tells whether anything changed."""
    today = clock.today()
    held = {a.duty: a for a in account.assignments.filter(agency_id=agency_code, valid_to__isnull=True)}
    changed = False
    for duty, assignment in held.items():
        if duty not in duties and assignment.valid_from >= today:
            assignment.delete()
        elif duty not in duties:
            assignment.valid_to = today
            assignment.save(update_fields=["valid_to"])
        elif assignment.position_title != position:
            assignment.position_title = position
            assignment.save(update_fields=["position_title"])
        else:
            continue
        changed = True
    for duty in sorted(duties - held.keys()):
        Assignment.objects.create(
            account=account, agency_id=agency_code, duty=duty, position_title=position, valid_from=today
        )
        changed = True
    return changed


def _bring_up_to_date(account: Account, facts: dict[str, object]) -> bool:
    changed = [name for name, value in facts.items() if getattr(account, name) != value]
    for name in changed:
        setattr(account, name, facts[name])
    if changed:
        account.save(update_fields=changed)
    return bool(changed)


def _given_name(name: str) -> str:
    name = " ".join(nfc(name).split())
    if not name:
        raise Refused("identity.name", tr("Cần có họ và tên.", "A name is needed."), field="name")
    return name


def _checked_username(username: str) -> str:
    username = nfc(username).strip().lower()
    if not _USERNAME.fullmatch(username) or len(username) > 64:
        raise Refused(
            "identity.username",
            tr(
                "Tên đăng nhập bắt đầu bằng chữ và chỉ gồm chữ không dấu, số, dấu chấm, gạch.",
                "A user name starts with a letter and has only plain letters, digits, dots and dashes.",
            ),
            field="username",
        )
    return username


def _checked_duties(duties: Collection[str]) -> frozenset[str]:
    wanted = frozenset(duties)
    if unknown := sorted(wanted - DUTIES):
        raise Refused(
            "identity.duty",
            tr("Không có nhiệm vụ {duty}.", "There is no duty {duty}.").format(duty=", ".join(unknown)),
            field="duties",
        )
    return wanted
