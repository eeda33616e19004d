"""The feel of drummers for the notes of songs: all that was not asked for stays."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import musicvae
from musicvae import humanize
from musicvae.errors import RequestError
from musicvae.midi.reader import main_phrase, read_midi
from musicvae.midi.song_events import SongNote, read_song, song_bytes, song_notes
from musicvae.midi.writer import midi_bytes
from musicvae.performance.humanize import MAX_AMOUNT
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import Meter

from ..midi import smf
from ..midi.songs import PPQ, note_events, other_events, song_file
from ..miniatures import little_band
from ..strategies import phrases

BAR = 4 * PPQ
END = 40 * BAR
CHANNELS = {"Lead": [0], "Bass": [1], "Drums": [9], None: [0, 1, 9]}
songs = st.tuples(st.integers(0, 99), st.sampled_from([0, 1]))


def notes_of(data: bytes, channel: int) -> list[SongNote]:
    """The notes of a channel, key by key in order."""
    tracks = read_song(data).tracks
    notes = [note for track in tracks for note in song_notes(track, [channel])]
    return sorted(notes, key=lambda note: note.pitch)  # a stable sort


@settings(max_examples=25, deadline=None)
@given(songs, st.sampled_from([*CHANNELS]), st.floats(0, MAX_AMOUNT), st.floats(0, 1))
def test_only_the_notes_that_were_asked_for_change(
    song: tuple[int, int], track: str | None, amount: float, swing: float
) -> None:
    """All other events are where they were; the notes keep pitches and order, and do not overlap.

    They stay within half a step, to which swing adds at most a third of an eighth.
    """
    data = song_file(song[0], kind=1)
    written = midi_bytes(humanize(data, amount, swing=swing, track=track, seed=1))
    assert other_events(written) == other_events(data)
    others = {0, 1, 9} - {*CHANNELS[track]}
    assert note_events(written, others, 0, END) == note_events(data, others, 0, END)
    for channel in CHANNELS[track]:
        before, after = notes_of(data, channel), notes_of(written, channel)
        assert [note.pitch for note in after] == [note.pitch for note in before]
        for old, new in zip(before, after, strict=True):
            assert -60 <= new.start - old.start <= 60 + swing * PPQ / 6 + 1
            assert new.start >= 0
        for note, later in pairwise(after):
            assert note.end is not None
            assert note.start < note.end
            assert note.pitch < later.pitch or note.end <= later.start


@settings(max_examples=15, deadline=None)
@given(songs, st.integers(1, 8), st.integers(1, 8), st.floats(0, 1))
def test_only_the_bars_that_were_asked_for_change(
    song: tuple[int, int], first: int, last: int, swing: float
) -> None:
    """Notes that begin in the others are where they were, with their velocities."""
    first, last = sorted((first, last))
    data = song_file(*song)
    written = midi_bytes(humanize(data, 1.0, swing=swing, bars=(first, last), seed=1))
    assert other_events(written) == other_events(data)
    for channel in (0, 1, 9):
        pairs = zip(notes_of(data, channel), notes_of(written, channel), strict=True)
        changed = {old.start for old, new in pairs if old[:5] != new[:5]}
        assert all((first - 1) * BAR <= start < last * BAR for start in changed)
        assert changed


@settings(max_examples=10, deadline=None)
@given(songs, st.integers(0, 2**32))
def test_parts_that_are_humanized_one_by_one_play_together(
    song: tuple[int, int], seed: int
) -> None:
    """With one seed they deviate as they do when all are humanized at once."""
    data = song_file(*song)
    together = midi_bytes(humanize(data, 1.0, swing=0.5, seed=seed))
    assert midi_bytes(humanize(data, 1.0, swing=0.5, seed=seed)) == together
    alone = midi_bytes(humanize(data, 1.0, swing=0.5, track=2, seed=seed))
    times = [[note[:5] for note in notes_of(file, 1)] for file in (data, alone, together)]
    assert times[0] != times[1] == times[2]


@settings(max_examples=40, deadline=None)
@given(phrases(offsets=True), st.integers(0, 2**32))
def test_music_of_every_kind_is_humanized(phrase: Phrase, seed: int) -> None:
    """What is read of it again has the same pitches."""
    if phrase.is_silent:
        return
    played = humanize(phrase, 1.0, seed=seed)
    before, after = midi_bytes(phrase), midi_bytes(played)
    for channel in range(16):
        pitches = [[n.pitch for n in notes_of(file, channel)] for file in (before, after)]
        assert pitches[0] == pitches[1]


def test_amount_0_without_swing_changes_nothing() -> None:
    """Not even a clip's recipe, or a file's resolution."""
    data = song_file(3, ppq=96)
    assert midi_bytes(humanize(data, 0.0)) == song_bytes(read_song(data))
    clip = midi_bytes(little_band(Meter(), 1))
    assert midi_bytes(humanize(clip, 0.0)) == song_bytes(read_song(clip))


@pytest.mark.parametrize("ppq", [24, 96, 480, 960])
def test_a_coarse_file_counts_finer(ppq: int) -> None:
    """All ticks are multiplied by a whole number, and nothing else moves in time."""
    data = song_file(5, ppq=ppq)
    written = read_song(midi_bytes(humanize(data, 1.0, seed=1)))
    factor = max(1, 480 // ppq)
    assert written.division == factor * ppq
    before = {(track, tick * factor): e for (track, tick), e in other_events(data).items()}
    assert other_events(song_bytes(written)) == before


def swung(data: bytes, **options: object) -> list[int]:
    """Onsets of the first channel after swing alone."""
    written = midi_bytes(humanize(data, 0.0, **options))  # type: ignore[arg-type]
    return sorted(note.start for note in notes_of(written, 0))


def eighths(offset: int = 0, meters: list[smf.Event] | None = None) -> bytes:
    """Two bars of eighths, that all begin some ticks late."""
    line = [(i / 2, 0.5, 60 + i % 2) for i in range(16)]
    played = [(tick + offset, event) for tick, event in smf.play(line)]
    head = meters or [(0, smf.meter(4, 2))]
    return smf.file([smf.body([*head, (0, smf.name("Lead")), *played], end=8 * PPQ + 120)])


@pytest.mark.parametrize("late", [0, 40])
def test_swing_moves_the_second_of_two_eighths(late: int) -> None:
    """A part that is late by a constant time is so afterwards."""
    wanted = [late + PPQ * (i // 2) + (i % 2) * (PPQ // 2 + 40) for i in range(16)]
    assert swung(eighths(late), swing=0.5) == wanted
    assert [t % PPQ for t in swung(eighths(), swing=1)] == [0, 320] * 8


def test_swing_leaves_bars_in_which_nothing_can_swing() -> None:
    """A notice counts them; if there are no others, it is refused."""
    meters = [(0, smf.meter(4, 2)), (4 * PPQ, smf.meter(6, 3))]
    phrase = humanize(eighths(0, meters), 0.0, swing=1.0)
    assert phrase.notices == (
        "2 of its bars were not swung: swing moves the second of two eighths, which is not in "
        "triplets, 6/8 and bars of odd eighths",
    )
    with pytest.raises(RequestError, match="nothing in it can swing: swing moves the second"):
        humanize(eighths(0, meters), 0.0, swing=1.0, bars="2")


def test_notes_that_deviate_are_moved_from_where_they_were() -> None:
    """A roll stays a roll, and a chord that is spread stays spread."""
    spread = [(0, 60), (11, 64), (25, 67)]
    events = [(PPQ + late, bytes([0x90, pitch, 80])) for late, pitch in spread]
    events += [(2 * PPQ, bytes([0x80, pitch, 0])) for _, pitch in spread]
    data = smf.file([smf.body([(0, smf.meter(4, 2)), *events], end=4 * PPQ)])
    for seed in range(20):
        starts = [note.start for note in notes_of(midi_bytes(humanize(data, seed=seed)), 0)]
        assert [start - starts[0] for start in starts] == [0, 11, 25]


def test_a_song_that_was_humanized_is_read_again_by_every_verb() -> None:
    """As a phrase, and by its file; its notes quantize to what they were."""
    data = song_file(7)
    played = humanize(data, 0.5, seed=1)
    (before,), (after,) = read_midi(data), read_midi(midi_bytes(played))
    assert played == after
    for old, new in zip(before.parts, after.parts, strict=True):
        assert [(n.start, n.pitch) for n in new.notes] == [(n.start, n.pitch) for n in old.notes]
    assert midi_bytes(humanize(played, 0.0)) == midi_bytes(played)
    assert len(musicvae.to_tuples(played)) == sum(len(part.notes) for part in after.parts)


def test_a_clip_loses_the_recipe_of_notes_that_have_changed() -> None:
    """What remains is a file like any other, with its chords and names."""
    band = little_band(Meter(), 2)
    written = midi_bytes(humanize(band, seed=1))
    assert b"musicvae" not in written
    parts = main_phrase(read_midi(written)).parts
    assert [part.name for part in parts] == [part.name for part in band.parts]


def test_sections_of_other_meters_are_humanized_too() -> None:
    """In a clip of ours of two meters, and the result has both."""
    second = little_band(Meter(3, 4), 2)
    whole = replace(little_band(Meter(), 2), after=(second,))
    played = humanize(whole, seed=2)
    assert [section.meter for section in played.sections] == [Meter(), Meter(3, 4)]
    for part in played.sections[1].parts[:1]:
        assert [n.pitch for n in part.notes] == [n.pitch for n in second.parts[0].notes]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"amount": -0.5}, r"^Humanize by 0 to 4, not -0\.5\.$"),
        ({"swing": 2.0}, r"^Swing is 0 \(straight\) to 1 \(triplets\), not 2\.$"),
        ({"track": "Flute"}, "there is no track 'Flute' in it; there are: 1 'Lead'"),
        ({"bars": "9-99"}, "There are no bars 9-99 in it: it has"),
        ({"seed": -1}, "A seed is a whole number"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, object], sentence: str) -> None:
    """In one sentence."""
    with pytest.raises(RequestError, match=sentence):
        humanize(song_file(1), **options)  # type: ignore[arg-type]


def test_music_without_notes_stays_and_is_said_to() -> None:
    """A silent clip, or bars in which nothing begins."""
    silent = midi_bytes(Phrase(bars=2))
    played = humanize(silent, seed=1)
    assert midi_bytes(played) == silent
    assert played.notices == ("there is no note to move in it",)
    rest = replace(Phrase(bars=2), parts=(Part((Note(0, 4, 60),)),))
    assert midi_bytes(humanize(rest, bars=2, seed=1)) == midi_bytes(rest)


def test_a_track_without_notes_is_refused() -> None:
    """In one of our own clips; other files have none."""
    silent = replace(little_band(Meter(), 1), parts=(Part((Note(0, 4, 60),)), Part(name="Pad")))
    with pytest.raises(RequestError, match="track 'Pad' has no notes"):
        humanize(silent, track="Pad")
