"""What became of a database that was damaged."""

import json
from dataclasses import asdict, dataclass

KEPT = "recovered"  # the preference under which it waits to be read by the officer


@dataclass(frozen=True, slots=True)
class Lost:
    """`at`: when it was begun or sealed, ms since 1970. `sequence`: None for a draft. `older`: it is there, as it was
    when the good copy was made."""

    kind: str
    at: int
    sequence: int | None = None
    older: bool = False


@dataclass(frozen=True, slots=True)
class Recovered:
    """`kept_as`: name of the damaged database, "" when none was moved aside. `copy_of`: when the good copy was made,
    ms since 1970. `empty`: nothing could be read at all."""

    kept_as: str
    copy_of: int | None
    lost: tuple[Lost, ...]
    empty: bool = False

    def text(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def read(text: str) -> "Recovered":
        values = json.loads(text)
        return Recovered(**{**values, "lost": tuple(Lost(**one) for one in values["lost"])})
