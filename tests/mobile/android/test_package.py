"""The package for Android: what is verified of it, and that each fault is found."""

from configparser import ConfigParser
from pathlib import Path

import pytest

from mobile.android import verify
from mobile.android.stage import LEFT_OUT, stage, staged

ROOT = Path(__file__).resolve().parents[3]
SPEC = ROOT / "mobile" / "android" / "buildozer.spec"


def spec(**changes: str) -> ConfigParser:
    read = verify.read_spec(SPEC)
    for name, value in changes.items():
        read["app"][name.replace("__", ".")] = value
    return read


def requirements() -> list[str]:
    return verify.names_in(spec()["app"]["requirements"])


def test_the_spec_holds() -> None:
    assert list(verify.spec_faults(spec())) == []
    assert spec()["app"]["title"] == "Kiểm Khoáng"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"android__allow_backup": "True"}, "allow_backup"),
        ({"android__api": "33"}, "android.api"),
        ({"android__minapi": "24"}, "minapi"),
        ({"android__archs": "armeabi-v7a"}, "archs"),
        ({"android__permissions": "INTERNET"}, "thiếu quyền"),
        (
            {
                "android__permissions": "INTERNET,ACCESS_NETWORK_STATE,ACCESS_FINE_LOCATION,ACCESS_COARSE_LOCATION,"
                "ACCESS_BACKGROUND_LOCATION"
            },
            "thừa quyền / permission too many: ACCESS_BACKGROUND_LOCATION",
        ),
        ({"services": "Track:track.py:foreground"}, "dịch vụ nền"),
    ],
)
def test_what_the_spec_must_not_say(changes: dict[str, str], said: str) -> None:
    assert any(said in fault for fault in verify.spec_faults(spec(**changes)))


def test_every_requirement_is_a_recipe_or_pure_python() -> None:
    names = requirements()
    assert list(verify.requirement_faults(names, verify.wheels_here(names))) == []


@pytest.mark.parametrize(
    ("name", "wheels", "said"),
    [
        ("shapely", {"shapely": "cp311-cp311-manylinux_2_28_x86_64"}, "không phải Python thuần"),
        ("plyer", {}, "chưa cài ở đây"),
    ],
)
def test_a_requirement_that_is_neither_is_found(name: str, wheels: dict[str, str], said: str) -> None:
    (fault,) = verify.requirement_faults(["kivy", name], wheels)
    assert said in fault


def test_every_import_is_among_the_requirements() -> None:
    assert list(verify.import_faults(ROOT, staged(ROOT), requirements())) == []


@pytest.mark.parametrize("name", ["requests", "kivy_garden.mapview", "cryptography", "geopy"])
def test_an_import_that_nothing_brings_is_found(name: str) -> None:
    fewer = [one for one in requirements() if one != name]
    assert any(name.partition(".")[0] in fault for fault in verify.import_faults(ROOT, staged(ROOT), fewer))


def test_nothing_of_the_office_and_no_tests_go_in() -> None:
    found = list(staged(ROOT))
    assert list(verify.content_faults(found)) == []
    assert not {path.as_posix() for path in found} & LEFT_OUT
    assert {"mobile/main.py", "mobile/fonts/icons.ttf", "mobile/fonts/NOTICE.md"} <= {p.as_posix() for p in found}
    assert "shared/i18n/vi/LC_MESSAGES/kiem_khoang.mo" in {path.as_posix() for path in found}


@pytest.mark.parametrize(
    "path", ["backend/manage.py", "mobile/key.pem", "shared/test_it.py", "tests/x.py", "shared/.env"]
)
def test_what_must_not_go_in_is_found(path: str) -> None:
    assert len(list(verify.content_faults([Path(path)]))) == 1


def test_the_staged_tree_begins_with_the_app_and_imports_by_itself(tmp_path: Path) -> None:
    files = stage(ROOT, tmp_path / "app")
    assert "from mobile.main import main" in (tmp_path / "app" / "main.py").read_text(encoding="utf-8")
    plain = [path for path in files if path.parts[0] == "shared" or path.parts[:2] == ("mobile", "services")]
    allowed = verify.modules_of(requirements())
    assert verify.imports_apart(tmp_path / "app", plain, allowed) == []
    without = verify.imports_apart(tmp_path / "app", plain, allowed - {"tzdata"})
    assert any("ZoneInfoNotFoundError" in fault for fault in without)
