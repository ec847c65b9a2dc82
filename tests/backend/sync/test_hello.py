"""The server proves itself."""

import pytest
from cryptography.exceptions import InvalidSignature
from rest_framework.test import APIClient

from tests.backend.sync.helpers import assert_signed_by


@pytest.mark.parametrize("nonce", ["12345678", "x" * 200, "mã ngẫu nhiên ☃", '"}{\\/\n\t\0\x7f'])
def test_hello_gives_back_the_nonce_signed_by_a_key_it_names(db: None, nonce: str) -> None:
    answer = APIClient().get("/api/v1/hello/", {"nonce": nonce})
    assert answer.status_code == 200
    said = answer.json()
    assert said["nonce"] == nonce
    assert set(said) == {"nonce", "server_time", "keys", "signature"}
    (key,) = said["keys"]
    assert set(key) == {"id", "public_key", "valid_from", "announced_by"}
    assert_signed_by(said, key)
    with pytest.raises(InvalidSignature):
        assert_signed_by({**said, "nonce": "another one"}, key)


def test_hello_keeps_its_key(db: None) -> None:
    first, second = (APIClient().get("/api/v1/hello/?nonce=12345678").json() for _ in range(2))
    assert first["keys"] == second["keys"]


@pytest.mark.parametrize("query", ["", "?nonce=", "?nonce=1234567", "?nonce=" + "x" * 201])
def test_hello_refuses_a_nonce_that_is_none(db: None, query: str) -> None:
    answer = APIClient().get(f"/api/v1/hello/{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")
    assert answer.json()["errors"][0]["path"] == "nonce"


def test_hello_answers_whoever_asks_even_with_a_bad_token(db: None) -> None:
    api = APIClient(headers={"Authorization": "Token nonsense"})
    assert api.get("/api/v1/hello/?nonce=12345678").status_code == 200
