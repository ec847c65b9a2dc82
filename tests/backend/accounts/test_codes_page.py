"""The page on which a supervisor makes an enrolment code: seen once, by the right people, and in no address."""

import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import segno
from django.utils import timezone
from rest_framework.test import APIClient

from backend.accounts import pages
from backend.accounts.models import EnrolmentCode
from backend.audit.models import Event
from shared.workflow.states import Role
from tests.backend.conftest import PASSWORD, Cast, officer
from tests.factories.reports import SealingPhone

PAGE = "/devices/codes/"


def browser(username: str, **headers: str) -> APIClient:
    api = APIClient(headers=headers or None, raise_request_exception=False)
    assert api.login(username=username, password=PASSWORD)
    return api


def make(api: APIClient, whom: Any) -> Any:
    return api.post(PAGE, {"officer": str(whom)}, format="multipart")


def text_of(page: str) -> str:
    found = re.search(r"kiemkhoang:[^<\s]+", page)
    assert found is not None
    return found[0]


def test_page_shows_the_code_its_qr_and_how_long_it_holds(cast: Cast) -> None:
    answer = make(browser("binh"), cast.an.id)
    page = answer.content.decode()
    assert answer.status_code == 200
    text = text_of(page)
    match = re.fullmatch(r"kiemkhoang:http://testserver/#([0-9A-Z]{5}-[0-9A-Z]{5})\.([0-9a-f]{64})", text)
    assert match is not None
    assert f"<code>{match[1]}</code>" in page
    assert "15 phút" in page
    assert 'data-seconds="900"' in page
    assert pages.qr_drawing(text) in page
    wish = {"code": match[1], "public_key": SealingPhone().public_key_pem, "model": "Máy", "platform": "test"}
    enrolled = APIClient().post("/api/v1/devices/enrol/", wish, format="json").json()
    assert (enrolled["officer"]["username"], enrolled["keys"][0]["id"]) == ("an", match[2])
    assert EnrolmentCode.objects.get().made_by == cast.binh
    assert Event.objects.get(action="code:made").actor == str(cast.binh.id)


def test_drawing_is_the_qr_code_of_the_text_with_its_quiet_zone() -> None:
    """The dark runs of the drawing, read back, are the modules that a QR code of that text has."""
    text = "kiemkhoang:https://office.example/#ABCDE-01234." + "0f" * 32
    drawing = ElementTree.fromstring(pages.qr_drawing(text))  # noqa: S314 - made by this test's own call
    code = segno.make(text, error="m", micro=False)
    size = code.symbol_size(border=4)[0]
    path = drawing.findall(".//path")[-1]
    assert path.get("stroke") == "#000"
    dark, x, y = set(), 0.0, 0.0
    for kind, numbers in re.findall(r"([Mmh])([-\d. ]+)", str(path.get("d"))):
        found = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if kind == "h":
            dark |= {(int(x + i), int(y)) for i in range(int(found[0]))}
            x += found[0]
        else:
            x, y = (found[0], found[1]) if kind == "M" else (x + found[0], y + found[1])
    wanted = {(4 + column, 4 + row) for row, line in enumerate(code.matrix) for column, bit in enumerate(line) if bit}
    assert dark == wanted
    assert drawing.get("viewBox") == f"0 0 {size * 4} {size * 4}"


def test_code_is_kept_by_no_cache_and_stands_in_no_address(cast: Cast) -> None:
    api = browser("binh")
    for answer in (api.get(PAGE), make(api, cast.an.id)):
        assert answer["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert "Location" not in answer
    assert "kiemkhoang:" not in api.get(PAGE).content.decode(), "seen once"
    assert api.get(PAGE, {"officer": str(cast.an.id)}).status_code == 200
    assert EnrolmentCode.objects.count() == 1, "an address makes no code"


@pytest.mark.parametrize(
    ("username", "status"), [("binh", 200), ("cuong", 200), ("em", 200), ("an", 403), ("dung", 403)]
)
def test_page_is_for_those_who_keep_devices(cast: Cast, username: str, status: int) -> None:
    api = browser(username)
    assert api.get(PAGE).status_code == status
    assert make(api, cast.an.id).status_code == status
    assert EnrolmentCode.objects.count() == (status == 200)
    landing = api.get("/api/v1/", headers={"Accept": "text/html"}).content.decode()
    assert (f'href="{PAGE}"' in landing) == (status == 200)


def test_stranger_is_sent_to_sign_in_and_back(cast: Cast) -> None:
    for answer in (APIClient().get(PAGE), make(APIClient(), cast.an.id)):
        assert (answer.status_code, answer["Location"]) == (302, f"/web-session/login/?next={PAGE}")
    assert not EnrolmentCode.objects.exists()


def test_page_offers_and_takes_nobody_outside_the_scope(cast: Cast) -> None:
    minh = officer("minh", cast.market_team, Role.INSPECTOR)
    gone = officer("gone", cast.team, Role.INSPECTOR)
    gone.is_active = False
    gone.save()
    api = browser("binh")
    page = api.get(PAGE).content.decode()
    offered = set(re.findall(r'<option value="([0-9a-f-]{36})"', page))
    assert offered == {str(cast.an.id), str(cast.binh.id)}
    for whom in (minh.id, cast.cuong.id, gone.id, "", "no uuid", "'; DROP TABLE"):
        answer = make(api, whom)
        assert answer.status_code == 404
        assert "kiemkhoang:" not in answer.content.decode()
    assert not EnrolmentCode.objects.exists()


def test_names_are_text(cast: Cast) -> None:
    cast.an.name = "<script>alert(1)</script>"
    cast.an.save()
    page = make(browser("binh"), cast.an.id).content.decode()
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)") == 2


def test_form_without_its_token_makes_no_code(cast: Cast) -> None:
    api = APIClient(enforce_csrf_checks=True)
    api.login(username="binh", password=PASSWORD)
    answer = make(api, cast.an.id)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    assert not EnrolmentCode.objects.exists()


@pytest.mark.parametrize(
    ("language", "words"), [("vi", "Mã kích hoạt điện thoại"), ("en", "Enrolment codes for phones")]
)
def test_page_speaks_the_readers_language(cast: Cast, language: str, words: str) -> None:
    page = browser("binh", **{"Accept-Language": language}).get(PAGE).content.decode()
    assert f"<h1>{words}</h1>" in page
    assert f'<html lang="{language}">' in page


def test_page_costs_the_same_queries_however_many_officers(
    cast: Cast, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    api = browser("binh")
    with django_assert_max_num_queries(8) as few:
        api.get(PAGE)
    for i in range(30):
        officer(f"more{i}", cast.team, Role.INSPECTOR)
    with django_assert_num_queries(len(few.captured_queries)):
        api.get(PAGE)


def test_code_made_on_the_page_ends_after_fifteen_minutes(cast: Cast) -> None:
    make(browser("binh"), cast.an.id)
    left = EnrolmentCode.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
