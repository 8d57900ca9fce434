"""Tables of identity: accounts (tài khoản) and the duties officers hold at agencies (phân công nhiệm vụ)."""

from __future__ import annotations

from typing import ClassVar, Final

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from lienthong.kernel import clock
from lienthong.kernel.text import nfc
from lienthong.platform.identity.types import DUTIES, DUTY_LABELS

PERSON: Final = "person"
OFFICER: Final = "officer"
KINDS = ((PERSON, "Cá nhân"), (OFFICER, "Cán bộ, công chức"))


class Accounts(BaseUserManager["Account"]):
    """Opens and finds accounts; user names are kept in lower case, so capitals do not matter at sign-in."""

    def open(self, *, username: str, password: str | None, **fields: object) -> Account:
        """Insert an account; ``password=None`` makes one that cannot sign in by password."""
        account = self.model(username=nfc(username).strip().lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        """Find by the name typed on the sign-in page."""
        return self.get(username=nfc(username or "").strip().lower())


class Account(AbstractBaseUser):
    """Account (tài khoản): a person's e-identity account or an officer's account at this node.

    A person signs in with the 12-digit personal number (số định danh cá nhân), so ``username`` repeats it;
    ``level`` is the account level of NĐ 69/2024 (mức độ 1, mức độ 2); an officer's account, opened by the
    agency for its own work, counts as level 1 and never opens what a citizen does at level 2.
    """

    username = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8, choices=KINDS)
    personal_number = models.CharField(max_length=12, unique=True, null=True, blank=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True, default="")
    level = models.PositiveSmallIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[Accounts] = Accounts()

    class Meta:
        """Facts that hold whoever writes the row."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="account_kind_known", condition=Q(kind__in=[PERSON, OFFICER])),
            models.CheckConstraint(name="account_level_known", condition=Q(level__in=[1, 2])),
            models.CheckConstraint(
                name="account_number_is_12_digits",
                condition=Q(personal_number__isnull=True) | Q(personal_number__regex=r"^[0-9]{12}$"),
            ),
            models.CheckConstraint(
                name="account_person_signs_in_by_number",
                condition=~Q(kind=PERSON) | Q(personal_number__isnull=False, username=models.F("personal_number")),
            ),
            models.CheckConstraint(name="account_name_given", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.username

    def get_full_name(self) -> str:
        """The name shown on pages."""
        return self.name


class Assignment(models.Model):
    """Assignment (phân công nhiệm vụ): one duty an officer holds at one agency.

    It holds from ``valid_from`` and no longer on ``valid_to``.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="assignments")
    agency = models.ForeignKey(
        "agencies.Agency",
        to_field="code",
        db_column="agency_code",
        on_delete=models.PROTECT,
        related_name="+",
    )
    duty = models.CharField(max_length=16, choices=[(d, labels[0]) for d, labels in DUTY_LABELS.items()])
    position_title = models.CharField(max_length=200)
    valid_from = models.DateField(default=clock.today)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        """One open assignment per officer, agency and duty."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="assignment_duty_known", condition=Q(duty__in=sorted(DUTIES))),
            models.CheckConstraint(
                name="assignment_ends_after_it_begins",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")),
            ),
            models.UniqueConstraint(
                name="assignment_open_once",
                fields=["account", "agency", "duty"],
                condition=Q(valid_to__isnull=True),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="assignment_by_agency", fields=["agency", "duty"]),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.duty}"
