"""An app in a process of its own, for a test to kill: opens a new transport check and types, saying each letter it has
typed.  python -m tests.mobile.ui.typist HOME"""

import sys
from pathlib import Path

from mobile.ui.environment import configure, prepare

WORDS = "Tôi chở cát thuê cho chủ bến, hóa đơn giao sau khi xuống hàng"


def main(home: Path) -> None:
    prepare(home / "kivy")
    configure()
    from mobile.bootstrap import open_phone
    from mobile.composition import Screens
    from mobile.main import window
    from mobile.presenters.routes import Route, Screen
    from mobile.ui.widgets.entry import Typing
    from shared.i18n import Words
    from shared.wire.v1.records import Kind
    from tests.mobile.ui.driver import Driver
    from tests.mobile.ui.hand import Hand

    words = Words()
    screens = Screens(open_phone(home, server="http://127.0.0.1:9"), words, home)
    driver = Driver(window(screens))
    Typing.telex = False  # letters come composed, as a soft keyboard sends them
    driver.app.open(Route(Screen.FORM, str(screens.forms.begin(Kind.TRANSPORT)), "statement"))
    driver.frames(5)
    hand = Hand(driver)
    hand.write("statement", WORDS[0])
    for n, letter in enumerate(WORDS[1:], 2):
        _say(n - 1)
        driver.type(letter)
    _say(len(WORDS))
    while True:
        driver.frames(1)


def _say(letters: int) -> None:
    """So many have been typed and drawn."""
    sys.stdout.write(f"{letters}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
