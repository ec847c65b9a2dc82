"""The package for Android: what is verified of it, and that each fault is found."""

import os
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from mobile.android import verify
from mobile.android.alone import GONE, OnlyThePhones
from mobile.android.stage import LEFT_OUT, MAIN, stage, staged, with_versions
from mobile.android.tools import pins

ROOT = Path(__file__).resolve().parents[3]
SPEC = ROOT / "mobile" / "android" / "buildozer.spec"
PERMISSIONS = "INTERNET,ACCESS_NETWORK_STATE,ACCESS_FINE_LOCATION,ACCESS_COARSE_LOCATION"
EXTENSIONS = ("py", "ttf", "mo", "txt", "md")


def spec(**changes: str) -> ConfigParser:
    read = verify.read_spec(SPEC)
    for name, value in changes.items():
        read["app"][name.replace("__", ".")] = value
    return read


def requirements() -> list[str]:
    return verify.names_in(spec()["app"]["requirements"])


def test_the_spec_holds() -> None:
    assert list(verify.spec_faults(spec())) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": "Kiem Khoang"}, "title"),
        ({"android__allow_backup": "True"}, "allow_backup"),
        ({"android__api": "33"}, "android.api"),
        ({"android__minapi": "24"}, "minapi"),
        ({"android__archs": "armeabi-v7a"}, "archs"),
        ({"android__gradle_dependencies": ""}, "gradle_dependencies"),
        ({"android__permissions": "INTERNET"}, "thiếu quyền"),
        ({"android__permissions": f"{PERMISSIONS},CAMERA"}, "permission too many: CAMERA"),
        (
            {"android__permissions": f"{PERMISSIONS},android.permission.ACCESS_BACKGROUND_LOCATION"},
            "permission too many: ACCESS_BACKGROUND_LOCATION",
        ),
        ({"services": "Track:track.py:foreground"}, "services"),
        ({"android__extra_manifest_xml": "more.xml"}, "android.extra_manifest_xml"),
        ({"p4a__hook": "hook.py"}, "p4a.hook"),
    ],
)
def test_what_the_spec_must_not_say(changes: dict[str, str], said: str) -> None:
    assert any(said in fault for fault in verify.spec_faults(spec(**changes)))


def test_a_list_in_a_section_of_its_own_would_stand_for_the_line_and_is_found() -> None:
    read = spec()
    read.add_section("app:android.permissions")
    assert any("[app:android.permissions]" in fault for fault in verify.spec_faults(read))


def test_the_package_has_the_version_of_the_app() -> None:
    bootstrap = (ROOT / "mobile" / "bootstrap.py").read_text(encoding="utf-8")
    assert list(verify.version_faults(spec(), bootstrap)) == []
    assert len(list(verify.version_faults(spec(version="9.9"), bootstrap))) == 1


def test_every_requirement_that_is_installed_here_is_a_recipe_or_pure_python() -> None:
    wheels = verify.wheels_here(requirements())
    known = [name for name in requirements() if name in verify.NATIVE or verify.normal(name) in wheels]
    assert list(verify.requirement_faults(known, wheels)) == []
    assert set(requirements()) - set(known) <= {"chardet", "six"}, "only what a recipe asks for is not used on a desk"


@pytest.mark.parametrize(
    ("name", "wheels", "said"),
    [
        ("shapely", {"shapely": "cp311-cp311-manylinux_2_28_x86_64"}, "không phải Python thuần"),
        ("plyer", {}, "neither a recipe nor a wheel"),
    ],
)
def test_a_requirement_that_is_neither_is_found(name: str, wheels: dict[str, str], said: str) -> None:
    (fault,) = verify.requirement_faults(["kivy", name], wheels)
    assert said in fault


def test_a_native_requirement_without_a_recipe_and_a_recipe_in_the_place_of_a_wheel_are_found() -> None:
    assert list(verify.recipe_faults(["kivy", "requests"], frozenset({"kivy"}))) == []
    assert "cryptography" in "".join(verify.recipe_faults(["cryptography"], frozenset({"kivy"})))
    assert "python-for-android" in "".join(verify.recipe_faults(["ruamel_yaml"], frozenset({"ruamel.yaml"})))


def test_what_the_requirements_need_is_among_them() -> None:
    assert list(verify.dependency_faults(requirements())) == []
    fewer = [name for name in requirements() if name not in ("geographiclib", "charset-normalizer")]
    assert sorted(fault.partition(":")[0] for fault in verify.dependency_faults(fewer)) == [
        "geopy cần / needs geographiclib",
        "requests cần / needs charset_normalizer",
    ]


def test_every_import_is_among_the_requirements() -> None:
    assert list(verify.import_faults(ROOT, staged(ROOT), requirements())) == []


