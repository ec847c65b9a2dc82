"""One start of a window, for `bench_app_start`: says at its first frame what it took, and ends.

python -m tests.bench.app_child bare FOLDER        a bare Kivy window with one label
python -m tests.bench.app_child app FOLDER         the field app over the phone in FOLDER, as `python -m mobile.main`
python -m tests.bench.app_child screen FOLDER      the same, until its first screen can be used

The answer is one line of JSON: `at` (seconds on CLOCK_MONOTONIC, which the parent's clock is too), `cpu` (seconds on a
processor, of all threads), `memory` (bytes: proportional set size).
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def main(kind: str, folder: Path) -> None:
    from mobile.ui.environment import configure, prepare

    prepare(folder / "kivy")
    configure()
    if kind == "bare":
        _bare().run()
        return
    from kivy.core.window import Window

    import mobile.main

    Window.bind(on_flip=lambda _: _say() if kind == "app" or _has_a_screen() else None)
    mobile.main.main(["--home", str(folder), "--server", "http://127.0.0.1:9"])


def _bare() -> Any:
    from kivy.app import App
    from kivy.core.window import Window
    from kivy.uix.label import Label

    class Bare(App):  # type: ignore[misc]  # Kivy has no types
        def load_config(self) -> None:
            pass

        def build(self) -> Any:
            return Label(text="Kiểm Khoáng")

    Window.bind(on_flip=lambda _: _say())
    return Bare()


def _has_a_screen() -> bool:
    from kivy.app import App

    app = App.get_running_app()
    return getattr(app, "view", None) is not None


def _say() -> None:
    from kivy.graphics.opengl import glFinish

    glFinish()  # the frame is drawn, not only ordered
    said = {"at": time.monotonic(), "cpu": time.process_time(), "memory": memory()}
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    os._exit(0)


def memory() -> int:
    """Bytes: this process's part of the memory it maps (Pss of proc(5), smaps_rollup)."""
    for line in Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise OSError("/proc/self/smaps_rollup says nothing of Pss")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
