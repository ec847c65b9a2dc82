"""A signature drawn on the screen, or the reason why there is none."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from mobile.presenters.base import Presenter, Shell
from mobile.presenters.forms.common import REFUSE
from mobile.presenters.forms.form import FormPresenter
from mobile.services.recording import Recording
from mobile.state.review import SignState
from shared.i18n import N_, Words
from shared.i18n.labels import label
from shared.problems import Problem
from shared.wire.v1.records import Purpose, SubjectRole

Strokes = tuple[tuple[tuple[float, float], ...], ...]
LEAST_POINTS = 8  # fewer are a slip of the finger
Draw = Callable[[Strokes, str], Path]  # (strokes, who) → a PNG in the phone's keeping for a moment


class SignPresenter(Presenter[SignState]):
    """`part`: the role that signs, after `refuse:` when it does not want to. `draw`: makes the picture."""

    def __init__(
        self, draft: UUID, part: str, form: FormPresenter, recording: Recording, draw: Draw, words: Words, shell: Shell
    ) -> None:
        self._draft, self._form, self._recording, self._draw = draft, form, recording, draw
        self._refusing = part.startswith(REFUSE)
        self._role = SubjectRole(part.removeprefix(REFUSE))
        self._strokes: Strokes = ()
        self._who, self._reason = self._name(), ""
        self._problem: Problem | None = None
        super().__init__(SignState("", "", "", "", False, "", "", "", "", False, ""), words, shell)
        self._update()

    def renewed(self) -> None:
        self._update()

    def name(self, text: str) -> None:
        self._who = text
        self._update()

    def reason(self, text: str) -> None:
        self._reason = text
        self._update()

    def drawn(self, strokes: Strokes) -> None:
        self._strokes = strokes
        self._update()

    def turn(self) -> None:
        """From signing to refusing and back."""
        self._refusing = not self._refusing
        self._update()

    def done(self) -> None:
        if not self.state.can_end:
            return
        who = self._who.strip()
        if self._refusing:
            self._form.signed(self._role.value, who, None, self._reason.strip())
        else:
            try:
                path = self._draw(self._strokes, who)
                try:
                    entry = self._recording.attach(self._draft, path, purpose=Purpose.SIGNATURE)
                finally:
                    path.unlink(missing_ok=True)
            except Problem as problem:
                self._problem = problem
                self._update()
                return
            self._form.signed(self._role.value, who, entry.id, None)
        self.shell.back()

    def _name(self) -> str:
        for subject in self._form.context.get("subjects", ()):
            if subject["role"] == self._role.value and subject["display_name"]:
                return str(subject["display_name"])
        return ""

    def _update(self) -> None:
        words = self.words
        role = label(words, self._role)
        signed = sum(len(stroke) for stroke in self._strokes) >= LEAST_POINTS
        said = self._reason.strip() if self._refusing else signed
        self.show(
            SignState(
                title=words(N_("Refusal to sign")) if self._refusing else words(N_("Signature")),
                who_label=words(N_("Name ({role})"), role=role),
                who=self._who,
                text=words(N_("Signs that the facts written down here were read out to them."))
                if not self._refusing
                else words(N_("Write why, as it was said. A witness may sign instead.")),
                refusing=self._refusing,
                reason_label=words(N_("Reason for refusing")),
                reason=self._reason,
                clear=words(N_("Sign again")),
                done=words(N_("Done")),
                can_end=bool(said),
                other_way=words(N_("Signs after all")) if self._refusing else words(N_("Refuses to sign")),
                problem="" if self._problem is None else self._problem.detail(words.language),
            )
        )
