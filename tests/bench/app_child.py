"""One start of a window, for `app_starts`: says at a frame what it took to get there, and ends.

python -m tests.bench.app_child bare FOLDER    a bare Kivy window with one label: its first frame
python -m tests.bench.app_child name FOLDER    the field app over the phone in FOLDER, as `python -m mobile.main` starts
                                               it: its very first frame, which is its name
python -m tests.bench.app_child home FOLDER    the same: the first frame of the first screen, "Today"
python -m tests.bench.app_child lock FOLDER    the same, where the officer has a PIN

The answer: `at` (s on CLOCK_MONOTONIC, which the parent's clock is too), `cpu` (s on a processor, of all threads),
`pss`, `rss` (bytes).
"""

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

    Window.bind(on_flip=lambda _: _say() if kind == "name" or _is_there(kind) else None)
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


def _is_there(screen: str) -> bool:
    """Whether the app shows it. Another first screen ends the process with code 3."""
    from kivy.app import App

    app: Any = App.get_running_app()
    if getattr(app, "view", None) is None:
        return False
    found = app.stack.top.route.screen.value
    if found != screen:
        os.write(2, f"the app opened with {found}\n".encode())
        os._exit(3)
    return True


def _say() -> None:
    from kivy.graphics.opengl import glFinish

    glFinish()  # the frame is drawn, not only ordered
    at, cpu = time.monotonic(), time.process_time()
    text = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    from tests.bench.app_process import say

    say({"at": at, "cpu": cpu, "pss": memory("Pss", text), "rss": memory("Rss", text)})


def memory(name: str, text: str) -> int:
    """Bytes: what smaps_rollup (proc(5)) says under that name. OSError when it says nothing."""
    for line in text.splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"/proc/self/smaps_rollup says nothing of {name}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
