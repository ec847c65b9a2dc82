"""Codes as people write them and cameras read them."""

import pytest

from mobile.services.invitation import Invitation, read_invitation
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
