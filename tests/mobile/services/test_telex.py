"""Telex: every letter, real words, correcting, foreign words, the caret; and what holds for any text."""

import random
import re
import string
import unicodedata
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mobile.services.syllables import ON_THE_WAY, ONSETS, Word, possible, written
from mobile.services.telex import BACKSPACE, Edited, Style, compose
from shared.vietnamese import without_accents

TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
MARKS = {"ă": "aw", "â": "aa", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw"}


def typed(keys: str, text: str = "", style: Style = Style.OLD) -> str:
    edited = Edited(text, len(text))
    for key in keys:
        edited = compose(edited.text, edited.caret, key, style)
    assert edited.caret == len(edited.text)
    return edited.text


def at_caret(text: str, key: str) -> str:
    """`text` with | for the caret, before and after the key."""
    edited = compose(text.replace("|", ""), text.index("|"), key)
    return f"{edited.text[: edited.caret]}|{edited.text[edited.caret :]}"


# --- every letter


def letters() -> list[tuple[str, str]]:
    """(keys, letter): 134 letters that are not on a keyboard, 67 in either case."""
    lower = [("dd", "đ")] + [(keys, letter) for letter, keys in MARKS.items()]
    for vowel, keys in {**{v: v for v in "aeiouy"}, **MARKS}.items():
        lower += [(keys + tone, unicodedata.normalize("NFC", vowel + sign)) for tone, sign in TONES.items()]
    return lower + [(keys.upper(), letter.upper()) for keys, letter in lower]


def test_the_table_has_every_letter() -> None:
    assert len(letters()) == 134
    assert len({letter for _, letter in letters()}) == 134


@pytest.mark.parametrize(("keys", "letter"), letters())
def test_a_letter_is_composed(keys: str, letter: str) -> None:
    assert typed(keys) == letter


@pytest.mark.parametrize(
    ("keys", "letter"), [("Aa", "Â"), ("aA", "â"), ("Dd", "Đ"), ("dD", "đ"), ("aS", "á"), ("As", "Á"), ("W", "Ư")]
)
def test_the_case_is_that_of_the_letter_not_of_the_key_that_marks_it(keys: str, letter: str) -> None:
    assert typed(keys) == letter


# --- words

WORDS = """
    khoáng sản khai thác vận chuyển bến bãi tập kết cát sỏi lòng sông đất đá giấy phép kiểm tra viên phiếu biên
    bản hiện trường vi phạm hành chính tạm giữ niêm phong tang vật phương tiện thủy nội địa tàu thuyền sà lan
    máy xúc ủi hút nguyên khối hóa đơn xuất kho hợp đồng chủ hàng lái xe trưởng người chứng kiến từ chối ký
    không trình được mốc giới tọa độ ranh sâu thể tích chiều dài rộng cao mớn nước đống hình nón thang tỷ lệ quy
    đổi đoàn công tác ngoài trong trái nguồn gốc pháp giám đốc điều khuỷu khuya ngoằn ngoèo huơ thuở quốc quyết
    quỳnh quấy quả quở già giếng giữa giết gì gìn giặt yêu yếm ỷ uy ủy ủng ướt ưỡn rượu hươu nghiêng nghỉ ngành
    boong moóc xoong rửa mưa múa mía nguyễn trần lê huỳnh hoàng phan vũ võ đặng bùi đỗ hồ ngô dương lý hưng yên
    thái bình nam định hà hải phòng quảng ninh bắc giang thanh nghệ an tĩnh huế đà nẵng ngãi thuận đắk lắk kon
    tum gia lai tây nai vĩnh long cần thơ cà mau sóc trăng bạc liêu kạn tuyên quang lào cai bái sậy phú xuân
    thụy anh tiền xương ngọc lũ loét toét xoắn loắt khoắng quắt quẩn luật tuất thuẫn luẩn khuấy tuệ huệ thuê
    huênh duyệt tuyệt xuýt lũy thùy hòe khỏe xòe toàn hoạch hoạt choàng khoái xoáy ngoáo rẻo kẻo đều nếu chịu
    rìu trìu sữu bưu mưu cứu ngửi gửi
""".split()  # noqa: SIM905 - a list of words reads as words


def keys_of(word: str, *, tone_last: bool, marks_last: bool = False) -> str:
    """How somebody types it: the marks behind their vowels or behind all letters, the tone behind its vowel or last."""
    keys, tone, marks = "", "", ""
    for letter in unicodedata.normalize("NFC", re.sub("o(o|ó)", r"oo\1", word)):  # the third o takes the ô back
        apart = unicodedata.normalize("NFD", letter)
        sign = next((key for key, tone_sign in TONES.items() if tone_sign in apart), "")
        bare = unicodedata.normalize("NFC", "".join(c for c in apart if c not in TONES.values()))
        raw = "dd" if bare == "đ" else MARKS.get(bare, bare)
        if marks_last and len(raw) == 2:
            marks += "" if raw[1] in marks else raw[1]
            raw = raw[0]
        keys += raw if tone_last else raw + sign
        tone = tone or sign
    return keys + marks + (tone if tone_last else "")


def in_new_style(word: str) -> str:
    pairs = {"òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "òe": "oè", "óe": "oé", "ỏe": "oẻ", "õe": "oẽ"}
    pairs |= {"ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ", "ụy": "uỵ"}
    return word[:-2] + pairs.get(word[-2:], word[-2:])


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_typed_in_every_order(word: str) -> None:
    assert typed(keys_of(word, tone_last=False)) == word
    keys = keys_of(word, tone_last=True)
    assert typed(keys) == word
    assert typed(keys.upper()) == word.upper()
    assert typed(keys_of(word, tone_last=True, marks_last=True)) == word
    assert typed(keys, style=Style.NEW) == in_new_style(word)
    assert typed(keys, text="(Tấn) ") == f"(Tấn) {word}"


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ("nguyeenx", "nguyễn"),
        ("nguyenex", "nguyễn"),
        ("nguyexen", "nguyễn"),
        ("duongdwf", "đường"),
        ("duowngdf", "đường"),
        ("dduongfw", "đường"),
        ("truongwf", "trường"),
        ("tuwong", "tương"),
        ("twowng", "tương"),
        ("vietej", "việt"),
        ("vieejt", "việt"),
        ("vijeet", "việt"),
        ("thuowr", "thuở"),
        ("thuowngf", "thường"),
        ("huowu", "hươu"),
        ("khuowns", "khướn"),
        ("nguowif", "người"),
        ("chuwngs", "chứng"),
        ("muaw", "mưa"),
        ("luuw", "lưu"),
        ("luwu", "lưu"),
        ("awaf", "ầ"),
        ("owo", "ô"),
        ("rowmo", "rơmo"),
        ("thuoww", "thươ"),
        ("ties", "tié"),
        ("nguyes", "nguyé"),
        ("cuos", "cuó"),
        ("hues", "hué"),
        ("uowo", "uô"),
        ("hoafn", "hoàn"),
        ("hofa", "hòa"),
        ("hoaf", "hòa"),
        ("thuys", "thúy"),
        ("quys", "quý"),
        ("giaf", "già"),
        ("gif", "gì"),
        ("hoasf", "hòa"),
        ("asjf", "à"),
    ],
)
def test_the_tone_stands_where_the_whole_word_wants_it(keys: str, word: str) -> None:
    assert typed(keys) == word


