"""Keys of names, marks and numbers: what is one has one, what is not has another."""

import unicodedata
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vietnamese import KEY_LENGTH, mark_key, name_key, number_key, search_key, without_accents
from tests.shared.strategies import examples

FORMS = ("NFC", "NFD")
GRAVE, ACUTE, TILDE, HOOK, DOT = TONES = "\u0300\u0301\u0303\u0309\u0323"
# Rhymes in which the tone stands on another letter in the old way of writing than in the new one.
TWO_WAYS = ["oa", "oe", "uy"]
# Every vowel, and rhymes of more than one letter with the place of the tone in the usual way.
VOWELS = "aăâeêioôơuưy"

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
vietnamese = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂĐÊÔƠƯ" + TONES + " -.,", max_size=40)


def toned(letter: str, tone: str) -> str:
    return unicodedata.normalize("NFC", letter + tone)


# --- names


@pytest.mark.parametrize(("rhyme", "tone"), list(product(TWO_WAYS, TONES)))
def test_where_the_tone_stands_makes_no_difference(rhyme: str, tone: str) -> None:
    old = "H" + toned(rhyme[0], tone) + rhyme[1]
    new = "h" + rhyme[0] + toned(rhyme[1], tone)
    assert old.casefold() != new.casefold()
    for one, other in product(FORMS, FORMS):
        assert name_key(unicodedata.normalize(one, old)) == name_key(unicodedata.normalize(other, new))


@pytest.mark.parametrize("vowel", VOWELS)
def test_every_tone_of_every_vowel_is_a_name_of_its_own(vowel: str) -> None:
    names = [f"L{toned(vowel, tone)}n" for tone in ("", *TONES)]
    keys = [name_key(name) for name in names]
    assert len(set(keys)) == 6
    for name, key in zip(names, keys, strict=True):
        assert name_key(name.upper()) == name_key(unicodedata.normalize("NFD", name)) == key
    assert {search_key(name) for name in names} == {f"l{without_accents(vowel)}n"}


def test_every_vowel_is_another() -> None:
    for tone in ("", *TONES):
        assert len({name_key(f"L{toned(vowel, tone)}n") for vowel in VOWELS}) == len(VOWELS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Xã Hoà Bình", "xã  HÒA BÌNH "),
        ("Phường Thuỷ Xuân", "Phường Thủy Xuân"),
        ("Khoái Châu", "KHOÁI CHÂU"),
        ("Khoái", "Khóai"),
        ("Giếng", "Gíêng"),
        ("Bà Rịa - Vũng Tàu", "Bà Rịa–Vũng Tàu"),
        ("Cty TNHH A.B.C", "Cty TNHH A B C"),
        ("Đức", "đức"),
        ("Ðức", "Đức"),  # U+00D0, the Icelandic eth
        ("ð", "đ"),
        ("Ɖức", "Đức"),  # U+0189, the African D
        ("Ệ", "E\u0323\u0302"),
        ("Ệ", "E\u0302\u0323"),
        ("a_b", "a b"),
    ],
)
def test_one_name_in_two_ways(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hòa", "Hoa"),
        ("Hòa", "Hóa"),
        ("Hòa", "Hỏa"),
        ("Đông", "Dông"),
        ("Đông", "Đong"),
        ("Tân Hoà", "Tấn Hoa"),
        ("Hưng Yên", "Hưng Yến"),
        ("Hưng Yên", "HưngYên"),
        ("Xã 1", "Xã 2"),
    ],
)
def test_two_names(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_a_name_of_signs_only_is_a_name() -> None:
    assert name_key(" --- ") == "---"
    assert len({name_key(name) for name in ("---", "***", "___", "…", "A")}) == 5
    assert [name_key(nothing) for nothing in ("", " ", "\u00a0\t\n")] == ["", "", ""]


def test_long_names_that_begin_alike_stay_apart() -> None:
    company = "Công ty trách nhiệm hữu hạn " * 12
    one, other = name_key(company + "A"), name_key(company + "B")
    assert len(one) == len(other) == KEY_LENGTH
    assert one != other
    assert one[:100] == other[:100]
    exact = "a" * KEY_LENGTH
    assert name_key(exact) == exact
    assert name_key(exact + "a") != exact
    assert len(name_key("a\ud800" * 100)) == KEY_LENGTH  # a lone surrogate, as a broken file may have


@examples
@given(any_text | vietnamese)
def test_a_name_has_one_key_in_every_form(name: str) -> None:
    keys = {name_key(unicodedata.normalize(form, name)) for form in FORMS}
    assert keys == {name_key(name)}
    (key,) = keys
    assert len(key) <= KEY_LENGTH
    assert (key == "") == (name.split() == [])
    if len(key) < KEY_LENGTH:
        assert name_key(key) == key
        assert name_key(f"  {name}\n") == key


@examples
@given(vietnamese)
def test_a_key_says_no_more_and_no_less_than_the_name(name: str) -> None:
    """What has one key has one search key; and the letters' own marks are still in it."""
    key = name_key(name)
    if any(letter.isalpha() for letter in name):
        assert search_key(key) == search_key(name)
        assert sorted(unicodedata.normalize("NFD", key).replace(" ", "")) == sorted(
            letter
            for letter in unicodedata.normalize("NFD", name.casefold())
            if letter.isalpha() or unicodedata.combining(letter)
        )


# --- searching


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Xã Hoà Bình", "xa hoa binh"),
        ("ĐẮK LẮK", "dak lak"),
        ("Ðắc Nông", "dac nong"),
        ("  Bà Rịa–Vũng\tTàu ", "ba ria vung tau"),
        ("Nguyễn Thị Thuý Ưởng", "nguyen thi thuy uong"),
        ("ＫＭ２３ № 5", "km23 no 5"),
        ("___", ""),
    ],
)
def test_a_search_sees_letters_and_digits(text: str, key: str) -> None:
    assert search_key(text) == key
    assert search_key(unicodedata.normalize("NFD", text)) == key


