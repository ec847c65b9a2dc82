"""The papers of the facts: what stands on them, what never does, and that nothing runs out of the page."""

import errno
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from mobile.bootstrap import Phone
from mobile.device.share_folder import FolderShare
from mobile.ports import QueuedReport
from mobile.services.papers.found import _formula as formula_of
from mobile.services.papers.pdf import A4, REGULAR, ROLL, UNPRINTABLE, Layout, printable
from mobile.services.papers.service import LAYOUTS, Papers
from mobile.services.signature import draw as draw_signature
from shared.i18n import Words
from shared.i18n.labels import label
from shared.problems import Problem
from shared.rules.measuring_words import without_subscripts
from shared.wire.v1.records import (
    BasisKind,
    Dimension,
    Facts,
    InspectionBasis,
    Kind,
    Presented,
    Purpose,
    SceneAction,
    SceneActionKind,
    SubjectRole,
)
from tests.factories import reports as make
from tests.shared.rules.test_measuring import every_method

FACTS: dict[Kind, Callable[..., Facts]] = {
    Kind.EXTRACTION: make.extraction_facts,
    Kind.TRANSPORT: make.transport_facts,
    Kind.STOCKYARD: make.stockyard_facts,
}
VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
OPINION = ("Nhận định riêng của kiểm tra viên", "Đề xuất lập biên bản vi phạm")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "phone" / "papers"


class Both:
    """A paper in each of its forms: A4, then the strip."""

    def __init__(self, papers: Papers) -> None:
        self._papers = papers
        self.sweep = papers.sweep

    def of_draft(self, draft: UUID) -> tuple[str, ...]:
        return tuple(self._papers.of_draft(draft, layout) for layout in LAYOUTS)

    def of_report(self, report: UUID) -> tuple[str, ...]:
        return tuple(self._papers.of_report(report, layout) for layout in LAYOUTS)


@pytest.fixture
def alone(phone: Phone, folder: Path) -> Papers:
    share = FolderShare(folder)
    return Papers(phone.drafts, phone.outbox, phone.files, phone.reference, share, phone.clock, zone=lambda facts: 9209)


@pytest.fixture
def papers(alone: Papers) -> Both:
    return Both(alone)


def reader(path: str) -> PdfReader:
    return PdfReader(BytesIO(Path(path).read_bytes()))


def text(path: str) -> str:
    """All words with single spaces: where a line ends is a matter of the layout."""
    return " ".join(" ".join(page.extract_text() for page in reader(path).pages).split())


def started(phone: Phone, kind: Kind = Kind.TRANSPORT, **changes: Any) -> UUID:
    draft = phone.recording.start(kind)
    phone.recording.save(
        draft.id,
        facts=FACTS[kind](**changes),
        assessment=make.assessment("VC-01", notes=OPINION[0], proposal=OPINION[1]),
    )
    return draft.id


@pytest.mark.parametrize("kind", list(Kind))
def test_both_papers_say_the_facts_and_never_the_assessment(phone: Phone, papers: Both, kind: Kind) -> None:
    draft = started(phone, kind)
    (subject,) = FACTS[kind]().subjects

    for path in papers.of_draft(draft):
        said = text(path)
        assert "PHIẾU GHI NHẬN HIỆN TRƯỜNG" in said
        assert "CHƯA NIÊM PHONG" in said
        assert str(subject.display_name) in said
        assert "không phải biên bản hay quyết định" in said
        assert re.search(r"WGS84 \(vĩ độ, kinh độ\): \d+\.\d{6}, \d+\.\d{6}", said)
        assert re.search(r"VN-2000 / TM-3 105-30, 105°30': X \(bắc\) \d+,\d+ m, Y \(đông\) \d+,\d+ m", said)
        assert "Độ chính xác (68 %): ±" in said
        assert "không ghi nhận" in said
        for opinion in (*OPINION, "VC-01", "rule"):
            assert opinion not in said