@pytest.mark.parametrize(("keys", "word"), [("hoaf", "hoà"), ("thuys", "thuý"), ("khoer", "khoẻ"), ("quys", "quý")])
def test_the_new_style_puts_it_on_the_last_vowel(keys: str, word: str) -> None:
    assert typed(keys, style=Style.NEW) == word


def test_a_sentence_is_typed_as_it_comes() -> None:
    keys = "Tamj giuwx 01 sà lan HY-0123, 29C-123.45; khối luwowngj 12,5 m3 cast."
    assert typed(keys) == "Tạm giữ 01 sà lan HY-0123, 29C-123.45; khối lượng 12,5 m3 cát."


# --- correcting


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("ass", "as"),
        ("asss", "ass"),
        ("aas", "ấ"),
        ("aaas", "aas"),
        ("aaa", "aa"),
        ("dd", "đ"),
        ("ddd", "dd"),
        ("dddd", "ddd"),
        ("w", "ư"),
        ("ww", "w"),
        ("tww", "tw"),
        ("twfw", "tùw"),
        ("ddrufd", "drùd"),
        ("oww", "ow"),
        ("aww", "aw"),
        ("uow", "ươ"),
        ("uoww", "uow"),
        ("dataa", "data"),
        ("booong", "boong"),
        ("mooocs", "moóc"),
        ("hoafz", "hoa"),
        ("hoaz", "hoaz"),
        ("hoaff", "hoaf"),
        ("aasz", "â"),
        ("aass", "âs"),
        ("muaww", "muaw"),
    ],
)
def test_the_same_key_again_takes_back_what_it_did(keys: str, text: str) -> None:
    assert typed(keys) == text


