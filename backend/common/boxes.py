"""A window of the map in a query: `bbox=west,south,east,north` in degrees, as GeoJSON orders them (RFC 7946 §5)."""

import math
from typing import Any

from rest_framework import serializers

Box = tuple[float, float, float, float]


def parse_box(text: str) -> Box:
    """(south, west, north, east); ValueError when it is none."""
    numbers = [float(part) for part in text.split(",")]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise ValueError(text)
    west, south, east, north = numbers
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(text)
    return south, west, north, east


class BoxField(serializers.CharField):
    def to_internal_value(self, data: Any) -> Any:  # a text becomes a Box
        try:
            return parse_box(super().to_internal_value(data))
        except ValueError as error:
            raise serializers.ValidationError("west,south,east,north", code="invalid") from error
