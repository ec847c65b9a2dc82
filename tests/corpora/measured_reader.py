"""The reader of pictures, which also notes the most memory it ever held, for the test that starts it in its place."""

from pathlib import Path
from typing import Any

from backend.inspections.pictures import reader
from tests import memory

_facts_of = reader.facts_of


def notes_in(small_pictures: Path) -> Path:
    """Bytes, one line a picture."""
    return small_pictures / "most_memory"


def measured(order: reader.Order) -> dict[str, Any]:
    """Noted before anything is said: who hears the answer ends this process."""
    try:
        return _facts_of(order)
    finally:
        with notes_in(Path(order.folder).parents[1]).open("a", encoding="ascii") as notes:
            notes.write(f"{memory.most()}\n")


if __name__ == "__main__":
    reader.facts_of = measured
    reader.main()
