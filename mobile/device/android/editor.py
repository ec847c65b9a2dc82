"""The phone's own text editor: a dialog of Android, in which every keyboard composes Vietnamese as it should."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from importlib import import_module
from typing import Any

SIGNS = "0123456789.,- "  # those of a number: Android's own number field knows no comma
_ON_CLICK = ("android/content/DialogInterface$OnClickListener", "onClick", "(Landroid/content/DialogInterface;I)V")
_ON_DISMISS = ("android/content/DialogInterface$OnDismissListener", "onDismiss", "(Landroid/content/DialogInterface;)V")
_RUNNABLE = ("java/lang/Runnable", "run", "()V")
_CLASSES = (
    "android.app.AlertDialog",
    "android.app.AlertDialog$Builder",
    "android.text.InputType",
    "android.text.method.DigitsKeyListener",
    "android.widget.EditText",
    "java.lang.String",
)
_OK = -1  # DialogInterface.BUTTON_POSITIVE
_LINES, _MOST_LINES = 4, 10
_TOP, _START = 0x30, 0x800003  # Gravity
_KEYBOARD_UP, _ABOVE_KEYBOARD = 0x5, 0x10  # WindowManager.LayoutParams.SOFT_INPUT_*


@dataclass
class _Open:
    """What is open, and all that Java was given of it: pyjnius itself holds on to nothing."""

    title: str
    text: str
    several: bool
    number: bool
    done: Callable[[str], None]
    classes: dict[str, Any]
    held: list[Any] = field(default_factory=list)


class AndroidEditor:
    """Fits `Typing.editor`. Made and called on the thread of the screen; `done` is called there too, by way of `post`,
    which takes calls from any thread. `buttons`: the words on OK and cancel, in the language of the moment."""

    def __init__(self, post: Callable[[Callable[[], None]], None], buttons: Callable[[], tuple[str, str]]) -> None:
        self._post, self._buttons = post, buttons
        self._java: Any = import_module("jnius")
        self._app = self._java.autoclass("org.kivy.android.PythonActivity")
        self._open: _Open | None = None

    def __call__(
        self, title: str, text: str, several: bool, done: Callable[[str], None], *, number: bool = False
    ) -> None:
        """`several`: of lines. `done` gets the text as NFC; it hears nothing when the officer cancels. While one is
        open, nothing happens."""
        if self._open is not None:
            return
        # The classes are looked up here: it takes a while, and Android's own thread must not stand still for it.
        asked = self._open = _Open(title, text, several, number, done, self._classes)
        self._app.mActivity.runOnUiThread(self._listener(asked, _RUNNABLE, partial(self._show, asked)))

    @cached_property
    def _classes(self) -> dict[str, Any]:
        return {name.rpartition(".")[2]: self._java.autoclass(name) for name in _CLASSES}

    # --- on Android's own thread

    def _show(self, asked: _Open) -> None:
        try:
            dialog = self._dialog(asked)
            dialog.show()
        except BaseException:
            self._post(partial(self._closed, asked))  # else no editor would ever open again
            raise

    def _dialog(self, asked: _Open) -> Any:
        classes = asked.classes
        builder = classes["AlertDialog$Builder"](self._app.mActivity, classes["AlertDialog"].THEME_DEVICE_DEFAULT_LIGHT)
        entry = self._entry(builder.getContext(), asked)
        ok, cancel = self._buttons()
        clicked = self._listener(asked, _ON_CLICK, partial(self._clicked, asked, entry))
        builder.setTitle(self._said(asked, asked.title))
        builder.setView(entry)
        builder.setPositiveButton(self._said(asked, ok), clicked)
        builder.setNegativeButton(self._said(asked, cancel), clicked)
        dialog = builder.create()
        dialog.setCanceledOnTouchOutside(False)  # a page of text must not go with a stray touch
        gone = partial(self._post, partial(self._closed, asked))
        dialog.setOnDismissListener(self._listener(asked, _ON_DISMISS, lambda _: gone()))
        dialog.getWindow().setSoftInputMode(_KEYBOARD_UP | _ABOVE_KEYBOARD)
        return dialog

    def _entry(self, context: Any, asked: _Open) -> Any:
        sorts, entry = asked.classes["InputType"], asked.classes["EditText"](context)
        if asked.number:
            entry.setKeyListener(asked.classes["DigitsKeyListener"].getInstance(SIGNS))
            entry.setRawInputType(
                sorts.TYPE_CLASS_NUMBER | sorts.TYPE_NUMBER_FLAG_DECIMAL | sorts.TYPE_NUMBER_FLAG_SIGNED
            )
        elif asked.several:
            entry.setInputType(
                sorts.TYPE_CLASS_TEXT | sorts.TYPE_TEXT_FLAG_MULTI_LINE | sorts.TYPE_TEXT_FLAG_CAP_SENTENCES
            )
        else:
            entry.setInputType(sorts.TYPE_CLASS_TEXT)
        if asked.several:
            entry.setMinLines(_LINES)
            entry.setMaxLines(_MOST_LINES)
            entry.setGravity(_TOP | _START)
        else:
            entry.setSingleLine(True)
        entry.setText(self._said(asked, asked.text))
        entry.setSelection(entry.length())  # Java counts otherwise than Python
        entry.requestFocus()
        return entry

    def _clicked(self, asked: _Open, entry: Any, _dialog: Any, button: int) -> None:
        if button != _OK:
            return
        text = unicodedata.normalize("NFC", entry.getText().toString())
        if not asked.several:
            text = " ".join(text.splitlines())  # Android shows a line break that was pasted in as a space
        self._post(partial(asked.done, text))

    def _said(self, asked: _Open, text: str) -> Any:
        """As Java's own string: of a method that also takes the number of a resource pyjnius finds no form for ours."""
        return self._java.cast("java.lang.CharSequence", asked.classes["String"](text))

    # --- between the threads

    def _closed(self, asked: _Open) -> None:
        if self._open is asked:
            self._open = None

    def _listener(self, asked: _Open, interface: tuple[str, str, str], call: Callable[..., None]) -> Any:
        """An object for Java. What goes wrong in it is raised on the thread of the screen: Java would only print it."""
        name, method, signature = interface

        def called(_self: Any, *arguments: Any) -> None:
            try:
                call(*arguments)
            except BaseException as error:
                self._post(partial(_raise, error))

        parts = {"__javainterfaces__": [name], method: self._java.java_method(signature, method)(called)}
        listener = type("Listener", (self._java.PythonJavaClass,), parts)()
        asked.held.append(listener)
        return listener


def _raise(error: BaseException) -> None:
    raise error
