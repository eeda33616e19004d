"""humanize with the groove of a performance."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae import humanize
from musicvae.errors import MidiError, RequestError
from musicvae.midi.song_events import SongNote, read_song, song_notes
from musicvae.midi.writer import midi_bytes

from ..midi import smf
from ..midi.songs import PPQ, note_events, other_events, song_file

END = 10**6
STEP = PPQ // 4


def played(
    lateness: list[int], velocities: list[int], bars: int = 4, meter: int = 4, channel: int = 9
) -> bytes:
    """A hi-hat in sixteenths of which each step of a beat has its lateness and velocity."""
    line = []
    for number in range(bars * meter * 4):
        tick = number * STEP + lateness[number % 4]
        line.append((tick, bytes([0x90 | channel, 42, velocities[number % 4]])))
        line.append((tick + 20, bytes([0x80 | channel, 42, 0])))
    head = [(0, smf.meter(meter, 2)), (0, smf.name("Drums"))]
    return smf.file([smf.body([*head, *line])], 1, PPQ)


def notes_of(data: bytes, channel: int) -> list[SongNote]:
    """The notes of a channel in order."""
    tracks = read_song(data).tracks
    return sorted(note for track in tracks for note in song_notes(track, [channel]))


EVEN = played([0] * 4, [80] * 4)


@settings(max_examples=10)
@given(
    st.lists(st.integers(0, 20), min_size=4, max_size=4),
    st.lists(st.integers(60, 100), min_size=4, max_size=4),
    st.sampled_from([9, 0]),
)
def test_the_notes_are_where_the_performance_has_them(
    lateness: list[int], velocities: list[int], channel: int
) -> None:
    """Of drums and of a melody: in time, up to what all are late together, and in accents."""
    groove = played(lateness, velocities)
    straight = played([0] * 4, [80] * 4, channel=channel)
    notes = notes_of(midi_bytes(humanize(straight, groove=groove)), channel)[4:]
    late, level = sum(lateness) / 4, sum(velocities) / 4
    for number, note in enumerate(notes, 4):
        expected = number * STEP + lateness[number % 4] - late
        assert note.start == pytest.approx(expected, abs=2)
        assert note.velocity == pytest.approx(80 * velocities[number % 4] / level, abs=1.5)


def test_an_amount_goes_a_part_of_the_way() -> None:
    """From where the notes were; 0 leaves them there."""
    groove = played([0, 20, 0, 20], [100, 60, 100, 60])
    whole, half = (
        notes_of(midi_bytes(humanize(EVEN, amount, groove=groove)), 9) for amount in (1.0, 0.5)
    )
    for number, (one, other) in enumerate(zip(whole, half, strict=True)):
        at = number * STEP
        assert (one.start - at) / 2 == pytest.approx(other.start - at, abs=1)
        assert (one.velocity - 80) / 2 == pytest.approx(other.velocity - 80, abs=1)
    assert midi_bytes(humanize(EVEN, 0.0, groove=groove)) == EVEN


@settings(max_examples=10)
@given(st.integers(0, 99), st.sampled_from([0, 1]), st.sampled_from([0.5, 1.0, 4.0]))
def test_nothing_is_random_and_other_events_stay(seed: int, kind: int, amount: float) -> None:
    """Of the drums in two bars alone; of every note the key stays."""
    data, groove = song_file(seed, kind), song_file(seed + 1)
    made = [
        midi_bytes(humanize(data, amount, groove=groove, track=3, bars="2-3", seed=number))
        for number in (1, 2)
    ]
    assert made[0] == made[1]
    assert other_events(made[0]) == other_events(data)
    assert note_events(made[0], [0, 1], 0, END) == note_events(data, [0, 1], 0, END)
    before, after = notes_of(data, 9), notes_of(made[0], 9)
    assert sorted(note.pitch for note in before) == sorted(note.pitch for note in after)
    bar = 4 * PPQ
    outside = [
        [note[:5] for note in notes if not bar - STEP < note.start < 3 * bar + STEP]
        for notes in (before, after)
    ]
    assert outside[0] == outside[1]


def test_a_groove_of_another_meter_is_refused() -> None:
    """If no bar has its meter; otherwise a notice counts the bars that keep their feel."""
    waltz = played([0, 20, 0, 20], [80] * 4, meter=3)
    with pytest.raises(RequestError, match=r"the groove is in 3/4 and this is in 4/4: take"):
        humanize(EVEN, groove=waltz)
    line = [(i / 2, 0.5, 60) for i in range(28)]
    meters = [(0, smf.meter(4, 2)), (8 * PPQ, smf.meter(3, 2))]
    both = smf.file([smf.body(meters + smf.play(line))], 1, PPQ)
    changed = humanize(both, groove=waltz)
    assert "2 of its bars are in 4/4 and keep their feel: the groove is not" in changed.notices
    starts = [note.start for note in notes_of(midi_bytes(changed), 0)]
    assert starts[:16] == [i * PPQ // 2 for i in range(16)]


def test_a_groove_of_triplets_is_no_groove_of_sixteenths() -> None:
    """The error names the option that swings."""
    line = [(i / 3, 0.2, 42) for i in range(24)]
    triplets = smf.file([smf.body([(0, smf.meter(4, 2)), *smf.play(line, 9)])], 1, PPQ)
    with pytest.raises(RequestError, match=r"in 4/4 triplets and this is in 4/4: .*swing"):
        humanize(EVEN, groove=triplets)


def test_a_groove_that_cannot_be_read_is_refused() -> None:
    """With the errors of every file."""
    with pytest.raises(MidiError):
        humanize(EVEN, groove=b"no MIDI file")
    with pytest.raises(MidiError):
        humanize(EVEN, groove="nowhere.mid")
