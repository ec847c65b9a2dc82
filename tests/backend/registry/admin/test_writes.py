"""Every form of the office's pages: what it records, through a service with its audit event, and what it refuses."""

import html
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.audit.verifying import verify
from backend.registry.models import (
    AgencyDuty,
    CatalogueEntry,
    Commune,
    DeclaredOutput,
    FormerCommune,
    Letterhead,
    Mineral,
    Power,
    ProvincialHours,
    UnitArea,
    Vehicle,
)
from backend.registry.services.minerals import MineralGiven, minerals_record
from backend.registry.services.output import OutputGiven, outputs_record
from backend.registry.services.vehicles import VehicleGiven, vehicles_record
from shared.rules.terms import MineralFamily
from shared.vietnamese import name_key
from tests.backend.conftest import Cast
from tests.backend.registry.admin.conftest import NOW, SYSTEM, events, listed, page_of
from tests.backend.registry.admin.test_licence_pages import fields_of, read, shapes_of

pytestmark = pytest.mark.django_db


def send(em: Client, address: str, **fields: Any) -> Any:
    """The form of an address as it is shown, with these fields changed."""
    return em.post(address, fields_of(read(em, address)) | fields)


def recorded(em: Client, address: str, **fields: Any) -> None:
    before = len(events())
    answer = send(em, address, **fields)
    assert answer.status_code == 302, html.unescape(answer.content.decode())[-2500:]
    written = [event for event in events()[before:] if event.action != "registry:viewed"]
    assert len(written) == 1, [event.action for event in written]
    assert list(verify()) == []


def test_every_form_that_a_table_has_is_tried_here() -> None:
    """A form that is added wants its line below."""
    found = {
        f"{model._meta.model_name}:{name}"
        for model, table in admin.site._registry.items()
        for name in [*(["add"] if table.add_form_class else []), *(one.name for one in table.row_forms)]  # type: ignore[attr-defined]
    }
    dated = {f"{model}:{name}" for model in ("agencyduty", "letterhead", "power") for name in _DATED}
    assert found == dated | {
        "licence:add", "licence:amend", "importrun:add",  # in files of their own
        "mineral:add", "mineral:change-it", "vehicle:add", "vehicle:change-it", "declaredoutput:add",
        "declaredoutput:correct", "provincialhours:add", "provincialhours:correct", "provincialhours:end",
        "catalogueentry:add", "catalogueentry:verify", "catalogueentry:correct", "catalogueentry:retire",
        "unitarea:add", "unitarea:set",
    }  # fmt: skip


_DATED = ("add", "end", "verify", "correct")


def test_a_mineral_is_added_and_changed_by_its_code(register: dict[str, Any], em: Client, cast: Cast) -> None:
    add = f"{listed('mineral')}add/"
    recorded(em, add, code="DA", name="Đá vôi", family="common", density="1,6", density_source="TCVN thử")
    assert Mineral.objects.get(code="DA").density == 1.6
    recorded(em, page_of("mineral", "DA", "change-it"), code="ZZ", name="Đá vôi xây dựng", density="1,65")
    row = Mineral.objects.get(code="DA")
    assert (row.name, row.density, Mineral.objects.filter(code="ZZ").exists()) == ("Đá vôi xây dựng", 1.65, False)
    answer = send(em, page_of("mineral", "DA", "change-it"), density="1,655")
    assert "“1,655” có thể là 1.655 hoặc 1655" in html.unescape(answer.content.decode())
    assert events("registry:changed")[-1].actor == str(cast.em.id)
    assert LogEntry.objects.count() == 0  # Django's own log is not the audit, and is not written


def test_a_density_without_its_source_is_refused_at_its_field(register: dict[str, Any], em: Client) -> None:
    answer = send(em, f"{listed('mineral')}add/", code="DA", name="Đá vôi", family="common", density="1,6")
    page = html.unescape(answer.content.decode())
    assert (answer.status_code, "cần 1–300" in page) == (200, True)
    assert not Mineral.objects.filter(code="DA").exists()


def test_a_shown_density_is_read_back_as_it_was(register: dict[str, Any], em: Client) -> None:
    given = MineralGiven("TH", "Than", MineralFamily.OTHER, "t", 1.234, "thử")
    minerals_record([given], actor=SYSTEM, now=NOW, source="thử")
    assert send(em, page_of("mineral", "TH", "change-it")).status_code == 302
    assert Mineral.objects.get(code="TH").density == 1.234


