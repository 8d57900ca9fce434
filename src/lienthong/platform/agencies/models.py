"""Tables of agencies: state bodies, administrative units, what became of them, and the working calendar.

Validity is half open everywhere: a row holds from ``valid_from`` (empty: before our records) until before
``valid_to`` (empty: still so).
"""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from lienthong.kernel import clock
from lienthong.kernel.text import Bilingual
from lienthong.platform.agencies.types import AgencyKind, DeclaredDay, UnitKind

LEVELS = (("province", "Cấp tỉnh"), ("district", "Cấp huyện"), ("commune", "Cấp xã"))
RELATIONS = (("whole", "Toàn bộ"), ("part", "Một phần"), ("kept", "Giữ nguyên"))
DAY_KINDS = (("off", "Ngày nghỉ"), ("working", "Ngày làm việc bù"))


class DateRange(Func):
    """The days of a row as a PostgreSQL range, end excluded."""

    function = "DATERANGE"


def _days() -> DateRange:
    return DateRange("valid_from", "valid_to")


def _ends_after_it_begins(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
    )


class Agency(models.Model):
    """Agency (cơ quan nhà nước) by its code of QĐ 20/2020/QĐ-TTg; the row holds its latest form.

    A code is never given to another body, so it is the key; earlier names of the same code are in FormerForm,
    what became of a closed agency is in AgencyChange.
    """

    code = models.CharField(max_length=32, primary_key=True)
    qcvn102_code = models.CharField(max_length=32, blank=True, default="", db_index=True)
    name = models.CharField(max_length=300)
    search_text = models.CharField(max_length=400)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.label.vi) for kind in AgencyKind])
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    gso_code = models.CharField(max_length=5, blank=True, default="", db_index=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        """Facts that hold whoever writes the row."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="agency_code_of_decision_20", condition=Q(code__regex=r"^[A-Z][0-9]{2}(\.[0-9]{2,3})*$")
            ),
            models.CheckConstraint(name="agency_name_given", condition=~Q(name="")),
            _ends_after_it_begins("agency_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.code


class FormerForm(models.Model):
    """Former form of an agency (tên cũ của cơ quan): name, kind and territory the same code had before."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="former_forms")
    name = models.CharField(max_length=300)
    search_text = models.CharField(max_length=400)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.label.vi) for kind in AgencyKind])
    gso_code = models.CharField(max_length=5, blank=True, default="")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField()
    decision = models.CharField(max_length=120)

    class Meta:
        """Two former forms of one agency never overlap."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            ExclusionConstraint(
                name="former_forms_do_not_overlap",
                expressions=[("agency", RangeOperators.EQUAL), (_days(), RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} < {self.valid_to}"


class AgencyChange(models.Model):
    """Agency change (sáp nhập, chuyển giao cơ quan): who took over from a closed agency; one main successor."""

    old = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="changes_out")
    new = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="changes_in")
    main = models.BooleanField(default=True)
    matters = models.CharField(max_length=200, blank=True, default="")
    effective_date = models.DateField()
    decision = models.CharField(max_length=120)

    class Meta:
        """A pair once, and one main successor."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="agency_change_once", fields=["old", "new"]),
            models.UniqueConstraint(name="agency_change_one_main", fields=["old"], condition=Q(main=True)),
            models.CheckConstraint(name="agency_change_two_bodies", condition=~Q(old=F("new"))),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


