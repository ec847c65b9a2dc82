"""An inspector's hand on the driven app."""

from typing import Any


class Hand:
    """Taps and types as an inspector does. A field that is typed into counts once, with the tap that opens it."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def tap(self, text: str | None = None, **how: Any) -> None:
        self.driver.tap(text, **how)
        self.driver.frames(4)

    def write(self, key: str, text: str) -> None:
        from mobile.ui.widgets.entry import Entry

        field = self.driver.find(key=key)
        (entry,) = [widget for widget in field.walk(restrict=True) if isinstance(widget, Entry)]
        self.driver.tap(entry)
        entry.cursor = entry.get_cursor_from_index(len(entry.text))  # a finger lands anywhere in what stands there
        self.driver.type(text)

    def choose(self, key: str, text: str) -> None:
        field = self.driver.find(key=key)
        found = [
            one for one in field.walk(restrict=True) if text in (getattr(one, "text", ""), getattr(one, "label", ""))
        ]
        self.driver.tap(found[0])
        self.driver.frames(4)

    def photograph(self, purpose: str, file: str) -> None:
        self.tap(purpose)
        self.tap(file)
        self.tap("Lấy tệp này")

    @property
    def count(self) -> int:
        return int(self.driver.touches)