def test_a_vehicle_is_added_and_changed_by_its_mark(register: dict[str, Any], em: Client) -> None:
    recorded(em, f"{listed('vehicle')}add/", kind="waterway", mark="HY-9999", inspection_valid_to="2027-01-31")
    vehicle = Vehicle.objects.get(mark_key="HY9999")
    assert vehicle.inspection_valid_to == date(2027, 1, 31)
    recorded(em, page_of("vehicle", vehicle.pk, "change-it"), description="Sà lan")
    assert Vehicle.objects.get(pk=vehicle.pk).description == "Sà lan"


def test_a_month_is_entered_and_corrected_by_the_next_revision(register: dict[str, Any], em: Client) -> None:
    add = f"{listed('declaredoutput')}add/"
    recorded(em, add, licence="12/GP-UBND", month="04/2026", quantity="1250,5", unit="m3", basis="loose", source="BK")
    first = DeclaredOutput.objects.get(month=4)
    assert (first.quantity, first.revision) == (Decimal("1250.5"), 1)
    recorded(em, page_of("declaredoutput", first.pk, "correct"), quantity="1300", source="BK sửa")
    assert [row.revision for row in DeclaredOutput.objects.filter(month=4).order_by("revision")] == [1, 2]
    first.refresh_from_db()
    assert first.quantity == Decimal("1250.5")
    page = read(em, page_of("declaredoutput", first.pk))
    assert ("1300 m³" in page, "1250,5 m³" in page) == (True, True)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"licence": "không có"}, "Sổ không có giấy phép này"),
        ({"month": "13/2026"}, "01/1990"),
        ({"month": "12/2026"}, "≤ 11/2026"),
        ({"month": "tháng ba"}, "Ghi tháng/năm"),
        ({"quantity": "-1"}, "0–999"),
        ({"quantity": ""}, "bắt buộc"),
        ({"unit": "t", "basis": "loose"}, "t: weight"),
    ],
)
def test_a_month_that_cannot_be_is_refused(
    fields: dict[str, str], said: str, register: dict[str, Any], em: Client
) -> None:
    whole = {
        "licence": "12/GP-UBND",
        "month": "04/2026",
        "quantity": "1",
        "unit": "m3",
        "basis": "loose",
        "source": "x",
    }
    answer = send(em, f"{listed('declaredoutput')}add/", **(whole | fields))
    assert answer.status_code == 200
    assert said in html.unescape(answer.content.decode())
    assert DeclaredOutput.objects.count() == 1


def test_hours_are_recorded_corrected_and_ended(register: dict[str, Any], em: Client) -> None:
    add = f"{listed('provincialhours')}add/"
    recorded(em, add, family="common", hours="06:00-18:00", valid_from="2026-05-01", source="QĐ 9")
    row = ProvincialHours.objects.get(family="common")
    recorded(em, page_of("provincialhours", row.pk, "correct"), hours="07:00-17:00")
    row.refresh_from_db()
    assert row.windows == [["07:00", "17:00"]]
    recorded(em, page_of("provincialhours", row.pk, "end"), valid_to="2026-12-31", source="QĐ 10")
    row.refresh_from_db()
    assert row.valid_to == date(2026, 12, 31)
    answer = send(em, add, family="common", hours="18:00-06:00", valid_from="2027-05-01", source="QĐ 9")
    assert "05:00" in html.unescape(answer.content.decode())  # over midnight: what is expected


DATED = {
    "agencyduty": (AgencyDuty, {"duty": "receives:police"}),
    "letterhead": (Letterhead, {"heading": "SỞ MỚI", "code": "SM", "place": "Hưng Yên", "addressees": "A\nB"}),
    "power": (Power, {"post": "Giám đốc", "decree": "36/2020/NĐ-CP", "article": "48", "share_percent": "100",
                      "limit_million_vnd": "250,5"}),
}  # fmt: skip