class AdministrativeUnit(models.Model):
    """Administrative unit (đơn vị hành chính) by statistics code and days; its name and type are dated forms."""

    level = models.CharField(max_length=8, choices=LEVELS)
    code = models.CharField(max_length=5)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        """On any day a code names one unit at most."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="unit_once", fields=["code", "valid_from"], nulls_distinct=False),
            ExclusionConstraint(
                name="unit_code_names_one_a_day",
                expressions=[("code", RangeOperators.EQUAL), (_days(), RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                name="unit_code_fits_level",
                condition=Q(level="province", code__regex=r"^[0-9]{2}$")
                | Q(level="district", code__regex=r"^[0-9]{3}$")
                | Q(level="commune", code__regex=r"^[0-9]{5}$"),
            ),
            _ends_after_it_begins("unit_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.code


class UnitForm(models.Model):
    """Form of a unit (tên, loại đơn vị hành chính): its name, type and parent over a stretch of days."""

    unit = models.ForeignKey(AdministrativeUnit, on_delete=models.CASCADE, related_name="forms")
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.label.vi) for kind in UnitKind])
    name = models.CharField(max_length=120)
    name_text = models.CharField(max_length=130)
    search_text = models.CharField(max_length=300)
    parent_code = models.CharField(max_length=3, blank=True, default="")
    province_code = models.CharField(max_length=2, db_index=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        """On any day a unit has one name and one type."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="unit_form_once", fields=["unit", "valid_from"], nulls_distinct=False),
            ExclusionConstraint(
                name="unit_forms_do_not_overlap",
                expressions=[("unit", RangeOperators.EQUAL), (_days(), RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class UnitChange(models.Model):
    """Unit change (sắp xếp đơn vị hành chính): old unit to new unit, whole or in part.

    ``kept`` rows say that a unit went on under the same code (old and new are one row).
    """

    old = models.ForeignKey(AdministrativeUnit, on_delete=models.CASCADE, related_name="changes_out")
    new = models.ForeignKey(AdministrativeUnit, on_delete=models.CASCADE, related_name="changes_in")
    relation = models.CharField(max_length=5, choices=RELATIONS)
    main = models.BooleanField(default=True)
    effective_date = models.DateField()
    decision = models.CharField(max_length=120)

    class Meta:
        """A pair once; only a kept unit follows itself."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="unit_change_once", fields=["old", "new"]),
            models.CheckConstraint(
                name="unit_change_kept_is_itself",
                condition=Q(relation="kept", old=F("new")) | (~Q(relation="kept") & ~Q(old=F("new"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


class CalendarDay(models.Model):
    """Calendar day (ngày nghỉ lễ, ngày làm việc bù): an exception to the week, national or of one agency.

    A withdrawn row stays, so that a return date reckoned before can be explained later.
    """

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, null=True, blank=True, related_name="calendar_days")
    day = models.DateField()
    kind = models.CharField(max_length=7, choices=DAY_KINDS)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    in_place_of = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=200)
    from_facts = models.BooleanField(default=False)
    declared_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One declaration in force for a day and an agency."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="calendar_day_once",
                fields=["agency", "day"],
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="calendar_day_decision_named", condition=~Q(decision="")),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(name="calendar_day_by_day", fields=["day"])]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"

    def declared(self) -> DeclaredDay:
        """The row as others see it."""
        return DeclaredDay(
            id=self.pk,
            day=self.day,
            kind="working" if self.kind == "working" else "off",
            name=Bilingual(self.name_vi, self.name_en),
            decision=self.decision,
            in_place_of=self.in_place_of,
            agency_code=self.agency_id or "",
        )


class OfficeHours(models.Model):
    """Office hours (giờ làm việc): one shift on some weekdays (0 is Monday) over a stretch of days."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, null=True, blank=True, related_name="office_hours")
    weekdays = ArrayField(models.PositiveSmallIntegerField())
    opens = models.TimeField()
    closes = models.TimeField()
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=200)
    from_facts = models.BooleanField(default=False)

    class Meta:
        """Shifts run forward within a day."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="office_hours_run_forward", condition=Q(closes__gt=F("opens"))),
            _ends_after_it_begins("office_hours_end_after_they_begin"),
        ]

    def __str__(self) -> str:
        return f"{self.opens}–{self.closes}"


class LoadedFacts(models.Model):
    """Loaded facts (bản danh mục đã nạp): which state of the shipped fact files this database holds."""

    name = models.CharField(max_length=40, primary_key=True)
    sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name
