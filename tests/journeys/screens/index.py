"""The page that shows the pictures side by side."""

from pathlib import Path

from mobile.presenters.settings import LOOKS
from shared.i18n import LANGUAGES

HEAD = """# Màn hình của ứng dụng hiện trường / Screens of the field app

`make screenshots` vẽ lại mọi ảnh ở đây từ ứng dụng đang chạy với dữ liệu minh họa; không tên người, biển số hay giấy
phép nào là thật. / `make screenshots` draws every picture here anew from the running app with demo data; no name, plate
or licence in it is real.
"""


def write_index(folder: Path) -> None:
    """`folder`: `<language>-<look>/<nn>-<screen>.png`."""
    looks = [look for look, _ in LOOKS]
    names = sorted({path.name for path in folder.glob("*/*.png")})
    lines = [HEAD]
    for name in names:
        lines.append(f"## {name.removesuffix('.png').partition('-')[2]}\n")
        for language in LANGUAGES:
            cells = [f"![{language}, {look}]({language}-{look}/{name})" for look in looks]
            lines.append(" ".join(cells) + "\n")
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")
