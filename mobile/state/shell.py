"""What stands round every screen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation bar. `key`: value of its `Screen`; `badge`: "" for none."""

    key: str
    icon: str
    label: str
    badge: str = ""
