"""The published schema: it is what the types say, and it refuses what the codec refuses."""

import json
from dataclasses import dataclass, fields, make_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from shared.problems import Problem
from shared.wire.v1 import schema
from shared.wire.v1.codec import decode, encode
from shared.wire.v1.records import UNITS, Facts, IdentityPart, Kind, Measurement, QuantityKind
from tests import golden
from tests.factories.reports import extraction_facts, measurement, stockyard_facts, transport_facts
from tests.shared.strategies import Place, few, messages, parent, places, sample, written, wrong_values

PUBLISHED = Path(__file__).parents[2] / "docs" / "wire" / "v1.schema.json"
DOCUMENT = json.loads(PUBLISHED.read_text(encoding="utf-8"))

# jsonschema checks dates and times only with packages we do not need otherwise; calendars are Python's own matter.
FORMATS = FormatChecker(formats=["date", "uuid"])
FORMATS.checks("date-time", raises=ValueError)(
    lambda text: bool(not isinstance(text, str) or datetime.fromisoformat(text))
)
VALIDATORS: dict[type, Draft202012Validator] = {
    root: Draft202012Validator(
        {"$ref": f"#/$defs/{root.__name__}", "$defs": DOCUMENT["$defs"]}, format_checker=FORMATS
    )
    for root in schema.ROOTS
}  # fmt: skip
# A load's measurements and papers are the same definitions as the report's own: once is enough here.
PLACES = [place for place in places() if place[1][2:3] not in (("measurements",), ("documents",)) or len(place[1]) < 5]


def valid(root: type, value: Any) -> bool:
    return VALIDATORS[root].is_valid(value)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(DOCUMENT)


def test_the_published_schema_is_what_the_types_say() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schema.text()


@pytest.mark.parametrize("kind", Kind)
def test_golden_envelopes_and_their_parts_are_valid(kind: Kind) -> None:
    body, said = golden.read(f"envelope_{kind}.json"), golden.read(f"envelope_{kind}.decoded.json")
    whole = Draft202012Validator(DOCUMENT, format_checker=FORMATS)
    assert [error.message for error in whole.iter_errors(body)] == []
    assert [error.message for error in whole.iter_errors(said["manifest"])] == []
    assert [error.message for error in whole.iter_errors(said["facts"])] == []
    for name, root in {root.__name__: root for root in schema.ROOTS}.items():
        if name == "Assessment" and said["assessment"] is not None:
            assert valid(root, said["assessment"])
        if name == "IdentityPart":
            assert all(valid(root, part) for part in said["identities"])


@pytest.mark.parametrize(("name", "root"), [("receipt.json", "Receipt"), ("hello.json", "Hello")])
def test_golden_answers_of_the_server_are_valid(name: str, root: str) -> None:
    kinds = {kind.__name__: kind for kind in schema.ROOTS}
    assert [error.message for error in VALIDATORS[kinds[root]].iter_errors(golden.read(name))] == []


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0].__name__}:{written(place[1])}")
def test_schema_and_codec_refuse_the_same(place: Place) -> None:
    root, keys, kind = place
    assert valid(root, sample(root))
    for bad, _ in wrong_values(kind):
        value = sample(root)
        if keys:
            parent(value, keys)[keys[-1]] = bad
        else:
            value = bad
        assert not valid(root, value), bad
    if keys and isinstance(keys[-1], str) and keys[-1] != "distance_m":
        value = sample(root)
        del parent(value, keys)[keys[-1]]
        assert not valid(root, value), "missing"


@pytest.mark.parametrize("root", schema.ROOTS)
@few
@given(data=st.data())
def test_what_the_codec_writes_is_valid(root: type, data: st.DataObject) -> None:
    message = data.draw(messages(root))
    value = encode(message)
    if root is Facts:
        # The schema also knows which unit fits which quantity, the types do not.
        value["measurements"], value["loads"] = [], []
    assert [error.message for error in VALIDATORS[root].iter_errors(value)] == []


@pytest.mark.parametrize("root", schema.ROOTS)
@few
@given(data=st.data())
def test_schema_and_codec_agree_about_junk(root: type, data: st.DataObject) -> None:
    junk = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.none(), max_size=1)
    keys = data.draw(st.sampled_from([place[1] for place in PLACES if place[0] is root and place[1]]))
    value = sample(root)
    parent(value, keys)[keys[-1]] = data.draw(junk)
    if keys[-1] in ("kind", "unit"):
        return  # may be a quantity and a unit that do not fit: see below
    try:
        decode(root, value)
    except Problem:
        assert not valid(root, value)
    else:
        assert valid(root, value)


@pytest.mark.parametrize("kind", QuantityKind)
@pytest.mark.parametrize("unit", ["m3", "t", "kg", "m", "km", "m2", "ha", "%", "1", "xe"])
def test_schema_and_checks_agree_about_units(kind: QuantityKind, unit: str) -> None:
    value = encode(extraction_facts(measurements=(measurement(kind=kind, unit=unit),), loads=()))
    assert valid(Facts, value) is (unit in UNITS[kind])


@pytest.mark.parametrize("facts", [transport_facts(), extraction_facts(), stockyard_facts()], ids=list(Kind))
def test_what_the_factories_make_is_valid(facts: Facts) -> None:
    assert valid(Facts, encode(facts))


# --- the drift check


def test_the_check_is_quiet_while_nothing_drifts() -> None:
    assert schema.main(["--check", str(PUBLISHED)]) == 0


def test_the_check_goes_red_when_a_field_is_added(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    grown = make_dataclass("IdentityPart", [*((f.name, f.type) for f in fields(IdentityPart)), ("phone", str)])
    roots = tuple(grown if root is IdentityPart else root for root in schema.ROOTS)
    monkeypatch.setattr(schema, "ROOTS", roots)
    assert schema.main(["--check", str(PUBLISHED)]) == 1
    assert "python -m shared.wire.v1.schema" in capsys.readouterr().err


def test_the_check_goes_red_when_the_file_is_touched_or_missing(tmp_path: Path) -> None:
    copy = tmp_path / "v1.schema.json"
    assert schema.main(["--check", str(copy)]) == 1
    assert schema.main([str(copy)]) == 0
    assert schema.main(["--check", str(copy)]) == 0
    copy.write_text(copy.read_text(encoding="utf-8").replace('"weather"', '"wether"'), encoding="utf-8")
    assert schema.main(["--check", str(copy)]) == 1


def test_a_type_the_wire_does_not_know_is_no_schema() -> None:
    @dataclass
    class Odd:
        thing: complex

    with pytest.raises(KeyError):
        schema._shape(Odd, {})


@pytest.mark.parametrize("arguments", [[], ["--check"], ["a", "b", "c"]])
def test_wrong_arguments_are_refused(arguments: list[str]) -> None:
    assert schema.main(arguments) == 2


def test_every_measurement_has_a_unit_by_its_kind() -> None:
    """The rule is in the schema itself, so that a client without our code can hold to it."""
    rules = DOCUMENT["$defs"][Measurement.__name__]["allOf"]
    assert {rule["if"]["properties"]["kind"]["const"] for rule in rules} == {kind.value for kind in QuantityKind}
