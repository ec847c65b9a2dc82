"""KML and KMZ: placemarks as areas; nothing is fetched, nothing is expanded."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from backend.registry.importing.rows import Outcome
from tests.backend.registry.importing.files import BOW_TIE, RING, codes, read, read_apart, refusal, text_file

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>'
FOOT = "</Folder></Document></kml>"


def ring(corners: Any = RING, height: str = "") -> str:
    text = " ".join(f"{x},{y}{height}" for x, y in corners)
    return f"<LinearRing><coordinates>{text}</coordinates></LinearRing>"


def polygon(corners: Any = RING, height: str = "", holes: str = "") -> str:
    return f"<Polygon><outerBoundaryIs>{ring(corners, height)}</outerBoundaryIs>{holes}</Polygon>"


def placemark(inner: str, name: str = "1/GP", data: str = "") -> str:
    return f"<Placemark><name>{name}</name>{data}{inner}</Placemark>"


def kml(folder: Path, *placemarks: str) -> Path:
    return text_file(folder, HEAD, *placemarks, FOOT, name="mỏ.kml")


def only(folder: Path, inner: str, **more: str) -> Any:
    (row,) = read(kml(folder, placemark(inner, **more)))
    return row


def test_a_placemark_with_its_data(tmp_path: Path) -> None:
    data = (
        '<ExtendedData><Data name="Chủ giấy phép"><value>Công ty Cát</value></Data><SchemaData>'
        '<SimpleData name="Diện tích">298,2633 ha</SimpleData></SchemaData></ExtendedData>'
    )
    row = only(tmp_path, polygon(), data=data)
    assert (row.name, row.outcome, row.epsg) == ("1/GP", Outcome.ACCEPTED, 4326)
    assert row.properties == {"name": "1/GP", "Chủ giấy phép": "Công ty Cát", "Diện tích": "298,2633 ha"}
    assert str(row.declared_ha) == "298.2633"
    assert row.geometry == {"type": "Polygon", "coordinates": [RING]}


def test_holes_heights_and_several_parts(tmp_path: Path) -> None:
    hole = [(106.002, 20.502), (106.002, 20.504), (106.004, 20.504), (106.002, 20.502)]
    row = only(tmp_path, polygon(height=",12", holes=f"<innerBoundaryIs>{ring(hole)}</innerBoundaryIs>"))
    assert codes(row) == ["height_dropped"]
    assert len(row.geometry["coordinates"]) == 2
    far = [(x + 0.1, y) for x, y in RING]
    row = only(tmp_path, f"<MultiGeometry>{polygon()}{polygon(far)}</MultiGeometry>")
    assert (row.geometry["type"], len(row.geometry["coordinates"])) == ("MultiPolygon", 2)


def test_a_bow_tie_is_asked_about(tmp_path: Path) -> None:
    row = only(tmp_path, polygon(BOW_TIE))
    assert (row.outcome, codes(row)[-1]) == (Outcome.QUESTION, "repair_proposed")


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("<Point><coordinates>106,20</coordinates></Point>", "not_an_area"),
        (f"<LineString><coordinates>106,20 107,21</coordinates></LineString>{polygon()}", "not_an_area"),
        ("", "geometry_missing"),
        ("<Polygon/>", "geometry_missing"),
        (polygon().replace("106.0,20.5", "một,hai", 1), "coordinates_odd"),
        (polygon().replace("106.0,20.5", "106.0", 1), "coordinates_odd"),
        (polygon().replace("106.0,20.5", "nan,20.5"), "not_finite"),
        (polygon([(106, 20), (106.1, 20), (106, 20)]), "too_few_corners"),
    ],
)
def test_what_is_no_area_is_refused_alone(tmp_path: Path, inner: str, code: str) -> None:
    first, second = read(kml(tmp_path, placemark(inner), placemark(polygon(), name="2/GP")))
    assert (first.outcome, codes(first)) == (Outcome.REFUSED, [code])
    assert (second.name, second.outcome) == ("2/GP", Outcome.ACCEPTED)


def test_latitude_first_is_asked_about(tmp_path: Path) -> None:
    row = only(tmp_path, polygon([(y, x) for x, y in RING]))
    assert (row.outcome, codes(row)[-1]) == (Outcome.QUESTION, "lat_lon_swapped")


def test_a_kmz(tmp_path: Path) -> None:
    path = tmp_path / "mỏ.kmz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", HEAD + placemark(polygon()) + FOOT)
        archive.writestr("thêm/b.kml", HEAD + placemark(polygon(), name="2/GP") + FOOT)
        archive.writestr("files/anh.png", b"\x89PNG")
        archive.writestr("__MACOSX/doc.kml", b"\x00\x05")
    assert [(row.number, row.name) for row in read_apart(path)] == [(1, "1/GP"), (2, "2/GP")]


def test_links_are_not_followed(tmp_path: Path) -> None:
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    (row,) = read_apart(kml(tmp_path, link, placemark(polygon())))
    assert row.outcome is Outcome.ACCEPTED
    assert refusal(kml(tmp_path, link)).code == "no_rows"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<Placemark>", "xml_broken"),
        ("</Folder>", "xml_broken"),
        ("<a>" * 200 + "</a>" * 200, "xml_too_deep"),
        ("\x01", "xml_broken"),
        ("&nope;", "xml_broken"),
    ],
)
def test_what_is_no_kml(tmp_path: Path, content: str, code: str) -> None:
    assert refusal(kml(tmp_path, content)).code == code


def test_an_encoding_nobody_knows(tmp_path: Path) -> None:
    path = text_file(tmp_path, (HEAD + FOOT).replace("UTF-8", "x-none"), name="x.kml")
    assert refusal(path).code == "xml_broken"
