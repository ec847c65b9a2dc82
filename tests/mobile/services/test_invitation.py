"""Codes as people write them and cameras read them."""

import pytest

from mobile.services.invitation import Invitation, read_invitation, read_server
from shared.problems import Problem

KEY = "ab" * 32


@pytest.mark.parametrize(
    "typed",
    ["K7QX0-1MN4R", " k7qx0 1mn4r ", "K7QXO-IMN4R", "k7qxo–lmn4r", "K7Q X01 MN4 R", "k7qx01mn4r\n"],
)
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert read_invitation(typed) == Invitation("K7QX01MN4R", None, None)


@pytest.mark.parametrize(
    ("text", "server", "key"),
    [
        (f"kiemkhoang:https://kk.hungyen.example#K7QX0-1MN4R.{KEY}", "https://kk.hungyen.example", KEY),
        (f"kiemkhoang:https://kk.hungyen.example:8443/office/#K7QX0-1MN4R.{KEY.upper()}", None, KEY),
        ("KIEMKHOANG:http://127.0.0.1:8000#K7QX0-1MN4R", "http://127.0.0.1:8000", None),
        ("kiemkhoang:http://192.168.1.20:8000#K7QX0-1MN4R", "http://192.168.1.20:8000", None),
        ("kiemkhoang:http://[::1]:8000#K7QX0-1MN4R", "http://[::1]:8000", None),
    ],
)
def test_a_qr_names_the_server_and_the_key(text: str, server: str | None, key: str | None) -> None:
    assert read_invitation(text) == Invitation("K7QX01MN4R", server or "https://kk.hungyen.example:8443/office", key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "K7QX0/1MN4R",
        "mã kích hoạt",
        "kiemkhoang:",
        "kiemkhoang:https://a.example",
        "kiemkhoang:https://a.example#",
        "kiemkhoang:#K7QX0-1MN4R",
        f"kiemkhoang:https://a.example#K7QX0-1MN4R.{KEY[:-1]}",
        "kiemkhoang:https://a.example#K7QX0-1MN4R.",
        "kiemkhoang:http://a.example#K7QX0-1MN4R",  # the code in the clear through the world
        "kiemkhoang:http://8.8.8.8#K7QX0-1MN4R",
        "kiemkhoang:ftp://a.example#K7QX0-1MN4R",
        "kiemkhoang:https://an@a.example#K7QX0-1MN4R",
        "kiemkhoang:https://a.example?x=1#K7QX0-1MN4R",
        "kiemkhoang:https://a.example:99999#K7QX0-1MN4R",
        "kiemkhoang:https://[::1#K7QX0-1MN4R",
    ],
)
def test_what_is_no_invitation_is_told_in_one_sentence(text: str) -> None:
    with pytest.raises(Problem, match="invitation_invalid"):
        read_invitation(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("kk.hungyen.example", "https://kk.hungyen.example"),
        (" KK.HungYen.Example:8443 ", "https://kk.hungyen.example:8443"),
        ("https://kk.hungyen.example/", "https://kk.hungyen.example"),
        ("HTTPS://kk.hungyen.example/Office/api/v1/", "https://kk.hungyen.example/Office"),
        ("kk-2", "https://kk-2"),
        ("203.0.113.7:8443", "https://203.0.113.7:8443"),
        ("[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_an_address_is_read_as_a_person_writes_it(text: str, address: str) -> None:
    assert read_server(text) == address


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "server_missing"),
        ("  ", "server_missing"),
        ("http://kk.hungyen.example", "server_not_https"),
        ("http://8.8.8.8:8000", "server_not_https"),
        ("ftp://kk.hungyen.example", "server_address_invalid"),
        ("kk hungyen", "server_address_invalid"),
        ("máy chủ", "server_address_invalid"),
        ("kk.hungyen.example:99999", "server_address_invalid"),
        ("kk.hungyen.example:", "server_address_invalid"),
        ("kk.hungyen.example:0", "server_address_invalid"),
        ("kk..example", "server_address_invalid"),
        ("256.1.1.1", "server_address_invalid"),
        ("an@kk.hungyen.example", "server_address_invalid"),
        ("https://kk.example?x=1", "server_address_invalid"),
        ("https://kk.example/#x", "server_address_invalid"),
        ("https://[::1", "server_address_invalid"),
        ("https://", "server_address_invalid"),
        ("K7QX0.-1MN4R", "server_address_invalid"),
    ],
)
def test_each_bad_address_is_told_in_one_sentence(text: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        read_server(text)
    assert caught.value.code == code
