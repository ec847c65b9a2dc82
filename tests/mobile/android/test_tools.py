"""The tools of the package: what they are asked, and what their answers mean."""

import io
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mobile.android import build, tools
from mobile.android.online import desk_faults, graph_faults, hash_faults
from mobile.android.told import Told

LOCK = """kivy==2.3.1 \\
    --hash=sha256:{a} \\
    --hash=sha256:{b}
    # via -r requirements/app.in
sh==2.4.0 ; sys_platform != 'win32' \\
    --hash=sha256:{c}
""".format(a="a" * 64, b="b" * 64, c="c" * 64)
KIVY = {"kivy": tools.Pin("2.3.1", frozenset())}


def wheel(file: str, sha256: str = "") -> tools.Wheel:
    return tools.Wheel(file.partition("-")[0], "1.0", file, sha256)


def test_versions_and_hashes_are_read_from_a_lock_file(tmp_path: Path) -> None:
    (tmp_path / "lock.txt").write_text(LOCK, encoding="utf-8")
    assert tools.pins(tmp_path / "lock.txt") == {
        "kivy": tools.Pin("2.3.1", frozenset({"a" * 64, "b" * 64})),
        "sh": tools.Pin("2.4.0", frozenset({"c" * 64})),
    }


def test_recipes_are_the_folders_of_python_for_android(tmp_path: Path) -> None:
    for name in ("Pillow", "kivy", "__pycache__"):
        (tmp_path / "pythonforandroid" / "recipes" / name).mkdir(parents=True)
    for name in ("Pillow", "kivy"):
        (tmp_path / "pythonforandroid" / "recipes" / name / "__init__.py").touch()
    assert tools.recipes(tmp_path) == {"pillow", "kivy"}


def test_a_recipe_that_asks_for_what_has_no_version_is_found() -> None:
    names = ["kivy", "six", "kivy_garden.mapview"]
    assert list(graph_faults(graph({"six", "kivy-garden.mapview"}), names, KIVY)) == []
    assert "chardet" in "".join(graph_faults(graph({"six", "chardet"}), names, KIVY))


def test_a_kivy_that_is_not_the_tested_one_is_found() -> None:
    (fault,) = graph_faults(graph(set(), kivy="2.4.0"), ["kivy"], KIVY)
    assert "2.4.0" in fault


def graph(modules: set[str], kivy: str = "2.3.1") -> tools.Graph:
    return tools.Graph((("python3", "3.14.2"), ("kivy", kivy)), frozenset(modules))


def test_a_wheel_whose_hash_is_not_locked_is_found() -> None:
    locked = {"geopy": tools.Pin("1.0", frozenset({"a" * 64}))}
    assert list(hash_faults([wheel("geopy-1.0-py3-none-any.whl", "a" * 64)], locked)) == []
    assert len(list(hash_faults([wheel("geopy-1.0-py3-none-any.whl", "b" * 64)], locked))) == 1
    assert len(list(hash_faults([wheel("geopy-1.0-py3-none-any.whl")], locked))) == 1


def test_a_library_that_pip_would_take_compiled_for_the_desk_is_found() -> None:
    compiled = "cp314-cp314-manylinux_2_17_x86_64.whl"
    assert list(desk_faults([wheel("geopy-1.0-py3-none-any.whl"), wheel(f"fonttools-1.0-{compiled}")])) == []
    (fault,) = desk_faults([wheel(f"chardet-7.0-{compiled}")])
    assert fault.startswith("chardet-7.0")


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("Retrying: NewConnectionError('Name or service not known')\nERROR: No matching distribution", "Unavailable"),
        ("ERROR: No matching distribution found for plyer==9", "Refused"),
    ],
)
def test_no_network_is_not_a_no(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, error: str) -> None:
    def run(command: Sequence[str], **how: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", said)

    monkeypatch.setattr("mobile.android.tools.subprocess.run", run)
    with pytest.raises(getattr(tools, error)):
        tools.wheels(tmp_path / "tools" / "bin" / "python", ["plyer==9"], tools.PHONE, "3.14.2")


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("ERROR: No matching distribution found for buildozer==1.6.0", tools.Unavailable),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES\n1\n2\n3\n4", tools.Refused),
    ],
)
def test_tools_that_cannot_be_had_are_skipped_and_others_in_their_place_are_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, error: type[Exception]
) -> None:
    def run(command: Sequence[str], **how: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, int("pip" in command), "", said)

    monkeypatch.setattr("mobile.android.tools.subprocess.run", run)
    (tmp_path / "apk.txt").write_text(LOCK, encoding="utf-8")
    with pytest.raises(error):
        tools.environment(tmp_path / "apk.txt", tmp_path / "tools")


