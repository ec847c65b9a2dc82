"""The first frame: the app's name, drawn before anything of the app is loaded."""

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.lang import Builder
from kivy.uix.label import Label

GROUND, WORDS = (0.043, 0.361, 0.478, 1.0), (1.0, 1.0, 1.0, 1.0)  # the primary colour: no glare in the dark
NAME = "Kiểm Khoáng"


class Launch:
    """Stands from the moment it is made until `gone`. It knows nothing of what the officer chose: that lies in the
    phone's database, which is not open yet."""

    def __init__(self) -> None:
        EventLoop.ensure_window()
        Window.clearcolor = GROUND
        self._name = Label(text=NAME, font_size="32sp", bold=True, color=WORDS)
        Window.add_widget(self._name)
        Clock.tick()
        Builder.sync()
        Clock.tick_draw()
        Builder.sync()
        Window.dispatch("on_draw")
        Window.dispatch("on_flip")

    def gone(self) -> None:
        Window.remove_widget(self._name)
