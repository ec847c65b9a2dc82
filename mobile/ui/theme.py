"""Colours and sizes of the kit: three palettes in Material 3's roles, text from 100 to 200 %."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import MappingProxyType

from kivy.metrics import dp, sp
from kivy.utils import get_color_from_hex

from mobile.state.forms import Level

TARGET = 48  # dp: nothing that is tapped is smaller (Material 3, accessibility)


class Look(StrEnum):
    LIGHT = "light"
    DARK = "dark"
    SUN = "sun"  # black on white with thick lines, for a screen in full sunlight


@dataclass(frozen=True, slots=True)
class Palette:
    """Each `on_…` colour is read on the one without it: contrast ≥ 4.5 (WCAG 2.1, 1.4.3), in SUN ≥ 7 (1.4.6)."""

    primary: str
    on_primary: str
    primary_container: str
    on_primary_container: str
    surface: str
    on_surface: str
    on_surface_variant: str
    surface_container: str
    surface_container_high: str
    outline: str
    outline_variant: str
    error: str
    on_error: str
    error_container: str
    on_error_container: str
    good: str
    good_container: str
    on_good_container: str
    warn: str
    warn_container: str
    on_warn_container: str
    inverse_surface: str
    inverse_on_surface: str
    inverse_primary: str


PALETTES: Mapping[Look, Palette] = MappingProxyType(
    {
        Look.LIGHT: Palette(
            primary="#0B5C7A",
            on_primary="#FFFFFF",
            primary_container="#C5E8F6",
            on_primary_container="#00202D",
            surface="#F7FAFC",
            on_surface="#171C1F",
            on_surface_variant="#40484D",
            surface_container="#EAEFF2",
            surface_container_high="#DFE5E9",
            outline="#6B747A",
            outline_variant="#C0C8CD",
            error="#B3261E",
            on_error="#FFFFFF",
            error_container="#F9DEDC",
            on_error_container="#410E0B",
            good="#1B6B3A",
            good_container="#C9F0D4",
            on_good_container="#00210D",
            warn="#7A4F00",
            warn_container="#FFE0A8",
            on_warn_container="#271900",
            inverse_surface="#2C3134",
            inverse_on_surface="#EEF1F4",
            inverse_primary="#87D0EE",
        ),
        Look.DARK: Palette(
            primary="#87D0EE",
            on_primary="#003546",
            primary_container="#004D65",
            on_primary_container="#C5E8F6",
            surface="#0F1417",
            on_surface="#DFE3E7",
            on_surface_variant="#C0C8CD",
            surface_container="#1B2023",
            surface_container_high="#262B2E",
            outline="#8A9297",
            outline_variant="#40484D",
            error="#F2B8B5",
            on_error="#601410",
            error_container="#8C1D18",
            on_error_container="#F9DEDC",
            good="#8ADBA3",
            good_container="#005227",
            on_good_container="#C9F0D4",
            warn="#FFBA4A",
            warn_container="#5C3B00",
            on_warn_container="#FFE0A8",
            inverse_surface="#DFE3E7",
            inverse_on_surface="#2C3134",
            inverse_primary="#0B5C7A",
        ),
        Look.SUN: Palette(
            primary="#003A52",
            on_primary="#FFFFFF",
            primary_container="#FFFFFF",
            on_primary_container="#000000",
            surface="#FFFFFF",
            on_surface="#000000",
            on_surface_variant="#1A1A1A",
            surface_container="#FFFFFF",
            surface_container_high="#F0F0F0",
            outline="#000000",
            outline_variant="#000000",
            error="#8A0000",
            on_error="#FFFFFF",
            error_container="#FFFFFF",
            on_error_container="#8A0000",
            good="#00451B",
            good_container="#FFFFFF",
            on_good_container="#00451B",
            warn="#5A3300",
            warn_container="#FFFFFF",
            on_warn_container="#5A3300",
            inverse_surface="#000000",
            inverse_on_surface="#FFFFFF",
            inverse_primary="#9BE0FF",
        ),
    }
)

# Text roles in sp, Material 3's type scale with larger captions: gloves and a shaking boat.
SIZES: Mapping[str, float] = MappingProxyType({"headline": 24, "title": 18, "body": 16, "label": 14, "caption": 13})


class Theme:
    """The one look of the app, `theme` below. What was drawn with another look is drawn anew by the app."""

    def __init__(self) -> None:
        self.apply(Look.LIGHT, 1.0)

    def apply(self, look: Look, scale: float) -> None:
        """`scale`: of all text, 1.0 … 2.0; what lies outside is brought to the nearer end."""
        self.look = look
        self.scale = min(max(scale, 1.0), 2.0)
        self.line = dp(1.5 if look is Look.SUN else 1)  # px; Kivy draws a line wider than 1 twice as wide
        palette = PALETTES[look]
        self._colors = {field.name: get_color_from_hex(getattr(palette, field.name)) for field in fields(Palette)}

    def color(self, role: str) -> list[float]:
        """RGBA of a role of the palette; KeyError for one it does not have."""
        return list(self._colors[role])

    def size(self, role: str) -> float:
        """px of a text role."""
        return float(sp(SIZES[role]) * self.scale)

    def of_level(self, level: Level) -> tuple[list[float], list[float], str]:
        """(background, words, icon) of a notice."""
        background, words, icon = {
            Level.INFO: ("surface_container_high", "on_surface", "information-outline"),
            Level.GOOD: ("good_container", "on_good_container", "check-circle-outline"),
            Level.WARN: ("warn_container", "on_warn_container", "alert-outline"),
            Level.BAD: ("error_container", "on_error_container", "alert-octagon-outline"),
        }[level]
        return self.color(background), self.color(words), icon


theme = Theme()
