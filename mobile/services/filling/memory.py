"""What the last reports teach the next one: the team, minerals and vehicles seen, so that nobody types them twice."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mobile.ports import Preferences, Vault

_TEAM, _MINERALS, _VEHICLES = "remembered_team", "remembered_minerals", "remembered_vehicles"
MOST_MINERALS = 6
MOST_VEHICLES = 20


class Memory:
    """Names of colleagues and plates are personal: they lie locked."""

    def __init__(self, preferences: Preferences, vault: Vault) -> None:
        self._preferences, self._vault = preferences, vault
        self._known: dict[str, Sequence[Any]] = {}  # a form asks at every letter

    def team(self) -> tuple[Mapping[str, Any], ...]:
        """The others of the team, as they stood in the last report."""
        return tuple(self._read(_TEAM))

    def minerals(self) -> tuple[str, ...]:
        """Last one first."""
        return tuple(str(name) for name in self._read(_MINERALS))

    def marks(self) -> tuple[tuple[str, str], ...]:
        """(kind of vehicle, plate or mark) as it was typed; the last one first."""
        return tuple((str(one["kind"]), str(one["mark"])) for one in self._read(_VEHICLES))

    def remember(self, facts: Mapping[str, Any]) -> None:
        """A report was sealed."""
        self._write(_TEAM, [member for member in facts["officers"] if not member["lead"]])
        seen = [str(load["mineral"]) for load in facts["loads"] if load["mineral"]]
        names = list(dict.fromkeys([*seen, *self.minerals()]))
        self._write(_MINERALS, names[:MOST_MINERALS])
        met = [(str(one["kind"]), str(one["mark"])) for one in facts["vehicles"] if one["mark"]]
        known = list(dict.fromkeys([*met, *self.marks()]))[:MOST_VEHICLES]
        self._write(_VEHICLES, [{"kind": kind, "mark": mark} for kind, mark in known])

    def _read(self, name: str) -> Sequence[Any]:
        if name not in self._known:
            text = self._preferences.get(name)
            locked = None if text is None else bytes.fromhex(text)
            self._known[name] = () if locked is None else json.loads(self._vault.unlock(locked, name.encode()))
        return self._known[name]

    def _write(self, name: str, items: Sequence[Any]) -> None:
        self._known[name] = items
        locked = self._vault.lock(json.dumps(items, ensure_ascii=False).encode(), name.encode())
        self._preferences.put(name, locked.hex())
