"""Which column of a band somebody falls into. Unknown is an answer: then several columns stay possible."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.rules.provisions import Column
from shared.rules.terms import MineralFamily


class ActorKind(StrEnum):
    """NĐ 36/2020 Đ5 k1: bands are an individual's; a household business and a branch that acted outside its authority
    pay like an individual, an organisation (its branch inside its authority too) twice."""

    PERSON = "person"
    HOUSEHOLD_BUSINESS = "household_business"
    ORGANISATION = "organisation"
    BRANCH_OUTSIDE_AUTHORITY = "branch_outside_authority"
    UNKNOWN = "unknown"


class LicenceLevel(StrEnum):
    """Who licensed the mine. For an act without licence: who would license that mineral, NONE when nobody has said."""

    NONE = "none"
    PROVINCE = "province"
    MINISTRY = "ministry"


class Method(StrEnum):
    OPEN_PIT = "open_pit"
    UNDERGROUND = "underground"


class MineralKind(StrEnum):
    """What the bands tell apart inside a family."""

    PEAT = "peat"
    MINERAL_WATER = "mineral_water"
    TOXIC = "toxic"
    FACING_STONE = "facing_stone"
    CEMENT_LIME = "cement_lime"
    COAL = "coal"
    NONE_OF_THESE = "none_of_these"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it and what mine it is; None: not known. `capacity_m3`: licensed output a year. `corridor`: inside the
    protected corridor of waterways and works (only NĐ 36/2020 before 06/01/2022 asks)."""

    kind: ActorKind = ActorKind.UNKNOWN
    licence: LicenceLevel | None = None
    explosives: bool | None = None
    family: MineralFamily | None = None
    mineral: MineralKind | None = None
    method: Method | None = None
    capacity_m3: float | None = None
    corridor: bool | None = None

    @property
    def multipliers(self) -> tuple[int, ...]:
        if self.kind is ActorKind.UNKNOWN:
            return (1, 2)
        return (2,) if self.kind is ActorKind.ORGANISATION else (1,)


# True, False, or the names of the facts that would tell.
Tri = bool | frozenset[str]
S30_M3 = 30_000.0
_COMMON = frozenset({MineralFamily.COMMON, MineralFamily.RIVERBED_SAND})
# Licensed by the province whoever asks: groups III and IV (Luật 54/2024/QH15 Đ108; domain notes B1).
_PROVINCIAL = _COMMON | {MineralFamily.WATER}


def _all(*parts: Tri) -> Tri:
    if any(part is False for part in parts):
        return False
    return _missing(parts) or True


def _any(*parts: Tri) -> Tri:
    if any(part is True for part in parts):
        return True
    return _missing(parts) or False


def _not(part: Tri) -> Tri:
    return not part if isinstance(part, bool) else part


def _missing(parts: Iterable[Tri]) -> frozenset[str]:
    return frozenset(name for part in parts if not isinstance(part, bool) for name in part)


def _fact(name: str, value: bool | None) -> Tri:
    return frozenset({name}) if value is None else value


def _family(actor: Actor, *families: MineralFamily) -> Tri:
    return _fact("family", None if actor.family is None else actor.family in families)


def _mineral(actor: Actor, family: MineralFamily, kind: MineralKind) -> Tri:
    return _all(_family(actor, family), _fact("mineral", None if actor.mineral is None else actor.mineral is kind))


def _household(actor: Actor) -> Tri:
    known = None if actor.kind is ActorKind.UNKNOWN else actor.kind is ActorKind.HOUSEHOLD_BUSINESS
    return _all(_fact("actor_kind", known), _family(actor, *_COMMON))


def _explosives(actor: Actor) -> Tri:
    """Common construction minerals with explosives; sand of a river bed is pumped or dug, never blasted."""
    return _all(_family(actor, MineralFamily.COMMON), _fact("explosives", actor.explosives))


def _blastless(actor: Actor) -> Tri:
    """Common construction minerals without explosives, river sand left out."""
    return _all(_family(actor, MineralFamily.COMMON), _not(_fact("explosives", actor.explosives)))


