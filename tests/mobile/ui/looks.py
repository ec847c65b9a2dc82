"""What can be wrong with what is drawn: cut words, targets too small for a glove, words that came from nowhere."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from kivy.core.text import Label as CoreLabel
from kivy.core.window import Window
from kivy.metrics import dp
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.label import Label
from kivy.uix.scrollview import ScrollView
from kivy.uix.textinput import TextInput

from mobile.ui.theme import TARGET, theme
from mobile.ui.widgets.buttons import Badge
from mobile.ui.widgets.layout import NoticeBox
from tests.mobile.ui.contrast import contrast

SLACK = 1.0  # px: heights are rounded
LEAST_BODY = 96.0  # dp: two rows of what scrolls stay in sight under what does not


def shown(root: Any) -> Iterator[Any]:
    """Also what is scrolled out of sight."""
    for widget in root.walk(restrict=True):
        if widget.get_root_window() is not None and widget.opacity and widget.width and widget.height:
            yield widget


# --- cut


def cut(root: Any) -> list[str]:
    """Texts that are not whole, run off the window, or lie outside what they belong to."""
    found: list[str] = []
    for widget in shown(root):
        if isinstance(widget, Label) and widget.text:
            found += [f"{fault}: {_brief(widget)}" for fault in _faults_of(widget)]
        elif isinstance(widget, TextInput) and widget.height + SLACK < widget.minimum_height:
            found.append(f"typed text is higher than its field: {widget.text!r}")
        elif isinstance(widget, ScrollView) and widget.height + SLACK < min(dp(LEAST_BODY), _content(widget)):
            found.append(f"only {widget.height:.0f} px of {_content(widget):.0f} can be seen of what scrolls")
    return found


def _content(scroll: Any) -> float:
    return float(sum(child.height for child in scroll.children))


def _faults_of(label: Any) -> Iterator[str]:
    left, bottom = label.to_window(label.x, label.y)
    width, height = label.texture_size
    if width > label.width + SLACK:
        yield f"{width - label.width:.0f} px too wide"
    if height > label.height + SLACK:
        yield f"{height - label.height:.0f} px too high"
    if left < -SLACK or left + label.width > Window.width + SLACK:
        yield "off the window sideways"
    if not _scrolls(label) and (bottom < -SLACK or bottom + label.height > Window.height + SLACK):
        yield "off the window above or below"
    if outside := _outside(label):
        yield f"outside its {outside}"
    for word in _broken(label):
        yield f"{word!r} is broken in two"


def _scrolls(widget: Any) -> bool:
    return any(isinstance(one, ScrollView) for one in _above(widget))


def _above(widget: Any) -> Iterator[Any]:
    """Up to the window."""
    parent = widget.parent
    while parent is not None and parent is not Window:
        yield parent
        parent = parent.parent


def _outside(label: Any) -> str:
    """What is drawn round it and does not hold it; "" when all of it does. A badge hangs over the corner of an icon."""
    if isinstance(label.parent, Badge):
        return ""
    left, bottom = label.to_window(label.x, label.y)
    for holder in _above(label):
        if isinstance(holder, ScrollView):
            return ""
        x, y = holder.to_window(holder.x, holder.y)
        inside_x = x - SLACK <= left and left + label.width <= x + holder.width + SLACK
        inside_y = y - SLACK <= bottom and bottom + label.height <= y + holder.height + SLACK
        if not (inside_x and inside_y):
            return type(holder).__name__
    return ""


def _broken(label: Any) -> Iterator[str]:
    """Words wider than their line. What has digits in it (an id, a hash) has no place where it may be broken better."""
    if not label.text_size[0]:
        return
    measure = CoreLabel(font_name=label.font_name, font_size=label.font_size, bold=label.bold)
    for word in set(label.text.split()):
        if not any(sign.isdigit() for sign in word) and measure.get_extents(word)[0] > label.text_size[0] + SLACK:
            yield word


def _brief(label: Any) -> str:
    holders = [type(one).__name__ for one in (label, *_above(label))][:4]
    return f"{label.text[:60]!r} in {' < '.join(holders)}"


# --- small


def small(root: Any) -> list[str]:
    """What is tapped and smaller than a gloved finger needs."""
    return [
        f"{widget.width:.0f} × {widget.height:.0f}: {type(widget).__name__} {getattr(widget, 'label', '')!r}"
        for widget in shown(root)
        if _is_tapped(widget) and min(widget.width, widget.height) + 0.5 < dp(TARGET)
    ]


def _is_tapped(widget: Any) -> bool:
    if isinstance(widget, NoticeBox) and widget._on_tap is None:
        return False
    return isinstance(widget, ButtonBehavior | TextInput)


# --- weak


def weak_on(root: Any, sun: bool) -> Iterator[str]:
    """Words and icons too like their ground; those that are switched off are left out, as the standard does."""
    for widget in shown(root):
        if not isinstance(widget, Label) or not widget.text or widget.disabled:
            continue
        least = 7.0 if sun else 3.0 if getattr(widget, "is_icon", False) else 4.5
        found = contrast(widget.color, _ground(widget))
        if found < least:
            yield f"contrast {found:.2f} < {least}: {_brief(widget)}"


def _ground(widget: Any) -> Sequence[float]:
    """The nearest surface round it that lets nothing through."""
    for holder in _above(widget):
        for surface in reversed(vars(holder).get("surfaces", [])):
            if surface._color.a == 1:
                return list(surface._color.rgba)
    return theme.color("surface")


# --- unsaid

_SAID = re.compile(r"⟦[^⟦⟧]*⟧")


def said_on(root: Any) -> Iterator[str]:
    """Every text but icons, and but what stands in a field: that was typed."""
    for widget in shown(root):
        if isinstance(widget, Label) and widget.text and not getattr(widget, "is_icon", False):
            yield widget.text


def unsaid(text: str, data: re.Pattern[str]) -> str:
    """What is left of a text when all that came through `Words` and all `data` is taken away: "" or some letters."""
    while (less := _SAID.sub(" ", text)) != text:
        text = less
    text = data.sub(" ", text)
    return text.strip() if any(sign.isalpha() for sign in text) else ""
