from tests.backend.conftest import Cast, Deliverer


def test_report_put_new_and_again_is_kept_once(cast: Cast, phone: Deliverer) -> None:
    sealed = phone.phone.seal()
    first = phone.put(sealed)
    assert first.status_code == 201, first.json()
    again = phone.put(sealed)
    assert again.status_code == 200
    assert again.json()["number"] == first.json()["number"]