def test_a_sealed_report_is_printed_with_its_fingerprint_in_groups(
    phone: Phone, papers: Both, filed: Callable[..., QueuedReport]
) -> None:
    report = filed(photos=2)
    for path in papers.of_report(report.id):
        said = text(path).replace(" ", "")
        assert report.manifest_sha256 in said
        assert all(file.sha256 in said for file in report.files)
        assert str(report.id) in said
        assert "VC-01" not in said
    assert report.manifest_sha256[:4] + " " + report.manifest_sha256[4:8] in text(papers.of_report(report.id)[0])
    assert "ĐÃ NIÊM PHONG" in text(papers.of_report(report.id)[0])


def test_measures_come_with_formula_lengths_and_uncertainty(phone: Phone, papers: Both) -> None:
    lengths = (
        Dimension("length", 5.0),
        Dimension("width", 2.4),
        Dimension("height", 1.0),
        Dimension("heap", 0.1),
    )
    measured = make.measurement(method="truck_body", dimensions=lengths, value=13.2, uncertainty=0.6)
    said = text(papers.of_draft(started(phone, loads=(make.load(measurements=(measured,)),)))[0])
    assert "Thể tích: 13,2 m³ ± 0,6 m³ (95 %)" in said
    assert "V = L × W × (H + h)" in said
    assert "(L) 5 m" in said


def test_formulas_are_those_the_quantities_were_worked_out_with() -> None:
    """The wire keeps method and lengths, not the formula."""
    for measured in every_method():
        assert formula_of(measured.method.value, frozenset(measured.dimensions)) == without_subscripts(measured.formula)


def test_papers_shown_not_shown_and_promised_are_told_apart(phone: Phone, papers: Both) -> None:
    promised = make.document(presented=Presented.PROMISED, promised_by=date(2026, 11, 24))
    shown, not_shown = make.document(number="00000999"), make.document(presented=Presented.NOT_SHOWN, number=None)
    said = text(papers.of_draft(started(phone, documents=(promised, shown, not_shown)))[0])
    assert "hạn 24/11/2026" in said
    assert "00000999 / 1C26TMH" in said
    assert "Không xuất trình" in said


def test_a_signature_is_a_picture_and_a_refusal_has_reason_and_witnesses(
    phone: Phone, papers: Both, tmp_path: Path
) -> None:
    draft = started(phone)
    entry = phone.recording.attach(
        draft, draw_signature([[(0.1, 0.1), (0.9, 0.8)]], tmp_path / "s.png"), purpose=Purpose.SIGNATURE
    )
    facts = make.transport_facts()
    signed, refused = facts.signatures
    witness = make.subject(id="s2", role=SubjectRole.WITNESS, display_name="Ngô Thị Chứng (minh họa)")
    phone.recording.save(
        draft,
        facts=make.transport_facts(
            subjects=(*facts.subjects, witness), signatures=(replace(signed, evidence=entry.id), refused)
        ),
    )
    for path in papers.of_draft(draft):
        assert "Từ chối ký. Lý do: không đồng ý với số đo. Người chứng kiến: Ngô Thị Chứng" in text(path)
        assert "Đã ký trên máy" in text(path)
        assert "Lái xe" in text(path)
        assert "driver" not in text(path)  # the roles of the wire are no words of a paper
        assert sum(len(page.images) for page in reader(path).pages) == 1


def test_numbers_of_identity_papers_are_masked(phone: Phone, papers: Both) -> None:
    part = make.identity_part(document_number="012345678901")
    draft = started(phone, subjects=(make.subject(identity="#0"),))
    phone.recording.save(draft, identities=[part])
    report = phone.sealing.seal(draft)
    said = text(papers.of_report(report.id)[0])
    assert "012345678901" not in said
    assert "*********901" in said
    assert part.birth_date is not None
    assert f"{part.birth_date:%d/%m/%Y}" not in said


