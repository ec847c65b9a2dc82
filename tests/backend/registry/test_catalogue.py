"""The catalogue in the register: revisions instead of changes, verification, what phones get, loading twice."""

import copy
import gzip
import json
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import DjangoAssertNumQueries

from backend.audit import services as audit
from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.registry.models import CatalogueEntry, Mineral, ProvincialHours, ReferenceRow
from backend.registry.selectors import catalogue as reading
from backend.registry.selectors.reference import bodies
from backend.registry.services.catalogue import catalogue_record, catalogue_retire, catalogue_verify
from backend.registry.services.defaults import CATALOGUE, CatalogueLoaded, catalogue_load, hours_load, minerals_load
from shared.problems import Problem
from shared.rules import catalogue
from tests.shared.rules.catalogue_data import ROWS

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
TODAY = date(2026, 11, 20)
LAWYER = "Luật sư (thử)"

pytestmark = pytest.mark.django_db


def record(rows: list[dict[str, Any]]) -> list[CatalogueEntry]:
    return catalogue_record(rows, actor=audit.SYSTEM, now=NOW, source="thử")


def load(**more: Any) -> CatalogueLoaded:
    return catalogue_load(actor=audit.SYSTEM, now=NOW, **more)


def row(code: str, valid_from: str = "2022-01-06") -> dict[str, Any]:
    return copy.deepcopy(next(r for r in ROWS if (r["code"], r["valid_from"]) == (code, valid_from)))


def corrected() -> dict[str, Any]:
    """KT-01 with another top band, as a lawyer might find."""
    changed = row("KT-01")
    changed["content"]["act"][0]["tiers"][-1]["ALL"] = ["e", 150, 250]
    return changed


def entry(code: str, day: date = TODAY) -> CatalogueEntry:
    return next(e for e in reading.standing().filter(code=code) if e.valid_to is None or e.valid_to >= day)


def events() -> list[dict[str, Any]]:
    return [json.loads(e.data) for e in Event.objects.filter(action="catalogue:recorded").order_by("index")]


def refused(problem: Problem) -> list[str]:
    return [error.code for error in problem.errors]


# --- recording


def test_the_file_is_recorded_row_by_row_and_reads_as_the_file_does() -> None:
    made = record(ROWS)
    assert len(made) == len(ROWS) == reading.standing().count()
    found = reading.catalogue_standing()
    assert found.version == catalogue.version_of(ROWS), "what a database does to JSON changes no version"
    by_date = sorted(catalogue.read(ROWS).types, key=lambda t: (t.code, t.valid_from))
    assert [(t.code, t.valid_from, t.acts) for t in found.types] == [(t.code, t.valid_from, t.acts) for t in by_date]
    assert len(events()) == 1
    assert list(verify()) == []


def test_recording_again_changes_nothing() -> None:
    record(ROWS)
    numbers = list(ReferenceRow.objects.order_by("id").values_list("number", flat=True))
    assert record(ROWS) == []
    assert CatalogueEntry.objects.count() == len(ROWS)
    assert list(ReferenceRow.objects.order_by("id").values_list("number", flat=True)) == numbers


def test_a_correction_is_the_next_revision_and_the_older_one_stays_readable() -> None:
    record(ROWS)
    (made,) = record([corrected()])
    assert (made.revision, made.retired) == (2, False)
    newest, oldest = reading.revisions("KT-01", date(2022, 1, 6))
    assert (newest.revision, oldest.revision, oldest.retired) == (2, 1, True)
    assert oldest.content == row("KT-01")["content"]
    (standing,) = reading.types_on(["KT-01"], TODAY).values()
    assert max(cell.high for tier in standing.acts[0].tiers for cell in tier.cells.values()) == 250_000_000  # type: ignore[union-attr]
    assert events()[-1]["revisions"] == ["KT-01@2022-01-06:2"]


