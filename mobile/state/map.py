"""A map that needs no network: areas, places, and where one stands."""

from dataclasses import dataclass

from mobile.state.forms import Level

Ring = tuple[tuple[float, float], ...]  # (lat, lon) in degrees WGS84, closed or not


@dataclass(frozen=True, slots=True)
class MapArea:
    """`rings`: outer ones and holes alike; all of them are drawn as lines."""

    key: str
    label: str
    rings: tuple[Ring, ...]
    level: Level


@dataclass(frozen=True, slots=True)
class MapPoint:
    key: str
    lat: float
    lon: float
    label: str
    icon: str
    level: Level


@dataclass(frozen=True, slots=True)
class Here:
    """`accuracy_m`: 68 % radius, None where the receiver gave none."""

    lat: float
    lon: float
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class Card:
    """What was tapped. `open`: the button's words, "" where there is nothing to open."""

    key: str
    title: str
    lines: tuple[str, ...]
    open: str = ""


@dataclass(frozen=True, slots=True)
class MapState:
    """`tiles`: name of the map that lies below, "" without one. `box`: south, west, north, east of what is known, to
    look at first; None where nothing is."""

    title: str
    tiles: str
    credit: str
    areas: tuple[MapArea, ...] = ()
    communes: tuple[MapPoint, ...] = ()
    reports: tuple[MapPoint, ...] = ()
    here: Here | None = None
    box: tuple[float, float, float, float] | None = None
    card: Card | None = None
    notice: str = ""
    legend: tuple[tuple[str, Level], ...] = ()
    locate: str = ""
    closer: str = ""
    farther: str = ""