def _plain(actor: Actor) -> Tri:
    """The same, river sand among them."""
    return _any(_river(actor), _blastless(actor))


def _peat(actor: Actor) -> Tri:
    return _mineral(actor, MineralFamily.WATER, MineralKind.PEAT)


def _water(actor: Actor) -> Tri:
    return _mineral(actor, MineralFamily.WATER, MineralKind.MINERAL_WATER)


def _river(actor: Actor) -> Tri:
    return _family(actor, MineralFamily.RIVERBED_SAND)


def _level(actor: Actor, level: LicenceLevel) -> Tri:
    if actor.licence is None:
        return frozenset({"licence"})
    if actor.licence is not LicenceLevel.NONE:
        return actor.licence is level
    if actor.family is None:
        return frozenset({"family"})
    if actor.family in _PROVINCIAL:
        return level is LicenceLevel.PROVINCE
    return frozenset({"licence"})  # group I is the ministry's, its small and scattered deposits the province's


def _small(actor: Actor) -> Tri:
    capacity = None if actor.capacity_m3 is None else actor.capacity_m3 < S30_M3
    return _all(_family(actor, *_COMMON), _fact("capacity", capacity))


def _method(actor: Actor, method: Method) -> Tri:
    return _fact("method", None if actor.method is None else actor.method is method)


_FITS: Mapping[Column, Callable[[Actor], Tri]] = {
    Column.ALL: lambda actor: True,
    Column.OTHER: lambda actor: True,
    Column.HH: _household,
    Column.NX: _plain,
    Column.NX_PEAT: lambda actor: _any(_plain(actor), _peat(actor)),
    Column.NXR_PEAT: lambda actor: _any(_blastless(actor), _peat(actor)),
    Column.NXR_PEAT_WATER: lambda actor: _any(_blastless(actor), _peat(actor), _water(actor)),
    Column.X: _explosives,
    Column.X_HH: lambda actor: _all(_explosives(actor), _household(actor)),
    Column.RS_X: lambda actor: _any(_river(actor), _explosives(actor)),
    Column.RS_X_WATER: lambda actor: _any(_river(actor), _explosives(actor), _water(actor)),
    Column.S30: _small,
    Column.G: lambda actor: _family(actor, MineralFamily.PRECIOUS),
    Column.GM: lambda actor: _all(_family(actor, MineralFamily.PRECIOUS), _level(actor, LicenceLevel.MINISTRY)),
    Column.TOXIC: lambda actor: _mineral(actor, MineralFamily.PRECIOUS, MineralKind.TOXIC),
    Column.FACING: lambda actor: _mineral(actor, MineralFamily.OTHER, MineralKind.FACING_STONE),
    Column.CEMENT: lambda actor: _mineral(actor, MineralFamily.OTHER, MineralKind.CEMENT_LIME),
    Column.COAL: lambda actor: _mineral(actor, MineralFamily.OTHER, MineralKind.COAL),
    Column.OP: lambda actor: _any(_water(actor), _method(actor, Method.OPEN_PIT)),
    Column.UG: lambda actor: _method(actor, Method.UNDERGROUND),
    Column.P: lambda actor: _level(actor, LicenceLevel.PROVINCE),
    Column.M: lambda actor: _level(actor, LicenceLevel.MINISTRY),
    Column.CORRIDOR: lambda actor: _fact("corridor", actor.corridor),
    Column.OUTSIDE_CORRIDOR: lambda actor: _fact("corridor", None if actor.corridor is None else not actor.corridor),
}


def fits(columns: Iterable[Column], actor: Actor) -> tuple[tuple[Column, ...], frozenset[str]]:
    """The columns that may stand for the actor, in the order given, and the facts that would leave one.

    The first that certainly fits ends the search: the decree's special cases stand before its general ones."""
    found: list[Column] = []
    missing: frozenset[str] = frozenset()
    for column in columns:
        answer = _FITS[column](actor)
        if answer is not False:
            found.append(column)
        if answer is True:
            break
        missing |= _missing((answer,))
    return tuple(found), missing
