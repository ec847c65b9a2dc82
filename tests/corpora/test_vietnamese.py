"""Names and marks as others wrote them, by `shared.vietnamese`."""

import csv
import unicodedata
from pathlib import Path

from shared.vietnamese import KEY_LENGTH, mark_key, name_key, search_key

FOLDER = "07_vietnamese"
# Ward names that differ by more than writing in a row marked as a difference of writing: code → why. None so far.
DIFFERENT_ALL_THE_SAME: dict[str, str] = {}


def lines(corpora: Path, name: str) -> list[str]:
    text = (corpora / FOLDER / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_a_ward_in_two_spellings_is_one(corpora: Path, corpora_summary: list[str]) -> None:
    with (corpora / FOLDER / "spelling_variants_ward_names.csv").open(encoding="utf-8-sig", newline="") as file:
        pairs = list(csv.DictReader(file))
    same = [row for row in pairs if row["note"] == "tone/diacritic placement"]
    assert len(same) >= 300
    apart = {row["ward_code"] for row in same if name_key(row["name_nso_thanglequoc"]) != name_key(row["name_other"])}
    assert apart == set(DIFFERENT_ALL_THE_SAME)
    others = [row for row in pairs if row["note"] == "other"]
    joined = sum(name_key(row["name_nso_thanglequoc"]) == name_key(row["name_other"]) for row in others)
    corpora_summary.append(
        f"Tên phường xã / ward names: {len(same)} cặp viết khác mà là một / spelt apart and one, "
        f"{len(others)} cặp tên khác nhau / names apart, {joined} gộp / joined"
    )


def test_names_without_accents_are_what_a_search_sees(corpora: Path) -> None:
    for name in ("boy", "girl", "boy_one_word", "girl_one_word"):
        accented = lines(corpora, f"namedb/{name}.txt")
        plain = lines(corpora, f"namedb/{name}_no_accents.txt")
        assert len(accented) == len(plain) > 200
        for one, other in zip(accented, plain, strict=True):
            assert search_key(one) == search_key(other)


def test_no_two_names_become_one_and_every_form_of_one_does(corpora: Path) -> None:
    """But for the case of letters, gaps and signs, and where the tone stands."""
    files = ("namedb/boy.txt", "namedb/girl.txt", "vnfaker_company_names.txt", "vnfaker_occupations.txt")
    names = [name for file in files for name in lines(corpora, file)]
    assert len(names) > 3000
    by_key: dict[str, set[str]] = {}
    for name in names:
        key = name_key(name)
        assert name_key(unicodedata.normalize("NFD", name)) == name_key(name.upper()) == name_key(f" {name}  ") == key
        assert name_key(key) == key or len(key) == KEY_LENGTH  # a shortened one is not a name
        by_key.setdefault(key, set()).add(search_key(name))
    assert all(len(found) == 1 for found in by_key.values())


def test_marks_of_vehicles_and_vessels(corpora: Path) -> None:
    with (corpora / FOLDER / "plate_examples_published.csv").open(encoding="utf-8-sig", newline="") as file:
        marks = [row["raw"] for row in csv.DictReader(file)]
    assert len(marks) >= 10
    keys = [mark_key(mark) for mark in marks]
    assert len(set(keys)) == len(keys)
    for mark, key in zip(marks, keys, strict=True):
        assert key.isascii()
        assert key.isalnum()
        assert key == key.upper()
        for written in (mark.lower(), mark.replace("-", " "), mark.replace(" ", ""), mark.replace(".", "")):
            assert mark_key(written) == key