def test_whoever_told_is_not_on_the_paper(phone: Phone, papers: Both) -> None:
    basis = InspectionBasis(BasisKind.TIP, "TIN-77", date(2026, 11, 19))
    inspection = replace(make.transport_facts().inspection, basis=basis)
    said = text(papers.of_draft(started(phone, inspection=inspection))[0])
    assert "TIN-77" not in said
    assert "Tin báo" not in said
    assert "lưu tại cơ quan" in said


def test_every_letter_of_vietnamese_can_be_printed(phone: Phone, papers: Both) -> None:
    small = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES]
    letters = "".join(small) + "đ" + "".join(small).upper() + "Đ"
    assert printable(letters) == letters
    assert printable(unicodedata.normalize("NFD", letters)) == letters
    name = "Nguyễn Đặng Thị Ỷ Ẵm Ữ Ợ Ỹ Quyền"
    assert name in text(papers.of_draft(started(phone, subjects=(make.subject(display_name=name),)))[0])


def test_a_long_statement_goes_over_pages_that_are_counted(phone: Phone, papers: Both) -> None:
    sentence = "Tôi chở thuê cho chủ bãi, không biết nguồn gốc cát; giấy tờ do chủ bãi giữ. "
    said_by_them = "\n".join(sentence * 12 for _ in range(12)) + "\nHết lời khai."
    first, strip = papers.of_draft(started(phone, statement=said_by_them))
    pages = [" ".join(page.extract_text().split()) for page in reader(first).pages]
    assert len([page for page in pages if sentence.strip() in page]) >= 3
    for number, page in enumerate(pages, 1):
        assert f"{number}/{len(pages)}" in page
    assert text(first).count("chủ bãi giữ") == 144
    assert "Hết lời khai." in text(strip)


@pytest.mark.parametrize(
    "hostile",
    [
        "**đậm** __gạch__ [x](http://a) <b>b</b> {nb} {0} %s \\n (( \\",
        "\u202etxt\u0000\u200b",
        "𝕏 漢字 🚚",
        "W" * 500,
        "a\tb\nc\r\nd\u2028e",
    ],
)
def test_hostile_words_are_printed_as_words(phone: Phone, papers: Both, hostile: str) -> None:
    hostile = hostile.replace("\u0000", "")
    draft = started(
        phone,
        statement=hostile,
        weather=hostile,
        vehicles=(make.vehicle(description=hostile),),
        scene_actions=(SceneAction(SceneActionKind.SEAL, hostile, hostile, None, None, None),),
    )
    for path in papers.of_draft(draft):
        told = text(path).replace(" ", "")
        assert told.count(printable(hostile.splitlines()[0]).replace(" ", "").strip()) >= 4
        for page in reader(path).pages:
            assert not re.search("[\u202e\u200b]", page.extract_text())


def test_what_the_font_lacks_is_marked(phone: Phone) -> None:
    assert printable("a漢b") == f"a{UNPRINTABLE}b"


def test_nothing_runs_out_of_the_page(phone: Phone, papers: Both) -> None:
    draft = started(phone, weather="W" * 400, statement="Đường rất dài " * 200)
    for path, layout in zip(papers.of_draft(draft), (A4, ROLL), strict=True):
        for page in reader(path).pages:
            assert _rightmost(page) <= (layout.wide - layout.right + 0.5) * 72 / 25.4
            assert float(page.mediabox.width) == pytest.approx(layout.wide * 72 / 25.4, abs=0.5)


