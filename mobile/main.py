"""The field app.  On a desktop:  python -m mobile.main --home FOLDER --server ADDRESS [--gnss URL] [--code CODE]"""

import argparse
import os
import sqlite3
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mobile.ui.environment import configure, prepare

if TYPE_CHECKING:
    from mobile.composition import Screens

FAULTS = "faults.log"
_KEPT_FAULTS = 200_000  # bytes; older ones go


def main(arguments: list[str] | None = None) -> int:
    asked = _arguments(arguments)
    home: Path = asked.home.resolve()
    prepare(home / "kivy")
    configure()
    from mobile.ui.launch import Launch  # something to see before anything is loaded

    launch = Launch()
    app = _app(home, asked.server, asked.gnss, asked.code)
    app.bind(on_start=lambda _: launch.gone())
    app.run()
    return 0


def _app(home: Path, server: str, gnss: str | None, code: str) -> Any:
    from mobile.bootstrap import open_phone
    from mobile.composition import Screens
    from shared.i18n import Words

    words = Words()
    machine = _android(home, words) if on_android() else None
    phone = open_phone(home, server=server, gnss=gnss, machine=machine)
    screens = Screens(phone, words, home, code=code)
    return window(
        screens,
        closed=screens.closed,
        defect=lambda error: _fault(home, error),
        thread_ends=phone.machine.thread_ends,
    )


def window(screens: "Screens", **more: Any) -> Any:
    """The app over these screens, in the language and look that were chosen. `more`: what else `FieldApp` takes."""
    from mobile.ui.app import FieldApp

    chosen = screens.chosen()
    screens.words.language = chosen.language
    return FieldApp(
        screens.words,
        screens.presenter,
        first=screens.first,
        places=screens.places,
        chosen=chosen,
        paused=screens.paused,
        resumed=screens.resumed,
        locked=screens.locked,
        touched=screens.touched,
        ending=screens.ending,
        small=screens.small,
        **more,
    )


def on_android() -> bool:
    """python-for-android says so to what it starts."""
    return "ANDROID_ARGUMENT" in os.environ


def _android(home: Path, words: Any) -> Any:
    from kivy.clock import Clock

    from mobile.device.android.editor import AndroidEditor
    from mobile.device.android.machine import AndroidMachine
    from mobile.device.clock import SystemClock
    from mobile.ui.widgets.entry import Typing
    from shared.i18n import N_

    def post(call: Callable[[], None]) -> None:
        Clock.schedule_once(lambda _: call(), 0)

    machine = AndroidMachine(home, SystemClock(), post)
    Typing.editor = AndroidEditor(post, lambda: (words(N_("Done")), words(N_("Cancel"))))
    machine.ask_permissions()
    return machine


def _fault(home: Path, error: Exception) -> str:
    if isinstance(error, sqlite3.DatabaseError):
        from mobile.storage.recovery import suspect

        suspect(home)
    return note_fault(home / FAULTS, error)


def note_fault(path: Path, error: BaseException) -> str:
    """A defect, where a person finds it: the places in the code, never what an exception says, for that may hold what
    was typed. What comes back is the mark to tell a supervisor; "" where nothing can be written."""
    mark = f"{datetime.now(UTC):%d%H%M%S}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{mark} {type(error).__name__}"]
    lines += [f"    {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    try:
        if path.exists() and path.stat().st_size > _KEPT_FAULTS:
            path.replace(path.with_suffix(".old"))
        with path.open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    except OSError:
        return ""  # a full phone: the officer is told of the fault all the same
    return mark


def _home() -> Path:
    """Of the app's own: on Android nobody else reads there, and it goes with the app."""
    return Path(os.environ["ANDROID_PRIVATE"]) / "phone" if on_android() else Path("var/app")


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mobile.main", description="Kiểm Khoáng")
    parser.add_argument("--home", type=Path, default=_home(), help="thư mục dữ liệu của máy / the phone's folder")
    near = "" if on_android() else "http://127.0.0.1:8000"  # a phone hears of its server when somebody enrols on it
    parser.add_argument("--server", default=near, help="địa chỉ máy chủ / address of the server")
    parser.add_argument("--gnss", help="bộ thu vị trí / receiver: gpsd://…, tcp://…, udp://…, file:…")
    parser.add_argument("--code", default="", help="mã kích hoạt điền sẵn / enrolment code to fill in")
    return parser.parse_args(given)


if __name__ == "__main__":
    sys.exit(main())
