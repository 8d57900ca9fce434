"""Tables of the register: people, identity versions, numbers given, births reported, looks at the counter.

An identity version holds from ``valid_from`` until before ``valid_to`` (empty: still so). Nothing is changed in place:
a change closes one version and opens the next.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value

from lienthong.kernel import clock
from lienthong.kernel.ids import new_id
from lienthong.kernel.text import tr
from lienthong.sources.population.types import BirthOutcome

STATUSES = (("alive", "Còn sống"), ("dead", "Đã chết"), ("missing", "Mất tích"))
SEXES = (("male", "Nam"), ("female", "Nữ"))
BIRTH_STATES = (("pending", "Chờ trả lời"), ("issued", "Đã cấp số"), ("refused", "Từ chối"))
TWELVE_DIGITS = r"^[0-9]{12}$"


def words_of(field: str) -> Func:
    """The folded words of a name, for an index that finds a name by any of its words."""
    return Func(F(field), Value(" "), function="string_to_array", output_field=ArrayField(models.TextField()))


class Person(models.Model):
    """Person (công dân) of the register: the number and whether they live; all else is in the versions.

    ``synthetic`` marks people that the program invented; a register with real people never has any.
    """

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=new_id, editable=False)
    personal_number = models.CharField(max_length=12, unique=True)
    status = models.CharField(max_length=8, choices=STATUSES, default="alive")
    death_date = models.DateField(null=True, blank=True)
    synthetic = models.BooleanField(default=False)
    entered_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        """Facts that hold whoever writes the row."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="population_number_is_12_digits", condition=Q(personal_number__regex=TWELVE_DIGITS)
            ),
            models.CheckConstraint(
                name="population_status_known", condition=Q(status__in=[status for status, _ in STATUSES])
            ),
            models.CheckConstraint(
                name="population_only_the_dead_have_a_death_date",
                condition=Q(death_date__isnull=True) | Q(status="dead"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class IdentityVersion(models.Model):
    """Identity version (phiên bản thông tin công dân): what held about a person from a day until before another.

    ``source`` names the act or letter behind it, ``basis`` its legal ground or document.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(max_length=100)
    name_folded = models.CharField(max_length=100)
    birth_date = models.DateField()
    sex = models.CharField(max_length=6, choices=SEXES)
    ethnicity = models.CharField(max_length=100)
    nationality = models.CharField(max_length=100)
    residence_commune_gso = models.CharField(max_length=5, blank=True, default="")
    residence_detail = models.CharField(max_length=250, blank=True, default="")
    hometown = models.CharField(max_length=250, blank=True, default="")
    birth_place = models.CharField(max_length=250, blank=True, default="")
    mother_number = models.CharField(max_length=12, blank=True, default="")
    mother_name = models.CharField(max_length=100, blank=True, default="")
    father_number = models.CharField(max_length=12, blank=True, default="")
    father_name = models.CharField(max_length=100, blank=True, default="")
    spouse_number = models.CharField(max_length=12, blank=True, default="")
    spouse_name = models.CharField(max_length=100, blank=True, default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=100)
    basis = models.CharField(max_length=300)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        """One version in force per person; names are found by any word, accents forgiven."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="population_one_version_in_force", fields=["person"], condition=Q(valid_to__isnull=True)
            ),
            models.CheckConstraint(
                name="population_version_ends_after_it_begins",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            ),
            models.CheckConstraint(name="population_sex_known", condition=Q(sex__in=[sex for sex, _ in SEXES])),
        ]
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(words_of("name_folded"), name="population_by_name"),
            models.Index(
                fields=["mother_number", "birth_date"],
                condition=~Q(mother_number=""),
                name="population_by_mother",
            ),
            models.Index(
                fields=["father_number", "birth_date"],
                condition=~Q(father_number=""),
                name="population_by_father",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.valid_from}"


class NumberAllocation(models.Model):
    """Number allocation (cấp số định danh cá nhân): one number, given once and never again.

    ``prefix`` is the block (place, century and sex, year), ``serial`` the place in it. The row stays when the number is
    cancelled, so that nobody else ever gets it.
    """

    prefix = models.CharField(max_length=6)
    serial = models.PositiveIntegerField()
    basis = models.CharField(max_length=100)
    allocated_at = models.DateTimeField(default=clock.now, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Unique whoever writes, and however many write at once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="population_number_given_once", fields=["prefix", "serial"]),
            models.CheckConstraint(name="population_prefix_is_6_digits", condition=Q(prefix__regex=r"^[0-9]{6}$")),
            models.CheckConstraint(name="population_serial_in_block", condition=Q(serial__lt=1_000_000)),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}{self.serial:06d}"


class BirthEvent(models.Model):
    """Birth event (đăng ký khai sinh): one report of a birth, at the reader that sent it or the holder that judged it.

    ``digest`` tells a repeated report from another one under the same id. The child's facts are not kept here: they are
    in the dossier of the reader and in the identity version of the holder.
    """

    request_id = models.UUIDField(unique=True)
    digest = models.CharField(max_length=64)
    sender = models.CharField(max_length=40)
    registered_at_commune_gso = models.CharField(max_length=5)
    registration_date = models.DateField()
    state = models.CharField(max_length=8, choices=BIRTH_STATES)
    personal_number = models.CharField(max_length=12, blank=True, default="", db_index=True)
    refusal_code = models.CharField(max_length=100, blank=True, default="")
    reason_vi = models.CharField(max_length=1000, blank=True, default="")
    reason_en = models.CharField(max_length=1000, blank=True, default="")
    reported_at = models.DateTimeField(default=clock.now, editable=False)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A number exactly when issued, a reason exactly when refused."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="population_birth_state",
                condition=Q(state="pending", personal_number="", refusal_code="")
                | Q(state="issued", personal_number__regex=TWELVE_DIGITS, refusal_code="")
                | (Q(state="refused", personal_number="") & ~Q(refusal_code="")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.request_id)

    def outcome(self) -> BirthOutcome:
        """What became of the report."""
        reason = tr(self.reason_vi, self.reason_en) if self.state == "refused" else None
        state = self.state
        if state == "issued":
            return BirthOutcome(self.request_id, "issued", self.personal_number)
        if state == "refused":
            return BirthOutcome(self.request_id, "refused", "", self.refusal_code, reason)
        return BirthOutcome(self.request_id, "pending")


class CounterLook(models.Model):
    """Counter look (lượt tra cứu tại cơ quan quản lý): an officer of the holder looked at a person.

    Looks from other agencies are in the question log of the exchange; both together answer "who looked at me".
    """

    personal_number = models.CharField(max_length=12)
    at = models.DateTimeField(default=clock.now, editable=False)
    account_id = models.BigIntegerField(null=True)
    agency_code = models.CharField(max_length=40)
    purpose = models.CharField(max_length=60)
    legal_ground = models.CharField(max_length=300)

    class Meta:
        """Read newest first for one person."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["personal_number", "-at"], name="population_looks"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.purpose}"
