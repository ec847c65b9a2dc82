"""Settings that Kivy reads while it is imported, so this comes before any `import kivy`."""

import os
from pathlib import Path

WIDTH, HEIGHT = 412, 820  # a common phone in density-independent pixels


def prepare(home: Path) -> None:
    """`home`: where Kivy may keep its own settings; nothing of it is needed again. On a machine without a screen SDL
    draws into memory (real pixels, no window)."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.update(
        KIVY_NO_ARGS="1",
        KIVY_NO_FILELOG="1",
        KIVY_NO_ENV_CONFIG="1",
        KIVY_LOG_MODE="PYTHON",
        KIVY_NO_CONSOLELOG="1",
        KIVY_HOME=str(home),
        KIVY_WINDOW="sdl2",  # its other desktop provider ends the process where there is no screen
    )
    on_a_phone = "ANDROID_ARGUMENT" in os.environ
    if not on_a_phone and not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")


def configure(*, width: int = WIDTH, height: int = HEIGHT) -> None:
    """After `import kivy`, before its window: size, no right-click dots, no smoothing that software GL pays for."""
    from kivy.config import Config

    Config.set("graphics", "width", str(width))
    Config.set("graphics", "height", str(height))
    Config.set("graphics", "multisamples", "0")
    Config.set("kivy", "exit_on_escape", "0")
    if Config.has_option("input", "mouse"):
        Config.set("input", "mouse", "mouse,disable_multitouch")
