"""`make soak`: many random faults, then the count.

python -m tests.soak [--faults 500] [--seed N] [--database sqlite|postgresql|both] [--short]

Writes var/soak/<seed>-<database>.json. A run that failed says its seed and keeps its folder.
"""

import argparse
import json
import secrets
import shutil
import sys
import traceback
from itertools import islice
from pathlib import Path

from tests.soak import checks, deck, disks, postgres
from tests.soak.processes import ROOT
from tests.soak.run import Plan, Run


def main(arguments: list[str]) -> int:
    wanted = _parse(arguments)
    disks.enter_namespace(["-m", "tests.soak", *arguments])
    seed = wanted.seed if wanted.seed is not None else secrets.randbelow(10**6)
    _say(f"Hạt giống / seed: {seed}; đầy đĩa bằng / full disks by: {'tmpfs' if disks.can_mount() else 'RLIMIT_FSIZE'}")
    result = 0
    for database in _databases(wanted.database):
        result |= _one(wanted, seed, database)
    return result


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--faults", type=int, default=500)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--short", action="store_true", help="every kind of fault twice")
    parser.add_argument("--phones", type=int, default=4)
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "soak", help="where results and folders go")
    parser.add_argument("--prepared", nargs=2, metavar=("FOLDER", "TOKEN"), help="an office to copy (SQLite)")
    return parser.parse_args(arguments)


def _databases(wanted: str) -> list[str]:
    if wanted != "both":
        return [wanted]
    if postgres.programs() is None:
        _say("Không có PostgreSQL trên máy này: chỉ chạy trên SQLite / no PostgreSQL here: on SQLite only")
        return ["sqlite"]
    return ["sqlite", "postgresql"]


def _one(wanted: argparse.Namespace, seed: int, database: str) -> int:
    """One run on one database; 0 when everything held, 1 when not, 130 when interrupted twice."""
    name = f"{seed}-{database}"
    folder = wanted.folder / name
    shutil.rmtree(folder, ignore_errors=True)
    cluster = None
    if database == "postgresql":
        programs = postgres.programs()
        if programs is None:
            _say("Không có initdb của PostgreSQL trên máy này / there is no initdb of PostgreSQL on this machine")
            return 2
        cluster = postgres.Cluster(programs)
    prepared = (Path(wanted.prepared[0]), wanted.prepared[1]) if wanted.prepared else None
    run = Run(Plan(folder, seed, wanted.phones, prepared, cluster), _say)
    try:
        found = _play(run, wanted, database)
        record = run.record(found)
        if found:
            run.keep()
    except KeyboardInterrupt:
        _say("Dừng giữa chừng, không kiểm đếm / stopped without a count")
        return 130
    finally:
        run.close()
        if cluster is not None:
            cluster.close()
    (wanted.folder / f"{name}.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    _tell(record, wanted.folder / f"{name}.json")
    if not found:
        shutil.rmtree(folder, ignore_errors=True)
    return int(bool(found))


def _play(run: Run, wanted: argparse.Namespace, database: str) -> list[checks.Fault]:
    """Ctrl-C ends the faults and comes to the count."""
    on_postgresql = database == "postgresql"
    found = []
    run.begin()
    try:
        if wanted.short:
            run.strike_all(deck.short(run.dice, postgresql=on_postgresql))
        else:
            run.strike_all(islice(deck.shuffled(run.dice, postgresql=on_postgresql), wanted.faults))
    except KeyboardInterrupt:
        _say("Ngừng gây lỗi, chờ mọi thứ đến nơi / no more faults, waiting for everything to arrive")
    except Exception:
        found.append(checks.Fault("run_broke", traceback.format_exc()[-3000:]))
    _say(f"Yên / calm  ({run.seconds:.0f} s)")
    found += run.calm()
    return found + run.count()


def _tell(record: dict[str, object], path: Path) -> None:
    _say(json.dumps({name: record[name] for name in record if name != "found"}, ensure_ascii=False))
    found = record["found"]
    assert isinstance(found, list)
    for line in found[:40]:
        _say(f"✗ {line}")
    if found:
        _say(f"HỎNG / FAILED: {len(found)}; chạy lại / again: make soak SEED={record['seed']}; xem / see {path}")
    else:
        _say(f"Đạt / held: {record['faults']} lỗi / faults, {record['reports']} phiếu / reports; {path}")


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
