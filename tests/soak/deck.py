"""Which faults there are, and in which order they come."""

import random
from collections.abc import Iterator
from enum import StrEnum

from tests.fakes.line_faults import Fault, How, Where


class Blow(StrEnum):
    """What strikes a machine rather than the line."""

    KILL_SERVER = "kill_server"  # master and workers, SIGKILL
    KILL_SERVER_WORKER = "kill_server_worker"
    KILL_TASK_WORKER = "kill_task_worker"
    KILL_PHONE = "kill_phone"
    CLOCK_BACK = "clock_back"  # years
    CLOCK_FORWARD = "clock_forward"
    DISK_FULL_PHONE = "disk_full_phone"
    DISK_FULL_SERVER = "disk_full_server"
    STORAGE_AWAY = "storage_away"  # the evidence folder is not there: its disk was not mounted
    STORAGE_BROKEN = "storage_broken"  # it cannot be used at all
    DATABASE_RESTART = "database_restart"
    SESSIONS_CUT = "sessions_cut"  # kept connections to the database are dead


Card = Fault | Blow
ON_POSTGRESQL_ONLY = frozenset({Blow.DATABASE_RESTART, Blow.SESSIONS_CUT})

LINE: tuple[Fault, ...] = (
    *(Fault(How.CUT, where) for where in Where),
    Fault(How.HALF_CLOSE, Where.BODY_MIDDLE),
    Fault(How.HALF_CLOSE, Where.ANSWER_BODY),
    Fault(How.HOLE, Where.BODY_MIDDLE, seconds=1.0),
    Fault(How.HOLE, Where.BEFORE_ANSWER, seconds=1.0),
    Fault(How.DELAY, Where.HEADERS, seconds=0.4),
    Fault(How.DELAY, Where.BEFORE_ANSWER, seconds=0.4),
    Fault(How.CORRUPT, Where.REQUEST_LINE),
    Fault(How.CORRUPT, Where.HEADERS),
    Fault(How.CORRUPT, Where.BODY_START),
    Fault(How.CORRUPT, Where.BODY_MIDDLE),
    Fault(How.CORRUPT, Where.STATUS_LINE),
    Fault(How.CORRUPT, Where.ANSWER_HEADERS),
    Fault(How.CORRUPT, Where.ANSWER_BODY),
    Fault(How.LIMIT, rate=200_000),
    Fault(How.DUPLICATE),
    Fault(How.OVERTAKE, seconds=1.0),
    Fault(How.LATE, seconds=3.0),
)


def name_of(card: Card) -> str:
    return card.name if isinstance(card, Fault) else card.value


def kind_of(name: str) -> str:
    """What counts as a kind: how, whatever the place."""
    return name.split(":")[0]


def cards(*, postgresql: bool) -> list[Card]:
    """One of each."""
    blows = [blow for blow in Blow if postgresql or blow not in ON_POSTGRESQL_ONLY]
    return [*LINE, *blows]


def shuffled(dice: random.Random, *, postgresql: bool) -> Iterator[Card]:
    """Every card once in some order, then again in another, for ever."""
    while True:
        deck = cards(postgresql=postgresql)
        dice.shuffle(deck)
        yield from deck


def short(dice: random.Random, *, postgresql: bool) -> list[Card]:
    """Every kind twice, in some order: of what the line does at several places, each place once is enough when that
    makes two."""
    deck = cards(postgresql=postgresql)
    kinds = [kind_of(name_of(card)) for card in deck]
    deck += [card for card, kind in zip(list(deck), kinds, strict=True) if kinds.count(kind) < 2]
    dice.shuffle(deck)
    return deck
