"""What the gallery shows: each part of the kit plain, chosen, wrong, empty, switched off, and with too many words."""

from dataclasses import replace
from uuid import UUID

from mobile.state.forms import Field, FieldKind, Keyboard, Level, Option, Picture, Row
from mobile.state.gallery import Sample, Section, Shape
from mobile.state.shell import Place
from shared.i18n import N_, Words

LONG = N_(
    "A sentence with more words than one line has room for, as an inspector writes it at night on a boat: all of it "
    "can be read, whatever the size of the text"
)
STYLES = ("filled", "tonal", "outlined", "text", "danger")
ROLES = ("headline", "title", "body", "label", "caption")
LEVELS = (
    (Level.INFO, N_("Something to know")),
    (Level.GOOD, N_("Something that went well")),
    (Level.WARN, N_("Something to look at")),
    (Level.BAD, N_("Something that went wrong")),
)
PICTURES = tuple(UUID(int=n + 1) for n in range(4))  # ids that name no file
LETTERS = "Ắ ằ Ẳ ẵ Ặ ẻ ệ ỗ ở ự Ỹ đ"  # both marks on one letter: the highest and the lowest there are


def words_section(words: Words) -> Section:
    about = Sample(Shape.TEXT, text=words(N_("Each part in each of its states; nothing here is kept.")))
    texts = tuple(Sample(Shape.TEXT, text=f"{words(N_('Text in this size'))} {LETTERS}", style=role) for role in ROLES)
    return Section(
        words(N_("Text and icons")), (about, *texts, Sample(Shape.TEXT, text=words(LONG)), Sample(Shape.ICON))
    )


def bars_section(words: Words) -> Section:
    places = (
        Place("one", "home-outline", words(N_("Chosen place"))),
        Place("two", "map-outline", words(N_("Other place"))),
        Place("three", "cloud-upload-outline", words(N_("With a badge")), badge="12"),
    )
    return Section(
        words(N_("Bars")),
        (
            Sample(Shape.BAR, label=words(N_("A title"))),
            Sample(Shape.BAR, label=words(N_("A title")), text=words(N_("A line below the title")), does="nothing"),
            Sample(Shape.BAR, label=words(N_("A title with more words than one line has room for")), does="nothing"),
            Sample(Shape.PLACES, places=places),
        ),
    )


def buttons_section(words: Words) -> Section:
    plain = tuple(Sample(Shape.BUTTON, label=words(N_("A button")), style=style, does="nothing") for style in STYLES)
    name = words(N_("Button with an icon only"))
    lone = Sample(Shape.ICON_BUTTON, label=name, icon="magnify", does="nothing")
    return Section(
        words(N_("Buttons")),
        (
            *plain,
            *(replace(sample, label=words(N_("Switched off")), off=True) for sample in plain[:3]),
            Sample(Shape.BUTTON, label=words(N_("With an icon")), style="tonal", icon="plus", does="nothing"),
            Sample(Shape.BUTTON, label=words(LONG), style="filled", icon="lock-outline", does="nothing"),
            lone,
            replace(lone, on=True),
            replace(lone, text="3"),
            replace(lone, does="", off=True),
        ),
    )


def rows_section(words: Words) -> Section:
    title, below = words(N_("A row")), words(N_("A line below the title"))
    rows = [Row("plain", title), Row("below", title, below, icon="truck-outline")]
    rows += [Row(level.value, title, words(said), "2", level, icon="flag-outline") for level, said in LEVELS]
    rows.append(Row("long", words(LONG), words(LONG), "12", icon="text-box-outline"))
    samples = [Sample(Shape.ROW, row=row, does="nothing") for row in rows]
    samples.append(Sample(Shape.ROW, row=Row("off", words(N_("Switched off")), below, icon="cancel"), off=True))
    many = Sample(Shape.BUTTON, label=words(N_("10,000 rows")), style="outlined", does="rows")
    return Section(words(N_("Rows")), (*samples, many))


def fields_section(words: Words, live: tuple[Field, ...]) -> Section:
    name = words(N_("A field"))
    wrong = words(N_("One sentence: what is wrong, and what to type instead."))
    fields = (
        Field("empty", FieldKind.TEXT, name),
        Field("helper", FieldKind.TEXT, name, helper=words(N_("What belongs here")), needed=True),
        Field("wrong", FieldKind.TEXT, name, text="?", error=wrong),
        Field("offers", FieldKind.TEXT, words(N_("Field with suggestions")), suggestions=("87C-000.01", "87C-000.02")),
        Field("long", FieldKind.LONG_TEXT, words(N_("Several lines")), text=words(LONG), helper=words(LONG)),
    )
    off = Field("off", FieldKind.TEXT, words(N_("Switched off")), text="87C-000.01", keyboard=Keyboard.CODE)
    samples = tuple(Sample(Shape.FIELD, field=field) for field in (*fields, *live))
    return Section(words(N_("Fields")), (*samples, Sample(Shape.FIELD, field=off, off=True)))