@pytest.mark.parametrize("name", ["requests", "kivy_garden.mapview", "cryptography", "geopy", "fpdf2", "pyjnius"])
def test_an_import_that_nothing_brings_is_found(name: str) -> None:
    module = {"fpdf2": "fpdf", "pyjnius": "jnius"}.get(name, name.partition(".")[0])
    fewer = [one for one in requirements() if one != name]
    assert any(f" {module}" in fault for fault in verify.import_faults(ROOT, staged(ROOT), fewer))


def test_pure_requirements_and_kivy_get_the_versions_of_the_lock_files() -> None:
    text = "a = 1\nrequirements = python3,kivy,pillow,Geo_py\nb = 2\n"
    versions = {"kivy": "2.3.1", "geo-py": "1.0", "pillow": "13.0"}
    assert with_versions(text, versions) == "a = 1\nrequirements = python3,kivy==2.3.1,pillow,Geo_py==1.0\nb = 2\n"
    locked = pins(ROOT / "requirements" / "app.txt", ROOT / "requirements" / "apk.txt")
    assert {verify.normal(name) for name in requirements()} - set(locked) <= verify.NATIVE
    with pytest.raises(KeyError):
        with_versions("requirements = plyer\n", versions)


def test_nothing_of_the_office_and_no_tests_go_in(tmp_path: Path) -> None:
    found = stage(ROOT, tmp_path / "app")
    assert list(verify.content_faults(tmp_path / "app", found, EXTENSIONS)) == []
    assert not {path.as_posix() for path in found} & LEFT_OUT
    assert {"mobile/fonts/NOTICE.md", *verify.NEEDED} <= {path.as_posix() for path in found}


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("backend/manage.py", "", "must not be in the package"),
        ("mobile/key.pem", "", "must not be in the package"),
        ("shared/test_it.py", "", "must not be in the package"),
        ("mobile/maps/north.mbtiles", "", "must not be in the package"),
        ("shared/.env", "", "must not be in the package"),
        ("shared/words.toml", "", "source.include_exts"),
        ("shared/sign.py", "-----BEGIN EC PRIVATE KEY-----\n", "looks like a secret"),
        ("shared/sign.py", 'API_KEY = "abcdefghijklmnop1234"\n', "looks like a secret"),
    ],
)
def test_what_must_not_go_in_is_found(tmp_path: Path, path: str, content: str, said: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(content, encoding="utf-8")
    needed = [Path(name) for name in verify.NEEDED]
    for below in needed:
        (tmp_path / below).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / below).touch()
    (fault,) = verify.content_faults(tmp_path, [Path(path), *needed], EXTENSIONS)
    assert fault.startswith(path)
    assert said in fault


def test_a_file_that_the_app_opens_and_that_is_not_staged_is_found(tmp_path: Path) -> None:
    assert [fault.partition(":")[0] for fault in verify.content_faults(tmp_path, [], EXTENSIONS)] == [*verify.NEEDED]


def test_the_staged_tree_imports_by_itself_and_what_is_missing_is_named(tmp_path: Path) -> None:
    files = stage(ROOT, tmp_path / "app")
    # The map among them: of a screen, without a screen.
    some = [path for path in files if path.parts[:2] in (("mobile", "services"), ("mobile", "storage"))]
    some += [Path("mobile/ui/map/layers.py"), Path("shared/clock.py"), Path("mobile/device/android/machine.py")]
    allowed = verify.modules_of(requirements())
    assert verify.imports_apart(tmp_path / "app", some, allowed) == []
    faults = verify.imports_apart(tmp_path / "app", some, allowed - {"tzdata", "fpdf", "kivy_garden"})
    assert "mobile.ui.map.layers: ModuleNotFoundError: a phone has no kivy_garden" in faults
    assert "fpdf: ModuleNotFoundError: a phone has no fpdf" in faults
    assert any(fault.startswith("shared.clock: ZoneInfoNotFoundError") for fault in faults)


@pytest.mark.parametrize("name", ["django", "zxingcpp", "tkinter", "imghdr", "_bz2"])
def test_a_phone_has_not_what_a_desk_has(name: str) -> None:
    with pytest.raises(ModuleNotFoundError):
        OnlyThePhones({"requests", "imghdr"}).find_spec(name)


def test_a_phone_has_the_rest() -> None:
    finder = OnlyThePhones({"requests"})
    for name in ("requests.adapters", "sqlite3", "mobile.main"):
        finder.find_spec(name)
    assert "imghdr" in GONE


def test_the_app_begins_on_the_phones_own_screen(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(MAIN, encoding="utf-8")
    (tmp_path / "mobile").mkdir()
    (tmp_path / "mobile" / "main.py").write_text(
        "import os\ndef main(arguments):\n    print(arguments, os.environ['SDL_VIDEODRIVER'])\n", encoding="utf-8"
    )
    plain = {name: value for name, value in os.environ.items() if name != "SDL_VIDEODRIVER"}
    done = subprocess.run(
        [sys.executable, "main.py"], cwd=tmp_path, env=plain, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[] Android\n"
