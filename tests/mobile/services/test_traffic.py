"""Wi-Fi only means Wi-Fi only: nothing leaves over any other network, not one request, not one piece."""

from collections.abc import Callable

import pytest

from mobile.bootstrap import Phone
from mobile.ports import NetworkKind, QueuedReport
from mobile.services.traffic import PREFERENCE, WORDS, Policy
from mobile.storage.preferences import SqlitePreferences
from shared.problems import Problem
from tests.fakes.server import FakeServer
from tests.mobile.conftest import FakeClock, FakeNetwork, Patience, state_of

Filed = Callable[..., QueuedReport]
NOT_WIFI = [NetworkKind.MOBILE, NetworkKind.UNKNOWN, NetworkKind.NONE]


@pytest.mark.parametrize("kind", NOT_WIFI)
def test_all_on_wifi_asks_nothing_of_anybody_without_wifi(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, network: FakeNetwork, kind: NetworkKind
) -> None:
    report = filed(photos=1)
    phone.traffic.choose(Policy.ALL_ON_WIFI)
    network.now = kind

    result = phone.sending.send_until_empty(Patience(clock, limit=5))

    assert server.log == []
    assert (result.problem, result.notice) == ("waits_for_wifi", "waits_for_wifi")
    assert (state_of(phone, report), phone.outbox.get(report.id).attempts) == (("on_phone", ["on_phone"]), 0)
    with pytest.raises(Problem, match="waits_for_wifi"):
        phone.reference.pull()
    assert server.log == []
    network.now = NetworkKind.WIFI
    phone.sending.send_until_empty(Patience(clock))
    assert state_of(phone, report) == ("confirmed", ["confirmed"])


@pytest.mark.parametrize("kind", NOT_WIFI[:2])
def test_files_on_wifi_lets_reports_go_and_keeps_every_file(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, network: FakeNetwork, kind: NetworkKind
) -> None:
    report = filed(photos=1)
    phone.traffic.choose(Policy.FILES_ON_WIFI)
    network.now = kind

    assert phone.sending.send_round(clock.now()).problem == "waits_for_wifi"

    assert state_of(phone, report) == ("received", ["on_phone"])
    assert not any(path.startswith("uploads") for _, path in server.log)
    server.log.clear()
    assert phone.sending.send_round(clock.now()).problem == "waits_for_wifi"
    assert server.log == []  # files alone are no reason to ask anybody


def test_a_phone_that_leaves_its_wifi_in_the_middle_of_a_photo_stops_at_the_piece(
    phone: Phone, server: FakeServer, filed: Filed, clock: FakeClock, network: FakeNetwork
) -> None:
    report = filed(photos=1, size=900_000)
    phone.traffic.choose(Policy.FILES_ON_WIFI)
    network.now = NetworkKind.MOBILE
    network.coming = [NetworkKind.WIFI] * 4  # asked before: this file, OPTIONS, POST with a piece, PATCH

    result = phone.sending.send_round(clock.now())

    [file] = phone.outbox.get(report.id).files
    assert result.problem == "waits_for_wifi"
    assert (file.state, file.attempts) == ("sending", 0)
    assert [method for method, path in server.log if path.startswith("uploads")] == ["OPTIONS", "POST", "PATCH"]
    assert server.payload == file.offset < 900_000
    network.now = NetworkKind.WIFI
    phone.sending.send_until_empty(Patience(clock))
    assert state_of(phone, report) == ("confirmed", ["confirmed"])
    assert server.payload == report.files[0].entry.bytes


def test_everything_goes_over_any_network(phone: Phone, filed: Filed, clock: FakeClock, network: FakeNetwork) -> None:
    report = filed(photos=1)
    network.now = NetworkKind.MOBILE
    phone.sending.send_round(clock.now())
    assert state_of(phone, report) == ("confirmed", ["confirmed"])


def test_the_choice_survives_a_restart_another_officer_and_a_newer_app(
    phone: Phone, new_phone: Callable[..., Phone]
) -> None:
    assert phone.traffic.policy is Policy.EVERYTHING
    phone.traffic.choose(Policy.FILES_ON_WIFI)
    phone.enrolment.sign_out()
    again = new_phone()
    assert again.traffic.policy is Policy.FILES_ON_WIFI
    SqlitePreferences(phone.backups._database).put(PREFERENCE, "on_cable_and_full_moon")
    assert again.traffic.policy is Policy.ALL_ON_WIFI


def test_each_choice_has_words_in_both_languages() -> None:
    assert set(WORDS) == set(Policy)
    assert all(words.vi and words.en for words in WORDS.values())
