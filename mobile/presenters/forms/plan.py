"""Which pages a report has, in which order, and how each is made."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from mobile.presenters.forms import common, loads, people, sites, vehicles
from mobile.presenters.forms import papers as paper_pages
from mobile.presenters.forms.builder import Builder
from mobile.presenters.forms.context import Context
from shared.i18n import N_
from shared.wire.v1.records import Kind

Build = Callable[[Context, Builder, int], None]
Summary = Callable[[Context, int], str]


@dataclass(frozen=True, slots=True)
class Page:
    """`page`: its name, `scene` or `load/1`. `title` in the officer's words."""

    page: str
    title: str
    icon: str
    build: Build
    summary: Summary
    index: int = 0


def steps(context: Context) -> tuple[Page, ...]:
    """The pages of the overview, in the order of the work."""
    words = context.words
    first = [Page("scene", words(N_("Scene")), "map-marker-outline", common.scene, common.scene_summary)]
    last = [
        Page("photos", words(N_("Photos")), "camera-outline", common.photos, common.photos_summary),
        Page("statement", words(N_("Statement and signatures")), "draw", common.statement, common.statement_summary),
    ]
    middle = {Kind.TRANSPORT: _transport, Kind.EXTRACTION: _extraction, Kind.STOCKYARD: _stockyard}[context.kind]
    return tuple(first + middle(context) + last)


def _transport(context: Context) -> list[Page]:
    words, pages = context.words, []
    several = context.count("loads") > 1
    for i in range(context.count("loads")):
        of = f" · {context.load_title(i)}" if several else ""
        icon = "ferry" if context.is_vessel(i) else "truck-outline"
        pages.append(
            Page(f"vehicle/{i}", words(N_("Vehicle")) + of, icon, vehicles.vehicle, vehicles.vehicle_summary, i)
        )
        pages.append(Page(f"load/{i}", words(N_("Load")) + of, "cube-outline", loads.load, loads.load_summary, i))
        if not context.fled():
            pages.append(_papers_of(f"papers/{i}", f"loads/{i}/documents", words(N_("Papers")) + of, i))
    return pages


def _extraction(context: Context) -> list[Page]:
    words = context.words
    return [
        Page("activity", words(N_("Activity")), "pickaxe", sites.activity, sites.activity_summary),
        Page("subject/0", words(N_("Who")), "account-hard-hat-outline", people.offender, _who),
        Page("licence", words(N_("Licence")), "file-document-outline", sites.licence, sites.licence_summary),
        Page("quantities", words(N_("Quantities")), "ruler", sites.quantities, sites.quantities_summary),
    ]


def _stockyard(context: Context) -> list[Page]:
    words = context.words
    pages = [
        Page("subject/0", words(N_("Who")), "account-hard-hat-outline", people.offender, _who),
        Page("licence", words(N_("Licence and equipment")), "scale-balance", sites.licence, sites.licence_summary),
    ]
    for i in range(context.count("loads")):
        title = words(N_("Pile {n}"), n=i + 1)
        pages.append(Page(f"load/{i}", title, "warehouse", loads.load, loads.load_summary, i))
    pages.append(_papers_of("papers", "documents", words(N_("Papers")), 0))
    return pages


def _papers_of(page: str, path: str, title: str, i: int) -> Page:
    return Page(
        page,
        title,
        "receipt-text-outline",
        lambda context, build, _: paper_pages.papers(context, build, path),
        lambda context, _: paper_pages.papers_summary(context, path),
        i,
    )


def _who(context: Context, i: int) -> str:
    return str(context.get(f"subjects/{i}/display_name") or "")


# --- pages below a step

_BELOW: tuple[tuple[str, str, str, Build], ...] = (
    # pattern, the step it belongs to, title, how it is made
    (r"member/(\d+)", "scene", N_("Member of the team"), common.member),
    (r"action/(\d+)", "statement", N_("Measure on the spot"), common.action),
    (r"machine/(\d+)", "activity", N_("Machine"), sites.machine),
    (r"craft/(\d+)", "activity", N_("Vehicle"), vehicles.craft),
)


def below(context: Context, page: str) -> tuple[Page, str] | None:
    """A page that is opened from a step, and that step; None where there is none of that name."""
    words = context.words
    for pattern, up, title, build in _BELOW:
        found = re.fullmatch(pattern, page)
        if found:
            return Page(page, words(title), "", build, _none, int(found[1])), up
    if found := re.fullmatch(r"measure/(\d+)", page):
        i = int(found[1])
        up = f"load/{i}" if i < context.count("loads") else "quantities"
        return Page(page, words(N_("Measuring")), "ruler", loads.measure, _none, i), up
    if found := re.fullmatch(r"paper/([a-z.0-9]+)/(\d+)", page):
        path, i = found[1].replace(".", "/"), int(found[2])
        up = f"papers/{path.split('/')[1]}" if path.startswith("loads/") else "papers"
        return (
            Page(page, words(N_("Paper")), "", lambda c, b, _: paper_pages.paper(c, b, path, i), _none, i),
            up,
        )
    return None


def _none(context: Context, i: int) -> str:
    return ""
