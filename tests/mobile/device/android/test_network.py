"""Network and battery of a phone."""

from types import SimpleNamespace
from typing import Any

import pytest

from mobile.device.android.battery import AndroidBattery
from mobile.device.android.network import (
    CELLULAR,
    ETHERNET,
    INTERNET,
    NOT_METERED,
    VALIDATED,
    VPN,
    WIFI,
    AndroidNetwork,
)
from mobile.ports import Battery, Charge, Network, NetworkKind
from tests.fakes.jnius import FakeJnius


def said(transports: set[int], capabilities: set[int]) -> Any:
    return SimpleNamespace(
        hasTransport=lambda asked: asked in transports, hasCapability=lambda asked: asked in capabilities
    )


@pytest.fixture
def services(jnius: FakeJnius) -> dict[str, Any]:
    found: dict[str, Any] = {}
    activity = SimpleNamespace(getSystemService=lambda name: found[name])
    jnius.classes["org.kivy.android.PythonActivity"] = SimpleNamespace(mActivity=activity)
    return found


FREE = {INTERNET, NOT_METERED, VALIDATED}


@pytest.mark.parametrize(
    ("transports", "capabilities", "kind"),
    [
        ({WIFI}, FREE, NetworkKind.WIFI),
        ({ETHERNET}, FREE, NetworkKind.WIFI),
        ({WIFI}, FREE - {NOT_METERED}, NetworkKind.MOBILE),  # another phone's hot spot
        ({WIFI}, FREE - {VALIDATED}, NetworkKind.WIFI),  # a portal: the server's own word tells
        ({CELLULAR}, FREE, NetworkKind.MOBILE),  # a contract without a limit is still the mobile network
        ({VPN, CELLULAR}, FREE, NetworkKind.MOBILE),
        ({VPN}, FREE, NetworkKind.WIFI),
        ({VPN}, FREE - {NOT_METERED}, NetworkKind.MOBILE),
        ({WIFI}, FREE - {INTERNET}, NetworkKind.NONE),
        ({9}, FREE, NetworkKind.UNKNOWN),
    ],
)
def test_wifi_is_what_is_not_paid_for_by_the_byte(
    services: dict[str, Any], transports: set[int], capabilities: set[int], kind: NetworkKind
) -> None:
    services["connectivity"] = SimpleNamespace(
        getActiveNetwork=lambda: "net", getNetworkCapabilities=lambda network: said(transports, capabilities)
    )
    network: Network = AndroidNetwork()
    assert network.kind() is kind


@pytest.mark.parametrize(("network", "capabilities"), [(None, said({WIFI}, FREE)), ("net", None)])
def test_without_a_network_there_is_none(services: dict[str, Any], network: Any, capabilities: Any) -> None:
    services["connectivity"] = SimpleNamespace(
        getActiveNetwork=lambda: network, getNetworkCapabilities=lambda asked: capabilities
    )
    assert AndroidNetwork().kind() is NetworkKind.NONE


@pytest.mark.parametrize(
    ("capacity", "charge"),
    [(57, Charge(57, charging=True)), (0, Charge(0, charging=True)), (-(2**31), None), (101, None)],
)
def test_the_battery_says_how_full_it_is(services: dict[str, Any], capacity: int, charge: Charge | None) -> None:
    services["batterymanager"] = SimpleNamespace(
        getIntProperty=lambda asked: {4: capacity}[asked], isCharging=lambda: True
    )
    battery: Battery = AndroidBattery()
    assert battery() == charge
