"""Where presenters get what they need; the counterpart of `bootstrap` on the side of the screens."""

from mobile.composition.screens import Screens, notices

__all__ = ["Screens", "notices"]
