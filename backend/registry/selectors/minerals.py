"""Reading the list of minerals."""

from typing import Any

from backend.registry.models import Mineral


def mineral_row(mineral: Mineral) -> dict[str, Any]:
    """What phones get. The id says its kind: codes are the office's own and might look like another kind's ids."""
    return {
        "id": f"mineral:{mineral.code}",
        "code": mineral.code,
        "name": mineral.name,
        "key": mineral.name_key,
        "family": mineral.family,
        "unit": mineral.unit,
        "density": mineral.density,
        "density_source": mineral.density_source,
        "illustration": mineral.illustration,
    }