def test_backspace_takes_one_character_and_composes_nothing() -> None:
    assert at_caret("toán|", BACKSPACE) == "toá|"
    assert at_caret("|toán", BACKSPACE) == "|toán"
    assert at_caret("đấ|t", BACKSPACE) == "đ|t"
    assert compose("a\u0302\u0301", 3, BACKSPACE) == Edited("", 0)


@pytest.mark.parametrize(
    ("before", "key", "after"),
    [
        ("tie|ng", "e", "tiê|ng"),
        ("tiê|ng", "s", "tiế|ng"),
        ("to|an", "s", "to|án"),
        ("hòa|", "n", "hoàn|"),
        ("hò|n", "a", "hoà|n"),
        ("t|an", "r", "tr|an"),
        ("|an", "s", "s|an"),
        ("ban|, ha", "s", "bán|, ha"),
        ("t|án", "s", "ts|án"),
        ("h|òa", "z", "hz|òa"),
        ("t|a", "w", "tư|a"),
        ("ừ|t", "w", "ừw|t"),
        ("tư|ng", "w", "tuw|ng"),
        ("ư|ớt", "w", "uw|ớt"),
        ("t|an", "w", "tw|an"),
        ("hóá|", "n", "hóán|"),
        ("d|uong", "d", "đ|uong"),
        ("|duong", "d", "d|duong"),
        ("hò|a", "z", "ho|a"),
        ("ha n|oi", "ooo", "ha nooo|oi"),
        ("29|C", "s", "29s|C"),
    ],
)
def test_the_caret_may_stand_inside_a_word(before: str, key: str, after: str) -> None:
    assert at_caret(before, key) == after


def test_a_caret_outside_the_text_is_at_its_nearest_end() -> None:
    assert compose("ba", -1, "n") == Edited("nba", 1)
    assert compose("ba", 9, "n") == Edited("ban", 3)


# --- what is not Vietnamese


FOREIGN = """
    windows text excel word web wifi Wave kW kWh email zalo facebook camera km2 GPS 29C 29C-623.78 89H-012.34 QD12s
    HY-0123 LF 99LD-001.23 12s x1s s3a 3aa 1dd 2ww zs fs js jazz pizza flycam drone
""".split()  # noqa: SIM905


@pytest.mark.parametrize("text", FOREIGN)
def test_foreign_words_and_marks_stay_as_typed(text: str) -> None:
    assert typed(text) == text
    assert typed(text.upper()) == text.upper()


@pytest.mark.parametrize(
    ("keys", "text"), [("hoafbinh", "hòabinh"), ("dded", "ded"), ("uwowcsf", "ướcf"), ("uws1", "ứ1")]
)
def test_a_slip_of_the_finger_does_not_undo_the_word_before(keys: str, text: str) -> None:
    assert typed(keys) == text


@pytest.mark.parametrize("key", ["", "ab", "é", "ê", "1", " ", "\n", "日", "\u0301", "xã Tân", "ａ"])
def test_what_is_no_single_key_is_inserted_as_it_is(key: str) -> None:
    edited = compose("ba c", 2, key)
    assert edited.text == unicodedata.normalize("NFC", "ba" + key + " c")


# --- for any text

TEXT = st.text(
    st.one_of(
        st.sampled_from("aăâeêioôơuưydđghnctpmwszfjrxk" + "áàảãạấềốộớựýỹ" + "AĂÂĐƯƠ"),
        st.characters(),
        st.sampled_from(" .-19\u0301\u0323\u031b'"),
    ),
    max_size=12,
)
KEYS = st.one_of(st.sampled_from("asfrxjzwdeoAEOSDWhngict"), st.characters(), st.just(BACKSPACE), st.text(max_size=3))


