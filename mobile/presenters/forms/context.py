"""What a page is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mobile.services.filling import paths
from mobile.services.typed import number_text
from mobile.state.forms import Picture
from shared.i18n import N_, Words
from shared.i18n.labels import label
from shared.rules.measuring_words import METHODS
from shared.wire.v1.messages import EvidenceEntry
from shared.wire.v1.records import Kind, Purpose, SubjectRole, VehicleKind

IDENTITIES = "#identities"


@dataclass(frozen=True, slots=True)
class Context:
    """`facts`: of the report, and under IDENTITIES the identity parts being typed, which subjects name by place (`#0`,
    see `Recording.save`). `minerals`: names to choose from. `communes`: (code, words) near the position. `marks`: (kind
    of vehicle, mark) of those met before, the last one first."""

    kind: Kind
    facts: Mapping[str, Any]
    raw: Mapping[str, str]
    files: tuple[EvidenceEntry, ...]
    words: Words
    minerals: tuple[str, ...] = ()
    communes: tuple[tuple[str, str], ...] = ()
    marks: tuple[tuple[str, str], ...] = ()

    def get(self, path: str, default: Any = None) -> Any:
        return paths.get(self.facts, path, default)

    def count(self, path: str) -> int:
        return len(self.get(path, ()))

    # --- loads and what belongs to them

    def vehicle_of(self, load: int) -> int | None:
        """Place among the vehicles of the one that carries it; None for a pile in a yard."""
        return self._place("vehicles", self.get(f"loads/{load}/vehicles", ()))

    def driver_of(self, load: int) -> int | None:
        return self._place("subjects", self.get(f"loads/{load}/subjects", ()))

    def _place(self, path: str, ids: Sequence[str]) -> int | None:
        for i, item in enumerate(self.get(path, ())):
            if item["id"] in ids:
                return i
        return None

    def load_title(self, load: int) -> str:
        """ "29C-123.45", or "Load 2" while there is no mark."""
        vehicle = self.vehicle_of(load)
        mark = None if vehicle is None else self.get(f"vehicles/{vehicle}/mark")
        return str(mark) if mark else self.words(N_("Load {n}"), n=load + 1)

    def is_vessel(self, load: int) -> bool:
        vehicle = self.vehicle_of(load)
        return vehicle is not None and self.get(f"vehicles/{vehicle}/kind") == VehicleKind.VESSEL.value

    def fled(self) -> bool:
        """Nobody was met: no subject but those that are witnesses."""
        met = [s for s in self.get("subjects", ()) if s["role"] != SubjectRole.WITNESS.value]
        return self.kind is Kind.TRANSPORT and not met

    # --- words

    def quantity(self, measurement: Mapping[str, Any]) -> str:
        """ "12,5 m³ ± 0,3"."""
        unit = {"m3": "m³", "m2": "m²"}.get(measurement["unit"], measurement["unit"])
        text = f"{number_text(round(measurement['value'], 3), self.words.language)} {unit}"
        if measurement["uncertainty"]:
            text += f" ± {number_text(round(measurement['uncertainty'], 3), self.words.language)}"
        return text

    def how(self, measurement: Mapping[str, Any]) -> str:
        """The quantity and the way it was measured: of a report that another version of the app began, as that says."""
        method = measurement["method"]
        return f"{self.quantity(measurement)} · {self.words(METHODS[method]) if method in METHODS else method}"

    def pictures(self, *purposes: Purpose) -> tuple[Picture, ...]:
        """Of these purposes; of all but signatures where none is named."""
        chosen = [
            entry
            for entry in self.files
            if (entry.purpose in purposes if purposes else entry.purpose is not Purpose.SIGNATURE)
        ]
        return tuple(
            Picture(
                entry.id,
                label(self.words, entry.purpose),
                entry.purpose.value,
                icon="image-outline" if entry.media_type.startswith("image/") else "file-document-outline",
            )
            for entry in chosen
        )
