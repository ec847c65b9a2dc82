"""Up to a hundred envelopes at once: each is answered as if it came alone."""

from uuid import uuid4

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from tests.backend.conftest import Deliverer
from tests.backend.sync.helpers import as_bytes, body_of, grown, post_batch, put_bytes, quarantined, receipt_of, rows
from tests.factories.reports import envelope_json, transport_facts

pytestmark = pytest.mark.usefixtures("_at_noon")


def test_batch_answers_good_repeated_conflicting_and_bad_ones_in_their_order(phone: Deliverer) -> None:
    known = phone.phone.seal()
    phone.put(known)
    good, next_good = phone.phone.seal(), phone.phone.seal(files=[b"one"])
    conflicting = phone.phone.seal(id=known.manifest.id, facts=transport_facts(statement="khác"))
    tampered = phone.phone.tampered(envelope_json(phone.phone.seal()), "facts_unknown_field")
    unreadable = {"manifest": "?"}
    before = rows()

    answer = post_batch(
        phone.api,
        *(envelope_json(good), envelope_json(known), envelope_json(conflicting), tampered, unreadable, 7),
        *(envelope_json(next_good), envelope_json(good)),
    )

    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [201, 200, 409, 422, 422, 422, 201, 200]
    codes = [result["problem"]["code"] for result in results if "problem" in result]
    assert codes == ["report_differs", "report_invalid", "envelope_invalid", "envelope_invalid"]
    ids = [str(sealed.manifest.id) for sealed in (good, known, conflicting)]
    assert [result["id"] for result in results[:3]] == ids
    assert results[3]["id"] is not None
    assert [result["id"] for result in results[4:6]] == [None, None]
    assert [("receipt" in result) != ("problem" in result) for result in results] == [True] * 8
    assert {name: n for name, n in grown(before).items() if name in ("Report", "QuarantinedEnvelope", "Evidence")} == {
        "Report": 2,
        "QuarantinedEnvelope": 4,
        "Evidence": 1,
    }
    assert results[6]["receipt"]["report"] == str(next_good.manifest.id)
    changing = ("signature", "audit_head", "key")
    again = receipt_of(phone.api, good)
    assert all(results[0]["receipt"][k] == again[k] for k in again if k not in changing)


def test_batch_quarantines_the_envelope_and_not_the_batch_around_it(phone: Deliverer) -> None:
    """The same bytes whether it comes alone or with others, so that it is kept once."""
    sealed = phone.phone.seal()
    bad = phone.phone.tampered(envelope_json(sealed), "facts_wrong_unit")
    post_batch(phone.api, bad)
    put_bytes(phone.api, sealed.manifest.id, as_bytes(bad))
    assert quarantined(as_bytes(bad)).times == 2


def test_batch_refuses_an_envelope_over_the_limit_by_itself_and_keeps_nothing_of_it(
    phone: Deliverer, settings: LazySettings
) -> None:
    small, big = phone.phone.seal(), phone.phone.seal(facts=transport_facts(statement="x" * 30_000))
    settings.ENVELOPE_MAX_BYTES = len(body_of(small)) + 10_000
    before = rows()
    results = post_batch(phone.api, envelope_json(big), envelope_json(small)).json()["results"]
    assert [(result["status"], result["id"]) for result in results] == [
        (413, str(big.manifest.id)),
        (201, str(small.manifest.id)),
    ]
    assert results[0]["problem"]["code"] == "too_large"
    assert grown(before)["Report"] == 1
    assert "QuarantinedEnvelope" not in grown(before)


def test_batch_of_none_is_answered_with_none(db: None) -> None:
    answer = post_batch(APIClient())
    assert (answer.status_code, answer.json()) == (200, {"results": []})


def test_batch_of_a_hundred_is_taken_and_of_one_more_refused_whole(phone: Deliverer) -> None:
    sealed = phone.phone.seal()
    before = rows()
    over = post_batch(phone.api, *[envelope_json(sealed)] * 101)
    assert (over.status_code, over.json()["code"]) == (400, "request_invalid")
    assert over.json()["errors"][0]["path"] == "envelopes"
    assert grown(before) == {}
    full = post_batch(phone.api, *[envelope_json(sealed)] * 100)
    assert [result["status"] for result in full.json()["results"]] == [201] + [200] * 99


@pytest.mark.parametrize(
    "value", [[], {}, {"envelopes": {}}, {"envelopes": None}, {"envelopes": [], "more": 1}, 5], ids=repr
)
def test_batch_of_another_shape_gives_400_and_keeps_nothing(db: None, value: object) -> None:
    before = rows()
    answer = APIClient().generic("POST", "/api/v1/reports/batch/", as_bytes(value), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")
    assert grown(before) == {}


def test_batch_over_the_limit_gives_413(phone: Deliverer, settings: LazySettings) -> None:
    settings.BATCH_MAX_BYTES = 1000
    before = rows()
    answer = post_batch(phone.api, envelope_json(phone.phone.seal()))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert grown(before) == {}


def test_batch_speaks_the_language_asked_for(db: None) -> None:
    raw = as_bytes({"envelopes": [{"id": str(uuid4())}]})
    answer = APIClient().generic(
        "POST",
        "/api/v1/reports/batch/",
        raw,
        content_type="application/json",
        headers={"Accept-Language": "en"},
    )
    assert answer.json()["results"][0]["problem"]["title"] == "The envelope is malformed"
