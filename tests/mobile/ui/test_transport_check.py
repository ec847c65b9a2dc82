"""A whole transport check through the window, by touches and typed fields alone; they are counted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mobile.bootstrap import Phone
from mobile.services.positioning import Positioning
from shared.wire.v1.records import Presented, Purpose, SignatureResult
from tests.fakes.server import FakeServer
from tests.mobile.conftest import FakeClock
from tests.mobile.presenters.forms import register
from tests.mobile.services.test_positioning import Receiver, fix
from tests.mobile.ui.hand import Hand

MOST = 30  # touches and typed fields (the figure)


def test_complete_check_with_two_photos(
    phone: Phone, server: FakeServer, app_of: Callable[..., Any], pictures: Path, clock: FakeClock
) -> None:
    register(phone, server)
    receiver = Positioning(lambda: Receiver([fix() for _ in range(10)]), clock)
    from mobile.ui.widgets.pad import SignaturePad

    phone.positioning = receiver
    driver = app_of(phone)
    hand = Hand(driver)

    hand.tap("Kiểm tra vận chuyển mới")
    hand.tap("Hiện trường")
    hand.tap(key="positions")
    driver.until(lambda: driver.sees("±5 m"), "a position")
    hand.tap("Dùng vị trí này")
    hand.tap("Tiếp: Phương tiện")
    hand.write("vehicles/0/mark", "87C-123.45")
    hand.write("subjects/0/display_name", "Lê Văn Lái (minh họa)")
    hand.tap("Tiếp: Hàng chở")
    hand.choose("loads/0/mineral", "Cát san lấp")
    hand.write("loads/0/measurements/volume", "12,5")
    hand.tap("Tiếp: Giấy tờ")
    hand.choose("loads/0/documents/0/presented", "Đã xuất trình")
    hand.tap("Nội dung ghi trên giấy")
    hand.write("loads/0/documents/0/number", "0000123")
    hand.tap("Xong")
    hand.tap("Tiếp: Ảnh")
    hand.photograph("Biển số, số đăng ký", "bien-so.jpg")
    hand.photograph("Khoáng sản trên phương tiện", "hang.jpg")
    hand.tap("Tiếp: Lời khai và chữ ký")
    hand.write("statement", "Tôi chở thuê, hóa đơn do chủ bến đưa.")
    hand.tap("Ký trên màn hình")
    pad = driver.find(kind=SignaturePad)
    driver.bring(pad)
    left, bottom = pad.to_window(pad.x, pad.y)
    driver.drag((left + 30, bottom + 30), (left + pad.width - 30, bottom + pad.height - 30), steps=12)
    hand.tap("Xong")
    hand.tap("Tổng quan")
    hand.tap("Xem lại và niêm phong")
    hand.tap("Niêm phong: sau đó không sửa được nữa")
    driver.until(lambda: server.reports and len(server.confirmed_files()) == 3, "the report and its files")

    (sealed,) = server.reports.values()
    assert sealed.facts.vehicles[0].mark == "87C-123.45"
    assert sealed.facts.loads[0].measurements[0].value == 12.5
    assert sealed.facts.loads[0].documents[0].presented is Presented.SHOWN
    assert sealed.facts.statement == "Tôi chở thuê, hóa đơn do chủ bến đưa."
    assert [one.result for one in sealed.facts.signatures] == [SignatureResult.SIGNED]
    assert {entry.purpose for entry in sealed.manifest.evidence} == {Purpose.PLATE, Purpose.LOAD, Purpose.SIGNATURE}
    assert sealed.facts.positions[0].samples > 1
    assert hand.count <= MOST, hand.count
