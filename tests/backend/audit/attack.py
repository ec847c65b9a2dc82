"""What somebody who owns the database can do, and the command that looks at it afterwards."""

from io import StringIO

from django.core.management import CommandError, call_command

from backend.audit.models import ChainHead, Event
from backend.audit.selectors import GENESIS, event_hash
from backend.audit.triggers import triggers_drop, triggers_ensure


def recompute() -> None:
    """Every link, every hash and the head made again: a chain that is whole in itself."""
    previous = GENESIS
    for event in Event.objects.order_by("index"):
        event.previous = previous
        event.hash = previous = event_hash(event)
        event.save()
    put_head()


def cut(first: int) -> None:
    """The tail from event `first` on."""
    Event.objects.filter(index__gte=first).delete()
    put_head()


def put_head() -> None:
    last = Event.objects.order_by("-index").first()
    ChainHead.objects.update(index=last.index if last else 0, hash=last.hash if last else GENESIS)


def audit_verify(*arguments: str) -> tuple[int, str]:
    """Exit code and everything said. The triggers stand while it looks, and are away again afterwards."""
    out = StringIO()
    triggers_ensure()
    try:
        call_command("audit_verify", *arguments, stdout=out, stderr=out)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    finally:
        triggers_drop()
    return 0, out.getvalue()
