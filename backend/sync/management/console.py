"""What the commands of sync share in a terminal."""

from django.core.management.base import CommandError

from backend.accounts.models import Officer
from backend.registry.management.console import NOTHING


def officer_named(username: str | None) -> Officer | None:
    """Who does it, None where nobody is named; CommandError (2) for a name that is nobody's."""
    if username is None:
        return None
    found = Officer.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CommandError(f"--by: không có tài khoản {username} / no such account", returncode=NOTHING)
    return found
