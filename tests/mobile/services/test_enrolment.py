"""Enrolling, signing out, and whom the phone then trusts."""

from collections.abc import Callable

import pytest

from mobile.bootstrap import Phone
from shared.problems import Problem
from tests.fakes.server import FakeServer, SigningKey, officer


def test_enrolling_stores_device_officer_token_and_the_servers_keys(
    phone: Phone, server: FakeServer, new_phone: Callable[..., Phone]
) -> None:
    phone.close()
    again = new_phone()
    session, device = again.enrolment.current(), again.accounts.device()
    assert session is not None
    assert device is not None
    assert (session.officer.username, session.token) == ("an", "token-1")
    assert (str(device.id), device.key_id) == (server.devices[again.keystore.key_id][0], again.keystore.key_id)
    assert again.accounts.server_keys() == {server.key.id: server.key.pem}


def test_a_wrong_code_is_told_in_the_servers_words_and_nothing_is_stored(new_phone: Callable[..., Phone]) -> None:
    phone = new_phone()
    with pytest.raises(Problem) as failure:
        phone.enrolment.enrol("SAI")
    assert failure.value.code == "code_invalid"
    assert (phone.enrolment.current(), phone.accounts.device(), phone.accounts.server_keys()) == (None, None, {})


@pytest.mark.parametrize("kind", ["portal", "redirect", "stranger"])
def test_the_code_is_not_given_to_whoever_cannot_answer_hello(
    new_phone: Callable[..., Phone], server: FakeServer, kind: str
) -> None:
    server.fail(kind, "GET", "hello")
    with pytest.raises(Problem) as failure:
        new_phone().enrolment.enrol(server.code_for(officer()))
    assert failure.value.code == "not_our_server"
    assert server.log == [("GET", "hello/")]


def test_a_server_that_answers_hello_with_a_key_it_does_not_enrol_with_is_not_trusted(
    new_phone: Callable[..., Phone], server: FakeServer
) -> None:
    phone, server.keys_at_enrolment = new_phone(), [SigningKey().record()]
    with pytest.raises(Problem, match="not_our_server"):
        phone.enrolment.enrol(server.code_for(officer()))
    assert (phone.enrolment.current(), phone.accounts.server_keys()) == (None, {})


def test_another_officer_gets_a_token_of_their_own_on_the_same_device(phone: Phone, server: FakeServer) -> None:
    before = phone.accounts.device()
    session = phone.enrolment.enrol(server.code_for(officer("Trần Bình (minh họa)", username="binh")))
    assert (session.officer.username, session.token) == ("binh", "token-2")
    assert phone.enrolment.current() == session
    assert phone.accounts.device() == before


def test_a_server_with_other_keys_cannot_enrol_a_phone_that_knows_its_server(phone: Phone, server: FakeServer) -> None:
    server.key = SigningKey()
    server.keys = [server.key.record()]
    with pytest.raises(Problem, match="not_our_server"):
        phone.enrolment.enrol(server.code_for(officer()))


def test_sign_out_forgets_the_token_here_and_there(phone: Phone, server: FakeServer) -> None:
    assert phone.enrolment.sign_out()
    assert phone.enrolment.current() is None
    assert server.tokens == set()
    assert phone.accounts.server_keys() != {}


def test_sign_out_without_a_line_still_forgets_the_token_and_says_that_it_lives_on(
    phone: Phone, server: FakeServer
) -> None:
    server.fail("cut", "POST", "logout")
    assert not phone.enrolment.sign_out()
    assert phone.enrolment.current() is None


def test_the_golden_hello_is_ours_with_its_old_key_pinned_and_brings_the_new_one(phone: Phone) -> None:
    """Written by the other side of the house: tests/golden."""
    import json
    from pathlib import Path

    from mobile.ports import Signed
    from mobile.services.trust import check_hello
    from shared.wire.v1.canonical import canonical_bytes
    from shared.wire.v1.codec import decode
    from shared.wire.v1.messages import Hello

    text = (Path(__file__).resolve().parents[2] / "golden" / "hello.json").read_text(encoding="utf-8")
    value = json.loads(text)
    hello = Signed(decode(Hello, value), canonical_bytes({k: v for k, v in value.items() if k != "signature"}), text)
    old, new = value["keys"]
    keys = check_hello(hello, value["nonce"], {old["id"]: old["public_key"]}, phone.keystore)
    assert [key.id for key in keys] == [old["id"], new["id"]]
    with pytest.raises(Problem, match="not_our_server"):
        check_hello(hello, "another nonce", {old["id"]: old["public_key"]}, phone.keystore)
    with pytest.raises(Problem, match="not_our_server"):
        check_hello(hello, value["nonce"], {new["id"]: new["public_key"]}, phone.keystore)