@pytest.mark.parametrize("model", DATED)
def test_what_agencies_do_is_recorded_ended_marked_and_corrected(
    model: str, register: dict[str, Any], em: Client, cast: Cast
) -> None:
    kind, fields = DATED[model]
    common = {"agency": str(cast.department.pk), "valid_from": "2026-03-01", "source": "QĐ thử"}
    recorded(em, f"{listed(model)}add/", **common, **fields)
    row = kind._default_manager.order_by("pk").last()
    recorded(em, page_of(model, row.pk, "end"), valid_to="2027-02-28", source="QĐ sau")
    recorded(em, page_of(model, row.pk, "verify"), verified_on="2026-11-01", verified_by="Luật sư")
    row.refresh_from_db()
    assert (row.valid_to, row.verified_by) == (date(2027, 2, 28), "Luật sư")
    stood = kind._default_manager.filter(pk=row.pk).values().get()
    recorded(em, page_of(model, row.pk, "correct"), source="QĐ sửa")
    assert kind._default_manager.filter(pk=row.pk).values().get() == stood
    assert kind._default_manager.order_by("pk").last().source == "QĐ sửa"
    if model == "letterhead":
        assert row.addressees == ["A", "B"]
    if model == "power":
        assert row.limit_million_vnd == Decimal("250.5")


def test_an_end_before_the_beginning_is_refused(register: dict[str, Any], em: Client) -> None:
    answer = send(em, page_of("agencyduty", register["agencyduty"].pk, "end"), valid_to="2020-01-01", source="x")
    assert "≥ 01/01/2026" in html.unescape(answer.content.decode())


def test_a_provision_is_marked_corrected_and_taken_out(register: dict[str, Any], em: Client, cast: Cast) -> None:
    row = register["catalogueentry"]
    recorded(em, page_of("catalogueentry", row.pk, "verify"), verified_on="2026-11-20", verified_by="Luật sư Thử")
    row.refresh_from_db()
    assert row.verified_by == "Luật sư Thử"
    address = page_of("catalogueentry", row.pk, "correct")
    form = fields_of(read(em, address))
    changed = form["content"].replace("ND36 Đ48", "Công báo số 1")
    recorded(em, address, content=changed, source="Công báo")
    fresh = CatalogueEntry.objects.get(code="KT-01", valid_from=row.valid_from, revision=2)
    row.refresh_from_db()
    assert (row.retired, fresh.verified_on, fresh.content["source"][:8]) == (True, None, "Công báo")
    assert row.content != fresh.content
    assert em.get(page_of("catalogueentry", row.pk, "correct")).status_code == 403  # it has been replaced
    page = read(em, page_of("catalogueentry", fresh.pk))
    assert ("a: 20–30" in page, "volume_m3 10–20" in page, "volume_m3 ≥ 50" in page) == (True, True, True)


@pytest.mark.parametrize("content", ["{", "[]", "null", '{"kind": "violation"}', "[" * 100_000])
def test_a_provision_that_cannot_be_read_is_refused(content: str, register: dict[str, Any], em: Client) -> None:
    before = CatalogueEntry.objects.count()
    address = page_of("catalogueentry", register["catalogueentry"].pk, "correct")
    answer = send(em, address, content=content, source="x")
    assert (answer.status_code, 'class="errorlist"' in answer.content.decode()) == (200, True)
    assert CatalogueEntry.objects.count() == before


def test_a_provision_that_others_name_cannot_be_taken_out(register: dict[str, Any], em: Client) -> None:
    row = CatalogueEntry.objects.get(code="BP-01")
    answer = send(em, page_of("catalogueentry", row.pk, "retire"), reason="thử")
    assert (answer.status_code, "BP-01" in answer.content.decode()) == (200, True)
    row.refresh_from_db()
    assert not row.retired


def test_a_new_provision_is_added_and_taken_out(register: dict[str, Any], em: Client) -> None:
    content = '{"kind": "consequence", "vi": "Buộc thử", "en": "Try"}'
    add = f"{listed('catalogueentry')}add/"
    recorded(em, add, code="BP-99", valid_from="2026-01-01", content=content, source="thử")
    row = CatalogueEntry.objects.get(code="BP-99")
    recorded(em, page_of("catalogueentry", row.pk, "retire"), reason="ghi nhầm")
    row.refresh_from_db()
    assert row.retired