def choices_section(words: Words, live: tuple[Field, ...], on: frozenset[str]) -> Section:
    switch, box = words(N_("A switch")), words(N_("Box to tick"))
    off = tuple(replace(field, key=f"off-{field.key}", label=words(N_("Switched off"))) for field in live[:2])
    return Section(
        words(N_("Choices")),
        (
            *(Sample(Shape.FIELD, field=field) for field in (*live, *_switches(switch, words(LONG), on))),
            *(Sample(Shape.CHECK, label=box, style=key, on=key in on) for key in ("box", "box-ticked")),
            *(Sample(Shape.FIELD, field=field, off=True) for field in off),
            Sample(Shape.FIELD, field=Field("switch-off", FieldKind.SWITCH, words(N_("Switched off"))), off=True),
            Sample(Shape.CHECK, label=words(N_("Switched off")), style="box-off", off=True, on=True),
        ),
    )


def _switches(label: str, long: str, on: frozenset[str]) -> tuple[Field, ...]:
    keys = (("switch", label), ("switch-on", label), ("switch-long", long))
    return tuple(Field(key, FieldKind.SWITCH, said, on=key in on) for key, said in keys)


def overlays_section(words: Words) -> Section:
    does = (
        ("ask", N_("A question")),
        ("tell", N_("A failure")),
        ("sheet", N_("A sheet")),
        ("day", N_("Picker of days")),
        ("time", N_("Picker of times")),
        ("say", N_("A line below")),
        ("say-act", N_("A line below with a button")),
    )
    return Section(
        words(N_("What lies over a screen")),
        tuple(Sample(Shape.BUTTON, label=words(said), style="outlined", does=key) for key, said in does),
    )


def told_section(words: Words) -> Section:
    shares = tuple(Sample(Shape.PROGRESS, share=share) for share in (0.0, 0.4, 1.0, None))
    notices = tuple(Sample(Shape.NOTICE, text=words(said), level=level) for level, said in LEVELS)
    return Section(
        words(N_("Progress, badges, notices")),
        (
            *shares,
            Sample(Shape.BADGE, text="3"),
            Sample(Shape.BADGE, text="1000"),
            *notices,
            Sample(Shape.NOTICE, text=words(LONG), level=Level.WARN, does="nothing"),
        ),
    )


def photos_section(words: Words) -> Section:
    load = words(N_("A picture"))
    pictures = (
        Picture(PICTURES[0], load, "load"),
        Picture(PICTURES[1], words(N_("No picture can be drawn")), "document", icon="file-document-outline"),
        Picture(PICTURES[2], load, "load", problem=words(N_("The picture is damaged"))),
        Picture(PICTURES[3], words(LONG), "other"),
    )
    return Section(words(N_("Grid of photos")), (Sample(Shape.PHOTOS, pictures=pictures),))


def ends_section(words: Words) -> Section:
    nothing = words(N_("Nothing here, and what to do about it."))
    return Section(
        words(N_("Nothing to show; a place to sign; digits")),
        (
            Sample(Shape.EMPTY, label=words(N_("A title")), text=nothing, icon="inbox-outline"),
            Sample(Shape.EMPTY, label=words(N_("A button")), text=nothing, icon="magnify", does="nothing"),
            Sample(Shape.PAD),
            Sample(Shape.KEYS),
        ),
    )


def chip_field(words: Words, chosen: frozenset[str], *, key: str = "chips") -> Field:
    options = (
        Option("one", words(N_("Short one")), "one" in chosen),
        Option("two", words(N_("With an icon")), "two" in chosen, icon="truck-outline"),
        Option("three", words(N_("Short too")), "three" in chosen),
        Option("long", words(LONG), "long" in chosen),
    )
    return Field(key, FieldKind.CHOICES, words(N_("Chips")), options=options)


def segment_field(words: Words, chosen: str, *, key: str = "segments") -> Field:
    names = (("yes", N_("Present")), ("no", N_("Absent")), ("unknown", N_("Not looked at")))
    options = tuple(Option(value, words(said), value == chosen) for value, said in names)
    return Field(key, FieldKind.SEGMENT, words(N_("Segments")), options=options)
