"""Textures of pictures: decoded beside the screen, one after the other, and forgotten with it."""

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any
from uuid import UUID

from kivy.graphics.texture import Texture

from mobile.presenters.base import Jobs
from mobile.services.thumbnails import Small

MOST = 64  # of at most 320 × 320 × 3 bytes: 20 MB
Came = Callable[[Any], None]
TextureOf = Callable[[UUID, Came], None]


class Textures:
    """`small`: makes the small picture of a file, None where there is none; called on a thread of its own."""

    def __init__(self, small: Callable[[str], Small | None], jobs: Jobs) -> None:
        self._small, self._jobs = small, jobs
        self._kept: OrderedDict[UUID, Any] = OrderedDict()
        self._waiting: deque[tuple[UUID, Came]] = deque()
        self._busy = False

    @property
    def idle(self) -> bool:
        """Nothing is asked for that has not come."""
        return not self._busy and not self._waiting

    def ask(self, photo: UUID, came: Came) -> None:
        """Calls back at once for one that is kept, else when it is made; with None where none can be."""
        if photo in self._kept:
            self._kept.move_to_end(photo)
            came(self._kept[photo])
            return
        self._waiting.append((photo, came))
        self._next()

    def _next(self) -> None:
        if self._busy or not self._waiting:
            return
        self._busy = True
        photo, came = self._waiting.popleft()

        def made(small: Small | None) -> None:
            self._busy = False
            texture = None if small is None else texture_of(small)
            self._kept[photo] = texture
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
            came(texture)
            self._next()

        self._jobs.run(lambda stop: self._small(str(photo)), made)


def texture_of(small: Small) -> Any:
    texture = Texture.create(size=(small.width, small.height), colorfmt="rgb")
    texture.blit_buffer(small.rgb, colorfmt="rgb", bufferfmt="ubyte")
    texture.flip_vertical()  # rows come from above
    return texture
