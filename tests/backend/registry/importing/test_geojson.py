"""GeoJSON: rings as they are, repairs only proposed, systems other than WGS84, and what is no GeoJSON."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from backend.registry.importing.checking import DECIMALS, Shape, check, geodesic_ha
from backend.registry.importing.projecting import of_epsg
from backend.registry.importing.rows import Draft, Outcome
from backend.registry.importing.words import WORDS
from tests.backend.registry.importing.files import (
    BOW_TIE,
    RING,
    codes,
    feature,
    geojson,
    places,
    read,
    refusal,
    values,
)

HOLE = [[106.002, 20.502], [106.002, 20.504], [106.004, 20.504], [106.004, 20.502], [106.002, 20.502]]


def one(folder: Path, *args: Any, **options: Any) -> Any:
    (row,) = read(geojson(folder, *args), **options)
    return row


def test_a_polygon_with_a_hole(tmp_path: Path) -> None:
    row = one(tmp_path, feature(type="Polygon", coordinates=[RING, HOLE]))
    assert (row.outcome, codes(row)) == (Outcome.ACCEPTED, [])
    assert row.geometry == {"type": "Polygon", "coordinates": [RING, HOLE]}
    assert row.computed_ha == pytest.approx(geodesic_ha(shape(row.geometry)), abs=1e-6)
    assert row.computed_ha < one(tmp_path, feature()).computed_ha


def test_a_multipolygon_stays_one(tmp_path: Path) -> None:
    far = [[x + 0.1, y] for x, y in RING]
    row = one(tmp_path, feature(type="MultiPolygon", coordinates=[[RING], [far]]))
    assert row.geometry == {"type": "MultiPolygon", "coordinates": [[RING], [far]]}


def test_names_and_properties_are_untouched(tmp_path: Path) -> None:
    properties = {"Số GP": " 12/GP ", "x": {"y": [1, None, True]}, "": "", "Diện tích": "298,2633 ha"}
    row = one(tmp_path, feature(properties=properties))
    assert (row.name, row.properties) == (" 12/GP ", properties)
    assert str(row.declared_ha) == "298.2633"
    assert one(tmp_path, {**feature(properties={}), "id": 7, "properties": None}).name == "7"


def test_harmless_disorder_is_put_in_order_and_said(tmp_path: Path) -> None:
    clockwise = [[*corner, 12.5] for corner in reversed(RING)]
    row = one(tmp_path, feature([clockwise[0], *clockwise[:-1]]))  # one corner twice, the first not at the end
    assert row.outcome is Outcome.ACCEPTED
    assert codes(row) == ["height_dropped", "corners_repeated", "ring_closed", "winding_changed"]
    assert shape(row.geometry).equals(shape({"type": "Polygon", "coordinates": [RING]}))
    assert shape(row.geometry).exterior.is_ccw


# --- invalid rings


def test_a_bow_tie_is_never_repaired_silently(tmp_path: Path) -> None:
    row = one(tmp_path, feature(BOW_TIE))
    assert (row.outcome, row.taken) == (Outcome.QUESTION, None)
    assert [list(corner) for corner in row.geometry["coordinates"][0]] == BOW_TIE
    asked = values(row, "repair_proposed")
    assert (asked["answer"], asked["choices"], asked["parts"]) == ("repair:1", "accept", 2)
    assert "tự cắt" in asked["reason_vi"]
    assert "20.505" in asked["reason_vi"]
    proposed = shape(row.proposed)
    assert proposed.is_valid
    assert asked["after"] == pytest.approx(geodesic_ha(proposed), abs=1e-3)
    assert asked["change"] == pytest.approx(asked["after"] - asked["before"], abs=1e-3)
    for language in ("vi", "en"):
        assert f"{asked['after']}" in WORDS["repair_proposed"].say(language, **asked)


def test_a_repair_is_taken_when_accepted_for_the_row_or_for_all(tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(BOW_TIE), feature(), feature(BOW_TIE))
    for answers, outcomes in (
        ({"repair:1": "accept"}, ["repaired", "accepted", "question"]),
        ({"repair": "accept"}, ["repaired", "accepted", "repaired"]),
        ({"repair:2": "accept"}, ["question", "accepted", "question"]),
        ({"repair": "yes"}, ["question", "accepted", "question"]),
    ):
        rows = read(path, answers=answers)
        assert [row.outcome.value for row in rows] == outcomes
        for row in rows:
            assert row.taken == (
                row.proposed
                if row.outcome is Outcome.REPAIRED
                else row.geometry
                if row.outcome is Outcome.ACCEPTED
                else None
            )


@pytest.mark.parametrize(
    "coordinates",
    [
        [RING, [[106.02, 20.502], [106.02, 20.504], [106.024, 20.504], [106.02, 20.502]]],  # hole outside
        [RING, HOLE, [[106.0025, 20.5025], [106.0025, 20.503], [106.003, 20.503], [106.0025, 20.5025]]],  # in a hole
        [[*RING[:2], [106.005, 20.5], [106.01, 20.505], *RING[2:]]],  # spike along the edge
    ],
)
def test_other_invalid_rings_are_proposed_a_repair_too(tmp_path: Path, coordinates: Any) -> None:
    row = one(tmp_path, feature(type="Polygon", coordinates=coordinates))
    assert (row.outcome, codes(row)[-1]) == (Outcome.QUESTION, "repair_proposed")
    assert shape(row.proposed).is_valid


def test_parts_that_are_none_make_the_rest_a_question(tmp_path: Path) -> None:
    row = one(
        tmp_path, feature(type="Polygon", coordinates=[RING, [[106.002, 20.502], [106.003, 20.503], [106.002, 20.502]]])
    )
    assert (row.outcome, codes(row)) == (Outcome.QUESTION, ["rings_empty", "repair_proposed"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(106.0, 106.02), st.floats(20.5, 20.52)), min_size=3, max_size=9))
def test_whatever_the_ring_nothing_invalid_is_accepted(ring: list[tuple[float, float]]) -> None:
    """Accepted and proposed geometries are valid and rounded; what changes the area is never accepted unasked."""
    draft = Draft(1, {})
    check(draft, Shape([[ring]], multi=False), of_epsg(4326), 1000)
    row = draft.row()
    for found in (row.geometry if row.outcome is Outcome.ACCEPTED else None, row.proposed):
        if found is not None:
            assert shape(found).is_valid
            assert all(x == round(x, DECIMALS) for x in shapely.get_coordinates(shape(found)).ravel())
    if row.outcome is Outcome.ACCEPTED:
        rounded = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in ring]
        assert {tuple(corner) for corner in row.geometry["coordinates"][0]} == set(rounded)  # type: ignore[index]


# --- where it is


def test_latitude_before_longitude_is_asked_about(tmp_path: Path) -> None:
    turned = [[lat, lon] for lon, lat in RING]
    row = one(tmp_path, feature(turned))
    assert (row.outcome, row.geometry, values(row, "lat_lon_swapped")["choices"]) == (Outcome.QUESTION, None, "swapped")
    row = one(tmp_path, feature(turned), answers={"axes": "swapped"})
    assert (row.outcome, row.geometry["coordinates"]) == (Outcome.ACCEPTED, [RING])
    # An answer for the file does not turn what was right.
    assert one(tmp_path, feature(), answers={"axes": "swapped"}).geometry["coordinates"] == [RING]


@pytest.mark.parametrize(
    ("ring", "code"),
    [
        ([[x * 1e5, y * 1e5] for x, y in RING], "outside_earth"),
        ([[-179, 20], [179, 20], [179, 21], [-179, 20]], "spans_world"),
        ([[106, 20], [106, 21], [106, 20]], "too_few_corners"),
        ([[106, 20], [106.5, 20.5], [107, 21], [106, 20]], "not_repairable"),
        ([[106, 20], [106.1, 20.1], [106.2, 20.2], [106, 20]], "no_area"),
        ([[106, 20], [1e400, 20.1], [106.2, 20.2], [106, 20]], "json_constant"),
        ([[106, 20], ["x", 20.1], [106.2, 20.2], [106, 20]], "coordinates_odd"),
        ([[106, 20], [True, 20.1], [106.2, 20.2], [106, 20]], "coordinates_odd"),
        ([[106], [107, 20.1]], "coordinates_odd"),
        ([], "coordinates_odd"),
    ],
)
def test_what_is_no_area_is_refused(tmp_path: Path, ring: Any, code: str) -> None:
    row = one(tmp_path, feature(ring))
    assert (row.outcome, row.geometry, row.proposed, codes(row)[-1]) == (Outcome.REFUSED, None, None, code)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "not_a_feature"),
        ([], "not_a_feature"),
        ({"type": "Feature", "geometry": None}, "geometry_missing"),
        (feature(type="Point", coordinates=[1, 2]), "not_an_area"),
        (feature(type="Circle"), "geometry_odd"),
        (feature(type="Polygon", coordinates=[]), "geometry_missing"),
        (feature(type="GeometryCollection", geometries=[]), "geometry_missing"),
        (feature(type="GeometryCollection", geometries=[{"type": "Point", "coordinates": [1, 2]}]), "not_an_area"),
    ],
)
def test_what_is_no_feature_is_refused_alone(tmp_path: Path, content: Any, code: str) -> None:
    first, second = read(geojson(tmp_path, content, feature()))
    assert (first.outcome, codes(first)) == (Outcome.REFUSED, [code])
    assert second.outcome is Outcome.ACCEPTED


def test_properties_that_are_none(tmp_path: Path) -> None:
    row = one(tmp_path, {**feature(), "properties": [1]})
    assert (row.outcome, codes(row), row.properties) == (Outcome.ACCEPTED, ["properties_odd"], {})


def test_a_key_twice_refuses_its_feature_alone(tmp_path: Path) -> None:
    text = json.dumps(feature())
    twice = text.replace('"properties": {', '"properties": {"Số giấy phép": "9/GP", ')
    twice = twice.replace("S\\u1ed1 gi\\u1ea5y ph\\u00e9p", "Số giấy phép")
    path = tmp_path / "x.geojson"
    path.write_text(f'{{"type":"FeatureCollection","features":[{twice},{text}]}}', encoding="utf-8")
    first, second = read(path)
    assert (codes(first), second.outcome) == (["json_key_twice"], Outcome.ACCEPTED)


# --- other systems


def crs(name: str) -> dict[str, Any]:
    return {"crs": {"type": "name", "properties": {"name": name}}}


def test_a_system_named_in_the_file(tmp_path: Path) -> None:
    ring = [[561_200.5, 2_283_500.25], [561_500.5, 2_283_500.25], [561_500.5, 2_283_300.25], [561_200.5, 2_283_300.25]]
    (row,) = read(geojson(tmp_path, feature(ring), **crs("urn:ogc:def:crs:EPSG::9209")))
    assert (row.epsg, row.outcome) == (9209, Outcome.ACCEPTED)
    assert values(row, "crs_other")["name"].startswith("VN-2000")
    assert row.geometry is not None
    found = sorted(tuple(corner) for corner in row.geometry["coordinates"][0][:-1])
    for (lon, lat), (a, b) in zip(found, sorted(places()), strict=True):
        assert (lon, lat) == pytest.approx((a, b), abs=1e-7)
    assert row.computed_ha == pytest.approx(6.0)
    swapped = [[y, x] for x, y in ring]
    (row,) = read(geojson(tmp_path, feature(swapped), **crs("EPSG:9209")))
    assert (row.outcome, codes(row)[-1]) == (Outcome.QUESTION, "axes_swapped")
    (row,) = read(geojson(tmp_path, feature(swapped), **crs("EPSG:9209")), answers={"axes:1": "swapped"})
    assert row.outcome is Outcome.ACCEPTED


def test_the_usual_names_of_wgs84(tmp_path: Path) -> None:
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"):
        (row,) = read(geojson(tmp_path, feature(), **crs(name)))
        assert (row.epsg, row.outcome, codes(row)) == (4326, Outcome.ACCEPTED, [])


def test_a_system_nobody_knows_is_refused(tmp_path: Path) -> None:
    (row,) = read(geojson(tmp_path, feature(), **crs("HN-72")))
    assert (row.outcome, codes(row)) == (Outcome.REFUSED, ["crs_unknown"])
    assert read(geojson(tmp_path, feature(), **crs("HN-72")), epsg=4326)[0].outcome is Outcome.ACCEPTED


def test_a_system_named_too_late(tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    last = json.dumps(crs("EPSG:9209")["crs"])
    path.write_text(
        f'{{"type":"FeatureCollection","features":[{json.dumps(feature())}],"crs":{last}}}', encoding="utf-8"
    )
    assert refusal(path).code == "crs_late"


# --- the whole file


def test_a_feature_or_a_geometry_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    for content in (feature(), feature()["geometry"]):
        path.write_text(json.dumps(content), encoding="utf-8")
        assert [row.outcome for row in read(path)] == [Outcome.ACCEPTED]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"type":"FeatureCollection","features":[', "json_broken"),
        ('{"type":"FeatureCollection","features":[]} x', "json_broken"),
        ('{"type":"FeatureCollection","features":[],"features":[]}', "json_file_key_twice"),
        ('{"type":"FeatureCollection","x":NaN,"features":[]}', "json_file_constant"),
        ('{"type":"x","features":[]}', "not_geojson"),
        ("[]", "not_geojson"),
        ("{}", "not_geojson"),
        ("{'type': 1}", "json_broken"),
    ],
)
def test_what_is_no_geojson(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "x.geojson"
    path.write_text(text, encoding="utf-8")
    assert refusal(path).code == code


def test_the_place_of_the_break_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [{]}', encoding="utf-8")
    assert refusal(path).values["position"] == 45


def test_bytes_that_are_no_utf8(tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    path.write_bytes('{"type":"Số"}'.encode("cp1258", "replace").replace(b"?", b"\xf4"))
    assert refusal(path).code == "json_not_utf8"
