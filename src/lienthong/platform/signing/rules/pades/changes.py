"""What changed in a PDF from one revision to the next: only further signatures and their proofs may come."""

from dataclasses import dataclass

from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    CatalogModificationRule,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)

_LATER = ModificationLevel.LTA_UPDATES
# After a signature only further signatures may come. pyHanko's own policy also lets form fields be refilled and
# their pictures replaced, which is how “shadow” attacks change what a reader sees.
_ONLY_MORE_SIGNATURES = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),
        DocInfoRule().as_qualified(_LATER),
        XrefStreamRule().as_qualified(_LATER),
        ObjectStreamRule().as_qualified(_LATER),
        DSSCompareRule().as_qualified(_LATER),
        MetadataUpdateRule().as_qualified(_LATER),
    ],
    form_rule=FormUpdatingRule(field_rules=[SigFieldCreationRule(), SigFieldModificationRule()]),
)
# Strangers' files can fail the parser in any way.
BROKEN: tuple[type[Exception], ...] = (Exception,)
ALTERED = int(ModificationLevel.OTHER.value)
_MAX_LOOKED_AT = 2000


@dataclass(frozen=True, slots=True)
class Step:
    """What the revision `number` did to the one before it.

    `level` by pyHanko: 0 nothing, 1 proofs, 2 signatures, 4 anything else; `kinds` says of what else: `form`, `notes`,
    `content`; `fields` are the form fields that were filled anew.
    """

    number: int
    level: int
    kinds: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


def steps_after(reader: PdfFileReader, revision: int) -> tuple[Step, ...]:
    """Every later revision held against the one just before it.

    Each step is looked at once for all signatures, so the work grows with the revisions and not with their square;
    and what one revision does and a later one takes back is seen as well.
    """
    return tuple(_step(reader, number) for number in range(revision + 1, reader.xrefs.total_revisions))


def _step(reader: PdfFileReader, number: int) -> Step:
    old, new = reader.get_historical_resolver(number - 1), reader.get_historical_resolver(number)
    try:
        return Step(number, int(_ONLY_MORE_SIGNATURES.apply(old, new).modification_level.value))
    except SuspiciousModification:
        pass
    except BROKEN:  # then nothing vouches for the change
        return Step(number, ALTERED, ("content",))
    try:
        filled = DEFAULT_DIFF_POLICY.apply(old, new)
        fields = tuple(sorted(str(name) for name in filled.changed_form_fields))
        return Step(number, ALTERED, ("form",), fields[:20])
    except BROKEN:  # not mere filling, or damaged
        return Step(number, ALTERED, _kinds(reader, number))


def _kinds(reader: PdfFileReader, number: int) -> tuple[str, ...]:
    """Roughly what else was changed, for the sentence; the verdict does not hang on it."""
    found, resolver = set[str](), reader.get_historical_resolver(number)
    for reference in sorted(resolver.explicit_refs_in_revision(), key=lambda one: one.idnum)[:_MAX_LOOKED_AT]:
        try:
            found |= _kind(resolver(reference))
        except BROKEN:
            found.add("content")
    return tuple(sorted(found)) or ("content",)


def _kind(thing: object) -> set[str]:
    if not isinstance(thing, DictionaryObject):
        return set()
    if thing.get("/Subtype") == "/Widget" or "/FT" in thing:
        return {"form"} if thing.get("/FT") != "/Sig" else set()
    if thing.get("/Type") == "/Annot" or "/Rect" in thing:
        return {"notes"}
    if thing.get("/Type") == "/Page" or (isinstance(thing, StreamObject) and thing.get("/Type") is None):
        return {"content"}
    return set()
