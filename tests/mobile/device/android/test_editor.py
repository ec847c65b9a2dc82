"""Android's own editor: what it looks like, what comes back, on which thread, and that only one is open."""

import gc
import unicodedata
import weakref
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from mobile.device.android.editor import AndroidEditor
from tests.fakes.java_security import Cast, uncast
from tests.fakes.jnius import FakeJnius, call_java

OK, CANCEL = -1, -2
TEXT, NUMBER, SEVERAL, SENTENCES, DECIMAL, SIGNED = 0x1, 0x2, 0x20000, 0x4000, 0x2000, 0x1000
TITLE = "Ghi chú"


class Thread:
    """Which thread runs; the fakes of Android look whether it is its own."""

    android = False


class JavaString(str):
    __slots__ = ()


def said(given: Any) -> str:
    """What a method that also takes the number of a resource is given."""
    text = uncast("java.lang.CharSequence", given)
    assert isinstance(text, JavaString)
    return str(text)


class Entry:
    """An EditText."""

    def __init__(self, context: Any) -> None:
        assert (context, Thread.android) == ("themed", True)
        self.said: dict[str, Any] = {}
        self.text = ""

    def __getattr__(self, name: str) -> Callable[..., None]:
        if not name.startswith(("set", "request")):
            raise AttributeError(name)
        return lambda *given: self.said.update({name: given})

    def setText(self, given: Any) -> None:  # noqa: N802 - Java's names, here and below
        self.text = said(given)

    def length(self) -> int:
        return len(self.text.encode("utf-16-le")) // 2

    def setSelection(self, place: int) -> None:  # noqa: N802
        assert place <= self.length()
        self.said["setSelection"] = place

    def getText(self) -> Any:  # noqa: N802
        assert Thread.android, "only Android's own thread may ask a view"
        return SimpleNamespace(toString=lambda: self.text)


class Dialog:
    def __init__(self, builder: "Builder") -> None:
        self.builder, self.shown, self.soft, self.outside = builder, False, 0, True
        # As pyjnius: Java's side keeps nothing of Python alive.
        self.dismissed: weakref.ref[Any] | None = None

    def setCanceledOnTouchOutside(self, closes: bool) -> None:  # noqa: N802
        self.outside = closes

    def setOnDismissListener(self, listener: Any) -> None:  # noqa: N802
        assert listener.__javainterfaces__ == ["android/content/DialogInterface$OnDismissListener"]
        self.dismissed = weakref.ref(listener)

    def getWindow(self) -> Any:  # noqa: N802
        return SimpleNamespace(setSoftInputMode=lambda mode: setattr(self, "soft", mode))

    def show(self) -> None:
        assert Thread.android
        if self.builder.phone.broken:
            raise RuntimeError("no window")
        self.shown = True
        self.builder.phone.dialogs.append(self)

    def press(self, button: int) -> None:
        listener = self.builder.buttons[button][1]()
        assert listener is not None, "nobody kept what Java calls"
        self._on_android(lambda: call_java(listener, "onClick", self, button))
        self.dismiss()

    def dismiss(self) -> None:
        listener = None if self.dismissed is None else self.dismissed()
        assert listener is not None, "nobody kept what Java calls"
        self.shown = False
        self._on_android(lambda: call_java(listener, "onDismiss", self))

    @staticmethod
    def _on_android(call: Callable[[], None]) -> None:
        Thread.android = True
        try:
            call()
        finally:
            Thread.android = False


class Builder:
    phone: "Phone"

    def __init__(self, activity: Any, theme: int) -> None:
        assert (activity, theme, Thread.android) == (self.phone, 5, True)
        self.title, self.view = "", None
        self.buttons: dict[int, tuple[str, weakref.ref[Any]]] = {}

    view: Entry | None

    def getContext(self) -> str:  # noqa: N802
        return "themed"

    def setTitle(self, title: Any) -> None:  # noqa: N802
        self.title = said(title)

    def setView(self, view: Entry) -> None:  # noqa: N802
        self.view = view

    def setPositiveButton(self, words: Any, listener: Any) -> None:  # noqa: N802
        self._button(OK, words, listener)

    def setNegativeButton(self, words: Any, listener: Any) -> None:  # noqa: N802
        self._button(CANCEL, words, listener)

    def create(self) -> Dialog:
        return Dialog(self)

    def _button(self, which: int, words: Any, listener: Any) -> None:
        assert listener.__javainterfaces__ == ["android/content/DialogInterface$OnClickListener"]
        self.buttons[which] = (said(words), weakref.ref(listener))


