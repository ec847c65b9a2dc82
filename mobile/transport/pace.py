"""How large the next piece of a file is: so large that headers weigh little, so small that a cut costs little."""

LEAST, FIRST, MOST = 1 << 14, 1 << 17, 1 << 22  # bytes; the most is also what one piece takes of the phone's memory
AIM_S = 4.0


class Pace:
    """Halves with each cut, doubles with each whole piece, and aims at `aim_s` seconds for a piece on this line."""

    def __init__(self, *, aim_s: float = AIM_S) -> None:
        self._aim_s = aim_s
        self.size = FIRST

    def went(self, size: int, seconds: float) -> None:
        """A piece of `size` bytes arrived whole and took so long, its answer included."""
        if size < self.size:
            return  # the last piece of a file says little of the line
        fits = int(size / max(seconds, 1e-3) * self._aim_s)
        self.size = max(LEAST, min(self.size * 2, fits, MOST))

    def cut(self) -> None:
        self.size = max(LEAST, self.size // 2)
