"""What other rooms may ask identity: who acts, who works where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet

from lienthong.kernel import clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.identity.models import OFFICER, PERSON, Account, Assignment
from lienthong.platform.identity.types import DUTY_LABELS, AccountRef, DemoPerson, OfficerRef


def get_account(account_id: int) -> AccountRef:
    """The account with this id. Raises NotFound ``identity.no-account``."""
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NotFound("identity.no-account", tr("Không có tài khoản này.", "There is no such account."))
    return as_ref(account)


def find_person_account(personal_number: str) -> AccountRef | None:
    """The active account of the person with this 12-digit number; None if none was opened here."""
    account = Account.objects.filter(kind=PERSON, personal_number=personal_number, is_active=True).first()
    return as_ref(account) if account else None


def find_person_accounts(personal_numbers: Iterable[str]) -> dict[str, int]:
    """Account ids by personal number, for a whole set in one query; people without an account are left out.

    One array parameter: Django's `IN` would compile hundreds of them, which costs more than the query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT personal_number, id FROM identity_account WHERE personal_number = ANY(%s) AND is_active",
            [list(personal_numbers)],
        )
        return dict(cursor.fetchall())


def find_officer_account(username: str) -> AccountRef | None:
    """The officer's account with this user name; None if there is none."""
    account = Account.objects.filter(kind=OFFICER, username=username.strip().lower()).first()
    return as_ref(account) if account else None


def actor_of(account: Account | AccountRef, agency_code: str = "") -> Actor:
    """The acting person behind an account, today.

    An officer acts for one agency at a time: ``agency_code`` if a duty is held there, else the only agency
    where duties are held; with several and none chosen the actor has no agency and no duty yet.
    """
    account_id = account.account_id if isinstance(account, AccountRef) else account.pk
    if account.kind == PERSON:
        return Actor(
            account_id=account_id,
            kind="person",
            name=account.name,
            personal_number=account.personal_number or "",
            level=account.level,
        )
    duties = duties_by_agency(account_id)
    chosen = agency_code if agency_code in duties else next(iter(duties)) if len(duties) == 1 else ""
    return Actor(
        account_id=account_id,
        kind="officer",
        name=account.name,
        personal_number=account.personal_number or "",
        agency_code=chosen,
        duties=duties.get(chosen, frozenset()),
        level=account.level,
    )


def duties_by_agency(account_id: int, on: date | None = None) -> dict[str, frozenset[str]]:
    """Agency code → duties the officer holds there on a day (today), in order of the codes."""
    held: dict[str, set[str]] = defaultdict(set)
    rows = _in_force(Assignment.objects.filter(account_id=account_id), on).order_by("agency_id")
    for agency_code, duty in rows.values_list("agency_id", "duty"):
        held[agency_code].add(duty)
    return {agency_code: frozenset(duties) for agency_code, duties in held.items()}


def list_officers(agency_code: str, duty: str | None = None) -> list[OfficerRef]:
    """Active officers of exactly this agency today, by name; ``duty`` keeps those who hold it."""
    rows = _in_force(Assignment.objects.filter(agency_id=agency_code, account__is_active=True), None)
    officers = _officers(rows.select_related("account"))
    return [officer for officer in officers if duty is None or duty in officer.duties]


def list_demo_people() -> list[DemoPerson]:
    """Synthetic accounts of this node offered on the demo's sign-in page: citizens first, then officers."""
    accounts = Account.objects.filter(is_demo=True, is_active=True)
    people = [
        DemoPerson(a.pk, PERSON, a.username, a.name, "", "", a.level)
        for a in accounts.filter(kind=PERSON).order_by("pk")
    ]
    rows = _in_force(Assignment.objects.filter(account__in=accounts.filter(kind=OFFICER)), None)
    officers = sorted(_officers(rows.select_related("account")), key=lambda o: (o.agency_code, o.account_id))
    return people + [
        DemoPerson(o.account_id, OFFICER, o.username, o.name, o.position, o.agency_code, 1) for o in officers
    ]


def has_password(account_id: int) -> bool:
    """May this account sign in by a password of its own?"""
    account = Account.objects.filter(pk=account_id).first()
    return account is not None and account.has_usable_password()


def is_password(account_id: int, password: str) -> bool:
    """Is this the account's password? Who asks counts the wrong ones."""
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    return account is not None and account.check_password(password)


def duty_label(duty: str) -> str:
    """The duty's name in the active language."""
    return str(tr(*DUTY_LABELS[duty]))


def as_ref(account: Account) -> AccountRef:
    """The frozen form of an account."""
    return AccountRef(
        account_id=account.pk,
        kind=PERSON if account.kind == PERSON else OFFICER,
        username=account.username,
        name=account.name,
        personal_number=account.personal_number or "",
        email=account.email,
        level=account.level,
        is_active=account.is_active,
    )


def _in_force(rows: QuerySet[Assignment], on: date | None) -> QuerySet[Assignment]:
    day = on or clock.today()
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


def _officers(rows: Iterable[Assignment]) -> list[OfficerRef]:
    grouped: dict[tuple[int, str], list[Assignment]] = defaultdict(list)
    for row in rows:
        grouped[(row.account_id, row.agency_id)].append(row)
    return sorted(
        (
            OfficerRef(
                account_id=account_id,
                username=held[0].account.username,
                name=held[0].account.name,
                position=held[0].position_title,
                duties=frozenset(row.duty for row in held),
                agency_code=agency_code,
            )
            for (account_id, agency_code), held in grouped.items()
        ),
        key=lambda officer: (officer.name, officer.account_id),
    )