class Phone:
    """The activity, and the two threads: what was posted waits for `screen`, what Android was given for `android`."""

    def __init__(self) -> None:
        self.dialogs: list[Dialog] = []
        self.posted: list[Callable[[], None]] = []
        self.given: list[weakref.ref[Any]] = []
        self.broken = False

    def runOnUiThread(self, runnable: Any) -> None:  # noqa: N802
        assert runnable.__javainterfaces__ == ["java/lang/Runnable"]
        self.given.append(weakref.ref(runnable))

    def android(self) -> Dialog | None:
        gc.collect()
        while self.given:
            runnable = self.given.pop(0)()
            assert runnable is not None, "nobody kept what Java calls"
            Dialog._on_android(lambda runnable=runnable: call_java(runnable, "run"))  # type: ignore[misc]
        return self.dialogs[-1] if self.dialogs else None

    def screen(self) -> None:
        while self.posted:
            self.posted.pop(0)()


@pytest.fixture
def phone(jnius: FakeJnius, monkeypatch: pytest.MonkeyPatch) -> Phone:
    made = Phone()
    monkeypatch.setattr(Builder, "phone", made, raising=False)
    jnius.cast = Cast  # type: ignore[method-assign]
    sorts = {
        "TYPE_CLASS_TEXT": TEXT,
        "TYPE_CLASS_NUMBER": NUMBER,
        "TYPE_TEXT_FLAG_MULTI_LINE": SEVERAL,
        "TYPE_TEXT_FLAG_CAP_SENTENCES": SENTENCES,
        "TYPE_NUMBER_FLAG_DECIMAL": DECIMAL,
        "TYPE_NUMBER_FLAG_SIGNED": SIGNED,
    }
    jnius.classes |= {
        "org.kivy.android.PythonActivity": SimpleNamespace(mActivity=made),
        "android.app.AlertDialog": SimpleNamespace(THEME_DEVICE_DEFAULT_LIGHT=5),
        "android.app.AlertDialog$Builder": Builder,
        "android.text.InputType": SimpleNamespace(**sorts),
        "android.text.method.DigitsKeyListener": SimpleNamespace(getInstance=lambda signs: ("only", signs)),
        "android.widget.EditText": Entry,
        "java.lang.String": JavaString,
    }
    return made


@pytest.fixture
def editor(phone: Phone) -> AndroidEditor:
    return AndroidEditor(phone.posted.append, lambda: ("Xong", "Hủy"))


def opened(phone: Phone) -> tuple[Dialog, Entry]:
    dialog = phone.android()
    assert dialog is not None
    assert dialog.builder.view is not None
    return dialog, dialog.builder.view


def test_it_fits_where_the_app_types(editor: AndroidEditor) -> None:
    # The type of mobile.ui.widgets.entry.Typing.editor, which cannot be read without a window.
    fits: Callable[[str, str, bool, Callable[[str], None]], None] | None = editor
    assert fits is not None


def test_it_opens_on_androids_own_thread_with_title_text_and_words(phone: Phone, editor: AndroidEditor) -> None:
    editor(TITLE, "Mỏ đá", False, lambda text: None)
    assert phone.dialogs == []
    dialog, entry = opened(phone)
    assert dialog.shown
    assert (dialog.builder.title, entry.text) == (TITLE, "Mỏ đá")
    assert {button: words for button, (words, _) in dialog.builder.buttons.items()} == {OK: "Xong", CANCEL: "Hủy"}
    assert entry.said["requestFocus"] == ()
    assert dialog.soft == 0x15


def test_ok_brings_the_text_to_the_thread_of_the_screen(phone: Phone, editor: AndroidEditor) -> None:
    got: list[str] = []
    editor(TITLE, "Mỏ", False, lambda text: got.append(f"{text} {Thread.android}"))
    dialog, entry = opened(phone)
    entry.text = "Mỏ đá"
    dialog.press(OK)
    assert got == []
    phone.screen()
    assert got == ["Mỏ đá False"]


def test_what_was_typed_comes_back_as_nfc(phone: Phone, editor: AndroidEditor) -> None:
    got: list[str] = []
    editor(TITLE, "", False, got.append)
    dialog, entry = opened(phone)
    entry.text = unicodedata.normalize("NFD", "Ẵng ự")
    dialog.press(OK)
    phone.screen()
    assert got == [unicodedata.normalize("NFC", "Ẵng ự")]


@pytest.mark.parametrize("cancel", [lambda dialog: dialog.press(CANCEL), lambda dialog: dialog.dismiss()])
def test_cancelling_changes_nothing(phone: Phone, editor: AndroidEditor, cancel: Callable[[Dialog], None]) -> None:
    got: list[str] = []
    editor(TITLE, "Mỏ", False, got.append)
    dialog, entry = opened(phone)
    entry.text = "other"
    cancel(dialog)
    phone.screen()
    assert got == []