def test_a_later_provision_closes_the_former_by_a_revision_of_it() -> None:
    record(ROWS)
    closed, later = row("KT-21", "2020-05-10"), row("KT-21", "2020-05-10")
    closed["valid_to"], later["valid_from"] = "2026-12-31", "2027-01-01"
    later["content"]["decree"] = "99/2026/NĐ-CP"
    record([closed, later])
    decrees = {day: reading.types_on(["KT-21"], day)["KT-21"].decree for day in (date(2026, 12, 31), date(2027, 1, 1))}
    assert list(decrees.values()) == ["36/2020/NĐ-CP", "99/2026/NĐ-CP"]


@pytest.mark.parametrize("wrong", ["overlap", "unknown code", "unreadable", "bad consequence", "twice"])
def test_what_would_break_the_catalogue_is_refused_whole(wrong: str) -> None:
    record(ROWS)
    before = list(CatalogueEntry.objects.order_by("id").values())
    good, bad = corrected(), row("KT-21", "2020-05-10")
    if wrong == "overlap":
        bad["valid_from"] = "2026-01-01"
    elif wrong == "unknown code":
        bad["content"]["see"] = ["KT-77"]
    elif wrong == "unreadable":
        bad["content"]["act"][0]["tiers"] = []
    elif wrong == "bad consequence":
        bad = {**row("BP-01", "2020-05-10"), "code": "XX-01"}
    else:
        bad = copy.deepcopy(good)
    with pytest.raises(Problem) as refusal:
        record([good, bad])
    assert refused(refusal.value) == ["duplicate" if wrong == "twice" else "catalogue_row"]
    assert list(CatalogueEntry.objects.order_by("id").values()) == before
    assert len(events()) == 1


def test_what_is_wrong_is_said_in_both_languages() -> None:
    with pytest.raises(Problem) as refusal:
        record([{**row("KT-21", "2020-05-10"), "valid_to": "2019-01-01"}])
    said = [refusal.value.errors[0].as_json(language)["detail"] for language in ("vi", "en")]
    assert all("valid_from is after valid_to" in words for words in said)
    assert said[0] != said[1]


# --- verification


def test_verification_is_a_mark_and_brings_the_citation() -> None:
    record(ROWS)
    assert not reading.types_on(["KT-01"], TODAY)["KT-01"].verified
    marked = catalogue_verify(entry("KT-01"), verified_on=TODAY, verified_by=LAWYER, actor="an", now=NOW)
    assert marked.revision == 1
    assert reading.types_on(["KT-01"], TODAY)["KT-01"].verified
    (published,) = (body for body in bodies("violation_types") if body["id"] == "KT-01@2022-01-06")
    assert published["verified_on"] == "2026-11-20"
    assert events()[-1] == {"before": None, "verified_on": "2026-11-20"}


def test_loading_the_file_again_keeps_a_verification() -> None:
    record(ROWS)
    catalogue_verify(entry("KT-01"), verified_on=TODAY, verified_by=LAWYER, actor="an", now=NOW)
    record(ROWS)
    assert reading.types_on(["KT-01"], TODAY)["KT-01"].verified_by == LAWYER


def test_a_mark_in_the_file_is_taken_where_there_is_none() -> None:
    record(ROWS)
    assert record([{**row("KT-01"), "verified_on": "2026-11-19", "verified_by": LAWYER}]) == []
    assert reading.types_on(["KT-01"], TODAY)["KT-01"].verified_on == date(2026, 11, 19)
    assert events()[-1]["verified"] == ["KT-01@2022-01-06"]


def test_a_corrected_row_is_not_verified_by_what_its_former_was() -> None:
    record(ROWS)
    catalogue_verify(entry("KT-01"), verified_on=TODAY, verified_by=LAWYER, actor="an", now=NOW)
    record([corrected()])
    assert not reading.types_on(["KT-01"], TODAY)["KT-01"].verified


