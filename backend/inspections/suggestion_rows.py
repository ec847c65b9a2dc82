"""What a band suggestion says, as the API gives it: amounts in đồng, words in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from backend.registry.models import Power
from backend.registry.selectors.agencies import competent_among, powers_of, receivers_of
from backend.registry.selectors.catalogue import consequences
from shared.problems import Text
from shared.rules.band_words import SUGGESTION, WORDS
from shared.rules.bands import BandSuggestion, Measured, Option
from shared.rules.provisions import MILLION, Consequence, ViolationType

OWN_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "not_in_catalogue": Text(
            "Danh mục không có mã này vào ngày xảy ra hành vi: kiểm tra lại mã.",
            "The catalogue has no such code on the day of the act: check the code.",
        ),
        "several_quantities": Text(
            "Phiếu có nhiều số đo cùng loại: chọn số đo dùng để phân khung.",
            "The report has several measurements of one kind: choose the one that sets the band.",
        ),
        "load_without_quantity": Text(
            "Có chuyến hàng chưa có số đo dùng được, nên chưa có tổng.",
            "A load has no measurement that can be used, so there is no total.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Found:
    """A quantity of the report with where it stands ("measurements[0]", "loads", "geofence licence:…"), or, with
    `doubt`, why there is none."""

    source: str
    measured: Measured | None
    doubt: str = ""


Said = tuple[str, ViolationType | None, BandSuggestion | None, tuple[Found, ...]]


def as_json(said: Sequence[Said], today: date, language: str) -> list[dict[str, Any]]:
    options = [option for _, _, found, _ in said if found for option in (*found.options, *found.alternatives)]
    named = {extra.code for option in options for extra in option.extra} | {c for o in options for c in o.remedies}
    titles = consequences(named) if named else {}
    provisions = {provision for _, type_, _, _ in said if type_ for provision in _provisions(type_)}
    powers = powers_of(provisions, today) if provisions else {}
    codes = {code for _, type_, _, _ in said if type_ for code in type_.transfer_to}
    receivers = receivers_of(codes, today) if codes else {}
    rows = []
    for code, type_, found, used in said:
        if type_ is None or found is None:
            rows.append({"code": code, "decides": False, "reasons": _words(["not_in_catalogue"], language)})
            continue
        doubts = [one.doubt for one in used if one.doubt]
        rows.append(
            {
                **_row(type_, found, titles, language),
                "measured": [_measurement(one) for one in used if one.measured is not None],
                "reasons": _words([*found.reasons, *dict.fromkeys(doubts)], language),
                "competent": _competent(type_, found, powers),
                "transfer_to": [
                    {
                        "code": to,
                        "agencies": [
                            {"id": str(row.agency_id), "name": row.agency.name, "verified": row.verified_on is not None}
                            for row in receivers[to]
                        ],
                    }
                    for to in type_.transfer_to
                ],
            }
        )
    return rows


def _row(
    type_: ViolationType, found: BandSuggestion, titles: Mapping[str, Consequence], language: str
) -> dict[str, Any]:
    return {
        "code": type_.code,
        "title": type_.title.say(language),
        "act_on": found.act_on.isoformat(),
        "provision_from": type_.valid_from.isoformat(),
        "verified": found.verified,
        "decides": found.decides,
        "note": SUGGESTION.say(language),
        "printed": found.printed.say(language),
        "low": found.low,
        "high": found.high,
        "start": found.start,
        "multipliers": list(found.multipliers),
        "competence_maximum": found.competence_maximum,
        "right_to_explain": found.right_to_explain.value,
        "options": [_option(type_, option, titles, language) for option in found.options],
        "alternatives": [_option(type_, option, titles, language) for option in found.alternatives],
        "judged_by": [measure.value for measure in found.judged_by],
        "missing": _words(found.missing, language),
        "see": list(found.see),
        "unsure": type_.unsure,
        "rule": found.rule,
        "version": found.version,
    }


def _option(type_: ViolationType, option: Option, titles: Mapping[str, Consequence], language: str) -> dict[str, Any]:
    """`low`, `high`: of an individual."""
    act = next(act for act in type_.acts if act.key == option.act)
    return {
        "act": option.act,
        "title": act.title.say(language),
        "column": option.column.value,
        "low": option.band.low,
        "high": option.band.high,
        "warning": option.band.warning,
        "citation": option.citation.say(language),
        "extra": [
            {
                "code": extra.code,
                "title": titles[extra.code].title.say(language) if extra.code in titles else extra.code,
                "months_from": extra.months_from,
                "months_to": extra.months_to,
                "under": extra.under,
                "when": extra.when.value,
            }
            for extra in option.extra
        ],
        "remedies": [
            {"code": code, "title": titles[code].title.say(language) if code in titles else code}
            for code in option.remedies
        ],
    }


def _measurement(found: Found) -> dict[str, Any]:
    measured = found.measured
    if measured is None:
        raise TypeError("a doubt is no measurement")
    return {
        "measure": measured.measure.value,
        "value": measured.value,
        "uncertainty": measured.uncertainty,
        "handheld": measured.handheld,
        "from": found.source,
    }


def _words(codes: Iterable[str], language: str) -> list[dict[str, str]]:
    return [{"code": code, "words": {**WORDS, **OWN_WORDS}[code].say(language)} for code in codes]


def _provisions(type_: ViolationType) -> set[tuple[str, str]]:
    return {(type_.decree, act.article) for act in type_.acts}


def _competent(
    type_: ViolationType, found: BandSuggestion, powers: Mapping[tuple[str, str], Sequence[Power]]
) -> list[dict[str, Any]]:
    """Posts that may decide whichever of the bands in reach it turns out to be, the smallest power first."""
    tops: dict[str, int] = {}
    for option in (*found.options, *found.alternatives):
        act = next(act for act in type_.acts if act.key == option.act)
        tops[act.article] = max(tops.get(act.article, 0), min(option.band.high, type_.field_maximum))
    reach = [
        competent_among(
            powers[type_.decree, article],
            maximum_million=Decimal(top) / MILLION,
            organisation=max(found.multipliers) == 2,
        )
        for article, top in tops.items()
    ]
    if not reach:
        return []
    everywhere = set.intersection(*({(one.power.agency_id, one.power.post) for one in each} for each in reach))
    return [
        {
            "agency": {"id": str(one.power.agency_id), "name": one.power.agency.name},
            "post": one.power.post,
            "limit": int(one.limit_million * MILLION),
            "source": one.power.source,
            "verified": one.verified,
        }
        for one in reach[0]
        if (one.power.agency_id, one.power.post) in everywhere
    ]
