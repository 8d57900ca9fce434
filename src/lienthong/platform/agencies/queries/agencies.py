"""Questions about agencies."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from lienthong.kernel import clock
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import nfc, tr
from lienthong.platform.agencies import models
from lienthong.platform.agencies.rules import normal_code
from lienthong.platform.agencies.types import AgencyKind, AgencyRef

_LONGEST_LINE = 20
"""More takeovers of takeovers than there ever were."""


def find_agency(code: str, on: date | None = None) -> AgencyRef | None:
    """The agency of a code (either form) as it was on the day, or None when it was not there."""
    day = on or clock.today()
    try:
        agency = load_agency(code, day)
    except Refused:
        return None
    return agency if agency.is_valid(day) else None


def get_agency(code: str, on: date | None = None) -> AgencyRef:
    """The agency of a code (either form) as it was on the day.

    Raises:
        Refused: ``agencies.code-malformed``, ``agencies.old-code-malformed``.
        NotFound: ``agencies.unknown``; ``agencies.closed`` with the code that answers for it in ``details``.
    """
    day = on or clock.today()
    agency = load_agency(code, day)
    if not agency.is_valid(day):
        successor = agency.successor_code
        raise NotFound(
            "agencies.closed",
            tr(
                f"Cơ quan {agency.code} không hoạt động vào ngày này; cơ quan kế thừa: {successor or 'chưa rõ'}.",
                f"The agency {agency.code} is not there on that day; its successor: {successor or 'not known'}.",
            ),
            field="agency_code",
            details={"successor": successor},
        )
    return agency


def recall_agency(code: str, on: date | None = None) -> AgencyRef:
    """The agency as its papers of that day name it, whether or not it is still there.

    Raises Refused `agencies.code-malformed`, `agencies.old-code-malformed`; NotFound `agencies.unknown`.
    """
    return load_agency(code, on or clock.today())


def name_of_agency(code: str, on: date | None = None) -> str:
    """The name for a screen, also of an agency that is closed; the code itself where nobody knows it."""
    try:
        return recall_agency(code, on).name
    except Refused:
        return code


def names_of_agencies(codes: Iterable[str]) -> dict[str, str]:
    """The present or last names of many agencies in one round trip; the code itself where nobody knows it."""
    wanted = set(codes)
    return {code: code for code in wanted} | dict(
        models.Agency.objects.filter(code__in=wanted).values_list("code", "name")
    )


def list_agencies(level: int | None = None, under: str | None = None, on: date | None = None) -> list[AgencyRef]:
    """The agencies there on the day, by code: of one level (1 is the top), below one agency, or all."""
    day = on or clock.today()
    rows = models.Agency.objects.filter(valid_on(day)).order_by("code")
    if under is not None:
        rows = rows.filter(code__startswith=normal_code(under) + ".")
    return [ref for ref in agency_refs(rows, day) if level is None or ref.level == level]


def answers_for(code: str, on: date | None = None) -> AgencyRef:
    """Who answers for an agency on the day: itself, or its (main) successor when it is gone.

    Raises:
        Refused: ``agencies.code-malformed``, ``agencies.old-code-malformed``.
        NotFound: ``agencies.unknown``; ``agencies.no-successor`` when nobody took over.
    """
    day = on or clock.today()
    wanted, seen = code, set[str]()
    while wanted and wanted not in seen:
        seen.add(wanted)
        agency = load_agency(wanted, day)
        if agency.is_valid(day):
            return agency
        wanted = agency.successor_code
    raise NotFound(
        "agencies.no-successor",
        tr(f"Không có cơ quan nào trả lời thay cho {code}.", f"No agency answers for {code}."),
        field="agency_code",
    )


def answer_for_many(codes: Iterable[str], on: date | None = None) -> dict[str, AgencyRef]:
    """As `answers_for` for many agencies at once, by the code as it was given; a few round trips however many.

    Unknown or malformed codes, and agencies that nobody took over from, are left out.
    """
    day = on or clock.today()
    wanted = {code: code for code in set(codes)}
    known: dict[str, AgencyRef] = {}
    found: dict[str, AgencyRef] = {}
    for _ in range(_LONGEST_LINE):
        plain = {code: _plain(now) for code, now in wanted.items()}
        rows = models.Agency.objects.filter(code__in=set(plain.values()) - known.keys() - {""})
        known.update((ref.code, ref) for ref in agency_refs(rows, day))
        reached = {code: ref for code, now in plain.items() if (ref := known.get(now)) is not None}
        found.update((code, ref) for code, ref in reached.items() if ref.is_valid(day))
        wanted = {code: ref.successor_code for code, ref in reached.items() if code not in found and ref.successor_code}
        if not wanted:
            break
    return found


def _plain(code: str) -> str:
    try:
        return normal_code(nfc(code).strip())
    except Refused:
        return ""


# --- for the other questions of this room ---------------------------------------------------------------------


def valid_on(day: date) -> Q:
    """Rows in force on the day."""
    return (Q(valid_from__isnull=True) | Q(valid_from__lte=day)) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def load_agency(code: str, day: date) -> AgencyRef:
    """The agency in its form of the day, closed or not. Raises as get_agency does."""
    wanted = normal_code(nfc(code).strip())
    if not (found := agency_refs(models.Agency.objects.filter(code=wanted), day)):
        raise NotFound(
            "agencies.unknown",
            tr(f"Không có cơ quan mang mã {wanted}.", f"No agency has the code {wanted}."),
            field="agency_code",
        )
    return found[0]


def agency_refs(rows: QuerySet[models.Agency], day: date) -> list[AgencyRef]:
    """Agencies with the name, kind and territory they had on the day; three queries in all."""
    main = models.AgencyChange.objects.filter(main=True)
    rows = rows.prefetch_related("former_forms", Prefetch("changes_out", queryset=main))
    return [_agency_ref(row, day) for row in rows]


def committees(day: date, commune_codes: Iterable[str] = ()) -> dict[str, AgencyRef]:
    """People's Committees in office on the day by statistics code: all provinces, and these communes if listed."""
    wanted = Q(kind=AgencyKind.PROVINCE) | Q(kind=AgencyKind.COMMUNE, gso_code__in=list(commune_codes))
    refs = agency_refs(models.Agency.objects.filter(wanted & valid_on(day)), day)
    return {ref.gso_code: ref for ref in refs}


def _agency_ref(row: models.Agency, day: date) -> AgencyRef:
    former = next(
        (
            form
            for form in row.former_forms.all()
            if day < form.valid_to and (form.valid_from is None or form.valid_from <= day)
        ),
        None,
    )
    form = former or row
    return AgencyRef(
        code=row.code,
        name=form.name,
        kind=AgencyKind(form.kind),
        parent_code=row.parent_id or "",
        gso_code=form.gso_code,
        qcvn102_code=row.qcvn102_code,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        successor_code=next((change.new_id for change in row.changes_out.all()), ""),
        note=row.note,
    )
