"""How a Vietnamese syllable is spelled: onset, rhyme, and the vowel that carries the tone.

While a word is being typed it is no syllable yet. So what counts here is whether it can still become one: "ngu" and
"nguyen" can become "nguyễn", "nguk" cannot. The rhymes are those of the common spelling tables of primary-school
readers, with those of loanwords and place names met in this work (boong, moóc, Đắk).
"""

import unicodedata
from dataclasses import dataclass, replace
from enum import Enum
from itertools import product

LEVEL, ACUTE, GRAVE, HOOK, TILDE, DOT = range(6)
_SIGNS = ("", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323")
VOWELS = "aăâeêioôơuưy"
PLAIN = {"ă": "a", "â": "a", "ê": "e", "ô": "o", "ơ": "o", "ư": "u"}
_STOPS = ("p", "t", "c", "ch", "k")

ONSETS = (
    "ngh", "ng", "nh", "gh", "gi", "qu", "ch", "kh", "ph", "th", "tr", "kr", "đr",
    "b", "c", "d", "đ", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "",
)  # fmt: skip
_SPELLED = """
    a ai ao au ay ac ach am an ang anh ap at ăc ăm ăn ăng ăp ăt ăk âu ây âc âm ân âng âp ât
    e eo ec em en eng ep et ê êu êch êm ên êng ênh êp êt
    i ia iu ich im in inh ip it iêu iêc iêm iên iêng iêp iêt
    o oi oc om on ong op ot oong ooc ô ôi ôc ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    oa oai oao oay oac oach oam oan oang oanh oap oat oăc oăm oăn oăng oăt oe oeo oen oet
    u ua ui uc um un ung up ut uâ uân uâng uât uây uê uêch uênh uơ
    uy uya uyu uych uyn uynh uyp uyt uyên uyêt uôi uôc uôm uôn uông uôt
    ư ưa ưi ưu ưc ưm ưn ưng ưt ươi ươu ươc ươm ươn ương ươp ươt
    y ych yn ynh yp yt yêu yêm yên yêng yêt
"""
_RHYMES = frozenset(_SPELLED.split())
# Which vowel letters may follow; other onsets take any. k before a and o is in names (Bắc Kạn, Kon Tum).
_BEFORE: dict[str, str] = {
    "c": "aăâoôơuư",
    "g": "aăâoôơuưi",
    "gh": "eêi",
    "k": "eêiyaăoô",
    "ng": "aăâoôơuưy",
    "ngh": "eêi",
}


def _unfinished(rhyme: str) -> set[str]:
    """What stands on the way to a rhyme: its beginnings, its marked vowels not marked yet."""
    choices = [(letter, PLAIN[letter]) if letter in PLAIN else (letter,) for letter in rhyme]
    whole = {"".join(letters) for letters in product(*choices)}
    return {form[:length] for form in whole for length in range(len(rhyme) + 1)}


ON_THE_WAY = frozenset(form for rhyme in _RHYMES for form in _unfinished(rhyme))


class Style(Enum):
    """Where oa, oe, uy at a word's end carry the tone: hòa, thúy (usual in offices) or hoà, thuý."""

    OLD = "hòa"
    NEW = "hoà"


@dataclass(frozen=True, slots=True)
class Word:
    """`letters` lower case, marked (ă, đ) but without tone; `upper` for each of them; `tone` of the whole word."""

    letters: str
    upper: tuple[bool, ...]
    tone: int

    def with_letter(self, at: int, letter: str) -> "Word":
        return replace(self, letters=self.letters[:at] + letter + self.letters[at + 1 :])

    def with_tone(self, tone: int) -> "Word":
        return replace(self, tone=tone)

    def inserted(self, at: int, letter: str) -> "Word":
        """`letter` in its own case becomes number `at`."""
        letters = self.letters[:at] + letter.lower() + self.letters[at:]
        return Word(letters, (*self.upper[:at], letter.isupper(), *self.upper[at:]), self.tone)

    def without(self, at: int) -> "Word":
        return Word(self.letters[:at] + self.letters[at + 1 :], self.upper[:at] + self.upper[at + 1 :], self.tone)


def _tables() -> tuple[dict[str, tuple[str, int]], dict[tuple[str, int], str]]:
    written = {
        (vowel, tone): unicodedata.normalize("NFC", vowel + sign)
        for vowel in VOWELS
        for tone, sign in enumerate(_SIGNS)
    }
    read = {letter: key for key, letter in written.items()}
    read |= {letter: (letter, LEVEL) for letter in "bcdđghklmnpqrstvx"}
    return read, written


_READ, _WRITTEN = _tables()


def read(text: str) -> Word | None:
    """None where a letter is foreign (f, w, z, ß, a digit) or two carry a tone."""
    letters: list[str] = []
    tones: list[int] = []
    for character in text:
        letter, tone = _READ.get(character.lower(), ("", LEVEL))
        if not letter:
            return None
        letters.append(letter)
        if tone:
            tones.append(tone)
    if len(tones) > 1:
        return None
    return Word("".join(letters), tuple(character.isupper() for character in text), tones[0] if tones else LEVEL)


def written(word: Word, style: Style) -> str:
    """The word with its tone where it belongs. A tone needs a vowel in the word."""
    at = tone_place(word.letters, style) if word.tone else -1
    characters = [_WRITTEN[letter, word.tone] if i == at else letter for i, letter in enumerate(word.letters)]
    return "".join(c.upper() if upper else c for c, upper in zip(characters, word.upper, strict=True))


def split(letters: str) -> tuple[str, str] | None:
    """(onset, rhyme) of what can become a syllable, else None. The u of qu and the i of gi before a vowel are onset."""
    if not letters or letters == "q":
        return (letters, "")
    onset = next(onset for onset in ONSETS if letters.startswith(onset))
    if onset == "gi" and (len(letters) == 2 or letters[2] not in VOWELS):
        onset = "g"
    rhyme = letters[len(onset) :]
    if rhyme not in ON_THE_WAY or (rhyme and rhyme[0] not in _BEFORE.get(onset, VOWELS)):
        return None
    return (onset, rhyme)


def possible(word: Word) -> bool:
    """Whether it can become a syllable; one that ends in a stop (p, t, c, ch) takes the acute or the dot below only."""
    parts = split(word.letters)
    if parts is None or (word.tone and not parts[1]):
        return False
    return word.tone in (LEVEL, ACUTE, DOT) or _coda(parts[1]) not in _STOPS


def unmarked_uo(word: Word) -> int | None:
    """Where ưo or uơ stands, of which a rhyme that goes on needs both marked (ưo + n): its index."""
    at = max(word.letters.find("ưo"), word.letters.find("uơ"))
    return at if at >= 0 else None


def tone_place(letters: str, style: Style) -> int:
    """Index of the letter that carries the tone: the marked vowel; else the last before a final consonant; else the
    second of three, the first of two (the second of oa, oe, uy in the new style)."""
    # A word that is none any more (đr without its stroke) is read by its vowels.
    bare = letters.lstrip("bcdđghklmnpqrstvx")
    onset, rhyme = split(letters) or (letters[: len(letters) - len(bare)], bare)
    coda = _coda(rhyme)
    nucleus = rhyme[: len(rhyme) - len(coda)]
    marked = [i for i, letter in enumerate(nucleus) if letter in PLAIN]
    if marked:
        place = marked[-1]
    elif coda or nucleus in ("ie", "ye", "uo", "oo", "ue", "uye"):
        place = len(nucleus) - 1
    elif len(nucleus) == 2 and nucleus in ("oa", "oe", "uy"):
        place = 0 if style is Style.OLD else 1
    else:
        place = 1 if len(nucleus) > 2 else 0
    return len(onset) + max(place, 0)


def _coda(rhyme: str) -> str:
    return rhyme.lstrip(VOWELS)