@given(text=TEXT, caret=st.integers(-3, 15), key=KEYS, style=st.sampled_from(Style))
@example(text="a\u0301", caret=1, key="s", style=Style.OLD)
@example(text="\u0301", caret=0, key="a", style=Style.OLD)
@example(text="İ", caret=1, key="s", style=Style.OLD)
def test_any_text_gives_composed_unicode_and_a_caret_inside_it(text: str, caret: int, key: str, style: Style) -> None:
    edited = compose(text, caret, key, style)
    assert unicodedata.is_normalized("NFC", edited.text)
    assert 0 <= edited.caret <= len(edited.text)


@given(text=TEXT, caret=st.integers(0, 12), key=st.sampled_from("asfrxjzwdeoAEOSDWhngict"))
def test_a_key_changes_no_other_word(text: str, caret: int, key: str) -> None:
    text = unicodedata.normalize("NFC", text)
    caret = min(caret, len(text))
    edited = compose(f"Tấn. {text} .tấn", caret + 5, key)
    assert edited.text.startswith("Tấn. ")
    assert edited.text.endswith(" .tấn")


def test_every_key_anywhere_in_a_word_keeps_its_letters() -> None:
    for word, key in product(WORDS, string.ascii_letters):
        for at in range(len(word) + 1):
            edited = compose(word, at, key)
            behind = without_accents(edited.text[edited.caret :])
            before, left = without_accents(edited.text[: edited.caret]), without_accents(word[:at])
            lower = key.lower()
            # A key that marks adds no letter; w may stand for u; a foreign word gets its keys back, this one last.
            usual = (left, left + lower, left + "u", left[:-1] + "w")
            assert behind == without_accents(word[at:]), (word, at, key)
            assert before in usual or (at == len(word) and before.endswith(lower)), (word, at, key)


def test_words_half_typed_take_any_key_anywhere() -> None:
    chance = random.Random(11)
    shapes = [Word(o + r, (False,) * len(o + r), tone) for o, r, tone in product(ONSETS, sorted(ON_THE_WAY), range(6))]
    words = [written(shape, Style.OLD) for shape in shapes if shape.letters and possible(shape)]
    assert len(words) > 30_000
    for word in chance.sample(words, 1500):
        for at, key in product(range(len(word) + 1), "asfrxjzwdeoung"):
            edited = compose(word, at, key)
            assert without_accents(edited.text[edited.caret :]) == without_accents(word[at:]), (word, at, key)


def test_every_four_keys_are_typed_without_a_stumble() -> None:
    for keys in product("aeouydwsfztch", repeat=4):
        typed("".join(keys))


@given(word=st.sampled_from(WORDS), key=st.sampled_from("sfrxj"))
def test_a_tone_typed_twice_leaves_the_word_without_tone_and_the_key(word: str, key: str) -> None:
    bare = compose(word, len(word), "z").text.removesuffix("z")
    once = compose(bare, len(bare), key)
    if once.text == bare + key:
        assert key in "frx"  # a final stop bears no grave, hook or tilde
        return
    assert compose(once.text, once.caret, key) == Edited(bare + key, len(bare) + 1)


@given(word=st.sampled_from(WORDS), tones=st.lists(st.sampled_from("sj"), min_size=1, max_size=4))
def test_the_last_tone_typed_holds(word: str, tones: list[str]) -> None:
    """Whatever came before, unless one key comes twice in a row."""
    bare = compose(word, len(word), "z").text.removesuffix("z")
    different = [tone for i, tone in enumerate(tones) if i == 0 or tones[i - 1] != tone]
    assert typed("".join(different), text=bare) == typed(different[-1], text=bare)


def test_a_thousand_keys_at_random_keep_the_text_in_order() -> None:
    chance = random.Random(7)
    edited = Edited("", 0)
    for _ in range(1000):
        edited = compose(edited.text, edited.caret, chance.choice("asfrxjzwdeouiynghct "))
        assert 0 <= edited.caret <= len(edited.text)
        assert unicodedata.is_normalized("NFC", edited.text)
