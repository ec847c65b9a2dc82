"""`python -m tests.bench [name …]`: runs the benchmarks, prints a table, writes one JSON file each.

Exit code 0: every figure holds its limit; 1: one misses it, or a benchmark broke; 2: no benchmark has that name.
"""

import json
import multiprocessing
import os
import platform
import sys
import traceback
import unicodedata
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.frame import Figure, measure, results_folder

HEAD = ("", "Đo được / measured", "Giới hạn / limit", "Khoảng / spread", "Lần / runs", "Số đo / figure")


def names() -> list[str]:
    """What stands between `bench_` and `.py` of every file here."""
    return sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def number(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ") if abs(value) >= 1000 else f"{value:.3g}"


def table(figures: Iterable[Figure]) -> str:
    """Aligned columns; the limit's words stand below each figure's name."""
    rows: list[Sequence[str]] = [HEAD]
    for figure in figures:
        low, high = map(number, figure.spread)
        words = (
            "đạt / ok" if figure.held else "HỎNG / FAIL",
            f"{number(figure.value)} {figure.unit}",
            f"{number(figure.limit)} {figure.unit}",
            f"{low} – {high}",
            str(figure.runs),
            figure.name,
        )
        rows += [words, ("", "", "", "", "", f"    {figure.limit_words}")]
    rows = [[unicodedata.normalize("NFC", cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows
    )


def write(folder: Path, name: str, figures: Sequence[Figure]) -> Path:
    """`folder`/`name`.json, written whole or not at all."""
    path = folder / f"{name}.json"
    result = {
        "bench": name,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "held": all(figure.held for figure in figures),
        "figures": [asdict(figure) for figure in figures],
    }
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(result, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    unfinished.replace(path)
    return path


def in_its_own_process(name: str) -> list[Figure]:
    """Started anew rather than forked: no benchmark inherits another's imports, settings or memory."""
    with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(measure, name).result()


def main(arguments: Sequence[str]) -> int:
    known = names()
    wanted = [argument.removeprefix("bench_") for argument in arguments] or known
    if unknown := sorted(set(wanted) - set(known)):
        sys.stderr.write(
            f"Không có phép đo {', '.join(unknown)}; hãy chọn trong: {', '.join(known)}.\n"
            f"There is no benchmark {', '.join(unknown)}; choose among: {', '.join(known)}.\n"
        )
        return 2
    folder = results_folder()
    folder.mkdir(parents=True, exist_ok=True)
    done: list[Figure] = []
    broken: list[str] = []
    for place, name in enumerate(wanted, start=1):
        sys.stderr.write(f"[{place}/{len(wanted)}] {name}\n")
        (folder / f"{name}.json").unlink(missing_ok=True)  # an old result must not pass for this run's
        try:
            figures = in_its_own_process(name)
        except Exception:
            traceback.print_exc()
            broken.append(name)
            continue
        done += figures
        sys.stderr.write(f"  → {write(folder, name, figures)}\n")
    if done:
        sys.stdout.write(table(done))
    if broken:
        sys.stderr.write(
            f"Phép đo bị lỗi: {', '.join(broken)}; hãy xem lỗi in ở trên, sửa rồi chạy lại.\n"
            f"These benchmarks broke: {', '.join(broken)}; see the errors above, mend them and run again.\n"
        )
    return 0 if not broken and all(figure.held for figure in done) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
