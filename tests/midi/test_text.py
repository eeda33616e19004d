"""Names in the encodings of many programs are decoded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.midi.text import decode_text

WESTERN = [
    "Für",
    "Flöte",
    "Mädchen",
    "Élégie",
    "Übung",
    "ÄÖÜ",
    "Señor",
    "Größe",
    "Noël",
    "Frère",
    "Ländler",
    "À",
]
JAPANESE = ["メロディ", "ドラム", "主旋律", "春", "の", "ピアノ1", "伴奏", "ボーカル"]


@given(st.text())
def test_unicode_is_decoded(text: str) -> None:
    """UTF-8 with and without its mark, UTF-16 with its mark."""
    text = text.replace("\ufeff", "")
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert decode_text(text.encode(encoding, "replace")) == text.encode(
            encoding, "replace"
        ).decode(encoding)


@pytest.mark.parametrize("text", WESTERN)
def test_western_words_are_latin_1(text: str) -> None:
    """Although many of them are valid Shift-JIS."""
    assert decode_text(text.encode("latin-1")) == text


@pytest.mark.parametrize("text", [*JAPANESE, "Piano 伴奏", "さくら さくら"])
def test_japanese_words_are_shift_jis(text: str) -> None:
    """With and without letters of other scripts."""
    assert decode_text(text.encode("cp932")) == text


@given(st.binary())
def test_any_bytes_are_some_text(data: bytes) -> None:
    """Nothing raises."""
    assert isinstance(decode_text(data), str)
