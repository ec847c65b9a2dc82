"""What each way to the lock does when the PIN was right."""

from mobile.ports import Session
from mobile.presenters.guard import Guard
from mobile.presenters.lock import LockPresenter, Step
from mobile.presenters.officers import Resets
from mobile.presenters.routes import Route, Screen
from mobile.services.enrolment import Enrolment
from mobile.services.pin import Pins
from shared.i18n import Words
from shared.problems import Problem

FIRST = {"choose": Step.NEW, "change": Step.OLD}


def lock_presenter(
    route: Route, enrolment: Enrolment, pins: Pins, guard: Guard, words: Words, shell: Resets
) -> LockPresenter:
    """`route.part`: "start", "" over what was open, "switch" to the officer `route.about`, "choose", "change"."""
    part, officer = route.part, _session(enrolment, route.about).officer
    first = FIRST.get(part, Step.OPEN)
    if first is Step.OLD and not pins.has(officer.id):
        first = Step.NEW

    def done() -> None:
        if part == "switch":
            enrolment.change_to(officer.id)
        guard.unlock()
        if part in ("", "change"):
            shell.back()
        else:
            shell.reset(Route(Screen.HOME))

    def used_up(problem: Problem) -> None:
        if enrolment.current() is None:
            guard.left()
        shell.reset(guard.first())
        shell.tell(problem)

    asked = first is Step.OPEN
    return LockPresenter(
        pins,
        officer.id,
        officer.name,
        first,
        words,
        shell,
        done=done,
        used_up=used_up,
        forgotten=(lambda: shell.open(Route(Screen.ENROL, part="add"))) if asked else None,
        others=(lambda: shell.open(Route(Screen.OFFICERS))) if asked and part != "switch" else None,
        leave=part in ("switch", "change"),
    )


def _session(enrolment: Enrolment, officer: str) -> Session:
    """Of the officer with this id; "" for who works with the phone now."""
    known = (enrolment.current(), *enrolment.officers())
    return next(one for one in known if one is not None and officer in ("", str(one.officer.id)))
