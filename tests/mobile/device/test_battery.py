"""The battery of a desktop."""

from pathlib import Path

import pytest

from mobile.device.battery import LinuxBattery
from mobile.ports import Charge


def supply(root: Path, name: str, **files: str) -> None:
    folder = root / "sys/class/power_supply" / name
    folder.mkdir(parents=True)
    for file, text in files.items():
        (folder / file).write_text(f"{text}\n", encoding="ascii")


@pytest.mark.parametrize(("status", "charging"), [("Discharging", False), ("Charging", True), ("Full", True)])
def test_a_battery_says_how_full_it_is(tmp_path: Path, status: str, charging: bool) -> None:
    supply(tmp_path, "AC", type="Mains", online="1")
    supply(tmp_path, "BAT0", type="Battery", capacity="57", status=status)
    assert LinuxBattery(tmp_path)() == Charge(57, charging)


def test_of_two_the_fuller_counts(tmp_path: Path) -> None:
    supply(tmp_path, "BAT0", type="Battery", capacity="7", status="Discharging")
    supply(tmp_path, "BAT1", type="Battery", capacity="80", status="Discharging")
    assert LinuxBattery(tmp_path)() == Charge(80, charging=False)


@pytest.mark.parametrize("capacity", ["", "x", "101", "-1"])
def test_nonsense_and_no_battery_are_nothing(tmp_path: Path, capacity: str) -> None:
    assert LinuxBattery(tmp_path)() is None
    supply(tmp_path, "BAT0", type="Battery", capacity=capacity, status="Full")
    supply(tmp_path, "mouse", type="Battery")
    assert LinuxBattery(tmp_path)() is None


def test_the_battery_of_a_mouse_is_not_this_machines(tmp_path: Path) -> None:
    supply(tmp_path, "hidpp_battery_0", type="Battery", scope="Device", capacity="95", status="Discharging")
    assert LinuxBattery(tmp_path)() is None
    supply(tmp_path, "BAT0", type="Battery", scope="System", capacity="9", status="Discharging")
    assert LinuxBattery(tmp_path)() == Charge(9, charging=False)
