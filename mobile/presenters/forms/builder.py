"""Fields made from facts, each with the way back: what becomes of a text that is typed into it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from mobile.services import typed
from mobile.services.filling import paths
from mobile.services.typed import Refused
from mobile.state.forms import Field, FieldKind, Keyboard, Level, Option, Picture, Row
from shared.clock import VIETNAM, instant_text
from shared.i18n import N_, Words
from shared.i18n.labels import label

Facts = Mapping[str, Any]
Write = Callable[[Facts, Any], Facts]
Parse = Callable[[str], Any]  # a value, None for nothing, or Refused


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a field's value stands: `read` gives it, `write` gives facts that have another."""

    read: Callable[[Facts], Any]
    write: Write
    parse: Parse


def at(path: str, parse: Parse) -> Binding:
    return Binding(lambda facts: paths.get(facts, path), lambda facts, value: paths.put(facts, path, value), parse)


def text_of(value: str) -> str | None:
    """Nothing but blanks is nothing. What was said is kept as it was said, blanks at its ends apart."""
    return value.strip() or None


@dataclass
class Builder:
    """`raw`: text that is no value (yet), or is written otherwise than its value would be, by key."""

    facts: Facts
    raw: Mapping[str, str]
    words: Words
    fields: list[Field] = field(default_factory=list)
    bindings: dict[str, Binding] = field(default_factory=dict)

    # --- typed

    def text(self, key: str, said: str, *, binding: Binding | None = None, **how: Any) -> None:
        self._typed(key, said, FieldKind.TEXT, binding or at(key, text_of), str, **how)

    def name(self, key: str, said: str, **how: Any) -> None:
        """A text that has to be there: none is "" on the wire."""
        binding = Binding(
            lambda facts: paths.get(facts, key) or None,
            lambda facts, value: paths.put(facts, key, value or ""),
            text_of,
        )
        self._typed(key, said, FieldKind.TEXT, binding, str, **how)

    def code(self, key: str, said: str, *, binding: Binding | None = None, **how: Any) -> None:
        self._typed(key, said, FieldKind.TEXT, binding or at(key, text_of), str, keyboard=Keyboard.CODE, **how)

    def long_text(self, key: str, said: str, **how: Any) -> None:
        """Verbatim, blanks and line breaks too."""
        verbatim = at(key, lambda text: text if text.strip() else None)
        self._typed(key, said, FieldKind.LONG_TEXT, verbatim, str, **how)

    def number(self, key: str, said: str, *, binding: Binding | None = None, **how: Any) -> None:
        language = self.words.language
        self._typed(
            key,
            said,
            FieldKind.NUMBER,
            binding or at(key, typed.number),
            lambda value: typed.number_text(value, language),
            keyboard=Keyboard.NUMBER,
            **how,
        )

    def day(self, key: str, said: str, *, binding: Binding | None = None, **how: Any) -> None:
        self._typed(
            key,
            said,
            FieldKind.DATE,
            binding or at(key, iso_day),
            lambda value: typed.day_text(date.fromisoformat(value)),
            keyboard=Keyboard.CODE,
            **how,
        )

    def moment(self, key: str, said: str, **how: Any) -> None:
        self._typed(key, said, FieldKind.MOMENT, at(key, moment), _moment_text, keyboard=Keyboard.CODE, **how)

    # --- chosen

    def choice(
        self,
        key: str,
        said: str,
        options: Iterable[StrEnum | tuple[str, str]],
        *,
        kind: FieldKind = FieldKind.CHOICE,
        **how: Any,
    ) -> None:
        """Of an enum's members, or of (value, words)."""
        chosen = paths.get(self.facts, key)
        made = []
        for option in options:
            value, words = (option.value, label(self.words, option)) if isinstance(option, StrEnum) else option
            made.append(Option(value, words, value == chosen))
        self.fields.append(Field(key, kind, self.words(said), options=tuple(made), **self._how(how)))
        self.bindings[key] = at(key, lambda text: text or None)

    def switch(self, key: str, said: str, *, on: bool | None = None, **how: Any) -> None:
        there = bool(paths.get(self.facts, key)) if on is None else on
        self.fields.append(Field(key, FieldKind.SWITCH, self.words(said), on=there, **self._how(how)))

    def rename(self, label: str) -> None:
        """Give the field made last a label that is already in the officer's language."""
        self.fields[-1] = replace(self.fields[-1], label=label)

    # --- the rest

    def rows(self, key: str, said: str, rows: Sequence[Row], add: str = "", **how: Any) -> None:
        self.fields.append(
            Field(
                key,
                FieldKind.ROWS,
                self.words(said),
                rows=tuple(rows),
                add_label=self.words(add) if add else "",
                **self._how(how),
            )
        )

    def pictures(self, key: str, said: str, pictures: Sequence[Picture], **how: Any) -> None:
        self.fields.append(Field(key, FieldKind.PHOTOS, self.words(said), pictures=tuple(pictures), **self._how(how)))

    def position(self, key: str, said: str, text: str, **how: Any) -> None:
        self.fields.append(Field(key, FieldKind.POSITION, self.words(said), text=text, **self._how(how)))

    def action(self, key: str, said: str, icon: str = "", **how: Any) -> None:
        self.fields.append(Field(key, FieldKind.ACTION, self.words(said), icon=icon, **self._how(how)))

    def note(self, key: str, text: str, level: Level = Level.INFO) -> None:
        """Words that are already in the officer's language."""
        self.fields.append(Field(key, FieldKind.NOTE, "", text=text, level=level))

    def _typed(
        self, key: str, said: str, kind: FieldKind, binding: Binding, written: Callable[[Any], str], **how: Any
    ) -> None:
        value = binding.read(self.facts)
        text = self.raw.get(key)
        error = ""
        if text is not None:
            found = binding.parse(text)
            error = found.say(self.words) if isinstance(found, Refused) else ""
        elif value is not None:
            text = written(value)
        self.fields.append(Field(key, kind, self.words(said), text=text or "", error=error, **self._how(how)))
        self.bindings[key] = binding

    def _how(self, how: dict[str, Any]) -> dict[str, Any]:
        if how.get("helper"):
            how["helper"] = self.words(how["helper"])
        return how


def iso_day(text: str) -> Any:
    """As the wire has it; None for nothing, Refused."""
    found = typed.day(text)
    return found.isoformat() if isinstance(found, date) else found


_NO_MOMENT = N_("{text} is not a date with a time: type for example 05/03/2026 23:05.")


def moment(text: str) -> Any:
    """dd/mm/yyyy HH:MM in Vietnam's time, as the wire has it; None for nothing, Refused with what to type."""
    parts = text.strip().split(None, 1)
    if not parts:
        return None
    if len(parts) < 2:
        return Refused(_NO_MOMENT, {"text": text.strip()[:40]})
    found_day, found_time = typed.day(parts[0]), typed.time_of_day(parts[1])
    for found in (found_day, found_time):
        if isinstance(found, Refused):
            return found
    if found_day is None or found_time is None:
        return Refused(_NO_MOMENT, {"text": text.strip()[:40]})
    assert isinstance(found_day, date)  # noqa: S101 - Refused and None were dealt with above
    whole = datetime.combine(found_day, found_time, tzinfo=VIETNAM)  # type: ignore[arg-type]
    return instant_text(whole)


def _moment_text(value: str) -> str:
    return f"{datetime.fromisoformat(value).astimezone(VIETNAM):%d/%m/%Y %H:%M}"
