"""The licence register in the office: the list, one licence beside its map, its next version."""

import html
import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.registry.models import Licence, LicenceVersion
from backend.registry.services.given import AreaGiven, HolderGiven
from backend.registry.services.licences import licences_record
from tests.backend.conftest import Cast
from tests.backend.registry.admin.conftest import NOW, SYSTEM, events, listed, page_of, person
from tests.factories.registry import given, mineral, square

pytestmark = pytest.mark.django_db

TABLE = """Điểm góc\tX (m)\tY (m)
1\t2305548,05\t544950,27
2\t2305661,79\t545089,31
3\t2306161,07\t544676,38
4\t2306047,33\t544537,33"""


def many(count: int, start: int = 0) -> None:
    mineral()
    licences_record(
        [
            given(f"{i}/GP", square(lat=20 + i * 0.02), holder=HolderGiven(f"Công ty {i}"))
            for i in range(start, start + count)
        ],
        actor=SYSTEM,
        now=NOW,
        source="thử",
    )


def shapes_of(page: str) -> list[dict[str, Any]]:
    """What the map of a page is told."""
    match = re.search(r'data-shapes="([^"]*)"', page)
    assert match
    found: list[dict[str, Any]] = json.loads(html.unescape(match[1]))
    return found


def read(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.content.decode()[-3000:]
    return answer.content.decode()


# --- the list


def test_a_list_of_a_hundred_asks_as_often_as_one_of_ten(em: Client) -> None:
    counts = []
    for count in (10, 40, 100):
        many(count - Licence.objects.count(), Licence.objects.count())
        with CaptureQueriesContext(connection) as queries:
            page = read(em, listed("licence"))
        counts.append(len(queries))
        assert page.count("/change/") >= min(count, 50)
    assert counts[0] == counts[1] == counts[2], counts


def test_a_detail_page_asks_as_often_with_ten_versions_as_with_two(em: Client) -> None:
    licence = person()
    counts = []
    for year in range(2026, 2036):
        mineral()
        licences_record(
            [given("7/GP-UBND", holder=HolderGiven(f"Người {year}"), effective_from=date(year, 1, 1))],
            actor=SYSTEM,
            now=NOW,
            source="thử",
        )
        with CaptureQueriesContext(connection) as queries:
            read(em, page_of("licence", licence.pk))
        counts.append(len(queries))
    assert counts[0] == counts[-1], counts


@pytest.mark.parametrize("text", ["12/GP", "cát SÔNG", "Cát   Sông", "0100109106", "010010", "hy 1234", "HY-1234"])
def test_a_licence_is_found_by_number_holder_tax_code_and_mark(text: str, register: dict[str, Any], em: Client) -> None:
    person()
    page = read(em, listed("licence"), q=text)
    assert "12/GP-UBND" in page
    assert "7/GP-UBND" not in page


def test_validity_and_mineral_are_of_the_version_in_force(em: Client) -> None:
    mineral()
    mineral("DA", "Đá vôi")
    old = given("1/GP", square(), valid_to=date(2025, 12, 31))
    longer = given("1/GP", square(), effective_from=date(2025, 6, 1), valid_to=date(2029, 1, 1), minerals=("DA",))
    ended = given("2/GP", square(21), valid_to=date(2025, 12, 31))
    for one in (old, longer, ended):
        licences_record([one], actor=SYSTEM, now=NOW, source="thử")
    assert "1/GP" in read(em, listed("licence"), validity="valid")
    page = read(em, listed("licence"), validity="ended")
    assert ("2/GP" in page, ">1/GP<" in page) == (True, False)
    assert ">1/GP<" in read(em, listed("licence"), mineral="DA")
    assert ">1/GP<" not in read(em, listed("licence"), mineral="CAT")


@pytest.mark.parametrize(
    "query", [{"q": "\0"}, {"mineral": "\0"}, {"validity": "x"}, {"p": "999999"}, {"nonsense": "1"}]
)
def test_a_query_that_makes_no_sense_is_no_failure(query: dict[str, str], register: dict[str, Any], em: Client) -> None:
    assert em.get(listed("licence"), query).status_code in (200, 302)


@pytest.mark.parametrize("key", ["x", "%00", "00000000-0000-0000-0000-000000000000", "1/2"])
def test_a_licence_that_is_not_there_is_a_page_that_says_so(key: str, em: Client) -> None:
    answer = em.get(page_of("licence", key))
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


# --- one licence


def test_a_licence_shows_its_table_its_map_and_both_sizes(register: dict[str, Any], em: Client) -> None:
    mineral()
    (version,) = licences_record(
        [given("A/GP", square(), areas=_areas(declared="110.5", computed=115.0))], actor=SYSTEM, now=NOW, source="thử"
    )
    page = read(em, page_of("licence", version.licence_id))
    assert TABLE in page
    for words in ("110,5 ha", "115 ha", "4,07 %", "VN-2000, 105°30′, 3° (EPSG 9209)", "hơn 1 %"):
        assert words in page, words
    assert "20,61</td>" in page
    roles = [shape["role"] for shape in shapes_of(page)]
    assert (roles.count("area"), roles.count("corner"), roles.count("other")) == (1, 4, 1)


def _areas(declared: str, computed: float) -> Any:
    return (AreaGiven(square(), 9209, computed, corner_table=TABLE, declared_ha=Decimal(declared)),)


def test_every_version_can_be_looked_at_and_the_one_in_force_is_marked(register: dict[str, Any], em: Client) -> None:
    address = page_of("licence", register["licence"].pk)
    assert "8000 m³" in read(em, address)
    first = read(em, address, version="1")
    assert "10000 m³" in first
    assert "QĐ 2 (thử)" in first  # in the list of versions
    for wrong in ("3", "x", "-1", "9" * 30):
        assert em.get(address, {"version": wrong}).status_code == 404


def test_a_licence_shows_what_it_names_and_what_it_declared(register: dict[str, Any], em: Client) -> None:
    page = read(em, page_of("licence", register["licence"].pk))
    for words in ("HY-1234", "Máy xúc", "Bãi thử", "05:00-19:00", "01/01-30/06", "03/2026", "120,5 m³", "0100109106"):
        assert words in page, words
    assert "stockyard" in [shape["role"] for shape in shapes_of(page)]


# --- names that want to be more


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE registry_holder;--",
    "{{ 7*7 }}{% load x %}",
    "=cmd|' /C calc'!A0",
    "abc\u202egnp.exe",
    "x" * 300,
    "ﷺ\u200f\u061c",
    "</div></section></body>",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_shown_and_are_nothing_but_names(name: str, em: Client) -> None:
    licence = person(number="9/GP", name=name)
    holder = licence.versions.get().holder
    for address in (listed("licence"), listed("holder"), page_of("licence", licence.pk), page_of("holder", holder.pk)):
        page = read(em, address)
        assert html.escape(name) in page, address
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert page.count("</body>") == 1
        assert "49" not in re.findall(r">\s*(49)", page)
    form = read(em, page_of("licence", licence.pk, "amend"))
    assert f'value="{html.escape(name)}"' in form


def test_a_number_that_wants_to_be_more_is_text_on_the_map_too(em: Client) -> None:
    person(number='"><script>alert(2)</script>')
    licence = person(number="8/GP")
    page = read(em, page_of("licence", licence.pk))
    assert "<script>alert" not in page
    assert '"><script>alert(2)</script>' in [shape["label"] for shape in shapes_of(page)]


# --- the next version


def fields_of(page: str) -> dict[str, Any]:
    """A form as a browser would send it back."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input\b[^>]*>", page):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        name, kind = said.get("name"), said.get("type", "text")
        if not name or kind == "submit" or " disabled" in tag:
            continue
        if kind in ("checkbox", "radio"):
            if " checked" in tag:
                found.setdefault(name, []).append(html.unescape(said.get("value", "on")))
        else:
            found[name] = html.unescape(said.get("value", ""))
    for name, inner in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)"[^>]*selected', inner) or re.search(
            r'<option value="([^"]*)"', inner
        )
        found[name] = html.unescape(chosen[1]) if chosen else ""
    for name, inner in re.findall(r'<textarea name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.S):
        found[name] = html.unescape(inner).removeprefix("\n").removeprefix("\r\n")
    found.pop("csrfmiddlewaretoken", None)
    return found


def test_an_amendment_is_the_next_version_and_changes_none(register: dict[str, Any], em: Client, cast: Cast) -> None:
    licence = register["licence"]
    before = list(LicenceVersion.objects.order_by("version").values())
    address = page_of("licence", licence.pk, "amend")
    form = fields_of(read(em, address))
    form |= {"capacity": "7500,5", "effective_from": "2026-07-01", "basis": "QĐ 3", "hours": "06:00-18:00; 19h-20h30"}
    answer = em.post(address, form)
    assert (answer.status_code, answer["Location"]) == (302, page_of("licence", licence.pk)), answer.content.decode()
    assert list(LicenceVersion.objects.filter(version__lt=3).order_by("version").values()) == before
    made = LicenceVersion.objects.get(licence=licence, version=3)
    assert (str(made.capacity), made.basis, made.effective_from) == ("7500.500", "QĐ 3", date(2026, 7, 1))
    assert made.hours == [["06:00", "18:00"], ["19:00", "20:30"]]
    assert (made.season, made.holder_id) == ([["01-01", "06-30"]], register["holder"].pk)
    assert made.areas.get().geometry == licence.versions.get(version=2).areas.get().geometry
    kinds = sorted((row.kind, row.mark, row.count) for row in made.equipment.all())
    assert kinds == [("machine", "", 2), ("waterway", "HY-1234", 1)]
    assert made.stockyards.get().lat == 20.601
    event = events("licences:recorded")[-1]
    assert (event.actor, made.number) == (str(cast.em.id), event.index)


def test_a_correction_takes_the_day_of_what_it_corrects(register: dict[str, Any], em: Client) -> None:
    licence = register["licence"]
    address = f"{page_of('licence', licence.pk, 'amend')}?version=1"
    form = fields_of(read(em, address)) | {"change": "correction", "capacity": "9000"}
    assert em.post(address, form).status_code == 302
    made = LicenceVersion.objects.get(licence=licence, version=3)
    assert (made.effective_from, int(made.capacity or 0)) == (date(2025, 1, 1), 9000)


def test_saying_the_same_again_makes_no_version(register: dict[str, Any], em: Client) -> None:
    address = page_of("licence", register["licence"].pk, "amend")
    form = fields_of(read(em, address)) | {"change": "correction"}
    answer = em.post(address, form, follow=True)
    assert "không ghi thêm" in answer.content.decode()
    assert LicenceVersion.objects.count() == 2


def test_an_amendment_without_its_day_is_asked_for_it(register: dict[str, Any], em: Client) -> None:
    address = page_of("licence", register["licence"].pk, "amend")
    answer = em.post(address, fields_of(read(em, address)))
    assert answer.status_code == 200
    assert "Ghi ngày có hiệu lực." in answer.content.decode()
    assert LicenceVersion.objects.count() == 2


def new_licence(em: Client, **fields: str) -> tuple[dict[str, Any], str]:
    mineral()
    address = f"{listed('licence')}add/"
    form = fields_of(read(em, address))
    form |= {"number": "N/GP", "effective_from": "2026-01-01", "holder": "Công ty Mới", "minerals": ["CAT"]}
    return form | {"areas": "paste", "epsg": "9209", "corner_table": TABLE} | fields, address


def test_a_pasted_table_is_looked_at_before_it_is_recorded(em: Client, cast: Cast) -> None:
    form, address = new_licence(em)
    looked = em.post(address, form)
    page = looked.content.decode()
    assert (looked.status_code, Licence.objects.count()) == (200, 0)
    assert "11,639 ha" in page
    assert [shape["role"] for shape in shapes_of(page)] == ["area"]
    assert em.post(address, fields_of(page)).status_code == 302
    area = LicenceVersion.objects.get().areas.get()
    assert (area.corner_table, area.epsg, round(area.computed_ha, 3)) == (TABLE, 9209, 11.639)
    assert area.repair == {}


def test_a_table_that_changed_has_to_be_looked_at_again(em: Client) -> None:
    form, address = new_licence(em)
    seen = fields_of(em.post(address, form).content.decode())
    seen["corner_table"] = TABLE.replace("2306161,07", "2306261,07")
    assert em.post(address, seen).status_code == 200
    seen = fields_of(em.post(address, form).content.decode()) | {"epsg": "9210"}
    assert em.post(address, seen).status_code == 200
    assert Licence.objects.count() == 0


def test_swapped_columns_are_asked_about_and_an_answer_is_kept(em: Client) -> None:
    swapped = "\n".join(f"{i} {y} {x}" for i, x, y in re.findall(r"(\d)\t(\S+)\t(\S+)", TABLE))
    crossing = swapped.splitlines()
    crossing = [crossing[0], crossing[2], crossing[1], crossing[3]]
    form, address = new_licence(em, corner_table="\n".join(crossing))
    page = em.post(address, form).content.decode()
    form = fields_of(page)
    assert form["answer:axes:1"] == ""
    page = em.post(address, form | {"answer:axes:1": "swapped"}).content.decode()
    form = fields_of(page)
    assert (form["answer:axes:1"], form["answer:repair:1"]) == ("swapped", "")
    assert [shape["role"] for shape in shapes_of(page)] == ["proposed", "original"]
    page = em.post(address, form | {"answer:repair:1": "accept"}).content.decode()
    assert "bấm Ghi lần nữa" in page
    assert Licence.objects.count() == 0
    assert em.post(address, fields_of(page)).status_code == 302
    area = LicenceVersion.objects.get().areas.get()
    assert area.repair["before"]["type"] == "Polygon"
    assert [note["code"] for note in area.repair["how"]][-1] == "repair_confirmed"
    shown = read(em, page_of("licence", LicenceVersion.objects.get().licence_id))
    assert "Em (thử)" in shown
    assert "original" in [shape["role"] for shape in shapes_of(shown)]


def test_an_answer_does_not_hold_for_another_table(em: Client) -> None:
    swapped = "\n".join(f"{i} {y} {x}" for i, x, y in re.findall(r"(\d)\t(\S+)\t(\S+)", TABLE))
    form, address = new_licence(em, corner_table=swapped)
    form = fields_of(em.post(address, form).content.decode()) | {"answer:axes:1": "swapped"}
    form = fields_of(em.post(address, form).content.decode()) | {"corner_table": TABLE}
    page = em.post(address, form).content.decode()
    assert "answer:axes:1" not in fields_of(page)
    assert [shape["role"] for shape in shapes_of(page)] == ["area"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"tax_code": "0100109107"}, "không phải mã số thuế"),
        ({"corner_table": ""}, "Không thấy cột tọa độ"),
        ({"corner_table": "chữ không có số"}, "Không thấy cột tọa độ"),
        ({"corner_table": "1 2\n" * 60_000}, "quá giới hạn"),
        ({"hours": "5 giờ"}, "Không hiểu “5 giờ”"),
        ({"season": "32/01-30/06"}, "Giá trị không được nhận"),
        ({"capacity": "12.500"}, "có thể là"),
        ({"capacity": "nhiều"}, "không phải là một số"),
        ({"capacity": "12500", "capacity_unit": ""}, "m3 | t"),
        ({"valid_from": "2027-01-01", "valid_to": "2026-01-01"}, "01/01/2027"),
        ({"number": ""}, "bắt buộc"),
        ({"number": "x" * 61}, "61"),
        ({"holder": "a\0b"}, "Bỏ ký tự NUL"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_recorded(
    fields: dict[str, str], said: str, em: Client
) -> None:
    form, address = new_licence(em)
    seen = fields_of(em.post(address, form).content.decode())
    answer = em.post(address, seen | fields)
    assert answer.status_code == 200
    assert said in html.unescape(answer.content.decode())
    assert Licence.objects.count() == 0


def test_a_number_that_is_there_already_is_not_recorded_as_new(register: dict[str, Any], em: Client) -> None:
    form, address = new_licence(em, number="12/GP-UBND")
    seen = fields_of(em.post(address, form).content.decode())
    answer = em.post(address, seen)
    assert "mở nó và ghi bản mới" in html.unescape(answer.content.decode())
    assert LicenceVersion.objects.count() == 2
