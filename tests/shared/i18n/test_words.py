"""`Words`: filling in, plurals, languages; and that the catalogue is quick to read."""

import gettext
import time
from enum import StrEnum

import pytest

import shared.i18n
from shared.i18n import LANGUAGES, MO_FILE, PSEUDO, Words
from shared.i18n.labels import LABELS, label
from shared.wire.v1 import records
from shared.wire.v1.records import DocumentKind, Kind, Purpose


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of three sentences in place of the real one."""
    said = gettext.GNUTranslations()
    vars(said)["_catalog"] = {
        "": "Language: vi",
        "{n} of {total} files": "{n} trong {total} tệp",
        ("{n} photo", 0): "{n} ảnh",
        "Kind\x04Other": "Loại khác",
    }
    vars(said)["plural"] = lambda n: 0
    monkeypatch.setattr(shared.i18n, "_vietnamese", lambda: said)


@pytest.mark.usefixtures("catalogue")
def test_words_say_a_sentence_in_both_languages_with_its_values() -> None:
    words = Words()
    assert words.language == "vi"
    assert words("{n} of {total} files", n=3, total=5) == "3 trong 5 tệp"
    assert words.context("Kind", "Other") == "Loại khác"
    words.language = "en"
    assert words("{n} of {total} files", n=3, total=5) == "3 of 5 files"
    assert words.context("Kind", "Other") == "Other"


@pytest.mark.usefixtures("catalogue")
def test_many_counts_by_the_rules_of_its_language() -> None:
    vi, en = Words("vi"), Words("en")
    assert [vi.many("{n} photo", "{n} photos", n) for n in (0, 1, 2)] == ["0 ảnh", "1 ảnh", "2 ảnh"]
    assert [en.many("{n} photo", "{n} photos", n) for n in (0, 1, 2)] == ["0 photos", "1 photo", "2 photos"]


@pytest.mark.usefixtures("catalogue")
def test_a_sentence_without_translation_is_said_in_english() -> None:
    words = Words("vi")
    assert words("Nobody wrote {this}", this="that") == "Nobody wrote that"
    assert words.context("Purpose", "Other") == "Other"
    assert words.many("{n} day", "{n} days", 2) == "2 days"


@pytest.mark.usefixtures("catalogue")
def test_no_text_is_no_text_and_not_the_header_of_the_catalogue() -> None:
    assert [Words(language)("") for language in (*LANGUAGES, PSEUDO)] == ["", "", ""]


def test_the_pseudo_language_marks_every_message_once() -> None:
    words = Words(PSEUDO)
    assert words("{n} of {total} files", n=3, total=5) == "⟦3 of 5 files⟧"
    assert words.many("{n} photo", "{n} photos", 1) == "⟦1 photo⟧"
    assert words.context("Kind", "Other") == "⟦Other⟧"
    assert label(words, Kind.EXTRACTION) == "⟦Extraction⟧"


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (12.5, "12,5", "12.5"),
        (12.0, "12", "12"),
        (-0.0001, "0", "0"),
        (0.12345, "0,123", "0.123"),
        (100.0, "100", "100"),
        (1234.5, "1234,5", "1234.5"),
        (7, "7", "7"),
        ("1.5", "1.5", "1.5"),
    ],
)
def test_a_decimal_number_has_the_sign_of_the_language(value: object, vi: str, en: str) -> None:
    assert (Words("vi")("{x} m", x=value), Words("en")("{x} m", x=value)) == (f"{vi} m", f"{en} m")


def test_what_stands_in_a_value_is_no_placeholder() -> None:
    assert Words("en")("Plate {mark}", mark="{n}") == "Plate {n}"


def test_a_value_that_is_missing_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        Words("en")("{n} files")


def test_a_language_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="vi, en"):
        Words("fr")
    words = Words("en")
    with pytest.raises(ValueError, match="vi, en"):
        words.language = ""
    assert words.language == "en"


def test_the_real_catalogue_says_labels_in_vietnamese() -> None:
    words = Words("vi")
    assert label(words, DocumentKind.WEIGH_SLIP) == "Phiếu cân"
    assert label(words, DocumentKind.OTHER) == "Giấy tờ khác"
    assert label(words, Purpose.OTHER) == "Khác"
    assert label(Words("en"), Purpose.OTHER) == "Other"


def test_every_member_of_every_enum_of_the_report_has_its_label() -> None:
    enums = {
        name: {member.value for member in enum}
        for name, enum in vars(records).items()
        if isinstance(enum, type) and issubclass(enum, StrEnum) and enum is not StrEnum
    }
    assert len(enums) == 20
    assert {name: set(of_class) for name, of_class in LABELS.items()} == enums


def test_labels_of_one_list_differ() -> None:
    for language in LANGUAGES:
        words = Words(language)
        for name, of_class in LABELS.items():
            said = [words.context(name, english) for english in of_class.values()]
            assert len(set(said)) == len(said), (language, name)


def test_reading_the_catalogue_takes_less_than_five_milliseconds() -> None:
    def once() -> float:
        begun = time.process_time()
        with MO_FILE.open("rb") as file:
            gettext.GNUTranslations(file)
        return time.process_time() - begun

    assert min(once() for _ in range(5)) < 0.005