def test_a_touch_beside_it_does_not_close_it(phone: Phone, editor: AndroidEditor) -> None:
    editor(TITLE, "", False, lambda text: None)
    assert opened(phone)[0].outside is False


def test_a_second_one_does_not_open_over_the_first(phone: Phone, editor: AndroidEditor) -> None:
    got: list[str] = []
    editor(TITLE, "one", False, got.append)
    editor(TITLE, "two", False, got.append)
    dialog, _ = opened(phone)
    editor(TITLE, "three", False, got.append)
    phone.android()
    assert len(phone.dialogs) == 1
    dialog.press(OK)
    phone.screen()
    assert got == ["one"]


@pytest.mark.parametrize("button", [OK, CANCEL])
def test_once_it_is_closed_the_next_one_opens(phone: Phone, editor: AndroidEditor, button: int) -> None:
    for _ in range(2):
        editor(TITLE, "", False, lambda text: None)
        opened(phone)[0].press(button)
        phone.screen()
    assert len(phone.dialogs) == 2


def test_one_line_is_one_line_even_when_more_was_pasted(phone: Phone, editor: AndroidEditor) -> None:
    got: list[str] = []
    editor(TITLE, "", False, got.append)
    dialog, entry = opened(phone)
    assert entry.said["setInputType"] == (TEXT,)
    assert entry.said["setSingleLine"] == (True,)
    entry.text = "a\nb"
    dialog.press(OK)
    phone.screen()
    assert got == ["a b"]


def test_several_lines_stay_several(phone: Phone, editor: AndroidEditor) -> None:
    got: list[str] = []
    editor(TITLE, "a\nb", True, got.append)
    dialog, entry = opened(phone)
    assert entry.said["setInputType"] == (TEXT | SEVERAL | SENTENCES,)
    assert "setSingleLine" not in entry.said
    dialog.press(OK)
    phone.screen()
    assert got == ["a\nb"]


def test_a_number_is_typed_on_digits_with_a_comma(phone: Phone, editor: AndroidEditor) -> None:
    editor(TITLE, "12,5", False, lambda text: None, number=True)
    _, entry = opened(phone)
    assert entry.said["setKeyListener"] == (("only", "0123456789.,- "),)
    assert entry.said["setRawInputType"] == (NUMBER | DECIMAL | SIGNED,)
    assert "setInputType" not in entry.said  # it would put Android's own signs in the place of ours


def test_the_caret_stands_at_the_end_as_java_counts(phone: Phone, editor: AndroidEditor) -> None:
    editor(TITLE, "Mỏ 𠮷", False, lambda text: None)
    assert opened(phone)[1].said["setSelection"] == 5


def test_the_words_are_those_of_the_moment(phone: Phone) -> None:
    words = [("Xong", "Hủy"), ("Done", "Cancel")]
    editor = AndroidEditor(phone.posted.append, lambda: words.pop(0))
    for expected in ("Xong", "Done"):
        editor(TITLE, "", False, lambda text: None)
        dialog, _ = opened(phone)
        assert dialog.builder.buttons[OK][0] == expected
        dialog.dismiss()
        phone.screen()


def test_what_goes_wrong_on_androids_thread_is_raised_on_that_of_the_screen(
    phone: Phone, editor: AndroidEditor
) -> None:
    phone.broken = True
    editor(TITLE, "", False, lambda text: None)
    assert phone.android() is None
    phone.posted.pop(0)()
    with pytest.raises(RuntimeError, match="no window"):
        phone.screen()
    phone.broken = False
    editor(TITLE, "", False, lambda text: None)
    assert opened(phone)[0].shown


def test_callbacks_have_the_signatures_of_java(phone: Phone, editor: AndroidEditor) -> None:
    editor(TITLE, "", False, lambda text: None)
    runnable = phone.given[0]()
    dialog, _ = opened(phone)
    clicked = dialog.builder.buttons[OK][1]()
    dismissed = None if dialog.dismissed is None else dialog.dismissed()
    signatures = [type(one).__dict__[name].java_signature for one, name in _methods(runnable, clicked, dismissed)]
    dialog_interface = "Landroid/content/DialogInterface;"
    assert signatures == ["()V", f"({dialog_interface}I)V", f"({dialog_interface})V"]


def _methods(runnable: Any, clicked: Any, dismissed: Any) -> list[tuple[Any, str]]:
    return [(runnable, "run"), (clicked, "onClick"), (dismissed, "onDismiss")]


def test_nothing_of_a_closed_one_is_kept(phone: Phone, editor: AndroidEditor) -> None:
    editor(TITLE, "", False, lambda text: None)
    dialog, _ = opened(phone)
    dialog.press(OK)
    phone.screen()
    gc.collect()
    assert dialog.builder.buttons[OK][1]() is None
