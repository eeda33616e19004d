"""Old spellings work for one release, and say what they are called now."""

from __future__ import annotations

import pytest

from musicvae import Meter
from musicvae.deprecation import renamed_argument


@pytest.mark.parametrize(
    ("old", "new"),
    [("bar", "steps_per_bar"), ("beat", "steps_per_beat"), ("grid", "steps_per_quarter")],
)
def test_a_meter_answers_to_its_old_names(old: str, new: str) -> None:
    """With a warning that names the new one."""
    with pytest.warns(DeprecationWarning, match=f"Meter.{old} is called '{new}' now"):
        assert getattr(Meter(6, 8), old) == getattr(Meter(6, 8), new)


def test_a_meter_is_made_with_its_old_keyword() -> None:
    """As it was written before."""
    with pytest.warns(DeprecationWarning, match="'grid' .* is called 'steps_per_quarter' now"):
        assert Meter(4, 4, grid=6) == Meter(4, 4, 6)  # type: ignore[call-arg]  # the old name


def test_a_renamed_argument_reaches_the_function() -> None:
    """Under its new name; the new name itself warns of nothing."""

    @renamed_argument("old", "new")
    def function(new: int) -> int:
        return new

    assert function(new=1) == function(2) - 1 == 1
    with pytest.warns(DeprecationWarning, match="'old' .* is called 'new' now"):
        assert function(old=3) == 3  # type: ignore[call-arg]  # the old name
