"""A verb gives the whole file back: its new part in place of what it read, all else as it was."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.api.model import MusicVAE
from musicvae.errors import RequestError
from musicvae.midi.reader import main_phrase, read_midi
from musicvae.midi.song_events import read_song, song_notes
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Phrase

from ..midi.songs import PPQ, note_events, other_events, song_file
from ..miniatures import tiny_checkpoint, tiny_prior

BAR = 4 * PPQ
END = 40 * BAR


@cache
def model(name: str = "melody-2bar") -> MusicVAE:
    """A small model of random weights, with a prior."""
    return MusicVAE(tiny_prior(tiny_checkpoint(name)))


def vary(data: bytes, **options: object) -> Phrase:
    """One variation, far from the source."""
    return model().vary(data, 1, strength=1, seed=1, **options)[0]  # type: ignore[arg-type]


VERBS: dict[str, Callable[[bytes], Phrase]] = {
    "vary": vary,
    "humanized": lambda data: vary(data, humanize=1.0),
    "extend": lambda data: model().extend(data, 2, seed=1),
    "reconstruct": lambda data: model().reconstruct(data, temperature=1, seed=1).phrase,
    "interpolate": lambda data: model().interpolate(data, song_file(99), 3)[0],
    "grid": lambda data: model().grid([data, song_file(98), song_file(99)], 2)[0],
    "analogy": lambda data: model().analogy(song_file(98), song_file(99), data),
}


@pytest.mark.parametrize("verb", VERBS)
@settings(max_examples=6)
@given(seed=st.integers(0, 99), kind=st.sampled_from([0, 1]))
def test_what_is_not_read_comes_back_tick_for_tick(verb: str, seed: int, kind: int) -> None:
    """The other players' notes, and all events that are no notes, of files of both types."""
    data = song_file(seed, kind)
    written = midi_bytes(VERBS[verb](data))
    assert other_events(written) == other_events(data)
    assert note_events(written, [1, 9], 0, END) == note_events(data, [1, 9], 0, END)
    assert note_events(written, [0], 0, END) != note_events(data, [0], 0, END)


@pytest.mark.parametrize("verb", VERBS)
@settings(max_examples=6)
@given(seed=st.integers(0, 99), kind=st.sampled_from([0, 1]))
def test_a_song_replays_byte_for_byte(verb: str, seed: int, kind: int) -> None:
    """The new part is made again from its recipe, and stands where it stood."""
    written = midi_bytes(VERBS[verb](song_file(seed, kind)))
    assert midi_bytes(model().replay(written)) == written


@settings(max_examples=10)
@given(st.integers(0, 99), st.sampled_from([0, 1]), st.integers(1, 8), st.integers(1, 8))
def test_bars_are_replaced_where_they_stand(seed: int, kind: int, first: int, last: int) -> None:
    """A hole at the start, in the middle or at the end: the part stays before and after it."""
    first, last = sorted((first, last))
    data = song_file(seed, kind)
    phrase = vary(data, bars=(first, last))
    assert phrase.bars == last - first + 1
    written = midi_bytes(phrase)
    assert other_events(written) == other_events(data)
    assert note_events(written, [1, 9], 0, END) == note_events(data, [1, 9], 0, END)
    assert onsets(written, 0, first - 1) == onsets(data, 0, first - 1)
    assert onsets(written, last, 8) == onsets(data, last, 8)
    assert midi_bytes(model().replay(written)) == written


def onsets(data: bytes, first: int, last: int) -> list[tuple[int, int]]:
    """Tick and pitch of the melody's notes that begin in bars `first` to `last`, from 0."""
    return sorted(
        (note.start, note.pitch)
        for track in read_song(data).tracks
        for note in song_notes(track, [0])
        if first * BAR <= note.start < last * BAR
    )


def test_the_new_part_of_the_written_song_is_the_result() -> None:
    """What is read of the file has the notes of the phrase, on the same steps."""
    data = song_file(3)
    phrase = vary(data)
    read = main_phrase(read_midi(midi_bytes(phrase)))
    (lead,) = [part for part in read.parts if part.name == "Lead"]
    assert lead.notes == phrase.parts[0].notes
    assert len(read.parts) == 3


@pytest.mark.parametrize("verb", VERBS)
def test_only_gives_the_new_part_alone(verb: str) -> None:
    """Its file has no other track; the notes are those that the song would have."""
    data = song_file(5)
    whole = VERBS[verb](data)
    options = {"only": True}
    if verb == "vary":
        alone = vary(data, **options)
        assert alone == whole
        assert [*read_midi(midi_bytes(alone))] == [alone]


@settings(max_examples=5)
@given(seed=st.integers(0, 99), kind=st.sampled_from([0, 1]))
@pytest.mark.parametrize("name", ["trio-4bar", "drums-2bar", "leadsheet-8bar", "piano-2bar"])
def test_models_of_other_parts_keep_the_rest(name: str, seed: int, kind: int) -> None:
    """All events that are no notes stay, but for chord symbols; replay gives the same bytes."""
    data = song_file(seed, kind)
    options = {"track": "Bass"} if name == "piano-2bar" and kind else {}
    written = midi_bytes(model(name).vary(data, 1, seed=1, **options)[0])  # type: ignore[arg-type]
    before, after = other_events(data), other_events(written)
    for key, events in before.items():
        assert [event for event in after[key] if event in events] == events
    assert midi_bytes(model(name).replay(written)) == written


def test_a_variation_of_a_song_varies_the_same_part_again() -> None:
    """The bars that were varied, from the z of their recipe, in memory and from the file."""
    data = song_file(7)
    once = vary(data, bars="3-4")
    for source in (once, midi_bytes(once)):
        again = model().vary(source, 1, strength=0, seed=1)[0]
        assert (again.bars, again.parts[0].notes) == (2, once.parts[0].notes)
        assert midi_bytes(again) == midi_bytes(once) or again.recipe != once.recipe


@pytest.mark.parametrize("bars", ["0-2", "5-4", "x", (0, 3), 0, "9", "8-9", (1, 2, 3), True, 1.5])
def test_bars_that_are_none_are_refused(bars: object) -> None:
    """In one sentence, which says how many bars there are."""
    with pytest.raises(RequestError, match=r"[Bb]ars"):
        vary(song_file(1), bars=bars)
