"""The form: takes each letter and each tap, keeps it, and shows the open page as it stands now."""

from collections.abc import Callable, Mapping
from typing import Any, cast
from uuid import UUID

from mobile.ports import Draft
from mobile.presenters.base import Presenter, Shell, Task
from mobile.presenters.forms import changes, plan, verdicts
from mobile.presenters.forms.builder import Builder, Facts
from mobile.presenters.forms.common import PHOTO, REFUSE, SIGN
from mobile.presenters.forms.context import IDENTITIES, Context
from mobile.presenters.forms.kit import Kit
from mobile.presenters.forms.loads import READINGS, measured, taken_over
from mobile.presenters.forms.missing import missing
from mobile.presenters.routes import Route, Screen
from mobile.presenters.written import hour
from mobile.services.correcting import NOTE
from mobile.services.filling import blank, paths
from mobile.services.positioning import Reading
from mobile.services.typed import Refused
from mobile.state.forms import FormPage, FormState, Level, Notice, Step
from shared.i18n import N_, Words
from shared.i18n.labels import label
from shared.problems import Problem
from shared.rules.measured import Measured
from shared.rules.papers import PaperUse
from shared.wire.v1.codec import encode
from shared.wire.v1.judging import Judged
from shared.wire.v1.records import Kind, Purpose

JUDGED_AFTER_S = 0.4  # without another letter
SETTLED_AFTER_S = 2.0  # then what was typed is on the disk, whatever the battery does
_RAW, _PAGE = "raw", "page"