def test_the_environment_cannot_change_what_the_spec_says() -> None:
    given = {"APP_ANDROID_PERMISSIONS": "CAMERA", "BUILDOZER_BUILD_DIR": "/", "PYTHONPATH": "/", "LANG": "C"}
    assert tools.plain_environment(given) == {"LANG": "C"}
    built = build.environment_of(Path("/t/bin/python"), {**given, "PATH": "/bin"})
    assert built["PATH"] == "/t/bin:/bin"
    assert built["PIP_NO_BINARY"] == "charset-normalizer,fonttools"
    assert "APP_ANDROID_PERMISSIONS" not in built


def test_an_sdk_is_where_the_environment_says_or_where_buildozer_put_it(tmp_path: Path) -> None:
    named, home = tmp_path / "sdk", tmp_path / "home"
    assert build.sdk({"ANDROID_HOME": str(named)}, home) is None
    fetched = home / ".buildozer" / "android" / "platform" / "android-sdk"
    (fetched / "cmdline-tools").mkdir(parents=True)
    assert build.sdk({"ANDROID_HOME": str(named)}, home) == fetched
    (named / "platforms").mkdir(parents=True)
    assert build.sdk({"ANDROID_HOME": str(named)}, home) == named


def test_what_a_build_would_miss_is_named_before_it(tmp_path: Path) -> None:
    for name in build.PROGRAMS:
        (tmp_path / name).write_text("#!/bin/sh\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    assert build.missing_programs(str(tmp_path)) == []
    (tmp_path / "javac").unlink()
    (tmp_path / "zip").chmod(0o644)
    assert build.missing_programs(str(tmp_path)) == ["zip", "javac"]


def test_buildozer_runs_beside_the_staged_spec_with_the_sdk_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "buildozer.spec").write_text("[app]\ntitle = x\n\n[buildozer]\nlog_level = 2\n", encoding="utf-8")
    ran: list[tuple[Sequence[str], Any]] = []

    def run(command: Sequence[str], **how: Any) -> subprocess.CompletedProcess[str]:
        ran.append((command, how["cwd"]))
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr("mobile.android.build.subprocess.run", run)
    monkeypatch.setenv("ANDROID_NDK_HOME", "/ndk")
    assert build.run(tmp_path, Path("/t/bin/python"), Path("/sdk")) == 3
    assert ran == [(["/t/bin/python", "-m", "buildozer", "android", "debug"], tmp_path)]
    app, _, rest = (tmp_path / "buildozer.spec").read_text(encoding="utf-8").partition("[buildozer]")
    assert "android.sdk_path = /sdk\nandroid.ndk_path = /ndk\n" in app
    assert rest == "\nlog_level = 2\n"


def test_one_fault_makes_the_whole_fail_and_what_was_skipped_is_said_at_the_end() -> None:
    out = io.StringIO()
    told = Told(out)
    told.check("một", "one", [])
    told.skip("pip", "pip", tools.Unavailable("không có mạng / there is no network"))
    assert told.end([("cài APK", "installing the APK")]) == 0
    assert out.getvalue().splitlines()[-2:] == [
        "  - cài APK / installing the APK",
        "  - pip / pip: không có mạng / there is no network",
    ]
    told.check("hai", "two", [f"lỗi {n}" for n in range(20)])
    assert told.end([]) == 1
    assert "    … +8" in out.getvalue()
