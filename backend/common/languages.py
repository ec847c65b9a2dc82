"""In which language an answer is written."""

from django.utils import translation
from django.utils.functional import lazy


def language() -> str:
    """`vi` or `en`, as the request asked; Vietnamese for everything else."""
    return "en" if (translation.get_language() or "").startswith("en") else "vi"


def both(vi: str, en: str) -> str:
    """Words that are chosen when they are shown, for labels made once when the program starts."""
    return _chosen(vi, en)


def _choose(vi: str, en: str) -> str:
    return en if language() == "en" else vi


_chosen = lazy(_choose, str)
