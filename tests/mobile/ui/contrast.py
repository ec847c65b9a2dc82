"""How well a colour is told from its ground: WCAG 2.1."""

from collections.abc import Sequence


def luminance(color: Sequence[float]) -> float:
    """Relative luminance of sRGB, WCAG 2.1."""
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in color[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Sequence[float], other: Sequence[float]) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
