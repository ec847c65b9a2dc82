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
        phone.enrolment.enrol("SAI00-00000")
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

    from mobile.services.trust import check_hello
    from shared.wire.v1.canonical import canonical_bytes
    from shared.wire.v1.codec import decode
    from shared.wire.v1.messages import Hello
    from shared.wire.v1.signed import Signed

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


# --- by QR


def qr(server: FakeServer, code: str, key: str | None = None, url: str | None = None) -> str:
    return f"kiemkhoang:{url or server.url}#{code}" + (f".{key}" if key else "")


def test_a_fresh_phone_takes_address_and_key_from_the_qr_and_keeps_both(
    new_phone: Callable[..., Phone], server: FakeServer
) -> None:
    phone = new_phone(server="http://127.0.0.1:9")
    phone.enrolment.enrol(qr(server, server.code_for(officer()), server.key.id))
    assert phone.accounts.server_keys() == {server.key.id: server.key.pem}
    again = new_phone(server="http://127.0.0.1:9")
    assert again.reference._api.address == server.url
    again.reference.pull()


def test_only_the_key_that_the_qr_names_and_what_it_announces_are_believed(
    new_phone: Callable[..., Phone], server: FakeServer
) -> None:
    old, new, stranger = SigningKey(), SigningKey(), SigningKey()
    server.keys = [old.record(), server.key.record(old), new.record(server.key), stranger.record()]
    phone = new_phone()
    phone.enrolment.enrol(qr(server, server.code_for(officer()), server.key.id))
    assert set(phone.accounts.server_keys()) == {server.key.id, new.id}


@pytest.mark.parametrize("lie", ["another key", "a key it does not show", "that id over another key"])
def test_a_server_without_the_key_of_the_qr_does_not_get_the_code(
    new_phone: Callable[..., Phone], server: FakeServer, lie: str
) -> None:
    other = SigningKey()
    named = other.id
    if lie == "another key":
        server.keys = [server.key.record(), other.record()]  # shown, but it did not sign
    elif lie == "that id over another key":
        server.keys = [{**server.key.record(), "id": named}]
    phone = new_phone()
    with pytest.raises(Problem, match="not_our_server"):
        phone.enrolment.enrol(qr(server, server.code_for(officer()), named))
    assert server.log == [("GET", "hello/")]
    assert (phone.enrolment.current(), phone.accounts.server_keys()) == (None, {})


def test_a_qr_of_another_office_changes_nothing_on_a_phone_that_knows_its_server(
    phone: Phone, server: FakeServer
) -> None:
    other = FakeServer()
    try:
        with pytest.raises(Problem, match="not_our_server"):
            phone.enrolment.enrol(qr(other, other.code_for(officer()), other.key.id))
        assert [path for _, path in other.log] == ["hello/"]
    finally:
        other.close()
    assert phone.accounts.server_keys() == {server.key.id: server.key.pem}
    phone.reference.pull()  # still of its own office
    assert server.log[-1] == ("GET", "reference/")


def test_an_office_that_moved_is_followed_when_it_proves_itself(
    phone: Phone, server: FakeServer, new_phone: Callable[..., Phone]
) -> None:
    moved = FakeServer()
    moved.key, moved.keys = server.key, server.keys
    try:
        phone.enrolment.enrol(qr(moved, moved.code_for(officer("Trần Bình (minh họa)"))))
        again = new_phone()
        again.reference.pull()
        assert moved.log[-1] == ("GET", "reference/")
        assert ("GET", "reference/") not in server.log
    finally:
        again.close()
        phone.close()
        moved.close()


# --- several officers


def test_officers_of_one_phone_change_over_with_the_token_each_has(phone: Phone, server: FakeServer) -> None:
    an = phone.enrolment.current()
    binh = phone.enrolment.enrol(server.code_for(officer("Trần Bình (minh họa)", username="binh")))
    assert an is not None
    assert {session.token for session in phone.enrolment.officers()} == {"token-1", "token-2"}
    assert phone.enrolment.change_to(an.officer.id) == phone.enrolment.current() == an
    assert phone.enrolment.change_to(binh.officer.id) == phone.enrolment.current() == binh


def test_who_signed_out_needs_a_code_and_the_others_do_not(phone: Phone, server: FakeServer) -> None:
    an = phone.enrolment.current()
    binh = phone.enrolment.enrol(server.code_for(officer("Trần Bình (minh họa)", username="binh")))
    phone.enrolment.sign_out()
    assert an is not None
    assert phone.enrolment.officers() == (an,)
    with pytest.raises(Problem, match="not_enrolled"):
        phone.enrolment.change_to(binh.officer.id)
    assert phone.enrolment.current() is None
    assert phone.enrolment.change_to(an.officer.id) == an
    assert server.tokens == {"token-1"}


def test_a_dead_token_is_one_sentence_and_touches_nothing(phone: Phone, server: FakeServer) -> None:
    server.dead_tokens |= server.tokens
    before = phone.enrolment.current()
    with pytest.raises(Problem) as failure:
        phone.reference.pull()
    assert failure.value.code == "token_invalid"
    assert phone.enrolment.current() == before


# --- a server that only the officer can name


def test_a_phone_that_knows_no_server_enrols_with_a_typed_address_and_keeps_it(
    new_phone: Callable[..., Phone], server: FakeServer
) -> None:
    fresh = new_phone(server="")
    assert fresh.enrolment.server == ""
    fresh.enrolment.enrol(server.code_for(officer()), f"{server.url}/")
    assert fresh.enrolment.server == server.url
    fresh.close()
    assert new_phone(server="").enrolment.server == server.url


def test_a_typed_server_that_cannot_prove_itself_gets_no_code_and_is_not_kept(
    new_phone: Callable[..., Phone], server: FakeServer
) -> None:
    fresh = new_phone(server="")
    server.fail("stranger", "GET", "hello")
    with pytest.raises(Problem, match="not_our_server"):
        fresh.enrolment.enrol(server.code_for(officer()), server.url)
    assert server.log == [("GET", "hello/")]
    assert fresh.enrolment.server == ""


def test_without_an_address_nobody_is_asked(new_phone: Callable[..., Phone], server: FakeServer) -> None:
    fresh = new_phone(server="")
    for address, code in (("", "server_missing"), ("http://kk.example", "server_not_https")):
        with pytest.raises(Problem) as failure:
            fresh.enrolment.enrol(server.code_for(officer()), address)
        assert failure.value.code == code
    assert server.log == []


def test_a_phone_that_has_a_server_asks_there_whatever_was_typed(
    new_phone: Callable[..., Phone], server: FakeServer
) -> None:
    fresh = new_phone()
    fresh.enrolment.enrol(server.code_for(officer()), "https://elsewhere.example")
    assert fresh.enrolment.server == server.url
