"""The picture of the job: the river, the licences' areas, where every report was filed, and how the month adds up."""

import math
from collections import defaultdict
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from tests.journeys.demo import ledger

WIDTH, HEIGHT = 1120, 760
COLOURS = {"violation": "#c62828", "clear": "#2e7d32", "returned": "#f9a825"}
Point = tuple[float, float]
Ring = list[Point]

_SHRINK = math.cos(math.radians(20.8))  # a degree of longitude here, in degrees of latitude
_METRES = 111_320  # a degree of latitude
INSETS = (1, 3, 11)  # licences drawn large: a plain one, the one with a hole, the one downstream


@dataclass(frozen=True)
class View:
    """(lat, lon) → (x, y), north up. `centre` comes to (x, y); `scale`: units of the picture a degree of latitude."""

    centre: Point
    x: float
    y: float
    scale: float

    def at(self, point: Point) -> Point:
        x = self.x + (point[1] - self.centre[1]) * _SHRINK * self.scale
        return round(x, 1), round(self.y - (point[0] - self.centre[0]) * self.scale, 1)

    def path(self, ring: Ring) -> str:
        return " ".join(f"{x},{y}" for x, y in map(self.at, ring))


@dataclass(frozen=True)
class Filed:
    """A report as it is drawn."""

    place: Point
    kind: str
    words: str
    distance: str
    licence: int


def draw(
    path: Path,
    *,
    licences: list[dict[str, Any]],
    filed: list[ledger.Filed],
    verdicts: dict[str, str],
    figures: dict[str, Any],
) -> None:
    """Write an SVG; nothing in it is fetched from anywhere."""
    centres = [_centre(_rings(row)[0]) for row in licences]
    reports = [_as_drawn(report, verdicts, centres) for report in filed]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fafaf7"/>',
        *_overview(licences, centres, reports),
        *(part for slot, index in enumerate(INSETS) for part in _inset(slot, licences[index], index, reports)),
        *_panel(figures),
        "</svg>",
    ]
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _as_drawn(report: ledger.Filed, verdicts: dict[str, str], centres: list[Point]) -> Filed:
    observer = next(p for p in report.facts["positions"] if p["role"] == "observer")
    place = observer["lat"], observer["lon"]
    returned = verdicts.get(report.id) == "returned"
    kind = "returned" if returned else "clear" if report.codes == ("KV-00",) else "violation"
    fence = next((rule for rule in report.rule_results if rule["rule"] == "geofence"), None)
    distance = ""
    if fence is not None and "uncertainty_m" in fence["numbers"]:
        side = {"yes": "trong / inside", "no": "ngoài / outside"}.get(fence["answer"], "chưa rõ / cannot tell")
        distance = f"{fence['numbers']['distance_m']:.0f} ± {fence['numbers']['uncertainty_m']:.0f} m {side}"
    nearest = min(range(len(centres)), key=lambda i: _metres(place, centres[i]))
    words = f"{report.manifest['kind']} {', '.join(report.codes)}"
    return Filed(place, kind, words, distance, nearest)


