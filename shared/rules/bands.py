"""Which band may stand for an act: a suggestion from the catalogue, the actor and what was measured.

It never decides (`BandSuggestion.decides` is False): the start is the middle of the band, as without aggravating or
mitigating circumstances (Luật XLVPHC Đ23 k4), and what is not known stays open instead of being guessed.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.problems import Text
from shared.rules.actors import Actor, fits
from shared.rules.band_words import NEUTRAL, SEVERAL
from shared.rules.provisions import (
    MILLION,
    Act,
    Band,
    Column,
    Elsewhere,
    Extra,
    Measure,
    Span,
    ViolationType,
    When,
)
from shared.rules.verdict import Answer, Verdict

RULE = "band"
VERSION = "1"

EXPLANATION_FROM = (
    15 * MILLION
)  # band maximum of an individual; an organisation's 30 is the same band (Luật XLVPHC Đ61)
_BELOW = -1  # under the lowest tier


@dataclass(frozen=True, slots=True)
class Measured:
    """A quantity with its uncertainty (95 %, same unit), None when nobody knows it. `handheld`: from a handheld
    receiver or phone."""

    measure: Measure
    value: float
    uncertainty: float | None = None
    handheld: bool = False

    def __post_init__(self) -> None:
        for number in (self.value, self.uncertainty or 0.0):
            if not 0 <= number < math.inf:
                raise ValueError(f"{self.measure}: {number} is no quantity")


@dataclass(frozen=True, slots=True)
class Option:
    """One band that may stand. `tier` counts from 0. `citation` is a hint while the row is unverified."""

    act: str
    column: Column
    tier: int
    band: Band
    extra: tuple[Extra, ...]
    remedies: tuple[str, ...]
    citation: Text


@dataclass(frozen=True, slots=True)
class BandSuggestion:
    """Amounts are đồng, after the multiplier: `low`–`high` over all `options`, `start` only where one band and one
    multiplier are left. `alternatives`: other bands within the uncertainty. `competence_maximum`: what the officer
    must be allowed to fine, over options and alternatives. `missing`: facts that would narrow the options. `see`: other
    codes of the catalogue. Codes have their words in `band_words.WORDS`."""

    code: str
    act_on: date
    verified: bool
    options: tuple[Option, ...]
    alternatives: tuple[Option, ...]
    judged_by: tuple[Measure, ...]
    multipliers: tuple[int, ...]
    low: int | None
    high: int | None
    start: int | None
    capped: bool
    competence_maximum: int | None
    right_to_explain: Answer
    missing: tuple[str, ...]
    reasons: tuple[str, ...]
    see: tuple[str, ...]
    transfer_to: tuple[str, ...]
    printed: Text
    rule: str = RULE
    version: str = VERSION

    @property
    def decides(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class _Judged:
    """Tiers of one act: at the measured values (every tier when nothing was measured), and within the uncertainty."""

    at: tuple[int, ...]
    around: tuple[int, ...]
    by: tuple[Measure, ...]
    reasons: tuple[str, ...]
    missing: tuple[str, ...]


def suggest(
    type_: ViolationType,
    *,
    act_on: date,
    actor: Actor,
    measured: Sequence[Measured] = (),
    act: str | None = None,
    depth_area_ha: float | None = None,
    prohibited_area: bool | None = None,
    repeated: bool | None = None,
) -> BandSuggestion:
    """What stands for the act of `act_on` (still going on: the day it was found, or today).

    `act`: key of one act of the type, None: not chosen yet. `depth_area_ha`: area over which it is too deep.
    `repeated`: re-offence or repeated violation. ValueError: the row is not in force on that day, there is no such act,
    or a measure comes twice.
    """
    if not type_.valid_on(act_on):
        raise ValueError(f"{type_.code} of {type_.valid_from} is not in force on {act_on}")
    acts = tuple(found for found in type_.acts if act in (None, found.key))
    if type_.acts and not acts:
        raise ValueError(f"{type_.code} has no act {act}")
    if len({found.measure for found in measured}) < len(measured):
        raise ValueError("a measure comes twice: choose one")
    judged = [(found, _judge(found, measured, depth_area_ha)) for found in acts]
    found = _Found(type_, act_on, actor, repeated)
    for one, tiers in judged:
        found.collect(one, tiers)
    reasons = [*_about(type_, actor, prohibited_area), *found.reasons, *_unused(acts, measured)]
    top = type_.prohibited_area_top and prohibited_area is True
    return found.suggestion(reasons, several=len(acts) > 1, top=top)


def _about(type_: ViolationType, actor: Actor, prohibited_area: bool | None) -> list[str]:
    """What has to be said of the row itself."""
    said = []
    if not type_.acts:
        said.append("no_band_known")
    if not type_.verified:
        said.append("not_verified")
    if type_.valid_to is not None:
        said.append("superseded_provision")
    if type_.families and actor.family is not None and actor.family not in type_.families:
        said.append("other_family")
    if type_.prohibited_area_top and prohibited_area is not False:
        said.append("prohibited_area_top" if prohibited_area else "prohibited_area_unknown")
    return said


def _unused(acts: Sequence[Act], measured: Sequence[Measured]) -> list[str]:
    used = {measure for act in acts for measure in act.measures}
    return ["measure_not_used"] if any(found.measure not in used for found in measured) else []


# --- the tiers


def _judge(act: Act, measured: Sequence[Measured], depth_area_ha: float | None) -> _Judged:
    if not act.measures:
        return _Judged((0,), (0,), (), (), ())
    usable = [found for found in measured if found.measure in act.measures]
    reasons: list[str] = []
    depth = next((found for found in usable if found.measure is Measure.DEPTH_BEYOND_M), None)
    if depth is not None and act.depth_over_ha is not None:
        if depth_area_ha is None:
            reasons.append("depth_area_unknown")
        elif Decimal(str(depth_area_ha)) < act.depth_over_ha:
            usable.remove(depth)
            reasons.append("depth_area_small")
            if not usable:
                return _Judged((_BELOW,), (_BELOW,), (depth.measure,), tuple(reasons), ())
    if not usable:
        every = tuple(range(len(act.tiers)))
        return _Judged(every, every, (), tuple(reasons), ("quantity",))
    return _measured_tiers(act, usable, reasons)


def _measured_tiers(act: Act, usable: Sequence[Measured], reasons: list[str]) -> _Judged:
    """The graver tier of what was measured: an act is judged by one measure or the other."""
    at, lowest, highest = {}, {}, {}
    for found in usable:
        spans = [tier.spans[found.measure] for tier in act.tiers]
        value, error = Decimal(str(found.value)), Decimal(str(found.uncertainty or 0))
        at[found.measure] = _tier_of(spans, value)
        lowest[found.measure] = _tier_of(spans, value - error)
        highest[found.measure] = _tier_of(spans, value + error)
    grave, floor = max(at.values()), max(lowest.values())
    around = {tier for name in at for tier in range(lowest[name], highest[name] + 1) if tier >= floor} | {grave}
    if any(found.uncertainty is None for found in usable):
        reasons.append("uncertainty_unknown")
    if any(found.handheld for found in usable):
        reasons.append("handheld_needs_survey")
    if len(usable) < len(act.measures) and "depth_area_small" not in reasons:
        reasons.append("one_measure_only")
    if grave == _BELOW:
        reasons.append("below_lowest_tier")
    elif _BELOW in around:
        reasons.append("may_be_below")
    if around - {grave, _BELOW}:
        reasons.append("straddles_tier")
    by = tuple(name for name, tier in at.items() if tier == grave)
    return _Judged((grave,), tuple(sorted(around)), by, tuple(reasons), ())


def _tier_of(spans: Sequence[Span], value: Decimal) -> int:
    """Index of the tier that holds the value; `_BELOW` under the lowest, and for nothing at all."""
    if value <= 0:
        return _BELOW
    return max((index for index, span in enumerate(spans) if span.start <= value), default=_BELOW)


# --- the bands


class _Found:
    """Gathers the bands of every act, then says what they come to."""

    def __init__(self, type_: ViolationType, act_on: date, actor: Actor, repeated: bool | None) -> None:
        self.type = type_
        self.act_on = act_on
        self.actor = actor
        self.repeated = repeated
        self.options: list[Option] = []
        self.alternatives: list[Option] = []
        self.judged_by: list[Measure] = []
        self.reasons: list[str] = []
        self.missing: list[str] = []
        self.see: list[str] = list(type_.see)

    def collect(self, act: Act, judged: _Judged) -> None:
        self.judged_by += judged.by
        self.reasons += judged.reasons
        self.missing += judged.missing
        for tier in judged.at:
            self.options += self._bands(act, tier, sure=True)
        for tier in judged.around:
            if tier not in judged.at:
                self.alternatives += self._bands(act, tier, sure=False)

    def _bands(self, act: Act, index: int, *, sure: bool) -> Iterable[Option]:
        if index == _BELOW:
            return
        tier = act.tiers[index]
        columns, missing = fits([column for column in act.columns if column in tier.cells], self.actor)
        self.missing += sorted(missing)
        if not columns:
            self.reasons.append("no_column")
        for column in columns:
            cell = tier.cells[column]
            if isinstance(cell, Elsewhere):
                self.see.append(cell.code)
                self.reasons.append("stands_elsewhere" if sure else "may_stand_elsewhere")
                continue
            applicable = [extra for extra in (*act.extra, *tier.extra) if self._applies(extra, column)]
            yield Option(
                act.key,
                column,
                index,
                cell,
                tuple(applicable),
                act.remedies,
                citation(self.type, act, cell, self.act_on),
            )

    def _applies(self, extra: Extra, column: Column) -> bool:
        if extra.columns and column not in extra.columns:
            return False
        return extra.when is When.ALWAYS or self.repeated is not False

    def suggestion(self, reasons: list[str], *, several: bool, top: bool) -> BandSuggestion:
        limit, multipliers = self.type.field_maximum, self.actor.multipliers
        every = [*self.options, *self.alternatives]
        bands = {(min(option.band.low, limit), min(option.band.high, limit)) for option in self.options}
        start = None
        if len(bands) == 1 and len(multipliers) == 1:
            low, high = next(iter(bands))
            start = (high if top else (low + high) // 2) * multipliers[0]
        missing = [*(["act"] if several else []), *self.missing, *(["actor_kind"] if len(multipliers) > 1 else [])]
        return BandSuggestion(
            code=self.type.code,
            act_on=self.act_on,
            verified=self.type.verified,
            options=tuple(self.options),
            alternatives=tuple(self.alternatives),
            judged_by=tuple(dict.fromkeys(self.judged_by)),
            multipliers=multipliers,
            low=min(low for low, _ in bands) * min(multipliers) if bands else None,
            high=max(high for _, high in bands) * max(multipliers) if bands else None,
            start=start,
            capped=any(option.band.high > limit for option in self.options),
            competence_maximum=max(min(option.band.high, limit) for option in every) * max(multipliers)
            if every
            else None,
            right_to_explain=_right_to_explain(every, self.repeated),
            missing=tuple(dict.fromkeys(missing)) if every or self.missing else (),
            reasons=tuple(dict.fromkeys(reasons)),
            see=tuple(dict.fromkeys(self.see)),
            transfer_to=self.type.transfer_to,
            printed=_printed(self.type, self.options),
        )


def citation(type_: ViolationType, act: Act, band: Band, act_on: date) -> Text:
    """Where a band stands, in words; the amending decree only for acts since it is in force."""
    amended = type_.amended_by if type_.amended_from is None or act_on >= type_.amended_from else ""
    return Text(
        (f"điểm {band.point} " if band.point else "")
        + f"khoản {band.clause} Điều {act.article} Nghị định số {type_.decree}"
        + (f" (được sửa đổi, bổ sung bởi Nghị định số {amended})" if amended else ""),
        (f"point {band.point}, " if band.point else "")
        + f"clause {band.clause}, article {act.article}, decree {type_.decree}"
        + (f" (as amended by decree {amended})" if amended else ""),
    )


def _printed(type_: ViolationType, options: Sequence[Option]) -> Text:
    """What may stand on a paper: the citation of a verified row where one is left, else the neutral sentence."""
    said = {option.citation for option in options}
    if type_.verified and len(said) == 1:
        return next(iter(said))
    neutral = SEVERAL if type_.verified and said else NEUTRAL
    return Text(neutral.say("vi", act=type_.title.vi), neutral.say("en", act=type_.title.en))


def _right_to_explain(options: Sequence[Option], repeated: bool | None) -> Answer:
    """Luật XLVPHC Đ61 k1: a licence withdrawn, a suspension, or a band up to 15 million or more (organisation: 30)."""
    if not options:
        return Answer.CANNOT_TELL
    halts = [
        [extra for extra in option.extra if extra.months_from and (extra.when is When.ALWAYS or repeated is True)]
        for option in options
    ]
    certain = [option.band.high >= EXPLANATION_FROM or bool(halt) for option, halt in zip(options, halts, strict=True)]
    if all(certain):
        return Answer.YES
    possible = any(certain) or any(extra.months_from for option in options for extra in option.extra)
    return Answer.CANNOT_TELL if possible else Answer.NO


# --- the threshold of a crime


def crime_threshold(*, illegal_gain: int | None, mineral_value: int | None, sanctioned_before: bool | None) -> Verdict:
    """Signs of BLHS Đ227. Clause 1: gain from 100 million, value from 500 million, or fined or convicted for it before;
    clause 2: gain from 500 million, value from 1 billion. Amounts in đồng, None: not known. A person decides."""
    over = {
        "gain_over_clause_2": illegal_gain is not None and illegal_gain >= 500 * MILLION,
        "value_over_clause_2": mineral_value is not None and mineral_value >= 1_000 * MILLION,
        "gain_over_clause_1": illegal_gain is not None and 100 * MILLION <= illegal_gain < 500 * MILLION,
        "value_over_clause_1": mineral_value is not None and 500 * MILLION <= mineral_value < 1_000 * MILLION,
        "sanctioned_before": sanctioned_before is True,
    }
    unknown = {
        "gain_unknown": illegal_gain is None,
        "value_unknown": mineral_value is None,
        "record_unknown": sanctioned_before is None,
    }
    signs = [name for name, holds in over.items() if holds]
    gaps = [name for name, holds in unknown.items() if holds]
    answer = Answer.YES if signs else Answer.CANNOT_TELL if gaps else Answer.NO
    amounts = {"illegal_gain_vnd": illegal_gain, "mineral_value_vnd": mineral_value}
    numbers = {name: float(value) for name, value in amounts.items() if value is not None}
    return Verdict(
        "crime_threshold", VERSION, answer, (*signs, *gaps, "a_person_decides"), numbers, citation="BLHS Đ227"
    )
