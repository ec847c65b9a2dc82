"""How a picture looks, in twice 64 bits that stay nearly the same when it is scaled or compressed again.

`difference_hash`: is each point darker than its right neighbour (N. Krawetz, "Kind of Like That", hackerfactor.com,
2013). `frequency_hash`: are the 64 lowest frequencies of a cosine transform above their median (C. Zauner,
"Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, after phash.org). Each fails for other
pictures; two that agree in both look alike. Neither sees a crop, a mirror image or a screen photographed from the side.
"""

import math
from collections.abc import Sequence
from statistics import median, pstdev

from PIL import Image

# Below: a wall, the sky, a covered lens. What is left of such a picture in 9 × 8 points is noise of the camera and the
# same for thousands (grey values of 0 to 255).
LEAST_SPREAD = 5.0
# A picture whose brightness only falls or only rises to the right has (nearly) all bits equal, and so has every other.
LEAST_BITS = 6
_SIDE, _BIG = 8, 32
_COSINES = [[math.cos(math.pi * k * (2 * n + 1) / (2 * _BIG)) for n in range(_BIG)] for k in range(_SIDE)]


def looks(picture: Image.Image) -> tuple[int, int] | None:
    """(difference hash, frequency hash), each of 64 bits; None for a picture without features to know it by."""
    grey = picture.convert("L")
    small = grey.resize((_SIDE + 1, _SIDE), Image.Resampling.BOX).tobytes()
    bits = difference_hash(small)
    if pstdev(small) < LEAST_SPREAD or not LEAST_BITS <= bits.bit_count() <= 64 - LEAST_BITS:
        return None
    return bits, frequency_hash(grey.resize((_BIG, _BIG), Image.Resampling.BOX).tobytes())


def difference_hash(points: Sequence[int]) -> int:
    """`points`: 8 rows of 9 grey values."""
    bits = 0
    for row in range(_SIDE):
        for column in range(_SIDE):
            here = row * (_SIDE + 1) + column
            bits = bits << 1 | (points[here] < points[here + 1])
    return bits


def frequency_hash(points: Sequence[int]) -> int:
    """`points`: 32 rows of 32 grey values."""
    rows = [points[start : start + _BIG] for start in range(0, _BIG * _BIG, _BIG)]
    across = [[_product(row, wave) for wave in _COSINES] for row in rows]
    columns = list(zip(*across, strict=True))
    found = [_product(column, wave) for wave in _COSINES for column in columns]
    middle = median(found[1:])  # the first is the brightness of the whole
    bits = 0
    for value in found:
        bits = bits << 1 | (value > middle)
    return bits


def _product(values: Sequence[float], wave: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(values, wave, strict=True))


def apart(one: int, other: int) -> int:
    """Bits that differ (Hamming distance)."""
    return (one ^ other).bit_count()


# --- the index: 1,000,000 pictures, and those at most `NEAR_DIFFERENCE` bits away without reading all of them

BANDS = 4
_BAND_BITS = 64 // BANDS
# Measured on 54 photographs (again in tests/corpora/test_photos.py): copies compressed at quality 30 to 90 or scaled
# to a quarter differ by at most 5 bits of the first hash and 6 of the second; of pairs that are no copies none differed
# by less than 9 and 28. With 2 % cut off each side 50 of 54 are found, with 5 % 13.
NEAR_DIFFERENCE = 7
NEAR_FREQUENCY = 10


def bands(bits: int) -> tuple[int, int, int, int]:
    """Four numbers of 16 bits, each taken from the whole picture (every fourth bit): a sky that many share must not
    fill one of them."""
    found = [0] * BANDS
    for place in range(64):
        found[place % BANDS] |= (bits >> place & 1) << place // BANDS
    return found[0], found[1], found[2], found[3]


def neighbours(band: int) -> list[int]:
    """A band and all at one bit from it. When two hashes differ by at most 7 bits, one of their four bands differs by
    at most one (pigeonhole; multi-index hashing: Norouzi, Punjani, Fleet, CVPR 2012)."""
    return [band, *(band ^ 1 << place for place in range(_BAND_BITS))]


def signed(bits: int) -> int:
    """As databases hold 64 bits."""
    return bits - 2**64 if bits >= 2**63 else bits
