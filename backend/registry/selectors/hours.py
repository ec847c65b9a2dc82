"""Reading the hours a province's chair has set."""

from typing import Any

from backend.registry.models import ProvincialHours
from shared.rules.terms import DatedHours, MineralFamily, windows


def hours_rows() -> list[dict[str, Any]]:
    """What phones get in their settings under "hours": every row, past ones for reports that arrive late."""
    return [
        {
            "family": row.family,
            "windows": row.windows,
            "valid_from": row.valid_from.isoformat(),
            "valid_to": row.valid_to.isoformat() if row.valid_to else None,
            "source": row.source,
        }
        for row in ProvincialHours.objects.order_by("family", "valid_from")
    ]


def dated_hours() -> tuple[DatedHours, ...]:
    """All of them as the rule reads them. One query."""
    return tuple(
        DatedHours(MineralFamily(row.family), windows(row.windows), row.valid_from, row.valid_to, row.source)
        for row in ProvincialHours.objects.order_by("family", "valid_from")
    )
