"""Settings, what the app is, and who works with the phone, through the window."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from mobile.bootstrap import Phone
from mobile.presenters.routes import Route, Screen
from mobile.services.traffic import Policy

if TYPE_CHECKING:
    from tests.mobile.ui.driver import Driver

App = Callable[..., "Driver"]


def settings(phone: Phone, app_of: App) -> "Driver":
    driver = app_of(phone)
    driver.app.open(Route(Screen.SETTINGS))
    driver.frames(5)
    return driver


def test_another_language_speaks_at_once_and_after_a_restart(phone: Phone, app_of: App) -> None:
    driver = settings(phone, app_of)
    driver.tap("English")
    driver.until(lambda: driver.sees("Settings"), "English words")
    assert driver.app.words.language == "en"
    driver.close()
    assert app_of(phone).app.words.language == "en"


def test_another_look_is_drawn_at_once(phone: Phone, app_of: App) -> None:
    from kivy.core.window import Window

    driver = settings(phone, app_of)
    light = list(Window.clearcolor)
    driver.tap("Tối")
    driver.frames(4)
    assert sum(Window.clearcolor[:3]) < sum(light[:3]) / 2


def test_wifi_only_is_kept(phone: Phone, app_of: App) -> None:
    driver = settings(phone, app_of)
    driver.tap("Chỉ gửi qua Wi-Fi")
    driver.frames(4)
    assert phone.traffic.policy is Policy.ALL_ON_WIFI


def test_what_lies_on_the_phone_and_what_the_app_is_can_be_read(phone: Phone, app_of: App) -> None:
    driver = settings(phone, app_of)
    driver.until(lambda: driver.sees("Tệp chưa gửi xong"), "the rows of storage")
    driver.app.open(Route(Screen.ABOUT))
    driver.until(lambda: driver.sees("Phiên bản"), "what the app is")
    assert driver.sees(phone.keystore.key_id[:16])


def test_officers_lead_to_a_second_code(phone: Phone, app_of: App) -> None:
    driver = app_of(phone)
    driver.tap("Người dùng máy này")
    driver.until(lambda: driver.app.stack.top.route.screen is Screen.OFFICERS, "the officers")
    assert driver.sees("Phạm An (minh họa)")
    driver.tap("Thêm kiểm tra viên bằng mã kích hoạt")
    driver.until(lambda: driver.app.stack.top.route.screen is Screen.ENROL, "a code")