@pytest.mark.parametrize(
    ("on", "by", "path"), [(date(2026, 11, 21), LAWYER, "verified_on"), (TODAY, " ", "verified_by")]
)
def test_verification_needs_a_name_and_a_day_that_has_come(on: date, by: str, path: str) -> None:
    record(ROWS)
    with pytest.raises(Problem) as refusal:
        catalogue_verify(entry("KT-01"), verified_on=on, verified_by=by, actor="an", now=NOW)
    assert [error.path for error in refusal.value.errors] == [path]


def test_a_replaced_row_cannot_be_verified_or_retired() -> None:
    record(ROWS)
    old = entry("KT-01")
    record([corrected()])
    for call in (
        lambda: catalogue_verify(old, verified_on=TODAY, verified_by=LAWYER, actor="an", now=NOW),
        lambda: catalogue_retire(old, reason="thử", actor="an", now=NOW),
    ):
        with pytest.raises(Problem) as refusal:
            call()
        assert refusal.value.code == "not_found"


# --- taking out


def test_a_row_taken_out_is_gone_from_phones_and_comes_back_as_the_next_revision() -> None:
    record(ROWS)
    catalogue_retire(entry("KV-00"), reason="ghi nhầm", actor="an", now=NOW)
    assert reading.types_on(["KV-00"], TODAY) == {}
    assert ReferenceRow.objects.get(row_id="KV-00@2020-05-10").removed
    (back,) = record([row("KV-00", "2020-05-10")])
    assert back.revision == 2
    assert not ReferenceRow.objects.get(row_id="KV-00@2020-05-10").removed


def test_a_row_others_refer_to_stays() -> None:
    record(ROWS)
    with pytest.raises(Problem) as refusal:
        catalogue_retire(entry("BS-01"), reason="thử", actor="an", now=NOW)
    assert refused(refusal.value) == ["catalogue_row"]
    assert not entry("BS-01").retired
    assert not ReferenceRow.objects.get(row_id="BS-01@2020-05-10").removed


def test_taking_out_needs_a_reason() -> None:
    record(ROWS)
    with pytest.raises(Problem):
        catalogue_retire(entry("KV-00"), reason=" ", actor="an", now=NOW)


# --- reading


