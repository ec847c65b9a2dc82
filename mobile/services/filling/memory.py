"""What the last report teaches the next one: the team, minerals seen, so that nobody types them twice."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mobile.ports import Preferences, Vault

_TEAM, _MINERALS = "remembered_team", "remembered_minerals"
MOST_MINERALS = 6


class Memory:
    """Names of colleagues are personal: they lie locked."""

    def __init__(self, preferences: Preferences, vault: Vault) -> None:
        self._preferences, self._vault = preferences, vault

    def team(self) -> tuple[Mapping[str, Any], ...]:
        """The others of the team, as they stood in the last report."""
        return tuple(self._read(_TEAM))

    def minerals(self) -> tuple[str, ...]:
        """Last one first."""
        return tuple(str(name) for name in self._read(_MINERALS))

    def remember(self, facts: Mapping[str, Any]) -> None:
        """A report was sealed."""
        self._write(_TEAM, [member for member in facts["officers"] if not member["lead"]])
        seen = [str(load["mineral"]) for load in facts["loads"] if load["mineral"]]
        names = list(dict.fromkeys([*seen, *self.minerals()]))
        self._write(_MINERALS, names[:MOST_MINERALS])

    def _read(self, name: str) -> Sequence[Any]:
        text = self._preferences.get(name)
        if text is None:
            return ()
        found: list[Any] = json.loads(self._vault.unlock(bytes.fromhex(text), name.encode()))
        return found

    def _write(self, name: str, items: Sequence[Any]) -> None:
        locked = self._vault.lock(json.dumps(items, ensure_ascii=False).encode(), name.encode())
        self._preferences.put(name, locked.hex())