def test_where_a_unit_works_is_set_by_communes_or_by_a_box(register: dict[str, Any], em: Client, cast: Cast) -> None:
    add = f"{listed('unitarea')}add/"
    box = {"south": "20,5", "west": "105.9", "north": "20,9", "east": "106,2"}
    recorded(em, add, unit=str(cast.division.pk), **box)
    area = UnitArea.objects.get(unit=cast.division)
    assert (area.south, area.west, area.north, area.east) == (20.5, 105.9, 20.9, 106.2)
    empty = dict.fromkeys(box, "")
    recorded(em, page_of("unitarea", area.pk, "set"), province_code="33", commune_codes="12345", **empty)
    area.refresh_from_db()
    assert (area.commune_codes, area.south) == (["12345"], 20.6)  # the box of its boundary
    assert "box" in [shape["role"] for shape in shapes_of(read(em, page_of("unitarea", area.pk)))]
    answer = send(em, page_of("unitarea", area.pk, "set"), south="")
    assert "cả bốn" in html.unescape(answer.content.decode())
    answer = send(em, page_of("unitarea", area.pk, "set"), commune_codes="99999", **empty)
    assert "không có tỉnh hoặc xã" in html.unescape(answer.content.decode())


# --- lists


def test_lists_of_a_hundred_ask_as_often_as_lists_of_ten(register: dict[str, Any], em: Client, cast: Cast) -> None:
    counts: dict[str, list[int]] = {}
    for count in (10, 100):
        fill(register, count)
        for model in ("vehicle", "declaredoutput", "mineral", "commune", "formercommune", "agencyduty", "holder"):
            with CaptureQueriesContext(connection) as queries:
                read(em, listed(model))
            counts.setdefault(model, []).append(len(queries))
    assert {model: found for model, found in counts.items() if found[0] != found[1]} == {}


def fill(register: dict[str, Any], count: int) -> None:
    more = range(count)
    vehicles_record([VehicleGiven("road", f"29C-{i:05d}") for i in more], actor=SYSTEM, now=NOW, source="thử")
    licence = register["licence"].pk
    months = [OutputGiven(licence, 2010 + i // 12, i % 12 + 1, Decimal(i), "m3", "loose") for i in more]
    outputs_record(months, source="thử", actor=SYSTEM, now=NOW)
    minerals = [MineralGiven(f"K{i}", f"Khoáng {i}", MineralFamily.OTHER) for i in more]
    minerals_record(minerals, actor=SYSTEM, now=NOW, source="thử")
    duty = register["agencyduty"]
    AgencyDuty.objects.bulk_create(
        AgencyDuty(agency=duty.agency, duty=f"receives:x{i}", valid_from=duty.valid_from, source="thử") for i in more
    )
    known = set(Commune.objects.values_list("code", flat=True))
    Commune.objects.bulk_create(
        Commune(
            code=f"{i:05d}",
            province_code="33",
            name=f"Xã {i}",
            name_key=name_key(f"Xã {i}"),
            kind="Xã",
            lat=20,
            lon=106,
        )
        for i in more
        if f"{i:05d}" not in known
    )
    for i in more:
        former, made = FormerCommune.objects.get_or_create(
            code=f"{i:05d}",
            name=f"Cũ {i}",
            province="Hưng Yên",
            district="",
            valid_to=date(2025, 6, 30),
            defaults={"name_key": name_key(f"Cũ {i}")},
        )
        if made:
            former.successors.add(register["commune"])


def test_places_are_found_by_name_however_the_tone_is_placed(register: dict[str, Any], em: Client) -> None:
    Commune.objects.create(
        code="54321", province_code="33", name="Hòa Bình", name_key=name_key("Hòa Bình"), kind="Xã", lat=20.7, lon=106
    )
    for text in ("HOÀ BÌNH", "hòa bình", "54321", "543"):
        page = read(em, listed("commune"), q=text)
        assert ("Hòa Bình" in page, "12345" in page) == (True, False), text


def test_a_commune_shows_its_boundary_and_what_it_was_made_from(register: dict[str, Any], em: Client) -> None:
    page = read(em, page_of("commune", register["commune"].pk))
    assert [shape["role"] for shape in shapes_of(page)] == ["boundary", "point"]
    assert "Cũ, Hưng Yên" in page
    assert "Xã Thử" in read(em, page_of("formercommune", register["formercommune"].pk))
    for model in ("province", "provinceboundary", "communeboundary"):
        assert "boundary" in [shape["role"] for shape in shapes_of(read(em, page_of(model, register[model].pk)))]
