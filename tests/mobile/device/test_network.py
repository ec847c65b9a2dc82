"""Which network Linux says it is: only what is surely not paid for by the byte is Wi-Fi."""

from pathlib import Path

import pytest

from mobile.device.network import LinuxNetwork

HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"


def route(name: str, metric: int = 100, to: str = "00000000", mask: str = "00000000") -> str:
    return f"{name}\t{to}\t0101A8C0\t0003\t0\t0\t{metric}\t{mask}\t0\t0\t0\n"


def machine(root: Path, *routes: str, **interfaces: str) -> LinuxNetwork:
    """`interfaces`: name → `wireless`, `card`, a driver's name, or nothing."""
    (root / "proc/net").mkdir(parents=True)
    (root / "proc/net/route").write_text(HEAD + "".join(routes), encoding="ascii")
    for name, kind in interfaces.items():
        interface = root / "sys/class/net" / name
        interface.mkdir(parents=True)
        if kind == "wireless":
            (interface / "wireless").mkdir()
        elif kind:
            (root / "drivers" / kind).mkdir(parents=True)
            (interface / "device").mkdir()
            (interface / "device" / "driver").symlink_to(root / "drivers" / kind)
    return LinuxNetwork(root)


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("wlan0", "wireless", "wifi"),
        ("eth0", "e1000e", "wifi"),
        ("usb0", "rndis_host", "mobile"),
        ("usb0", "ipheth", "mobile"),
        ("wwan0", "", "mobile"),
        ("ppp0", "", "mobile"),
        ("tun0", "", "unknown"),
        ("eth0", "", "unknown"),
    ],
)
def test_the_interface_of_the_default_route_decides(tmp_path: Path, name: str, kind: str, said: str) -> None:
    assert machine(tmp_path, route(name), **{name: kind}).kind() == said


def test_of_two_default_routes_the_one_that_is_used_counts(tmp_path: Path) -> None:
    found = machine(tmp_path, route("wlan0", 600), route("wwan0", 50), wlan0="wireless", wwan0="")
    assert found.kind() == "mobile"


def test_without_a_default_route_there_is_no_network(tmp_path: Path) -> None:
    local = route("wlan0", to="0001A8C0", mask="00FFFFFF")
    assert machine(tmp_path, local, wlan0="wireless").kind() == "none"


def test_where_nothing_can_be_seen_it_is_unknown(tmp_path: Path) -> None:
    assert LinuxNetwork(tmp_path).kind() == "unknown"


def test_this_machine_gives_one_of_the_answers() -> None:
    assert LinuxNetwork().kind() in ("wifi", "mobile", "none", "unknown")
