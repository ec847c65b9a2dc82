"""Who falls into which column: yes, no, or the facts that would tell."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rules.actors import Actor, ActorKind, LicenceLevel, Method, MineralKind, fits
from shared.rules.provisions import Column
from shared.rules.terms import MineralFamily
from tests.shared.rules.catalogue_data import CATALOGUE
from tests.shared.rules.test_bands import actors
from tests.shared.strategies import examples

ACTS = [act for found in CATALOGUE.types for act in found.acts]
COMMON, RIVER = MineralFamily.COMMON, MineralFamily.RIVERBED_SAND
PRECIOUS, WATER, OTHER = MineralFamily.PRECIOUS, MineralFamily.WATER, MineralFamily.OTHER
HOUSEHOLD, COMPANY = ActorKind.HOUSEHOLD_BUSINESS, ActorKind.ORGANISATION


@pytest.mark.parametrize(
    ("kind", "multipliers"),
    [
        (ActorKind.PERSON, (1,)),
        (ActorKind.HOUSEHOLD_BUSINESS, (1,)),
        (ActorKind.BRANCH_OUTSIDE_AUTHORITY, (1,)),
        (ActorKind.ORGANISATION, (2,)),
        (ActorKind.UNKNOWN, (1, 2)),
    ],
)
def test_multipliers(kind: ActorKind, multipliers: tuple[int, ...]) -> None:
    assert Actor(kind).multipliers == multipliers


def in_column(column: Column, actor: Actor) -> bool | frozenset[str]:
    found, missing = fits([column], actor)
    return (missing or True) if found else False


@pytest.mark.parametrize(
    ("column", "actor", "answer"),
    [
        (Column.ALL, Actor(), True),
        (Column.OTHER, Actor(), True),
        (Column.HH, Actor(HOUSEHOLD, family=COMMON), True),
        (Column.HH, Actor(HOUSEHOLD, family=RIVER), True),
        (Column.HH, Actor(HOUSEHOLD, family=PRECIOUS), False),
        (Column.HH, Actor(COMPANY), False),
        (Column.HH, Actor(ActorKind.PERSON, family=COMMON), False),
        (Column.HH, Actor(HOUSEHOLD), frozenset({"family"})),
        (Column.HH, Actor(), frozenset({"actor_kind", "family"})),
        (Column.NX, Actor(family=RIVER), True),
        (Column.NX, Actor(family=COMMON, explosives=False), True),
        (Column.NX, Actor(family=COMMON, explosives=True), False),
        (Column.NX, Actor(family=COMMON), frozenset({"explosives"})),
        (Column.NX, Actor(family=OTHER, explosives=False), False),
        (Column.NX_PEAT, Actor(family=WATER, mineral=MineralKind.PEAT), True),
        (Column.NX_PEAT, Actor(family=WATER, mineral=MineralKind.MINERAL_WATER), False),
        (Column.NX_PEAT, Actor(family=WATER), frozenset({"mineral"})),
        (Column.NXR_PEAT, Actor(family=RIVER), False),
        (Column.NXR_PEAT, Actor(family=COMMON, explosives=False), True),
        (Column.NXR_PEAT_WATER, Actor(family=WATER, mineral=MineralKind.MINERAL_WATER), True),
        (Column.NXR_PEAT_WATER, Actor(family=RIVER), False),
        (Column.X, Actor(family=COMMON, explosives=True), True),
        (Column.X, Actor(family=RIVER, explosives=True), False),
        (Column.X_HH, Actor(HOUSEHOLD, family=COMMON, explosives=True), True),
        (Column.X_HH, Actor(COMPANY, family=COMMON, explosives=True), False),
        (Column.RS_X, Actor(family=RIVER), True),
        (Column.RS_X, Actor(family=COMMON, explosives=True), True),
        (Column.RS_X, Actor(family=COMMON, explosives=False), False),
        (Column.RS_X_WATER, Actor(family=WATER, mineral=MineralKind.MINERAL_WATER), True),
        (Column.RS_X_WATER, Actor(family=WATER, mineral=MineralKind.PEAT), False),
        (Column.S30, Actor(family=COMMON, capacity_m3=29_999.9), True),
        (Column.S30, Actor(family=COMMON, capacity_m3=30_000), False),
        (Column.S30, Actor(family=COMMON), frozenset({"capacity"})),
        (Column.S30, Actor(family=OTHER, capacity_m3=1), False),
        (Column.G, Actor(family=PRECIOUS), True),
        (Column.G, Actor(family=OTHER), False),
        (Column.GM, Actor(family=PRECIOUS, licence=LicenceLevel.MINISTRY), True),
        (Column.GM, Actor(family=PRECIOUS, licence=LicenceLevel.PROVINCE), False),
        (Column.GM, Actor(family=PRECIOUS, licence=LicenceLevel.NONE), frozenset({"licence"})),
        (Column.TOXIC, Actor(family=PRECIOUS, mineral=MineralKind.TOXIC), True),
        (Column.TOXIC, Actor(family=PRECIOUS, mineral=MineralKind.NONE_OF_THESE), False),
        (Column.FACING, Actor(family=OTHER, mineral=MineralKind.FACING_STONE), True),
        (Column.FACING, Actor(family=COMMON, mineral=MineralKind.FACING_STONE), False),
        (Column.CEMENT, Actor(family=OTHER, mineral=MineralKind.CEMENT_LIME), True),
        (Column.COAL, Actor(family=OTHER, mineral=MineralKind.COAL), True),
        (Column.COAL, Actor(family=OTHER), frozenset({"mineral"})),
        (Column.OP, Actor(method=Method.OPEN_PIT), True),
        (Column.OP, Actor(method=Method.UNDERGROUND, family=OTHER), False),
        (Column.OP, Actor(family=WATER, mineral=MineralKind.MINERAL_WATER, method=Method.UNDERGROUND), True),
        (Column.UG, Actor(method=Method.UNDERGROUND), True),
        (Column.UG, Actor(), frozenset({"method"})),
        (Column.P, Actor(licence=LicenceLevel.PROVINCE), True),
        (Column.P, Actor(licence=LicenceLevel.MINISTRY), False),
        (Column.P, Actor(), frozenset({"licence"})),
        (Column.P, Actor(licence=LicenceLevel.NONE), frozenset({"family"})),
        (Column.P, Actor(licence=LicenceLevel.NONE, family=COMMON), True),
        (Column.P, Actor(licence=LicenceLevel.NONE, family=RIVER), True),
        (Column.P, Actor(licence=LicenceLevel.NONE, family=OTHER), frozenset({"licence"})),
        (Column.M, Actor(licence=LicenceLevel.MINISTRY), True),
        (Column.M, Actor(licence=LicenceLevel.NONE, family=WATER), False),
        (Column.CORRIDOR, Actor(corridor=True), True),
        (Column.CORRIDOR, Actor(corridor=False), False),
        (Column.CORRIDOR, Actor(), frozenset({"corridor"})),
        (Column.OUTSIDE_CORRIDOR, Actor(corridor=False), True),
        (Column.OUTSIDE_CORRIDOR, Actor(corridor=True), False),
    ],
    # The same in every process: the words of a set come in any order.
    ids=lambda value: str(sorted(value) if isinstance(value, frozenset) else value)[:60],
)
def test_column(column: Column, actor: Actor, answer: bool | frozenset[str]) -> None:
    assert in_column(column, actor) == answer


def test_every_column_has_an_answer() -> None:
    for column in Column:
        fits([column], Actor())


def test_the_first_that_certainly_fits_ends_the_search() -> None:
    gold = Actor(COMPANY, LicenceLevel.MINISTRY, family=PRECIOUS)
    assert fits([Column.HH, Column.GM, Column.P, Column.M], gold) == ((Column.GM,), frozenset())
    sand = Actor(HOUSEHOLD, family=RIVER)
    assert fits([Column.HH, Column.NX, Column.ALL], sand) == ((Column.HH,), frozenset())


def test_what_is_not_known_leaves_several_and_names_what_would_tell() -> None:
    found, missing = fits([Column.HH, Column.P, Column.M], Actor(HOUSEHOLD))
    assert found == (Column.HH, Column.P, Column.M)
    assert missing == {"family", "licence"}


def completions(actor: Actor) -> list[Actor]:
    """Every actor of whom everything is known that agrees with what is known of this one."""
    kinds = [kind for kind in ActorKind if kind is not ActorKind.UNKNOWN]
    spaces = {
        "kind": kinds if actor.kind is ActorKind.UNKNOWN else [actor.kind],
        "licence": [LicenceLevel.PROVINCE, LicenceLevel.MINISTRY] if actor.licence is None else [actor.licence],
        "explosives": [False, True] if actor.explosives is None else [actor.explosives],
        "family": list(MineralFamily) if actor.family is None else [actor.family],
        "mineral": list(MineralKind) if actor.mineral is None else [actor.mineral],
        "method": list(Method) if actor.method is None else [actor.method],
        "capacity_m3": [1.0, 99_999.0] if actor.capacity_m3 is None else [actor.capacity_m3],
        "corridor": [False, True] if actor.corridor is None else [actor.corridor],
    }
    return [Actor(**dict(zip(spaces, values, strict=True))) for values in product(*spaces.values())]  # type: ignore[arg-type]


@examples
@given(actors(), st.sampled_from(ACTS))
def test_whoever_it_turns_out_to_be_stood_among_the_possible(actor: Actor, act: object) -> None:
    columns = act.columns  # type: ignore[attr-defined]
    possible, _ = fits(columns, actor)
    for known in completions(actor)[:: max(1, len(completions(actor)) // 60)]:
        certain, _ = fits(columns, known)
        assert set(certain) <= set(possible)


@examples
@given(actors(), st.sampled_from(ACTS))
def test_one_column_is_left_of_whom_everything_is_known(actor: Actor, act: object) -> None:
    known = completions(actor)[0]
    if known.licence is LicenceLevel.NONE and known.family in (OTHER, PRECIOUS):
        known = replace(known, licence=LicenceLevel.MINISTRY)  # who would license group I is for a person to say
    found, missing = fits(act.columns, known)  # type: ignore[attr-defined]
    assert len(found) <= 1
    assert not missing
