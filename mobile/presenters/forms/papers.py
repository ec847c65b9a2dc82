"""Papers: asked for or not, shown or not, promised until when; and what stands on those that were shown."""

from mobile.presenters.forms.builder import Builder
from mobile.presenters.forms.context import Context
from mobile.state.forms import FieldKind, Level, Row
from shared.i18n import N_
from shared.i18n.labels import label
from shared.wire.v1.records import DocumentKind, Presented

LEVELS = {
    Presented.SHOWN.value: Level.GOOD,
    Presented.NOT_SHOWN.value: Level.BAD,
    Presented.PROMISED.value: Level.WARN,
    Presented.NOT_ASKED.value: Level.INFO,
}
# On these stands how much was bought or loaded.
_WITH_QUANTITY = {DocumentKind.INVOICE.value, DocumentKind.DELIVERY_NOTE.value, DocumentKind.WEIGH_SLIP.value}
_WITH_ISSUER = {DocumentKind.INVOICE.value, DocumentKind.DELIVERY_NOTE.value, DocumentKind.CONTRACT.value}


def papers(context: Context, build: Builder, path: str) -> None:
    """One choice for each paper; what stands on it opens on a page of its own once it was shown or promised."""
    for i, paper in enumerate(context.get(path, ())):
        said = label(context.words, DocumentKind(paper["kind"]))
        build.choice(f"{path}/{i}/presented", N_("Paper"), Presented, kind=FieldKind.SEGMENT, clearable=False)
        build.rename(said)
        if paper["presented"] in (Presented.SHOWN.value, Presented.PROMISED.value):
            row = Row(
                f"paper/{path.replace('/', '.')}/{i}",
                paper_words(context, path, i) or context.words(N_("What stands on it")),
                level=LEVELS[paper["presented"]],
                icon="receipt-text-outline",
            )
            build.rows(f"{path}/{i}/row", N_("What stands on it"), [row])
            build.rename("")
    build.action(f"add-paper:{path}", N_("Another paper"), icon="plus")


def paper(context: Context, build: Builder, path: str, i: int) -> None:
    where = f"{path}/{i}"
    build.choice(f"{where}/kind", N_("Paper"), DocumentKind, clearable=False)
    build.choice(f"{where}/presented", N_("Shown?"), Presented, kind=FieldKind.SEGMENT, clearable=False)
    presented, kind = context.get(f"{where}/presented"), context.get(f"{where}/kind")
    if presented == Presented.PROMISED.value:
        build.day(f"{where}/promised_by", N_("Promised by"), needed=True)
    if presented == Presented.SHOWN.value:
        build.code(f"{where}/number", N_("Number"))
        build.code(f"{where}/series", N_("Series"))
        build.day(f"{where}/date", N_("Date"))
        if kind in _WITH_ISSUER:
            build.text(f"{where}/issuer", N_("Issued by"))
        if kind in _WITH_QUANTITY:
            build.number(f"{where}/quantity", N_("Quantity on it"))
            build.choice(f"{where}/unit", N_("Unit"), [("m3", "m³"), ("t", "t")], kind=FieldKind.SEGMENT)


def paper_words(context: Context, path: str, i: int) -> str:
    found = context.get(f"{path}/{i}", {})
    parts = [found.get("series"), found.get("number")]
    if found.get("promised_by") and found["presented"] == Presented.PROMISED.value:
        parts.append(context.words(N_("by {day}"), day="/".join(reversed(found["promised_by"].split("-")))))
    return " ".join(str(part) for part in parts if part)


def papers_summary(context: Context, path: str) -> str:
    asked = [one for one in context.get(path, ()) if one["presented"] != Presented.NOT_ASKED.value]
    shown = sum(one["presented"] == Presented.SHOWN.value for one in asked)
    if not asked:
        return context.words(N_("not asked yet"))
    return context.words(N_("{shown} of {asked} shown"), shown=shown, asked=len(asked))
