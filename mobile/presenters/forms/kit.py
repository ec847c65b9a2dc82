"""What a form needs of the phone."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from mobile.ports import Clock
from mobile.services.recording import Recording
from shared.rules.papers import PaperUse
from shared.wire.v1.judging import Judged
from shared.wire.v1.records import Purpose


@dataclass(frozen=True, slots=True)
class Kit:
    """`judge`: what the rules say of a draft; `earlier`: loads that had a paper of it; `marks`: (kind of vehicle, mark)
    of those met before; `places`: (code, words) of communes near a place; `take_photo`: calls back
    once a photo is among the files of the draft; what went wrong is told, going back is not."""

    recording: Recording
    clock: Clock
    judge: Callable[[UUID], tuple[Judged, ...]]
    earlier: Callable[[UUID], tuple[PaperUse, ...]]
    minerals: Callable[[], tuple[str, ...]]
    marks: Callable[[], tuple[tuple[str, str], ...]]
    places: Callable[[float, float], tuple[tuple[str, str], ...]]
    take_photo: Callable[[UUID, Purpose, Callable[[], None]], None]
