"""Import runs in a terminal: progress, a line for each row, a summary, and exit codes."""

import json
import signal
import unicodedata
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, OutputWrapper
from django.utils import timezone
from tqdm import tqdm

from backend.accounts.models import Officer
from backend.registry.importing.rows import ReadOptions
from backend.registry.importing.runs import problem_words, row_words, run_apply, run_read
from backend.registry.models import ImportRow, ImportRun
from backend.registry.selectors.imports import QUESTION, REFUSED, run_json, run_rows
from shared.problems import Problem

# 0: every row is taken or could be; 1: some rows are not; 2: nothing could be done.
SOME_ROWS, NOTHING = 1, 2
_OUTCOMES = {
    "accepted": "nhận / accepted",
    "repaired": "đã sửa / repaired",
    "question": "hỏi / question",
    "refused": "từ chối / refused",
}
_STATES = {
    "checked": "đã kiểm tra, chưa nhập gì / checked, nothing imported yet",
    "applied": "đã nhập / imported",
    "refused": "từ chối cả tệp, không nhập gì / the whole file is refused, nothing imported",
    "stopped": "đã dừng, không nhập gì / stopped, nothing imported",
    "reading": "đang đọc / reading",
}


def arguments(parser: ArgumentParser, fields: Iterable[str]) -> None:
    """`fields`: what --columns and --default may name."""
    parser.epilog = (
        f"FIELD: {', '.join(fields)}. Mã thoát / exit codes: 0 mọi dòng nhận được / every row is taken; "
        "1 có dòng không nhận được / some rows are not; 2 không làm được gì / nothing could be done."
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--encoding", help="của tệp / of the file (utf-8, cp1258, …)")
    parser.add_argument("--columns", default="", metavar="FIELD=HEADER,…", help="cột nào là mục nào / which is which")
    parser.add_argument("--default", action="append", default=[], metavar="FIELD=VALUE", help="khi ô trống / if empty")
    parser.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="QUESTION=ANSWER",
        help="trả lời cho mọi dòng hoặc một dòng / for all rows or for one: axes=swapped, axes:3=swapped",
    )
    parser.add_argument("--apply", action="store_true", help="nhập sau khi kiểm tra / import after the check")
    parser.add_argument("--leave-out-questions", action="store_true", help="bỏ các dòng còn hỏi / leave those rows out")
    parser.add_argument("--by", metavar="USERNAME", help="người nhập / who imports")
    parser.add_argument("--json", action="store_true", help="mỗi dòng một JSON / one JSON value a line")


def area_arguments(parser: ArgumentParser) -> None:
    """Of files that hold areas."""
    parser.add_argument("--epsg", type=int, help="hệ tọa độ của tệp / what the file's coordinates are in")
    parser.add_argument("--accept-repairs", action="store_true", help="đồng ý mọi đề xuất sửa / all repairs")


def area_answers(options: dict[str, Any]) -> dict[str, str]:
    """What was answered on the command line, consent to all repairs among it."""
    answers = pairs(options["answer"])
    if options["accept_repairs"]:
        answers.setdefault("repair", "accept")
    return answers


def pairs(texts: list[str]) -> dict[str, str]:
    """["a=b"] → {"a": "b"}; CommandError (2) for anything else."""
    found = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or not key.strip() or not value.strip():
            raise CommandError(f"“{text}”: cần dạng TÊN=GIÁ TRỊ / NAME=VALUE is needed", returncode=NOTHING)
        found[key.strip()] = value.strip()
    return found


def columns(text: str) -> dict[str, str]:
    return pairs([part for part in text.split(",") if part.strip()])


def run_command(
    *, kind: str, options: dict[str, Any], epsg: int | None, answers: dict[str, str], out: OutputWrapper
) -> None:
    """Read, report, and apply when asked to. CommandError carries the exit code and what to do."""
    by, file, as_json = _officer(options["by"]), options["file"], options["json"]
    reading = ReadOptions(epsg=epsg, encoding=options["encoding"], columns=columns(options["columns"]))
    defaults = pairs(options["default"])
    with failing(file):
        with terminating(), bar() as progress:
            run = run_read(
                path=file,
                file_name=file.name,
                kind=kind,
                options=reading,
                answers=answers,
                defaults=defaults,
                by=by,
                now=timezone.now(),
                progress=progress,
            )
        _rows(run, out, as_json=as_json)
        refusal = None
        if options["apply"] and run.state == "checked":
            try:
                with terminating():
                    leave_out = options["leave_out_questions"]
                    run = run_apply(run=run, by=by, now=timezone.now(), leave_out_questions=leave_out)
            except Problem as problem:
                refusal = problem
        _summary(run, out, as_json=as_json)
    _end(run, refusal)


