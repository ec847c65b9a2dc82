"""The codec: every field of every message, by walking the types, so that a new field is tested when it is added."""

import json
from contextlib import suppress
from copy import deepcopy
from dataclasses import is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.problems import Problem
from shared.wire.v1.codec import decode, encode, optional_inner
from shared.wire.v1.messages import Envelope, Manifest
from shared.wire.v1.records import Facts, Measurement
from shared.wire.v1.schema import ROOTS
from tests.shared.strategies import Place, few, messages, parent, places, sample, written, wrong_values

PLACES = list(places())
FIELDS = [place for place in PLACES if place[1] and isinstance(place[1][-1], str) and place[1][-1] != "distance_m"] + [
    place for place in PLACES if place[1] and place[1][-1] == "distance_m" and place[0].__name__ == "Facts"
]
RECORDS = [place for place in PLACES if is_dataclass(optional_inner(place[2]) or place[2])]


def named(place: Place) -> str:
    return f"{place[0].__name__}:{written(place[1])}"


def refused(kind: type, value: Any) -> list[tuple[str, str]]:
    with pytest.raises(Problem) as caught:
        decode(kind, value)
    assert caught.value.code == "report_invalid"
    caught.value.as_json("vi")  # every error has its words
    return [(error.path, error.code) for error in caught.value.errors]


@pytest.mark.parametrize("root", ROOTS)
def test_the_sample_of_every_message_is_good_and_comes_back_the_same(root: type) -> None:
    assert encode(decode(root, sample(root))) == sample(root)


@pytest.mark.parametrize("place", FIELDS, ids=named)
def test_a_missing_field_is_named(place: Place) -> None:
    root, keys, _ = place
    value = sample(root)
    del parent(value, keys)[keys[-1]]
    assert refused(root, value) == [(written(keys), "missing")]


@pytest.mark.parametrize("place", RECORDS, ids=named)
def test_an_unknown_field_is_named(place: Place) -> None:
    root, keys, _ = place
    value = sample(root)
    target = parent(value, keys)[keys[-1]] if keys else value
    target["surplus"] = None
    assert refused(root, value) == [(written((*keys, "surplus")), "unknown")]


@pytest.mark.parametrize("place", PLACES, ids=named)
def test_every_wrong_value_is_refused_with_its_path_and_code(place: Place) -> None:
    root, keys, kind = place
    wrong = wrong_values(kind)
    assert wrong
    for bad, code in wrong:
        value = sample(root)
        if keys:
            parent(value, keys)[keys[-1]] = bad
        else:
            value = bad
        assert refused(root, value) == [(written(keys), code)], bad


@pytest.mark.parametrize("place", [place for place in PLACES if place[1]], ids=named)
def test_null_is_taken_where_it_may_be_and_nowhere_else(place: Place) -> None:
    root, keys, kind = place
    value = sample(root)
    parent(value, keys)[keys[-1]] = None
    if optional_inner(kind) is None:
        assert [path for path, _ in refused(root, value)] == [written(keys)]
    else:
        decode(root, value)


def test_all_errors_are_listed_at_once() -> None:
    value = sample(Facts)
    value["loads"][0]["measurements"][0]["unit"] = 5
    del value["weather"]
    value["mood"] = "vui"
    value["loads"].append("sand")
    assert sorted(refused(Facts, value)) == [
        ("loads[0].measurements[0].unit", "type"),
        ("loads[1]", "type"),
        ("mood", "unknown"),
        ("weather", "missing"),
    ]


def test_the_path_begins_where_the_caller_says() -> None:
    with pytest.raises(Problem) as caught:
        decode(Measurement, {**sample(Measurement), "unit": None}, path="facts.measurements[3]", problem="not_json")
    assert caught.value.code == "not_json"
    assert caught.value.errors[0].path == "facts.measurements[3].unit"


@pytest.mark.parametrize("root", ROOTS)
@few
@given(data=st.data())
def test_what_is_written_is_read_back_the_same(root: type, data: st.DataObject) -> None:
    message = data.draw(messages(root))
    value = json.loads(json.dumps(encode(message)))
    assert decode(root, value) == message


@pytest.mark.parametrize("root", ROOTS)
@few
@given(data=st.data())
def test_no_value_at_all_makes_the_codec_fall_over(root: type, data: st.DataObject) -> None:
    """Junk put anywhere into a good message gives a Problem or a message, never another error."""
    junk = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=6,
    )
    keys = data.draw(st.sampled_from([place[1] for place in PLACES if place[0] is root and place[1]]))
    value = sample(root)
    parent(value, keys)[keys[-1]] = data.draw(junk)
    with suppress(Problem):
        decode(root, value)


def test_decoding_leaves_the_value_alone() -> None:
    value = sample(Manifest)
    before = deepcopy(value)
    decode(Manifest, value)
    assert value == before


def test_a_whole_number_is_a_number_too() -> None:
    assert decode(Measurement, {**sample(Measurement), "value": 9}).value == 9.0


@pytest.mark.parametrize(
    "text", ["2026-11-20T08:00:00+07:00", "2026-11-20T01:00:00Z", "2026-11-20T01:00:00.000000+00:00"]
)
def test_an_instant_may_carry_any_offset(text: str) -> None:
    facts = decode(Facts, {**sample(Facts), "started_at": text})
    assert facts.started_at == datetime(2026, 11, 20, 1, tzinfo=UTC)


def test_an_instant_is_written_in_utc_with_milliseconds() -> None:
    moment = datetime(2026, 11, 20, 8, 0, 0, 123999, tzinfo=timezone(timedelta(hours=7)))
    assert encode(moment) == "2026-11-20T01:00:00.123+00:00"


def test_bytes_are_the_same_bytes() -> None:
    every_byte = bytes(range(256))
    value = sample(Envelope)
    value["manifest"] = encode(every_byte)
    assert decode(Envelope, value).manifest == every_byte


@pytest.mark.parametrize("thing", [object(), {1, 2}, 1 + 2j])
def test_what_the_wire_has_no_form_for_is_not_written(thing: object) -> None:
    with pytest.raises(TypeError):
        encode(thing)
