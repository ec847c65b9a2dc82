"""The app brings its own fonts: every Vietnamese letter, and only the icons it draws."""

from kivy.core.text import LabelBase

from mobile.fonts import FOLDER

TEXT, ICONS = "Roboto", "icons"

LabelBase.register(
    TEXT,
    fn_regular=str(FOLDER / "Roboto-Regular.ttf"),
    fn_bold=str(FOLDER / "Roboto-Bold.ttf"),
)
LabelBase.register(ICONS, fn_regular=str(FOLDER / "icons.ttf"))
