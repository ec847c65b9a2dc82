"""What buildozer, python-for-android and pip themselves say of the spec that is staged."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mobile.android import tools, verify
from mobile.android.told import Told

Pins = Mapping[str, tools.Pin]


def check(told: Told, python: Path, folder: Path, names: Sequence[str], locked: Pins) -> None:
    _tokens(told, python, folder)
    recipes = tools.recipes(tools.site_packages(python))
    told.check(
        f"{len(set(names) & verify.NATIVE)} trong {len(names)} thư viện là công thức p4a ({len(recipes)} công thức)",
        f"{len(set(names) & verify.NATIVE)} of {len(names)} requirements are recipes of p4a",
        verify.recipe_faults(names, recipes),
    )
    version = _graph(told, python, folder, names, locked)
    if version:
        _wheels(told, python, names, locked, version)


def _tokens(told: Told, python: Path, folder: Path) -> None:
    faults: list[str] = []
    try:
        tools.tokens(python, folder)
    except tools.Refused as no:
        faults.append(str(no))
    told.check("buildozer nhận buildozer.spec", "buildozer's own check_configuration_tokens holds", faults)


def _graph(told: Told, python: Path, folder: Path, names: Sequence[str], locked: Pins) -> str:
    """The version of Python on the phone; "" where there is no graph."""
    try:
        graph = tools.graph(python, folder, names)
    except tools.Refused as no:
        told.check("python-for-android xếp được thứ tự", "python-for-android finds an order", [str(no)])
        return ""
    told.check(
        f"python-for-android xếp được {len(graph.recipes)} công thức native, để pip cài {len(graph.modules)} thư viện",
        f"it finds an order of {len(graph.recipes)} native recipes and leaves {len(graph.modules)} libraries to pip",
        graph_faults(graph, names, locked),
    )
    for name, version in graph.recipes:
        here = locked.get(verify.normal(name))
        beside = f" (bàn làm việc / desk {here.version})" if here and here.version != version else ""
        told.note(f"native: {name} {version or ''}{beside}".rstrip())
    return next((version or "" for name, version in graph.recipes if name == "python3"), "")


def graph_faults(graph: tools.Graph, names: Sequence[str], locked: Pins) -> Iterator[str]:
    """What pip installs has to be named, for only then it has a version; Kivy is the one that is tested."""
    pure = {verify.normal(name) for name in names if name not in verify.NATIVE}
    for name in sorted(graph.modules):
        if verify.normal(name) not in pure:
            yield f"{name}: một công thức cần nó, chưa có trong requirements / a recipe asks for it, it is not named"
    built = dict(graph.recipes).get("kivy")
    if built != locked["kivy"].version:
        yield f"kivy: công thức / recipe {built}, tệp khoá / lock {locked['kivy'].version}"


def _wheels(told: Told, python: Path, names: Sequence[str], locked: Pins, version: str) -> None:
    pure = [name for name in names if name not in verify.NATIVE]
    pinned = [f"{name}=={locked[verify.normal(name)].version}" for name in pure]
    told.step("hỏi pip…", "asking pip…")
    try:
        phone = tools.wheels(python, pinned, tools.PHONE, version)
        desk = tools.wheels(python, pinned, tools.DESK, version)
    except tools.Unavailable as why:
        told.skip("pip tìm wheel thuần Python", "pip resolving the pure wheels", why)
        return
    except tools.Refused as no:
        told.check("pip tìm wheel thuần Python", "pip resolves the pure wheels", [str(no)])
        return
    told.check(
        f"{len(phone)} thư viện còn lại là Python thuần (py3-none-any), mã băm khớp tệp khoá",
        f"the other {len(phone)} are pure Python as pip resolves them, with the hashes of the lock files",
        [*verify.requirement_faults(pure, {one.name: one.tag for one in phone}), *hash_faults(phone, locked)],
    )
    told.check(
        f"{len(verify.FROM_SOURCE)} thư viện dựng từ mã nguồn: {', '.join(sorted(verify.FROM_SOURCE))}",
        "pip would take these compiled for a desk, so they are built from source",
        desk_faults(desk),
    )


def hash_faults(found: Sequence[tools.Wheel], locked: Pins) -> Iterator[str]:
    for one in found:
        if one.sha256 not in locked[one.name].hashes:
            yield f"{one.file}: mã băm không có trong tệp khoá / its hash is not in the lock files"


def desk_faults(found: Sequence[tools.Wheel]) -> Iterator[str]:
    for one in found:
        if not one.tag.endswith("-none-any") and one.name not in verify.FROM_SOURCE:
            yield f"{one.file}: đóng vào gói bản của máy này / the package would get the build of this machine"
