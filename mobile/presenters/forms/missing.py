"""What is wanting: what keeps a report from being sealed, and what it had better have."""

from collections.abc import Iterator

from mobile.presenters.forms import plan
from mobile.presenters.forms.builder import Builder
from mobile.presenters.forms.context import Context
from mobile.state.forms import FieldKind, Level, Notice
from shared.i18n import N_
from shared.wire.v1.records import Kind, Presented, Purpose


def missing(context: Context) -> tuple[Notice, ...]:
    """BAD: needed; WARN: advised. In the order of the pages."""
    found: list[Notice] = []
    for page in plan.steps(context):
        found += of_page(context, page)
    return tuple(found)


def of_page(context: Context, page: plan.Page) -> list[Notice]:
    build = Builder(context.facts, context.raw, context.words)
    page.build(context, build, page.index)
    found = [*_of_fields(context, build, page), *_expected(context, page)]
    for below in _below(context, page):
        inner = Builder(context.facts, context.raw, context.words)
        below.build(context, inner, below.index)
        found += _of_fields(context, inner, below)
    return found


def _of_fields(context: Context, build: Builder, page: plan.Page) -> Iterator[Notice]:
    words = context.words
    for field in build.fields:
        if field.error:
            yield Notice(
                Level.BAD, words(N_("{field}: {error}"), field=field.label, error=field.error), field.key, page.page
            )
        elif field.needed and not field.text and not any(option.chosen for option in field.options):
            if field.kind is FieldKind.POSITION and context.get("positions"):
                continue
            yield Notice(
                Level.BAD,
                words(N_("{page}: {field} is missing"), page=page.title, field=field.label),
                field.key,
                page.page,
            )


def _below(context: Context, page: plan.Page) -> Iterator[plan.Page]:
    """Pages that stand behind rows of this one."""
    names = {
        "scene": [f"member/{i}" for i in range(context.count("officers"))],
        "statement": [f"action/{i}" for i in range(context.count("scene_actions"))],
        "activity": [f"machine/{i}" for i in range(context.count("machines"))]
        + [f"craft/{i}" for i in range(context.count("vehicles"))],
    }.get(page.page, [])
    if page.page.startswith("papers"):
        path = "documents" if page.page == "papers" else f"loads/{page.index}/documents"
        names = [f"paper/{path.replace('/', '.')}/{i}" for i in range(context.count(path))]
    for name in names:
        found = plan.below(context, name)
        if found is not None:
            yield found[0]


def _expected(context: Context, page: plan.Page) -> Iterator[Notice]:
    """Advice of the work itself."""
    words = context.words

    def advise(said: str) -> Notice:
        return Notice(Level.WARN, words(said), "", page.page)

    if page.page == "scene" and not context.get("positions"):
        yield Notice(
            Level.BAD, words(N_("The position is missing: take it, or go on without one")), "positions", "scene"
        )
    if page.page == "photos":
        there = {entry.purpose for entry in context.files}
        if context.kind is Kind.TRANSPORT and Purpose.PLATE not in there:
            yield advise(N_("No photo of the plate or mark yet"))
        if not there - {Purpose.SIGNATURE}:
            yield advise(N_("No photo yet"))
    if page.page.startswith("load/") and not context.get(f"loads/{page.index}/measurements"):
        yield advise(N_("The quantity was not measured yet"))
    if page.page.startswith("papers/"):
        papers = context.get(f"loads/{page.index}/documents", ())
        if all(paper["presented"] == Presented.NOT_ASKED.value for paper in papers):
            yield advise(N_("No paper was asked for yet"))
    if page.page == "statement" and not context.fled():
        if not context.get("statement"):
            yield advise(N_("No statement was taken down"))
        if not context.get("signatures"):
            yield advise(N_("Nobody has signed or refused to sign yet"))
