"""Looking at people where the register is kept (khai thác thông tin): no look without purpose, ground and a record."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import Actor, require
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import fold, nfc, tr
from lienthong.sources.population import queries, rules
from lienthong.sources.population.models import CounterLook, IdentityVersion, words_of
from lienthong.sources.population.types import PersonLine, PersonRecord

MOST_RESULTS = 50


def open_record(
    *, personal_number: str, purpose: str, legal_ground: str, actor: Actor, counter: bool = True
) -> PersonRecord:
    """Open a person's record for a purpose, and write the look down in the same transaction.

    ``counter``: an officer of the holder looks; otherwise another agency asks by a question that the exchange records.
    Raises NotAllowed (see ``rules.allowed_purpose``), Refused ``population.number-*``, NotFound.
    """
    number = rules.parse_number(personal_number).text
    known = rules.allowed_purpose(purpose, legal_ground, personal_number=number, asker=actor, at_holder=counter)
    if counter and not known.only_self:
        require(actor, "handling")
    with db.atomic():
        record = queries.find_record(number, known.fields)
        if record is None:
            raise NotFound(
                "population.person-unknown",
                tr(
                    "Không có người nào mang số định danh này trong cơ sở dữ liệu dân cư.",
                    "Nobody in the population register has this personal number.",
                ),
                field="personal_number",
            )
        if counter:
            CounterLook.objects.create(
                personal_number=number,
                at=clock.now(),
                account_id=actor.account_id,
                agency_code=actor.agency_code or node().agency_code,
                purpose=purpose,
                legal_ground=legal_ground.strip()[:300],
            )
        audit.record(
            actor, "population.look", f"person:{number}", purpose=purpose, legal_ground=legal_ground.strip()[:300]
        )
    return record


def search_people(*, text: str, purpose: str, legal_ground: str, actor: Actor) -> tuple[list[PersonLine], bool]:
    """People by number or by words of the name, accents forgiven; and whether there are more than are given.

    Only for officers of the holder. The search is on the ledger; opening one of the people is another look.
    """
    require(actor, "handling")
    rules.allowed_purpose(purpose, legal_ground, personal_number="", asker=actor, at_holder=True)
    text = nfc(text).strip()
    versions = IdentityVersion.objects.filter(valid_to__isnull=True).select_related("person")
    if any(letter.isdigit() for letter in text):
        versions = versions.filter(person__personal_number=rules.parse_number(text).text)
    else:
        versions = _by_name(versions, text)
    with db.atomic():
        found = list(versions.order_by("name_folded", "birth_date")[: MOST_RESULTS + 1])
        audit.record(
            actor, "population.search", "person:*", purpose=purpose, legal_ground=legal_ground[:300], found=len(found)
        )
    return queries.lines_of(found[:MOST_RESULTS]), len(found) > MOST_RESULTS


def _by_name(versions: models.QuerySet[IdentityVersion], text: str) -> models.QuerySet[IdentityVersion]:
    words = fold(text).split()
    if sum(map(len, words)) < 3:
        raise Refused(
            "population.search-too-short",
            tr("Nhập số định danh hoặc ít nhất ba chữ cái của họ tên.", "Type a number, or three letters of a name."),
            field="text",
        )
    return versions.annotate(words=words_of("name_folded")).filter(Q(words__contains=words))
