"""Old names work for one release and warn with the new name."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicvae import Library, Meter, nets
from musicvae.deprecation import renamed_argument


@pytest.mark.parametrize(
    ("old", "new"),
    [("bar", "steps_per_bar"), ("beat", "steps_per_beat"), ("grid", "steps_per_quarter")],
)
def test_a_meter_has_its_old_attributes(old: str, new: str) -> None:
    """Reading one warns with its new name."""
    with pytest.warns(DeprecationWarning, match=f"Meter.{old} is called '{new}' now"):
        assert getattr(Meter(6, 8), old) == getattr(Meter(6, 8), new)


def test_a_meter_is_made_with_its_old_keyword() -> None:
    """`grid` warns and sets `steps_per_quarter`."""
    with pytest.warns(DeprecationWarning, match="'grid' .* is called 'steps_per_quarter' now"):
        assert Meter(4, 4, grid=6) == Meter(4, 4, 6)  # type: ignore[call-arg]  # the old name


@pytest.mark.parametrize(
    ("old", "new"), [("NextStep", "LanguageModel"), ("Sequences", "SequenceBatch")]
)
def test_a_net_is_found_by_its_old_name(old: str, new: str) -> None:
    """It warns; a name that never was is an AttributeError."""
    with pytest.warns(DeprecationWarning, match=f"{old} is called '{new}' now"):
        assert getattr(nets, old) is getattr(nets, new)
    assert not hasattr(nets, "Transformer")


def test_a_library_is_taken_apart_by_its_old_name(tmp_path: Path) -> None:
    """The method works and warns."""
    library = Library.of(tmp_path, [], latent=4)
    with pytest.warns(DeprecationWarning, match="Library.apart is called 'by_file' now"):
        assert [*library.apart()] == []


def test_a_renamed_argument_reaches_the_function() -> None:
    """It arrives under its new name; calls with the new name do not warn."""

    @renamed_argument("old", "new")
    def function(new: int) -> int:
        return new

    assert function(new=1) == function(2) - 1 == 1
    with pytest.warns(DeprecationWarning, match="'old' .* is called 'new' now"):
        assert function(old=3) == 3  # type: ignore[call-arg]  # the old name
