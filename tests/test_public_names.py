"""The public names exist, are documented and are listed."""

from __future__ import annotations

import pytest

import musicvae


@pytest.mark.parametrize("name", musicvae.__all__)
def test_a_public_name_exists_and_has_a_docstring(name: str) -> None:
    """Every name in `__all__` can be imported."""
    assert getattr(musicvae, name).__doc__


def test_the_names_are_listed_and_others_are_refused() -> None:
    """`dir` lists them in order; an unknown name is an AttributeError."""
    assert set(musicvae.__all__) <= set(dir(musicvae))
    assert musicvae.__all__ == sorted(musicvae.__all__)
    with pytest.raises(AttributeError, match="genrate"):
        musicvae.genrate  # noqa: B018  # the look-up is what is tested
