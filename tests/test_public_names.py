"""The public names: declared, documented, and at home where they say."""

from __future__ import annotations

import pytest

import musicvae


@pytest.mark.parametrize("name", musicvae.__all__)
def test_a_public_name_is_there_and_has_a_docstring(name: str) -> None:
    """One that is not, is not declared."""
    assert getattr(musicvae, name).__doc__


def test_the_names_are_listed_and_others_are_refused() -> None:
    """`dir` shows them; a typo is an AttributeError."""
    assert set(musicvae.__all__) <= set(dir(musicvae))
    assert musicvae.__all__ == sorted(musicvae.__all__)
    with pytest.raises(AttributeError, match="genrate"):
        musicvae.genrate  # noqa: B018  # the look-up is what is tested
