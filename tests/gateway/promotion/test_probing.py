"""Where a lost write is looked for, and what was looked at so far."""

import pytest

from gateway.promotion.probing import KEY_WALK, look_behind


@pytest.mark.parametrize(
    ("earlier", "newest", "behind"),
    [
        (None, 7, 7),
        (7, None, 7),
        (7, 7, 7),
        (7, 9, 7),
        (7, 7 + KEY_WALK // 2, 7),
        (7, 8 + KEY_WALK // 2, 8 + KEY_WALK // 2),
    ],
)
def test_a_second_try_looks_behind_the_first_while_it_can_walk_that_far(
    earlier: int | None, newest: int | None, behind: int | None
) -> None:
    assert look_behind(earlier, newest) == behind
