"""What the licence itself says: in force on the day, for this mineral, with this machine or vehicle?"""

from datetime import date

from shared.rules.terms import EquipmentKind, LicenceTerms, LicensedMineral, MineralFamily
from shared.rules.verdict import Answer, Verdict
from shared.vietnamese import mark_key, name_key, search_key, without_accents

VALIDITY, MINERAL, LISTED = "validity", "mineral", "equipment_listed"
VERSION = "1"
REASONS = frozenset(
    {
        "in_force",
        "expired",
        "not_yet_in_force",
        "validity_unknown",
        "mineral_licensed",
        "mineral_not_licensed",
        "mineral_other_name",
        "mineral_unrecognised",
        "minerals_unknown",
        "mark_listed",
        "mark_not_listed",
        "mark_missing",
        "listed_without_mark",
        "equipment_unknown",
    }
)


def validity(terms: LicenceTerms, on: date) -> Verdict:
    """YES in force on that day, both ends included. Numbers: `left_days` until it ends, `over_days` since it ended,
    `early_days` before it begins. Whether a renewal is pending is for people to say."""
    if terms.valid_to is not None and terms.valid_to < on:
        return _verdict(VALIDITY, Answer.NO, "expired", over_days=(on - terms.valid_to).days)
    if terms.valid_from is not None and on < terms.valid_from:
        return _verdict(VALIDITY, Answer.NO, "not_yet_in_force", early_days=(terms.valid_from - on).days)
    # Where the register has no first day, that a version had taken effect says that the licence had begun.
    begun = terms.valid_from is not None or terms.effective_from <= on
    if terms.valid_to is None or not begun:
        return _verdict(VALIDITY, Answer.CANNOT_TELL, "validity_unknown")
    return _verdict(VALIDITY, Answer.YES, "in_force", left_days=(terms.valid_to - on).days)


def mineral(terms: LicenceTerms, typed: str, found: LicensedMineral | None) -> Verdict:
    """YES the licence names it, NO the register knows it as another mineral than the licence's.

    `found`: the register's mineral of the typed name, None where it has none. Sands of the river bed are told apart by
    their use, which nobody sees on a boat: for those another name of the same family proves nothing.
    """
    if not terms.minerals:
        return _verdict(MINERAL, Answer.CANNOT_TELL, "minerals_unknown")
    if any(
        _named(licensed, typed) or (found is not None and licensed.code == found.code) for licensed in terms.minerals
    ):
        return _verdict(MINERAL, Answer.YES, "mineral_licensed")
    if found is None:
        return _verdict(MINERAL, Answer.CANNOT_TELL, "mineral_unrecognised")
    if found.family is MineralFamily.RIVERBED_SAND and found.family in terms.families:
        return _verdict(MINERAL, Answer.CANNOT_TELL, "mineral_other_name")
    return _verdict(MINERAL, Answer.NO, "mineral_not_licensed")


def listed(terms: LicenceTerms, kind: EquipmentKind, mark: str | None) -> Verdict:
    """YES the licence lists that mark, NO it lists marks of that kind and this is none of them. `mark` as typed, None
    for one without ("không số"). Number: `listed_count` of that kind, where the licence lists any."""
    same_kind = [entry for entry in terms.equipment if entry.kind is kind]
    key = mark_key(mark or "")
    # A dredger may be listed as machine or as vessel: a mark is looked for among all.
    if key and any(entry.key == key for entry in terms.equipment):
        return _verdict(LISTED, Answer.YES, "mark_listed")
    if not same_kind:
        return _verdict(LISTED, Answer.CANNOT_TELL, "equipment_unknown")
    count = sum(entry.count for entry in same_kind)
    if any(not entry.key for entry in same_kind):
        return _verdict(LISTED, Answer.CANNOT_TELL, "listed_without_mark", listed_count=count)
    if not key:
        return _verdict(LISTED, Answer.CANNOT_TELL, "mark_missing", listed_count=count)
    return _verdict(LISTED, Answer.NO, "mark_not_listed", listed_count=count)


def _named(licensed: LicensedMineral, typed: str) -> bool:
    """A name typed without any accent is compared without them."""
    if licensed.key == name_key(typed):
        return True
    plain = typed.casefold()
    return plain == without_accents(typed) and search_key(licensed.name) == search_key(typed)


def _verdict(rule: str, answer: Answer, reason: str, **numbers: float) -> Verdict:
    return Verdict(rule, VERSION, answer, (reason,), numbers)
