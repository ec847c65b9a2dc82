"""Who may open which page, what is recorded, and what a browser may load."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from backend.accounts.models import Officer
from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.config.admin import policy
from backend.registry.admin.base import TablePages
from backend.registry.models import ImportRun
from backend.registry.services.imports import run_open
from tests.backend.conftest import Cast
from tests.backend.registry.admin.conftest import NOW, Browser, body_of, events, listed, page_of

pytestmark = pytest.mark.django_db

MODELS = sorted(str(model._meta.model_name) for model in admin.site._registry)
PERSONAL = {"licence", "holder", "vehicle", "importrun"}


def pages() -> list[tuple[str, TablePages]]:
    return [(str(model._meta.model_name), table) for model, table in admin.site._registry.items()]  # type: ignore[misc]


@pytest.fixture
def run(cast: Cast) -> ImportRun:
    made = run_open(
        kind="licences",
        file_name="sổ.csv",
        sha256="0" * 64,
        size=10,
        options={},
        answers={},
        by=cast.em,
        now=NOW,
    )
    made.state, made.counts = "checked", {"accepted": 1}
    made.save()
    made.rows.create(number=1, name="1/GP", key="1/GP", outcome="accepted", content={"properties": {}, "fields": {}})
    return made


def status_of(client: Client, address: str) -> int:
    answer = client.get(address)
    body_of(answer)
    return int(answer.status_code)


def addresses(register: dict[str, Any], run: ImportRun) -> tuple[list[str], list[str]]:
    """(to read, to write) of every table."""
    rows = {**register, "importrun": run}
    reads, writes = ["/admin/", "/admin/registry/"], []
    for model, table in pages():
        pk = rows[model].pk
        reads += [listed(model), page_of(model, pk)]
        writes += [f"{listed(model)}add/"] if table.add_form_class else []
        writes += [page_of(model, pk, one.name) for one in table.row_forms]
    base = f"{listed('importrun')}{run.pk}/"
    reads += [f"{base}state/", f"{base}row/1/", f"{base}report.csv", f"{base}report.xlsx"]
    return reads, writes


def test_every_table_of_the_registry_has_its_pages_and_nothing_else_has() -> None:
    without = {"importrow", "licencearea", "licenceversion", "licensedequipment", "licensedmineral", "stockyard",
               "ledgeryear", "referencerow"}  # fmt: skip
    every = {str(model._meta.model_name) for model in apps.get_app_config("registry").get_models()}
    assert set(MODELS) == every - without
    assert {model._meta.app_label for model in admin.site._registry} == {"registry"}


def test_administrators_read_and_write_auditors_read_others_are_told_why(
    cast: Cast, register: dict[str, Any], run: ImportRun, browser: Browser, other_administrator: Officer
) -> None:
    reads, writes = addresses(register, run)
    expected = {
        "em": (cast.em, 200, 200),
        "dung": (cast.dung, 200, 403),
        "an": (cast.an, 403, 403),
        "binh": (cast.binh, 403, 403),
        "cuong": (cast.cuong, 403, 403),
        "chi": (cast.chi, 403, 403),
        "giang": (other_administrator, 403, 403),
        "nobody": (None, 302, 302),
    }
    for name, (who, reading, writing) in expected.items():
        client = browser(who)
        found = {address: status_of(client, address) for address in (*reads, *writes)}
        wrong = {a: s for a, s in found.items() if s != (writing if a in writes else reading)}
        assert wrong == {}, name


def test_no_post_of_a_reader_or_stranger_writes(
    cast: Cast, register: dict[str, Any], run: ImportRun, browser: Browser, other_administrator: Officer
) -> None:
    _, writes = addresses(register, run)
    base = f"{listed('importrun')}{run.pk}/"
    posts = [*writes, f"{base}stop/", f"{base}answer/", f"{base}apply/"]
    before = Event.objects.exclude(action__startswith="officer:").count()
    for who in (cast.dung, cast.an, cast.binh, cast.cuong, cast.chi, other_administrator, None):
        client = browser(who)
        assert {client.post(address, {}).status_code for address in posts} <= {302, 403}
    assert Event.objects.exclude(action__startswith="officer:").count() == before


def test_nothing_can_be_deleted(cast: Cast, register: dict[str, Any], run: ImportRun, em: Client) -> None:
    for model, _ in pages():
        row = {**register, "importrun": run}[model]
        for call in (em.get, em.post):
            assert call(page_of(model, row.pk, "delete"), {"post": "yes"}).status_code == 403
        assert type(row).objects.filter(pk=row.pk).exists()
        answer = em.post(listed(model), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})
        assert answer.status_code in (200, 302)
        assert type(row).objects.filter(pk=row.pk).exists()


def test_a_refused_reader_gets_a_sentence_and_a_way_out(cast: Cast, browser: Browser) -> None:
    for language, word in (("vi", "Đăng xuất"), ("en", "Sign out")):
        answer = browser(cast.an, language).get("/admin/")
        page = answer.content.decode()
        assert (answer.status_code, f'lang="{language}"' in page, word in page) == (403, True, True)
        assert "/web-session/logout/" in page


@pytest.mark.parametrize(("language", "word"), [("vi", "Đăng nhập"), ("en", "Sign in")])
def test_the_sign_in_page_is_in_the_readers_language(language: str, word: str, db: None) -> None:
    page = Client(headers={"accept-language": language}).get("/web-session/login/").content.decode()
    assert word in page


def test_a_stranger_is_sent_to_the_page_where_one_signs_in(db: None) -> None:
    answer = Client().get("/admin/registry/licence/?q=x")
    assert answer.status_code == 302
    assert answer["Location"] == "/web-session/login/?next=/admin/registry/licence/%3Fq%3Dx"


def test_views_of_personal_data_are_recorded_and_others_are_not(
    cast: Cast, register: dict[str, Any], run: ImportRun, browser: Browser
) -> None:
    rows = {**register, "importrun": run}
    client = browser(cast.dung)
    for model, _ in pages():
        before = len(events("registry:viewed"))
        client.get(listed(model))
        client.get(page_of(model, rows[model].pk))
        found = events("registry:viewed")[before:]
        if model in PERSONAL:
            assert [event.subject for event in found] == [f"registry:{model}", f"{model}:{rows[model].pk}"]
            assert {event.actor for event in found} == {str(cast.dung.id)}
            assert str(rows[model].pk) in found[0].data
        else:
            assert found == [], model
    names = ("Công ty", "0100109106", "Phố Thử", "sổ.csv", "89C")
    assert [event.data for event in events() if any(name in event.data for name in names)] == []
    assert list(verify()) == []


def test_rows_reports_and_forms_of_a_run_are_recorded_too(cast: Cast, run: ImportRun, em: Client) -> None:
    base = f"{listed('importrun')}{run.pk}/"
    for address in ("row/1/", "report.csv", "report.xlsx"):
        before = len(events("registry:viewed"))
        assert status_of(em, base + address) == 200
        assert len(events("registry:viewed")) == before + 1
    before = len(events("registry:viewed"))
    assert em.get(f"{base}state/").json()["state"] == "checked"
    assert len(events("registry:viewed")) == before


def test_searching_is_recorded_without_what_was_searched(register: dict[str, Any], em: Client) -> None:
    em.get(listed("holder"), {"q": "Bí mật"})
    (event,) = events("registry:viewed")
    assert '"searched":true' in event.data
    assert "mật" not in event.data


# --- what a browser may load

INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", re.IGNORECASE)


def test_pages_carry_the_policy_and_nothing_inline(register: dict[str, Any], run: ImportRun, em: Client) -> None:
    reads, writes = addresses(register, run)
    for address in (*reads, *writes):
        answer = em.get(address)
        body = body_of(answer).decode("utf-8", "replace")
        rule = answer["Content-Security-Policy"]
        assert "default-src 'self'" in rule
        assert "unsafe" not in rule
        if answer["Content-Type"].startswith("text/html"):
            assert INLINE.findall(body) == [], address


def test_refusals_carry_the_policy_too(cast: Cast, browser: Browser) -> None:
    answer = browser(cast.an).get("/admin/")
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert INLINE.findall(answer.content.decode()) == []


def test_inline_things_would_be_seen() -> None:
    for text in ("<script>x</script>", '<p style="x">', "<style>", '<a onclick="x">', "javascript:x"):
        assert INLINE.search(text), text
    assert not INLINE.search('<script src="/x.js" defer></script>')


def test_tiles_may_be_loaded_from_where_the_office_says(
    settings: LazySettings, register: dict[str, Any], em: Client
) -> None:
    address = page_of("licence", register["licence"].pk)
    assert "img-src 'self' data:;" in em.get(address)["Content-Security-Policy"]
    settings.MAP_TILES = "https://{s}.tiles.example:8443/a/{z}/{x}/{y}.png"
    answer = em.get(address)
    assert "img-src 'self' data: https://*.tiles.example:8443;" in answer["Content-Security-Policy"]
    assert 'data-tiles="https://{s}.tiles.example:8443/a/{z}/{x}/{y}.png"' in answer.content.decode()


@pytest.mark.parametrize(
    "tiles", ["javascript:x", "tiles.example/{z}", "https://x;script-src *", "https://x y/{z}", "https://"]
)
def test_an_address_that_is_none_stops_the_program(tiles: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        policy(tiles)


def test_headings_of_ours_are_in_the_readers_language(
    cast: Cast, register: dict[str, Any], run: ImportRun, browser: Browser
) -> None:
    """A page in English says nothing of our words in Vietnamese: what the rows say is left out before looking."""
    reads, writes = addresses(register, run)
    client = browser(cast.em, "en")
    pages_en = {address: body_of(client.get(address)).decode("utf-8", "replace") for address in (*reads, *writes)}
    accents = re.compile(r"[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđĐ]")
    label = re.compile(r"<(?:th(?! class=\"field-)|h1|h2|label|legend|button|summary)\b[^>]*>(.*?)</", re.S)
    shown = {"Đ48", "SỞ", "Thử", "thử", "sổ.csv", "Cát", "Hưng Yên", "Tổ kiểm tra"}
    for address, text in pages_en.items():
        if "<html" not in text:
            continue
        named = re.sub(r"<bdi>.*?</bdi>", "", text, flags=re.DOTALL)  # what rows are called
        bad = [found for found in label.findall(named) if accents.search(found) and not any(w in found for w in shown)]
        assert bad == [], address
