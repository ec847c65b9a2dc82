"""In which language an answer is written."""

from django.utils import translation


def language() -> str:
    """`vi` or `en`, as the request asked; Vietnamese for everything else."""
    return "en" if (translation.get_language() or "").startswith("en") else "vi"
