"""Voices of a part."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from musicvae.notation.voices import Tone, strokes_of, voices_of

tones = st.lists(
    st.builds(
        lambda start, length, pitch: Tone(start, start + length, pitch),
        st.integers(0, 40),
        st.integers(1, 20),
        st.integers(0, 127),
    ),
    max_size=30,
    unique=True,
)


@given(tones)
def test_voices_have_all_notes_and_do_not_overlap(notes: list[Tone]) -> None:
    """Each note stands in one voice, and a voice sings one chord at a time."""
    voices = voices_of(notes)
    for voice in voices:
        assert all(sound.end <= later.start for sound, later in pairwise(voice))
    found = [Tone(s.start, s.end, pitch) for voice in voices for s in voice for pitch in s.pitches]
    assert sorted(found) == sorted(notes)


@given(tones)
def test_strokes_last_to_the_next_or_to_the_end_of_the_beat(notes: list[Tone]) -> None:
    """All strokes are there, in one voice, and none crosses a beat."""
    voices = strokes_of(notes, range(0, 61, 12))
    found = {(sound.start, pitch) for voice in voices for sound in voice for pitch in sound.pitches}
    assert found == {(tone.start, tone.pitch) for tone in notes}
    for voice in voices:
        assert all(sound.end <= later.start for sound, later in pairwise(voice))
        assert all(sound.start // 12 == (sound.end - 1) // 12 for sound in voice)


def test_a_line_above_another_is_the_first_voice() -> None:
    """Two lines that move at their own pace keep their voices."""
    upper = [Tone(12 * i, 12 * i + 12, 72 + i) for i in range(4)]
    lower = [Tone(24 * i, 24 * i + 24, 60 - i) for i in range(2)]
    first, second = voices_of([*lower, *upper])
    assert [sound.pitches for sound in first] == [(72,), (73,), (74,), (75,)]
    assert [sound.pitches for sound in second] == [(60,), (59,)]