def _overview(licences: list[dict[str, Any]], centres: list[Point], reports: list[Filed]) -> list[str]:
    """The whole river on the left; beside each licence a row of the reports filed there."""
    south, north = min(c[0] for c in centres), max(c[0] for c in centres)
    view = View(((south + north) / 2, centres[0][1]), 80, HEIGHT / 2 + 5, (HEIGHT - 130) / (north - south))
    found = [
        f'<polyline points="{view.path(centres)}" fill="none" stroke="#b3d4ec" stroke-width="18" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    ]
    by_licence: dict[int, list[Filed]] = defaultdict(list)
    for report in reports:
        by_licence[report.licence].append(report)
    for index, (row, centre) in enumerate(zip(licences, centres, strict=True)):
        x, y = view.at(centre)
        found.append(_area(view, row))
        found.append(_text(x - 14, y + 4, row["number"][:5], size=11, anchor="end", colour="#5d4037"))
        found += [_dot(x + 22 + 15 * i, y, report) for i, report in enumerate(by_licence[index])]
    found.append(_text(24, 34, "Sông Hồng (phác họa) / the Red River, sketched", size=13, colour="#1565c0"))
    found += _scale_bar(view, 24, HEIGHT - 18, 5000, "5 km")
    return found


def _inset(slot: int, row: dict[str, Any], index: int, reports: list[Filed]) -> list[str]:
    """One licence large, with the distance to its boundary that the rule gave (± at 95 %)."""
    left, top, width, height = 455, 30 + slot * 242, 320, 222
    here = [report for report in reports if report.licence == index]
    points = [*(point for ring in _rings(row) for point in ring), *(report.place for report in here)]
    south, north = min(p[0] for p in points), max(p[0] for p in points)
    west, east = min(p[1] for p in points), max(p[1] for p in points)
    scale = min((height - 80) / (north - south), (width - 110) / ((east - west) * _SHRINK))
    view = View(((south + north) / 2, (west + east) / 2), left + width / 2, top + height / 2 + 4, scale)
    found = [
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="6" fill="#eef5fa" stroke="#b0bec5"/>',
        _text(left + 10, top + 20, f"{row['number']} (minh họa)", size=12, colour="#5d4037"),
        _area(view, row),
    ]
    for i, report in enumerate(sorted(here, key=lambda report: report.distance)):
        x, y = view.at(report.place)
        found.append(_dot(x, y, report))
        if report.distance:
            middle = left + width / 2
            found.append(_text(middle, top + height - 26 + 14 * i, report.distance, size=12, anchor="middle"))
    return [*found, *_scale_bar(view, left + 12, top + height - 10, 100, "100 m")]


def _panel(figures: dict[str, Any]) -> list[str]:
    """Words on the right: the figures of the job and of the month, and what the signs mean."""
    b01, b02 = figures["tables"]["B01"], figures["tables"]["B02"]
    basis = {"loose": "rời / loose", "in_place": "nguyên khối / in place", "weight": "cân / weight"}
    lines = (
        ("Kiểm Khoáng", 24, "#212121"),
        ("Dữ liệu minh họa / illustration", 14, "#b71c1c"),
        ("", 6, ""),
        (f"{figures['filed']} phiếu lập khi máy chủ tắt / filed offline", 13, ""),
        (f"{figures['received']} nhận đủ, 0 trùng / received, none twice", 13, ""),
        (f"{figures['photos_equal']} ảnh bằng nhau hai phía / photos equal", 13, ""),
        (f"{figures['line_cuts']} lần cắt đường truyền / line cut", 13, ""),
        ("", 6, ""),
        (f"Tháng / month {figures['month']}", 16, ""),
        (f"B01  {b01['inspections']} cuộc kiểm tra / inspections", 13, ""),
        (f"        {b01['with_violation']} có vi phạm / with violation", 13, ""),
        (f"        {b01['road_vehicles']} lượt xe, {b01['vessels']} lượt tàu / vehicles, vessels", 13, ""),
        (f"B02  {b02['observations']} hành vi / observations", 13, ""),
        *(
            (f"        {_vn(q['value'])} {q['unit'].replace('m3', 'm³')} {basis[q['basis']]}", 13, "")
            for q in b02["quantities"]
        ),
        ("", 6, ""),
        (f"{figures['cases']} vụ việc, {figures['moves']} bước / cases, moves", 13, ""),
        (f"{figures['audit_events']} sự kiện trong chuỗi / audit events", 13, ""),
    )
    left, y, found = 800.0, 40.0, []
    for words, size, colour in lines:
        y += size + 9
        if words:
            found.append(_text(left, y, words, size=size, colour=colour or "#212121"))
    signs = {
        "violation": "có hành vi / with an observation",
        "clear": "không vi phạm / none",
        "returned": "trả lại / returned",
    }
    for kind, words in signs.items():
        y += 26
        found.append(f'<circle cx="{left + 6}" cy="{y}" r="6" fill="{COLOURS[kind]}"/>')
        found.append(_text(left + 20, y + 5, words, size=13))
    y += 26
    found.append(f'<rect x="{left}" y="{y - 6}" width="13" height="13" fill="#ffe0b2" stroke="#e65100"/>')
    found.append(_text(left + 20, y + 5, "giấy phép minh họa / illustrated licence", size=13))
    return found


def _vn(number: str) -> str:
    """`1875.55` as Vietnamese papers write it: `1.875,55`."""
    whole, _, rest = number.partition(".")
    return f"{int(whole):,}".replace(",", ".") + (f",{rest}" if rest else "")


def _rings(row: dict[str, Any]) -> list[Ring]:
    return [[(lat, lon) for lon, lat in ring] for polygon in row["area"]["coordinates"] for ring in polygon]


def _centre(ring: Ring) -> Point:
    return sum(p[0] for p in ring[:-1]) / (len(ring) - 1), sum(p[1] for p in ring[:-1]) / (len(ring) - 1)


def _metres(a: Point, b: Point) -> float:
    return math.hypot(a[0] - b[0], (a[1] - b[1]) * _SHRINK) * _METRES


def _area(view: View, row: dict[str, Any]) -> str:
    path = " ".join(f"M {view.path(ring)} Z" for ring in _rings(row))
    return f'<path d="{path}" fill="#ffe0b2" fill-rule="evenodd" stroke="#e65100" stroke-width="1.2"/>'


def _dot(x: float, y: float, report: Filed) -> str:
    title = f"<title>{escape(report.words)}</title>"
    return f'<circle cx="{x}" cy="{y}" r="6" fill="{COLOURS[report.kind]}" stroke="#fff">{title}</circle>'


def _text(x: float, y: float, words: str, *, size: int, anchor: str = "start", colour: str = "#212121") -> str:
    style = f'font-size="{size}" text-anchor="{anchor}" fill="{colour}" xml:space="preserve"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(words)}</text>'


def _scale_bar(view: View, x: float, y: float, metres: float, words: str) -> list[str]:
    length = metres / _METRES * view.scale
    return [
        f'<path d="M{x:.1f} {y - 5:.1f} v5 h{length:.1f} v-5" fill="none" stroke="#616161"/>',
        _text(x + length + 6, y, words, size=10, colour="#616161"),
    ]
