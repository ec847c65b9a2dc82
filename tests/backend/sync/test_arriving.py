"""How large the pieces are that are asked of a line."""

from io import BytesIO

import pytest

from backend.sync.arriving import pieces


@pytest.mark.parametrize(
    ("waiting", "first"), [(0, 2**12), (100, 2**12), (50_000, 50_000), (200_000, 200_000), (900_000, 2**18)]
)
def test_what_is_here_is_taken_at_once_and_the_rest_in_pieces_that_may_be_lost(waiting: int, first: int) -> None:
    content = bytes(range(256)) * 4000
    found = list(pieces(BytesIO(content).read, waiting))
    assert b"".join(found) == content
    assert len(found[0]) == first
    assert max(len(piece) for piece in found[1:]) == 2**16
