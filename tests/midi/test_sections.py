"""From ticks to steps: which notes stay, where the bars begin and end, and what is said."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.midi.channel_notes import TimedNote
from musicvae.midi.drum_tracks import DRUM_CHANNEL
from musicvae.midi.parser import Score, Track
from musicvae.midi.quantize import to_phrases
from musicvae.midi.sections import MAX_SEGMENT_BARS, MAX_SILENT_BARS
from musicvae.score.phrase import Note, Phrase
from musicvae.theory.meter import Meter

QUARTER, STEP, BAR = 480, 120, 1920
Timed = tuple[int, int, int]
"""Start and duration in ticks, and pitch."""


def read(
    *tracks: list[Timed],
    meters: list[tuple[int, int, int]] | None = None,
    end: int = 0,
    channel: int = 0,
) -> list[Phrase]:
    """The phrases of a foreign score."""
    parts = [
        Track(
            "",
            channel,
            notes=sorted(TimedNote(s, s + length, p, 80) for s, length, p in track),
            is_drum=channel == DRUM_CHANNEL,
        )
        for track in tracks
    ]
    last = max((note.end for part in parts for note in part.notes), default=0)
    return to_phrases(Score(QUARTER, parts, [], meters or [], end=max(end, last)))[0]


def heard(phrase: Phrase) -> list[tuple[int, int, int]]:
    """Start, duration and pitch of all notes."""
    return [(n.start, n.duration, n.pitch) for part in phrase.parts for n in part.notes]


TUNE: list[Timed] = [(QUARTER * i, QUARTER, 60 + i % 5) for i in range(16)]
PLAIN = [(4 * i, 4, 60 + i % 5) for i in range(16)]


@given(
    interval=st.sampled_from([-12, -2, 1, 2, 7]),
    length=st.sampled_from([0, 1, 10, 30]),
    before=st.booleans(),
    every=st.sampled_from([1, 4]),
)
def test_a_grace_note_never_replaces_its_note(
    interval: int, length: int, before: bool, every: int
) -> None:
    """Above or below, before the beat or on it, or of no length: it is counted as an ornament."""
    track: list[Timed] = []
    for i, (start, duration, pitch) in enumerate(TUNE):
        on = start if before or i % every else start + length
        track.append((on, duration - (on - start), pitch))
        if i % every == 0 and i:
            track.append((start - length if before else start, length, pitch + interval))
    (phrase,) = read([note for note in track if note[0] >= 0])
    kept = [(s, p) for s, _, p in heard(phrase)]
    assert [(s, p) for s, p in kept if (s, p) in {(s, p) for s, _, p in PLAIN}] == [
        (s, p) for s, _, p in PLAIN
    ]
    graces = len(range(every, 16, every)) if every > 1 else 15
    (part,) = phrase.parts
    assert len(part.notes) + len(part.lost) == 16 + graces
    assert len(part.lost) == graces
    assert f"{graces} ornaments" in phrase.notices[0]


@pytest.mark.parametrize("per_quarter", [5, 7, 8, 16])
def test_notes_faster_than_the_grid_are_counted(per_quarter: int) -> None:
    """What is kept and what is lost are all notes; the part knows the steps of the lost."""
    length = QUARTER // per_quarter
    run = [(BAR + i * length, length, 60 + i % 7) for i in range(per_quarter)]
    slow = [note for note in TUNE if not BAR <= note[0] < BAR + QUARTER]
    (phrase,) = read(slow + run)
    (part,) = phrase.parts
    assert len(part.notes) + len(part.lost) == len(slow) + per_quarter
    assert part.lost
    assert all(16 <= step <= 20 for step in part.lost)
    said = [re.match(r"(\d+) (note|ornament)", notice) for notice in phrase.notices]
    assert sum(int(match[1]) for match in said if match) == len(part.lost)
    assert "faster than the grid of 16ths" in " ".join(phrase.notices)
    assert "in bar 2" in phrase.notices[0]


@given(
    st.lists(st.tuples(st.integers(0, 15), st.integers(40, 80)), min_size=1, unique=True),
    st.integers(0, 8),
)
def test_chords_are_untouched(places: list[tuple[int, int]], roll: int) -> None:
    """Notes that sound together stay, all at once or rolled."""
    track = [(STEP * step * 4 + roll * (pitch % 3), 4 * STEP, pitch) for step, pitch in places]
    (phrase,) = read(track)
    assert {(s, p) for s, _, p in heard(phrase)} == {(4 * s, p) for s, p in places}
    assert not any(part.lost for part in phrase.parts)
    assert phrase.notices == ()


def test_drums_struck_together_stay_whatever_their_length() -> None:
    """Short strokes of several drums on one step are no ornaments of each other."""
    kit = [(QUARTER * i + late, 5, pitch) for i in range(8) for late, pitch in ((0, 36), (8, 42))]
    (phrase,) = read(kit, channel=DRUM_CHANNEL)
    assert len(heard(phrase)) == 16
    assert phrase.notices == ()


def test_of_equally_long_notes_the_one_nearer_to_the_grid_stays() -> None:
    """The other may come before or after it."""
    for first, second, stays in ((-60, -1, 62), (0, 59, 60), (-25, 30, 60)):
        notes = [(BAR + first, 25, 60), (BAR + second, 25, 62)]
        (phrase,) = read([*TUNE[:4], *notes, (2 * BAR, QUARTER, 65)])
        assert [p for s, _, p in heard(phrase) if s == 16] == [stays]


@pytest.mark.parametrize(("first", "last", "bars"), [(0, 2, 4), (1, 3, 4), (2, 4, 4), (0, 4, 8)])
def test_a_loop_keeps_its_place_and_its_length(first: int, last: int, bars: int) -> None:
    """Bars of rest before and after the notes belong to it, without a notice."""
    tune = [note for note in TUNE if first * BAR <= note[0] < last * BAR]
    (phrase,) = read(tune, end=bars * BAR)
    assert (phrase.bars, phrase.pickup, phrase.notices) == (bars, 0, ())
    assert heard(phrase) == [note for note in PLAIN if first * 16 <= note[0] < last * 16]


@pytest.mark.parametrize("late", [0, 1, 5, 60, 100, STEP - 1])
def test_an_overhang_makes_no_bar(late: int) -> None:
    """Of the last note, or of the end of the file; a bar of rest does, short of a step or not."""
    *most, (start, length, pitch) = TUNE
    (phrase,) = read([*most, (start, length + late, pitch)])
    assert (phrase.bars, heard(phrase)) == (4, PLAIN)
    for end, bars in ((4 * BAR + late, 4), (5 * BAR - late, 5)):
        assert read(TUNE, end=end)[0].bars == bars
    assert read(TUNE, end=4 * BAR + QUARTER)[0].bars == 4


def test_a_long_silence_is_cut_and_said() -> None:
    """Before the first note and after the last, each if it has more bars than the limit."""
    limit = MAX_SILENT_BARS
    for rest, kept in ((limit, limit), (limit + 1, 0)):
        later = [(start + rest * BAR, length, pitch) for start, length, pitch in TUNE]
        (phrase,) = read(later)
        assert phrase.bars == 4 + kept
        assert len(phrase.notices) == (not kept)
        (phrase,) = read(TUNE, end=(4 + rest) * BAR)
        assert phrase.bars == 4 + kept
        assert len(phrase.notices) == (not kept)
    assert phrase.notices == (f"{limit + 1} bars of rest after the last note were left out",)


def test_a_bar_for_a_grace_note_alone_is_no_bar() -> None:
    """Notation programs begin with one when the first beat has a grace note."""
    later = [(start + BAR, length, pitch) for start, length, pitch in TUNE]
    (phrase,) = read([(BAR - 30, 30, 72), *later])
    assert (phrase.bars, heard(phrase)) == (4, PLAIN)


def test_latency_moves_all_parts_and_is_said() -> None:
    """Starts and ends; at 120 quarters per minute a tick lasts 25/24 ms."""
    late = [(start + 48, length, pitch) for start, length, pitch in TUNE]
    (phrase,) = read(late, [(start, length, pitch - 24) for start, length, pitch in late])
    assert heard(phrase) == PLAIN + [(s, n, p - 24) for s, n, p in PLAIN]
    assert phrase.notices == ("every note is about 50 ms late; that was taken out",)


ODD = [(0, 4, 4), (2 * BAR, 13, 32), (2 * BAR + 780, 4, 4)]


def test_a_bar_that_no_grid_holds_is_said_with_its_notes() -> None:
    """Both sections around it are read, each with the notice."""
    odd = [(2 * BAR + 60 * i, 60, 70) for i in range(13)]
    after = [(start + 2 * BAR + 780, length, pitch) for start, length, pitch in TUNE]
    phrases = read([*TUNE[:8], *odd, *after], meters=ODD)
    assert [(phrase.meter, phrase.bars) for phrase in phrases] == [(Meter(), 2), (Meter(), 4)]
    for phrase in phrases:
        (notice,) = phrase.notices
        assert notice.startswith("13 notes in bar 3 were not read: a bar of 13/32 has 6.5 steps")


def test_a_silent_section_is_said_if_music_follows() -> None:
    """A meter at the end of a file, without a note, is not worth a notice."""
    after = [(start + 2 * BAR + 780, length, pitch) for start, length, pitch in TUNE]
    first, second = read([*TUNE[:8], *after], meters=ODD)
    assert first.notices == second.notices == ("bar 3 in 13/32 had no notes and was left out",)
    (phrase,) = read(TUNE, meters=[(0, 4, 4), (4 * BAR, 3, 4)], end=6 * BAR)
    assert (phrase.bars, phrase.notices) == (4, ())


def test_a_note_held_into_another_meter_is_said() -> None:
    """It ends at the change; one that ends a little late is not worth a notice."""
    meters = [(0, 4, 4), (4 * BAR, 3, 4)]
    rest = [(4 * BAR + QUARTER * i, QUARTER, 60) for i in range(3)]
    for over, notices in ((STEP - 1, 0), (STEP, 1)):
        *most, (start, length, pitch) = TUNE
        first, second = read([*most, (start, length + over, pitch), *rest], meters=meters)
        assert len(first.notices) == len(second.notices) == notices
        assert heard(first) == PLAIN
    assert first.notices[0].endswith("across a change of meter was ended at it, in bar 4")


def test_a_section_that_never_ends_is_said() -> None:
    """Beside one that is read it is a notice."""
    far = 4 * BAR + (MAX_SEGMENT_BARS + MAX_SILENT_BARS) * 3 * QUARTER
    first, *others = read(
        [*TUNE, (4 * BAR, QUARTER, 60), (far, QUARTER, 60)], meters=[(0, 4, 4), (4 * BAR, 3, 4)]
    )
    assert not others
    assert "2 notes in bars 5, 6, 7, 8 and" in first.notices[0]
    assert f"at most {MAX_SEGMENT_BARS:,} are read" in first.notices[0]


def test_onsets_between_the_steps_are_counted() -> None:
    """Those that are moved by more than a quarter of a step; swing has words of its own."""
    (phrase,) = read([*TUNE[:-1], (15 * QUARTER + 45, QUARTER, 60)])
    assert phrase.notices == (
        "1 of 16 onsets lies between the steps of the grid of 16ths, in bar 4",
    )
    swung = [(QUARTER * (i // 2) + (278 if i % 2 else 0), 150, 60 + i % 5) for i in range(64)]
    (phrase,) = read(swung)
    assert phrase.notices == ("eighths swung 58:42 were read as straight",)
    (phrase,) = read([*swung[:8], *((240 * i, 150, 60 + i % 5) for i in range(8, 64))])
    assert phrase.notices[0].startswith("4 of 64 onsets lie between the steps")


def test_a_divided_bar_is_said() -> None:
    """Triplets in 3/2 are read in 3/4."""
    triplets = [(160 * i, 160, 60 + i % 7) for i in range(72)]
    (phrase,) = read(triplets, meters=[(0, 3, 2)])
    assert [s for s, _, _ in heard(phrase)] == [2 * i for i in range(72)]
    assert phrase.notices[0].startswith("each bar of 3/2 was read as 2 bars of 3/4 triplets")


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 900), st.integers(50, 60))))
def test_no_note_is_lost_in_silence(notes: list[Timed]) -> None:
    """Notes kept and counted as lost, and unisons, are all notes."""
    phrases = read(notes)
    assert len(phrases) == bool(notes)
    for phrase in phrases:
        (part,) = phrase.parts
        assert all(isinstance(note, Note) for note in part.notes)
        assert len(part.notes) + len(part.lost) <= len(notes)
        assert {p for _, _, p in heard(phrase)} <= {p for _, _, p in notes}
        assert bool(part.lost) == any("ornament" in n or "faster" in n for n in phrase.notices)