@contextmanager
def failing(file: Path, *, undone: str = "chưa nhập gì vào sổ / nothing was imported") -> Iterator[None]:
    """What keeps the whole from happening, in words. `undone`: what an interrupt leaves, both languages."""
    vietnamese, english = undone.split(" / ")
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise CommandError(
            f"Đã dừng theo lệnh; {vietnamese} / stopped as told; {english}", returncode=NOTHING
        ) from interrupt
    except OSError as error:
        raise CommandError(
            f"{file}: không đọc hoặc không lưu được tệp ({error.strerror}); kiểm tra tên tệp và quyền đọc"
            " / the file cannot be read or kept; check its name and permissions",
            returncode=NOTHING,
        ) from error


def _end(run: ImportRun, refusal: Problem | None) -> None:
    """Silent when every row is or can be taken, else CommandError with the exit code."""
    if refusal:
        some = refusal.code in ("import_open_questions", "import_nothing")
        raise CommandError(_said(refusal), returncode=SOME_ROWS if some else NOTHING) from refusal
    if run.problem:
        words = " / ".join(problem_words(run, language) for language in ("vi", "en"))
        raise CommandError(plain(words), returncode=NOTHING)
    if run.counts.get(QUESTION) or run.counts.get(REFUSED):
        raise CommandError(
            "Có dòng chưa nhận được; xem lý do ở từng dòng / some rows are not taken; each says why",
            returncode=SOME_ROWS,
        )


def _said(problem: Problem) -> str:
    errors = [f"{e.path}: {e.as_json('vi')['detail']} / {e.as_json('en')['detail']}" for e in problem.errors]
    return plain("\n".join([f"{problem.detail('vi')} / {problem.detail('en')}", *errors]))


def _officer(username: str | None) -> Officer | None:
    if username is None:
        return None
    found = Officer.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CommandError(f"--by: không có tài khoản {username} / no such account", returncode=NOTHING)
    return found


@contextmanager
def bar(unit: str = "dòng/rows") -> Iterator[Callable[[int, int | None], None]]:
    """A bar on stderr; none where stderr is no terminal."""
    with tqdm(unit=f" {unit}", disable=None, leave=False) as shown:

        def progress(done: int, total: int | None) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield progress


@contextmanager
def terminating() -> Iterator[None]:
    """SIGTERM ends as Ctrl-C does: what was begun is undone."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not the main thread, which alone may say what a signal does
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def plain(text: str) -> str:
    """One line that cannot steer a terminal: names come from files."""
    return "".join(c if c == "\n" or unicodedata.category(c)[0] != "C" else "\ufffd" for c in text)


def _cell(text: str) -> str:
    return plain(text).replace("\n", " ")


def _rows(run: ImportRun, out: OutputWrapper, *, as_json: bool) -> None:
    if not as_json and run.state == "checked":
        out.write("dòng/row | tên/name | kết quả/outcome | khai/declared ha | tính/computed ha | %")
    for row in run_rows(run):
        out.write(json.dumps(_row_json(row), ensure_ascii=True) if as_json else _row_line(row))


def _row_json(row: ImportRow) -> dict[str, Any]:
    return {
        "row": row.number,
        "name": row.name,
        "key": row.key,
        "outcome": row.outcome,
        "notes": [{**note, "vi": vi, "en": en} for note, vi, en in zip(row.notes, *_both(row), strict=True)],
        **{name: row.content.get(name) for name in ("declared_ha", "computed_ha", "difference_percent")},
        **({"sheet_row": row.content["sheet_row"]} if "sheet_row" in row.content else {}),
    }


def _both(row: ImportRow) -> tuple[list[str], list[str]]:
    return row_words(row, "vi"), row_words(row, "en")


def _row_line(row: ImportRow) -> str:
    content = row.content
    figures = [content.get("declared_ha"), content.get("computed_ha"), content.get("difference_percent")]
    cells = [
        str(content.get("sheet_row", row.number)),
        _cell(row.name)[:60],
        _OUTCOMES[row.outcome],
        *("" if figure is None else str(figure) for figure in figures),
    ]
    notes = [f"\n    {_cell(vi)} / {_cell(en)}" for vi, en in zip(*_both(row), strict=True)]
    return " | ".join(cells) + "".join(notes)


def _summary(run: ImportRun, out: OutputWrapper, *, as_json: bool) -> None:
    if as_json:
        out.write(json.dumps({"run": run_json(run)}, ensure_ascii=True))
        return
    counted = ", ".join(f"{_OUTCOMES.get(name, name)}: {count}" for name, count in run.counts.items())
    out.write(f"{_cell(run.file_name)}: {_STATES[run.state]}. {counted}")
