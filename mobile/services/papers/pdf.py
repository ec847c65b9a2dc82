"""A paper drawn as PDF: A4, or one long strip for a printer with a roll of 80 mm."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import zip_longest
from typing import TYPE_CHECKING

from mobile.fonts import FOLDER
from mobile.services.papers.model import Line, Paper, Signer
from shared.rules.measuring_words import without_subscripts

if TYPE_CHECKING:
    from fpdf import FPDF

REGULAR, BOLD = FOLDER / "Roboto-Regular.ttf", FOLDER / "Roboto-Bold.ttf"
UNPRINTABLE = "[?]"  # in the place of a sign that the font does not have
_LONGEST_STRIP_MM = 4000.0  # a PDF page ends at 5080 mm


@dataclass(frozen=True, slots=True)
class Layout:
    """Millimetres; `size` of the text in points. `high` None: as long as what stands on it."""

    wide: float
    high: float | None
    left: float
    right: float
    edge: float
    size: float
    step: float


A4 = Layout(wide=210, high=297, left=25, right=15, edge=15, size=10.5, step=6)
ROLL = Layout(wide=80, high=None, left=4, right=4, edge=5, size=8.5, step=3)


def draw(paper: Paper, layout: Layout) -> bytes:
    """Twice: only the first round knows how many pages there are and how long a strip is."""
    with _drawn(paper, layout, layout.high or _LONGEST_STRIP_MM, pages=1) as trial:
        pages, low = trial.page_no(), trial.get_y()
    strip = low + 3 * layout.edge if pages == 1 else _LONGEST_STRIP_MM
    with _drawn(paper, layout, layout.high or strip, pages=pages) as pdf:
        return bytes(pdf.output())


def printable(text: str) -> str:
    """NFC, without signs that the font does not have and without what would move the others about."""
    plain = without_subscripts(unicodedata.normalize("NFC", text))
    plain = re.sub(r"\s", " ", plain)
    seen = (c for c in plain if unicodedata.category(c) != "Cf")
    return "".join(c if ord(c) in _glyphs() else UNPRINTABLE for c in seen)


@cache
def _glyphs() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(REGULAR) as regular, TTFont(BOLD) as bold:
        return frozenset(regular.getBestCmap()) & frozenset(bold.getBestCmap())


@contextmanager
def _drawn(paper: Paper, layout: Layout, high: float, *, pages: int) -> Iterator["FPDF"]:
    pdf = _blank(layout, high, printable(paper.foot), pages)
    try:
        _fill(pdf, paper, layout)
        yield pdf
    finally:
        for font in pdf.fonts.values():  # the library leaves the font files open
            font.ttfont.close()  # type: ignore[union-attr]


def _fill(pdf: "FPDF", paper: Paper, layout: Layout) -> None:
    pdf.set_title(printable(paper.title))
    pdf.set_lang("vi-VN")
    pdf.add_page()
    _block(pdf, layout, paper.title, bold=True, size=layout.size + 3.5, align="C")
    _block(pdf, layout, paper.subtitle, bold=True, align="C")
    _block(pdf, layout, paper.notice, size=layout.size - 1, align="C")
    for section in paper.sections:
        _title(pdf, layout, section.title)
        for line, below in zip_longest(section.lines, section.lines[1:]):
            if below is not None and below.mono:
                _keep(pdf, 4 * _leading(layout.size))  # a hash stays with what it is of
            _line(pdf, layout, line)
    _title(pdf, layout, paper.signers_title)
    for signer in paper.signers:
        _signer(pdf, layout, signer)


def _blank(layout: Layout, high: float, foot: str, pages: int) -> "FPDF":
    from fpdf import FPDF

    class Pages(FPDF):
        def footer(self) -> None:
            self.set_y(-layout.edge)
            self.set_x(layout.left)
            self.set_font("Roboto", "", layout.size - 2.5)
            self.cell(0, 4, f"{foot} – {self.page_no()}/{pages}", align="C")

    pdf = Pages(unit="mm", format=(layout.wide, high))
    pdf.alias_nb_pages("")  # else the library writes a number wherever somebody said "{nb}"
    pdf.set_margins(layout.left, layout.edge, layout.right)
    pdf.set_auto_page_break(True, layout.edge + 5)
    pdf.add_font("Roboto", "", REGULAR)
    pdf.add_font("Roboto", "B", BOLD)
    return pdf


def _leading(size: float) -> float:
    return size * 0.3528 * 1.35  # points to millimetres, and the room between lines


def _block(pdf: "FPDF", layout: Layout, text: str, *, bold: bool = False, size: float = 0, align: str = "L") -> None:
    size = size or layout.size
    pdf.set_font("Roboto", "B" if bold else "", size)
    pdf.multi_cell(0, _leading(size), printable(text), align=align, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1)


def _title(pdf: "FPDF", layout: Layout, text: str) -> None:
    _keep(pdf, 4 * _leading(layout.size))  # a title does not stay behind alone
    pdf.ln(2)
    _block(pdf, layout, text, bold=True, size=layout.size + 1)
    pdf.line(layout.left, pdf.get_y() - 0.6, layout.wide - layout.right, pdf.get_y() - 0.6)


def _line(pdf: "FPDF", layout: Layout, line: Line) -> None:
    size = layout.size - 2 if line.mono else layout.size
    pdf.set_left_margin(layout.left + line.depth * layout.step)
    pdf.set_x(pdf.l_margin)
    if line.label:
        pdf.set_font("Roboto", "B", size)
        pdf.write(_leading(size), printable(f"{line.label}: " if line.text else line.label))
    if line.text:
        pdf.set_font("Roboto", "", size)
        pdf.write(_leading(size), printable(line.text))
    pdf.set_left_margin(layout.left)
    pdf.ln(_leading(size) + 0.4)


def _signer(pdf: "FPDF", layout: Layout, signer: Signer) -> None:
    wide = min(60.0, layout.wide - layout.left - layout.right)
    high = 25.0 if signer.room else 0.0 if signer.picture is None else wide * _shape(signer.picture)
    _keep(pdf, high + 4 * _leading(layout.size))
    _block(pdf, layout, signer.who, bold=True)
    _block(pdf, layout, signer.said)
    if signer.picture is not None:
        pdf.image(BytesIO(signer.picture), x=layout.left, w=wide)
    elif signer.room:
        pdf.rect(layout.left, pdf.get_y(), wide, high)
        pdf.ln(high)
    pdf.ln(2)


def _shape(content: bytes) -> float:
    """Height to width."""
    from PIL import Image

    with Image.open(BytesIO(content)) as image:
        return image.height / image.width


def _keep(pdf: "FPDF", high: float) -> None:
    """The next `high` millimetres on one page."""
    if pdf.will_page_break(high):
        pdf.add_page()
