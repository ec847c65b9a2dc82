"""The short run of `make test`: every kind of fault at least twice, in processes of their own, on SQLite."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.backend.sync.office import office_folder
from tests.soak.deck import cards, kind_of, name_of
from tests.soak.processes import ROOT

SEED = 20261126


@pytest.mark.timeout(240)
def test_nothing_is_lost_or_doubled_by_a_short_run_of_faults(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    prepared = office_folder(tmp_path_factory)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KK_", "DATABASE_URL"))}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.soak", "--short", "--database", "sqlite", "--phones", "3"),
            *("--seed", str(SEED), "--folder", str(tmp_path / "soak")),
            *("--prepared", str(prepared), (prepared / "token").read_text(encoding="ascii")),
        ],
        cwd=ROOT,
        env=kept,
        capture_output=True,
        text=True,
        check=False,
        timeout=230,
    )
    said = done.stdout[-4000:] + done.stderr[-4000:]
    assert done.returncode == 0, said
    record = json.loads((tmp_path / "soak" / f"{SEED}-sqlite.json").read_text(encoding="utf-8"))
    assert record["ok"], said
    kinds: Counter[str] = Counter()
    for name, times in record["struck"].items():
        kinds[kind_of(name)] += times
    assert set(kinds) == {kind_of(name_of(card)) for card in cards(postgresql=False)}
    assert min(kinds.values()) >= 2, kinds
    assert record["faults"] == kinds.total() >= 40
    # Every fault of the line at every class of bytes that it is dealt at.
    assert set(record["struck"]) == {name_of(card) for card in cards(postgresql=False)}
    assert record["reports"] == record["sealed"] == record["confirmed"] >= 40
    assert record["files"] >= 20
