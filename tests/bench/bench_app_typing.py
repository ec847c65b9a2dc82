"""A letter typed into the largest form, through the window, until it is drawn and kept."""

import gc
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from shared.wire.v1.records import Kind
from tests.bench.app_window import Clocks, app_over
from tests.bench.bench_save import phone_in
from tests.bench.frame import Figure, at_most, progress, results_folder
from tests.factories import reports as make

RUNS = 7
LETTERS = "toi cho cat thue cho chu ben hoa don giao sau "  # a run
LIMIT_MS = 16.0
CONVOY = 8  # loads with their vehicles, drivers and papers


def largest(phone: Any) -> Any:
    """A convoy, with everything filled in that the factory knows."""
    from mobile.services.filling import blank
    from shared.wire.v1.codec import encode

    facts = encode(make.transport_facts())
    for _ in range(CONVOY):
        facts = blank.with_load(facts)
    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.save(draft.id, facts=facts)
    return draft.id


def typing(driver: Any, key: str) -> list[float]:
    """ms of the app's thread for each letter."""
    from kivy.core.window import Window

    from mobile.ui.widgets.entry import Entry

    field = driver.find(key=key)
    (entry,) = [widget for widget in field.walk(restrict=True) if isinstance(widget, Entry)]
    driver.tap(entry)
    driver.frames(3)
    times = []
    for letter in LETTERS:
        gc.collect()
        Window.unbind(on_flip=driver._finish)  # what is drawn is ordered here; a phone has a chip that draws it
        clocks = Clocks()
        Window.dispatch("on_textinput", letter)
        driver.frames(1)
        times.append(clocks.own)
        Window.bind(on_flip=driver._finish)
        driver.frames(2)
    return times


def figures() -> Iterator[Figure]:
    var = results_folder()
    var.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=var) as made:
        home = Path(made) / "phone"
        with phone_in(home) as phone:
            draft = largest(phone)
            with app_over(phone, home) as driver:
                from mobile.presenters.routes import Route, Screen

                for page, key, vi, en in (
                    ("statement", "statement", "lời khai", "statement"),
                    ("vehicle/0", "vehicles/0/mark", "biển số, có gợi ý", "plate, with suggestions"),
                ):
                    runs = []
                    for run in range(RUNS):
                        progress(f"gõ {vi} {run + 1}/{RUNS} / typing, {en}")
                        driver.app.reset(Route(Screen.HOME))
                        driver.app.open(Route(Screen.FORM, str(draft), page))
                        driver.frames(5)
                        runs.append(typing(driver, key))
                    slow = sorted(time for times in runs for time in times)
                    p99 = slow[len(slow) * 99 // 100]
                    yield at_most(
                        f"Một phím trong phiếu {CONVOY + 1} lô: {vi} / a key in a form of {CONVOY + 1} loads: {en}",
                        [median(times) for times in runs],
                        "ms",
                        limit=LIMIT_MS,
                        limit_words=f"{LIMIT_MS:g} ms bộ xử lý của luồng ứng dụng, kể cả lưu; p99 {p99:.3g} ms, cùng"
                        f" lượt / {LIMIT_MS:g} ms on the processor of the app's thread, keeping it included; p99"
                        f" {p99:.3g} ms, same run",
                    )