def test_catalogue_on_a_day_has_one_row_of_each_code_then_in_force(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    record(ROWS)
    day = date(2022, 1, 5)
    with django_assert_num_queries(1):
        then = reading.catalogue_on(day)
    codes = [found.code for found in then]
    assert codes == sorted(set(codes))
    assert {"KT-01", "KV-00"} < set(codes)
    assert all(found.valid_on(day) for found in then)
    assert reading.catalogue_on(date(2020, 5, 9)) == ()


def test_types_of_codes_take_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    record(ROWS)
    with django_assert_num_queries(1):
        found = reading.types_on(["KT-01", "KT-05", "VC-01", "BP-01", "ZZ-99"], TODAY)
    assert set(found) == {"KT-01", "KT-05", "VC-01"}


# --- phones


def test_phones_get_rows_their_rule_reads_and_the_same_version() -> None:
    record(ROWS)
    rows = list(bodies("violation_types"))
    assert {r["id"] for r in rows} == {f"{r['code']}@{r['valid_from']}" for r in ROWS}
    assert catalogue.read(rows).version == reading.catalogue_standing().version


def test_the_catalogue_on_its_way_to_a_phone_is_under_10_kb() -> None:
    record(ROWS)
    text = json.dumps(list(bodies("violation_types")), ensure_ascii=False, separators=(",", ":"))
    assert len(gzip.compress(text.encode(), 6)) < 10_000
    assert "unsure" not in text


def test_a_correction_travels_as_one_row() -> None:
    record(ROWS)
    before = max(ReferenceRow.objects.values_list("number", flat=True))
    record([corrected()])
    assert list(ReferenceRow.objects.filter(number__gt=before).values_list("row_id", flat=True)) == ["KT-01@2022-01-06"]


# --- loading


def test_loading_adds_all_then_nothing() -> None:
    first = load()
    assert (len(first.added), first.kept) == (len(ROWS), ())
    assert load() == CatalogueLoaded((), ())
    assert len(events()) == 1, "nothing to say, nothing recorded"


def test_loading_leaves_a_persons_correction_alone_and_says_so() -> None:
    load()
    record([corrected()])
    assert load() == CatalogueLoaded((), ("KT-01@2022-01-06",))
    assert entry("KT-01").content == corrected()["content"]
    assert load(take=["KT-01@2022-01-06"]) == CatalogueLoaded(("KT-01@2022-01-06",), ())
    assert (entry("KT-01").revision, entry("KT-01").content) == (3, row("KT-01")["content"])


def test_loading_does_not_bring_back_what_a_person_took_out() -> None:
    load()
    catalogue_retire(entry("KV-00"), reason="thử", actor="an", now=NOW)
    assert load() == CatalogueLoaded((), ("KV-00@2020-05-10",))
    assert load(take=["KV-00@2020-05-10"]).added == ("KV-00@2020-05-10",)


def test_taking_a_row_the_file_does_not_have_is_refused() -> None:
    with pytest.raises(Problem):
        load(take=["KT-01@1999-01-01"])
    assert not CatalogueEntry.objects.exists()


def command(*args: str) -> str:
    out = StringIO()
    call_command("load_registry", *args, stdout=out)
    return out.getvalue()


def test_command_loads_and_loading_again_adds_nothing() -> None:
    assert f"+{len(ROWS)}" in command()
    counts = CatalogueEntry.objects.count(), Mineral.objects.count(), ProvincialHours.objects.count()
    assert all(counts)
    again = command()
    assert again.count("+0") == 4
    assert (CatalogueEntry.objects.count(), Mineral.objects.count(), ProvincialHours.objects.count()) == counts


def test_command_says_which_rows_differ_and_takes_one_when_told() -> None:
    command()
    record([corrected()])
    out = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("load_registry", stdout=out)
    assert refusal.value.returncode == 1
    assert "KT-01@2022-01-06" in out.getvalue()
    command("--take", "KT-01@2022-01-06")
    assert entry("KT-01").revision == 3


@pytest.mark.parametrize("text", ["code = [", '[[violation]]\ncode = "KT-01"', None])
def test_command_refuses_a_file_it_cannot_read_and_loads_nothing(text: str | None, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError) as refusal:
        command("--catalogue", str(file))
    assert refusal.value.returncode == 2
    assert (CatalogueEntry.objects.count(), Mineral.objects.count()) == (0, 0)


def test_command_takes_another_file(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.toml"
    file.write_text(
        CATALOGUE.read_text(encoding="utf-8").replace("Tịch thu phương tiện vi phạm", "Tịch thu phương tiện"),
        encoding="utf-8",
    )
    command("--catalogue", str(file))
    assert CatalogueEntry.objects.get(code="BS-02").content["vi"] == "Tịch thu phương tiện"


def test_minerals_of_the_start_have_no_density_that_nobody_established() -> None:
    codes = minerals_load(actor=audit.SYSTEM, now=NOW)
    assert len(codes) == Mineral.objects.count() > 10
    assert set(Mineral.objects.values_list("density", flat=True)) == {None}
    Mineral.objects.filter(code="CAT-SONG").update(name="Cát sông (sửa)")
    assert minerals_load(actor=audit.SYSTEM, now=NOW) == []
    assert Mineral.objects.get(code="CAT-SONG").name == "Cát sông (sửa)"


def test_hours_of_the_start_end_with_the_decree_that_set_them() -> None:
    assert hours_load(actor=audit.SYSTEM, now=NOW) == ["riverbed_sand@2020-05-10", "riverbed_sand@2025-03-01"]
    assert hours_load(actor=audit.SYSTEM, now=NOW) == []
    assert max(ProvincialHours.objects.values_list("valid_to", flat=True)) == date(2025, 7, 1)