class FormPresenter(Presenter[FormState]):
    def __init__(self, draft: UUID, kit: Kit, words: Words, shell: Shell) -> None:
        self._draft, self._kit = draft, kit
        self._judging: Task | None = None
        self._settling: Task | None = None
        self._judged: tuple[Judged, ...] = ()
        self._earlier: tuple[PaperUse, ...] = ()
        self._places: tuple[tuple[str, str], ...] = ()
        self._problem: Problem | None = None
        self._unsaved = False
        self._read(kit.recording.get(draft))
        super().__init__(FormState(draft, "", FormPage("", "")), words, shell)
        self._find_places()
        self._update()

    def _read(self, draft: Draft) -> None:
        """As it was kept, the open page and half-typed words too."""
        self._kind, self._files, self._saved_at = draft.kind, draft.files, draft.saved_at
        typed = dict(draft.typed)
        self._page: str = typed.get(_PAGE, "")
        self._raw: dict[str, str] = dict(typed.get(_RAW, {}))
        self._note: str = typed.get(NOTE, "")
        self._tree: Facts = {
            **(draft.facts or blank.facts(self._kind, None, (), draft.started_at)),
            IDENTITIES: list(draft.identities),
            READINGS: typed.get(READINGS, {}),
        }

    # --- moments

    def opened(self) -> None:
        self._judge_soon(0.0)

    def closed(self) -> None:
        self._settle()
        for task in (self._judging, self._settling):
            if task is not None:
                task.cancel()

    def paused(self) -> None:
        self._settle()

    def renewed(self) -> None:
        draft = self._kit.recording.get(self._draft)
        self._files = draft.files
        self._update()

    def went_back(self) -> bool:
        """From a page to the one above; from the overview out of the form."""
        up = self.state.page.up
        if up is None:
            return False
        self.open(up)
        return True

    # --- what the officer does

    def type(self, key: str, text: str) -> None:
        binding = self._bindings.get(key)
        if binding is None:
            return
        value = binding.parse(text)
        if isinstance(value, Refused):
            self._raw[key] = text
            self._change(binding.write(self._tree, None))
            return
        tree = binding.write(self._tree, value)
        self._raw.pop(key, None)
        if text:
            self._raw[key] = text  # as it was typed, until the page is left: nobody's words are rewritten under the pen
        self._change(tree)

    def choose(self, key: str, value: str) -> None:
        """The chosen one again takes it back, where it may be taken back."""
        field = next((one for one in self.state.page.fields if one.key == key), None)
        binding = self._bindings.get(key)
        if field is None or binding is None:
            return
        chosen = any(option.value == value and option.chosen for option in field.options)
        if chosen and not field.clearable:
            return
        self._forget(key)
        taken_back = "" if key.endswith("/mineral") else None
        self._change(changes.chosen(binding.write(self._tree, taken_back if chosen else value), key, value))

    def switch(self, key: str, on: bool) -> None:
        if key.endswith("/nameless"):
            self._raw[key] = "1" if on else ""
            self._change(changes.nameless(self._tree, key, on))
            return
        self._change(cast(Facts, paths.put(self._tree, key, on)))

    def add(self, key: str) -> None:
        tree, page = changes.added(self._tree, key)
        self._change(tree)
        if page:
            self.open(page)

    def remove(self, key: str) -> None:
        self._forget(key)
        self._change(changes.removed(self._tree, key))

    def press(self, key: str) -> None:
        name, _, rest = key.partition(":")
        if key.startswith(PHOTO):
            self._kit.take_photo(self._draft, Purpose(rest), self._photographed)
        elif key.startswith(SIGN):
            self._settle()
            self.shell.open(Route(Screen.SIGN, str(self._draft), rest))
        elif key.startswith(REFUSE):
            self._settle()
            self.shell.open(Route(Screen.SIGN, str(self._draft), f"{REFUSE}{rest}"))
        elif name == "open":
            self.open(rest)
        elif name == "measured":
            self._take_over(int(rest))
        else:
            self._change(changes.pressed(self._tree, key))

    def place(self, key: str) -> None:
        """The field of the position was tapped."""
        self._settle()
        self.shell.open(Route(Screen.POSITION, str(self._draft), key))

    def open(self, page: str) -> None:
        """A step, a page below one, or "" for the overview."""
        self._raw = {key: text for key, text in self._raw.items() if self._is_refused(key, text)}
        self._page = page
        self._save(synced=False)
        self._update()

    def next(self) -> None:
        self.open(self.state.page.next_page)

    def another(self) -> None:
        """One more load under the same inspection."""
        self._change(blank.with_load(self._tree))
        self.open(f"vehicle/{len(self._tree['loads']) - 1}")

    def review(self) -> None:
        self._settle()
        self.shell.open(Route(Screen.REVIEW, str(self._draft)))

    def picture(self, file: UUID) -> None:
        """A picture was tapped: it is shown large."""
        self._settle()
        self.shell.open(Route(Screen.PHOTO, str(self._draft), str(file)))

    def take_out(self, file: UUID, done: Callable[[], None]) -> None:
        """Asks first; `done` once it is out."""
        words = self.words

        def remove() -> None:
            self._kit.recording.detach(self._draft, file)
            self._files = self._kit.recording.get(self._draft).files
            self._update()
            done()

        self.shell.ask(
            words(N_("Take this file out of the report?")),
            words(N_("It is removed from this phone and cannot be brought back.")),
            yes=words(N_("Take out")),
            no=words(N_("Keep")),
            then=remove,
        )

    # --- what comes from other screens

    def position_taken(self, reading: Reading) -> None:
        """In the place of the one there was: an observer stands in one place."""
        position = encode(reading.position)
        others = [one for one in self._tree["positions"] if one["role"] != position["role"]]
        tree = {**self._tree, "positions": [position, *others], "device_time": encode(reading.device_time)}
        self._change(tree, synced=True)
        self._find_places()
        self._update()

    def signed(self, role: str, who: str, file: UUID | None, reason: str | None) -> None:
        """With the picture of the signature, or refused for that reason."""
        kept = [one for one in self._tree["signatures"] if one["role"] != role]
        made = blank.signature(who, role, evidence=file, reason=reason)
        self._files = self._kit.recording.get(self._draft).files
        self._change({**self._tree, "signatures": [*kept, made]}, synced=True)

    def _photographed(self) -> None:
        self._files = self._kit.recording.get(self._draft).files
        self._update()

    # --- for the review

    @property
    def context(self) -> Context:
        kit = self._kit
        lists = (kit.minerals(), self._places, kit.marks())
        return Context(self._kind, self._tree, self._raw, self._files, self.words, *lists)

    def said(self) -> tuple[Notice, ...]:
        """What the rules say of it, as far as it could be asked."""
        return verdicts.notices(self.context, self._judged, self._earlier)

    # --- keeping

    def _change(self, tree: Facts, *, synced: bool = False) -> None:
        self._tree = tree
        self._save(synced=synced)
        self._update()
        self._judge_soon(JUDGED_AFTER_S)

    def _save(self, *, synced: bool) -> None:
        facts = {name: value for name, value in self._tree.items() if not name.startswith("#")}
        typed = {_RAW: self._raw, _PAGE: self._page, NOTE: self._note, READINGS: self._tree[READINGS]}
        try:
            saved = self._kit.recording.save(
                self._draft, facts=facts, identities=self._tree[IDENTITIES], typed=typed, synced=synced
            )
        except Problem as problem:
            self._problem, self._unsaved = problem, True  # the words stay here; the next letter tries again
            return
        self._problem, self._unsaved, self._saved_at = None, not synced, saved.saved_at
        if not synced and self._settling is None:
            self._settling = self.shell.jobs.later(SETTLED_AFTER_S, self._settle)

    def _settle(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        if self._unsaved:
            self._save(synced=True)

    def _forget(self, key: str) -> None:
        """What was typed into a field that was then chosen, or into a part that is gone."""
        parent = key.rpartition("/")[0] if key.split("/")[-1].isdigit() else key
        self._raw = {one: text for one, text in self._raw.items() if not one.startswith(parent)}

    def _is_refused(self, key: str, text: str) -> bool:
        if key.endswith("/nameless"):
            return True
        binding = self._bindings.get(key)
        return binding is None or isinstance(binding.parse(text), Refused)

    # --- what the rules say

    def _judge_soon(self, seconds: float) -> None:
        if self._judging is not None:
            self._judging.cancel()
        self._judging = self.shell.jobs.later(seconds, self._judge)

    def _judge(self) -> None:
        def came(said: tuple[tuple[Judged, ...], tuple[PaperUse, ...]]) -> None:
            self._judged, self._earlier = said
            self._update()

        def cannot(problem: Problem) -> None:
            came(((), ()))  # something is still wanting; what it is stands under "missing"

        kit, draft = self._kit, self._draft
        self._judging = self.shell.jobs.run(lambda stop: (kit.judge(draft), kit.earlier(draft)), came, cannot)

    def _take_over(self, i: int) -> None:
        result = measured(self.context, i)
        if isinstance(result, Measured):
            path = f"loads/{i}/measurements" if i < len(self._tree["loads"]) else "measurements"
            self._forget(path)
            self._change(taken_over(self._tree, path, result))
            self.went_back()

    def _find_places(self) -> None:
        for position in self._tree["positions"]:
            if position["lat"] is not None:
                self._places = self._kit.places(position["lat"], position["lon"])
                return

    # --- drawing

    def _update(self) -> None:
        context, words = self.context, self.words
        pages = plan.steps(context)
        said = verdicts.notices(context, self._judged, self._earlier)
        wanting = missing(context) if not self._page else ()
        page = self._drawn(context, pages, said)
        self.show(
            FormState(
                draft=self._draft,
                title=label(words, self._kind),
                page=page,
                steps=() if self._page else tuple(_step(context, one, said, wanting) for one in pages),
                notices=() if self._page else self._told(said),
                missing=wanting,
                saved=words(N_("kept {time}"), time=hour(self._saved_at)),
                problem="" if self._problem is None else self._problem.detail(words.language),
                can_seal=not any(notice.level is Level.BAD for notice in wanting),
                review_label="" if self._page else words(N_("Review and seal")),
                another_label=words(N_("Another load")) if self._kind is not Kind.EXTRACTION and not self._page else "",
            )
        )

    def _told(self, said: tuple[Notice, ...]) -> tuple[Notice, ...]:
        """Above the overview: the supervisor's note, then what the rules hold against it."""
        note = (Notice(Level.WARN, self._note),) if self._note else ()
        return note + tuple(notice for notice in said if notice.level in (Level.BAD, Level.WARN))

    def _drawn(self, context: Context, pages: tuple[plan.Page, ...], said: tuple[Notice, ...]) -> FormPage:
        words = self.words
        if not self._page:
            self._bindings: Mapping[str, Any] = {}
            return FormPage("", label(words, self._kind))
        names = [page.page for page in pages]
        up, following = "", ""
        if self._page in names:
            place = names.index(self._page)
            page, following = pages[place], names[place + 1] if place + 1 < len(names) else ""
            next_label = words(N_("Next: {page}"), page=pages[place + 1].title) if following else words(N_("Overview"))
        else:
            found = plan.below(context, self._page)
            if found is None or not _is_there(context, self._page):
                self._page = ""  # it was taken away meanwhile
                return self._drawn(context, pages, said)
            page, up = found
            next_label, following = words(N_("Done")), up
        build = Builder(self._tree, self._raw, words)
        page.build(context, build, page.index)
        self._bindings = build.bindings
        return FormPage(
            self._page,
            page.title,
            tuple(build.fields),
            tuple(notice for notice in said if notice.page == self._page),
            up=up,
            next_page=following,
            next_label=next_label,
        )


def _is_there(context: Context, page: str) -> bool:
    """The part that a page below a step speaks of."""
    name, _, rest = page.partition("/")
    lists = {"member": "officers", "action": "scene_actions", "machine": "machines", "craft": "vehicles"}
    if name in lists:
        return context.get(f"{lists[name]}/{rest}") is not None
    if name == "paper":
        return context.get(rest.replace(".", "/")) is not None
    return True


def _step(context: Context, page: plan.Page, said: tuple[Notice, ...], wanting: tuple[Notice, ...]) -> Step:
    levels = [notice.level for notice in said if notice.page == page.page]
    count = sum(notice.page == page.page and notice.level is Level.BAD for notice in wanting)
    level = Level.BAD if Level.BAD in levels else Level.WARN if Level.WARN in levels else Level.INFO
    return Step(page.page, page.title, page.summary(context, page.index), count, level, page.icon)
