"""The photos of a report, shown large: of a draft, which may lose one, or of what was sealed."""

from uuid import UUID

from mobile.bootstrap import Phone
from mobile.composition.forms import Forms
from mobile.composition.shell import AppShell
from mobile.presenters.photo import PhotoPresenter, Shown
from mobile.presenters.routes import Route
from mobile.services.thumbnails import Thumbnails
from shared.i18n import Words
from shared.wire.v1.records import Purpose


def photo(route: Route, phone: Phone, forms: Forms, words: Words, shell: AppShell) -> PhotoPresenter:
    """`route.about`: the draft or the report, `route.part`: the file it opens with."""
    about, file = UUID(route.about), UUID(route.part)
    large = Thumbnails(phone.files).large

    def of_report() -> tuple[Shown, ...]:
        return tuple(Shown(one.entry, one.name) for one in phone.outbox.get(about).files)

    def of_draft() -> tuple[Shown, ...]:
        """As the form shows them: a signature is signed anew, not taken out."""
        files = phone.recording.get(about).files
        return tuple(Shown(one, str(one.id)) for one in files if one.purpose is not Purpose.SIGNATURE)

    try:
        phone.outbox.get(about)
    except KeyError:
        return PhotoPresenter(file, of_draft, large, phone.clock, words, shell, take_out=forms.of(about).take_out)
    return PhotoPresenter(file, of_report, large, phone.clock, words, shell)