@examples
@given(any_text | vietnamese)
def test_search_keys_are_in_every_form_the_same_and_final(text: str) -> None:
    key = search_key(text)
    assert {search_key(unicodedata.normalize(form, text)) for form in (*FORMS, "NFKC", "NFKD")} == {key}
    assert search_key(key) == key
    assert not any(unicodedata.combining(letter) for letter in key)


# --- marks of vehicles and vessels


@pytest.mark.parametrize(
    ("mark", "key"),
    [
        ("29C-623.78", "29C62378"),
        ("29c 62378", "29C62378"),
        ("26H-001.35", "26H00135"),
        ("29C-1234", "29C1234"),
        ("29-MĐ1 013.53", "29MD101353"),
        ("29-MÐ1 013.53", "29MD101353"),
        ("NĐ 3661", "ND3661"),
        ("NÐ-3661", "ND3661"),
        ("SG-8764", "SG8764"),
        ("LA-05909", "LA05909"),
        ("KG 56708", "KG56708"),
        ("PT.2666", "PT2666"),
        ("VR-15037781", "VR15037781"),
        ("80-011-NG-01", "80011NG01"),
        ("không số", "KHONGSO"),
        ("ＶＰ－１９５９", "VP1959"),
        ("--", ""),
        ("", ""),
    ],
)
def test_marks(mark: str, key: str) -> None:
    assert mark_key(mark) == key
    assert mark_key(unicodedata.normalize("NFD", mark)) == key


@examples
@given(any_text | vietnamese)
def test_a_mark_is_letters_and_digits_and_final(mark: str) -> None:
    key = mark_key(mark)
    assert key == "" or (key.isascii() and key.isalnum() and key == key.upper())
    assert mark_key(key) == mark_key(key.lower()) == key


# --- numbers of licences and papers


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 /GP–UBND", "12/GP-UBND"),
        ("012/GP-UBND", "12/GPUBND"),
        ("12/gp ubnd", "12/GP/UBND"),
        ("1234/QĐ-UBND", "1234/QD-UBND"),
        ("1234/QÐ-UBND", "1234/QĐ-UBND"),
        ("Số 5", "so 5"),
        ("0000123", "123"),
    ],
)
def test_one_number_in_two_ways(one: str, other: str) -> None:
    assert number_key(one) == number_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1/23", "12/3"),
        ("1/23", "123"),
        ("12/GP-UBND", "12/GP-BTNMT"),
        ("12A", "12"),
        ("10", "1"),
        ("12/2024", "12/2025"),
    ],
)
def test_two_numbers(one: str, other: str) -> None:
    assert number_key(one) != number_key(other)


def test_no_number() -> None:
    assert [number_key(nothing) for nothing in ("", " ", "-", "/_/")] == [""] * 4
    assert number_key("0") == number_key("000") == "0"


@examples
@given(any_text | vietnamese)
def test_number_keys_are_in_every_form_the_same_and_final(number: str) -> None:
    key = number_key(number)
    assert {number_key(unicodedata.normalize(form, number)) for form in (*FORMS, "NFKC", "NFKD")} == {key}
    assert number_key(key) == key
