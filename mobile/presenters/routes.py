"""Where in the app one can be."""

from dataclasses import dataclass
from enum import StrEnum


class Screen(StrEnum):
    ENROL = "enrol"
    LOCK = "lock"
    OFFICERS = "officers"
    HOME = "home"
    FORM = "form"
    REVIEW = "review"
    SIGN = "sign"
    PHOTO = "photo"
    POSITION = "position"
    TASKS = "tasks"
    TASK = "task"
    MAP = "map"
    LOOKUP = "lookup"
    SYNC = "sync"
    CARRY = "carry"
    REPORT = "report"
    SETTINGS = "settings"
    ABOUT = "about"
    GALLERY = "gallery"


# The places of the navigation bar; every other screen lies on top of one of them.
PLACES = (Screen.HOME, Screen.TASKS, Screen.MAP, Screen.LOOKUP, Screen.SYNC)


@dataclass(frozen=True, slots=True)
class Route:
    """`about`: the id of a draft, a report, a task …; `part`: which part of it (page of a form, key of a field)."""

    screen: Screen
    about: str = ""
    part: str = ""