def _rightmost(page: Any) -> float:
    """Right end of the widest run of text, in points: its start and its letters' widths."""
    ends = [0.0]

    def visit(said: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        if said.strip():
            ends.append(float(tm[4]) + _width(said.strip("\n"), size))

    page.extract_text(visitor_text=visit)
    return max(ends)


def _width(said: str, size: float) -> float:
    return sum(_advances().get(ord(c), 0.0) for c in said) * size


@cache
def _advances() -> dict[int, float]:
    with TTFont(REGULAR) as font:
        metrics, units = font["hmtx"].metrics, font["head"].unitsPerEm
        return {code: metrics[glyph][0] / units for code, glyph in font.getBestCmap().items()}


def test_forty_five_photos_are_all_listed(phone: Phone, papers: Both, filed: Callable[..., QueuedReport]) -> None:
    report = filed(photos=45)
    first, strip = papers.of_report(report.id)
    for path in (first, strip):
        said = text(path).replace(" ", "")
        assert all(file.sha256 in said for file in report.files)
        assert f"45.{label(Words('vi'), Purpose.LOAD)}".replace(" ", "") in said
    assert len(reader(strip).pages) == 1
    pages = [page.extract_text().strip() for page in reader(first).pages]
    assert len(pages) > 2
    assert not any(page.startswith("SHA-256") for page in pages)


def test_an_empty_draft_makes_a_paper_that_says_what_was_not_noted(phone: Phone, papers: Both) -> None:
    draft = phone.recording.start(Kind.STOCKYARD).id
    said = text(papers.of_draft(draft)[0])
    assert said.count("không ghi nhận") >= 15
    assert "Ký, ghi rõ họ tên" in said


def test_papers_are_for_their_owner_only(phone: Phone, papers: Both, folder: Path) -> None:
    for path in papers.of_draft(started(phone)):
        assert Path(path).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_paper_writes_in_the_plane_of_its_facts(phone: Phone, folder: Path) -> None:
    asked: list[object] = []

    def zone(facts: Mapping[str, Any]) -> int:
        asked.append(facts["commune"])
        return 5897

    share = FolderShare(folder)
    papers = Papers(phone.drafts, phone.outbox, phone.files, phone.reference, share, phone.clock, zone=zone)
    said = text(papers.of_draft(started(phone), "A4"))
    assert asked == [make.transport_facts().commune]
    assert "VN-2000 / TM-3 zone 482, 105°00': X (bắc)" in said
    assert "105-30" not in said


def test_a_paper_is_made_in_the_form_that_was_chosen_and_no_other(phone: Phone, alone: Papers, folder: Path) -> None:
    draft = started(phone)
    for layout, wide in (("A4", 210), ("80mm", 80)):
        place = Path(alone.of_draft(draft, layout))
        assert place == folder / f"{draft}-{layout}.pdf"
        assert round(float(reader(str(place)).pages[0].mediabox.width) / 72 * 25.4) == wide
        assert [path.name for path in folder.iterdir()] == [place.name]
        place.unlink()


def test_papers_go_when_their_report_was_confirmed_or_their_draft_thrown_away(
    phone: Phone, papers: Both, filed: Callable[..., QueuedReport], folder: Path
) -> None:
    draft, kept, report = started(phone), started(phone), filed(photos=1)
    papers.of_draft(draft)
    papers.of_draft(kept)
    papers.of_report(report.id)
    (folder / "half.pdf.part").write_bytes(b"x")
    phone.recording.discard(draft)
    papers.sweep()
    assert {path.name[:36] for path in folder.iterdir()} == {str(kept), str(report.id)}

    phone.sending.send_round(phone.clock.now())
    papers.sweep()
    assert {path.name[:36] for path in folder.iterdir()} == {str(kept)}


def test_a_full_phone_is_told_and_leaves_no_half_paper(
    phone: Phone, papers: Both, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "full")

    draft = started(phone)
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(Problem) as raised:
        papers.of_draft(draft)
    assert raised.value.code == "phone_full"
    assert list(folder.iterdir()) == []


def test_the_strip_ends_where_its_words_end(phone: Phone, papers: Both) -> None:
    short = reader(papers.of_draft(phone.recording.start(Kind.TRANSPORT).id)[1]).pages[0]
    long = reader(papers.of_draft(started(phone, statement="Lời khai. " * 400))[1]).pages[0]
    assert float(short.mediabox.height) < float(long.mediabox.height)


def test_layouts_leave_room_for_holes() -> None:
    def usable(layout: Layout) -> float:
        return layout.wide - layout.left - layout.right

    assert A4.left >= 25
    assert usable(ROLL) == 72
