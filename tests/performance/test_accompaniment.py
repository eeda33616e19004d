"""Accompaniment of any chords: which pitches sound, and when."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.errors import RequestError
from musicvae.performance.accompaniment import PATTERNS, accompany, add_accompaniment
from musicvae.performance.dynamics import apply_dynamics
from musicvae.performance.patterns import BASS_HIGH, BASS_LOW
from musicvae.performance.voicing import HIGH, LOW, voicing
from musicvae.score.phrase import ChordChange, Note, Part, Phrase, chord_map
from musicvae.theory.chords import CHORD_CODES, Chord, chord_from_code, pitch_classes
from musicvae.theory.meter import TRIPLET, Meter

from ..strategies import METERS, phrases

EVERY_PATTERN = pytest.mark.parametrize("pattern", PATTERNS)


def phrases_for(pattern: str, max_parts: int) -> st.SearchStrategy[Phrase]:
    """Phrases in all meters that a pattern fits."""
    return phrases(max_parts, meters=[*filter(PATTERNS[pattern].fits, METERS)])


def accompaniment_of(phrase: Phrase, pattern: str) -> tuple[Part, Part]:
    """Chord part and bass part of a phrase."""
    return accompany(phrase.chords, phrase.meter, phrase.bars, pattern, pickup=phrase.pickup)


def chords_during(phrase: Phrase, note: Note) -> Iterator[Chord | None]:
    """The chord at each step of a note."""
    for step in range(note.start, note.end):
        so_far = [change.chord for change in phrase.chords if change.step <= step]
        yield so_far[-1] if so_far else None


@EVERY_PATTERN
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_only_chord_tones_sound(pattern: str, data: st.DataObject) -> None:
    """Nothing sounds without a chord; a walking bass may step to the next root from any pitch."""
    phrase = data.draw(phrases_for(pattern, max_parts=0))
    chords, bass = accompaniment_of(phrase, pattern)
    starts = {change.step for change in phrase.chords}
    for note in chords.notes + bass.notes:
        (chord,) = set(chords_during(phrase, note))
        assert chord is not None
        approaches = pattern == "walking" and note in bass.notes and note.end in starts
        assert approaches or note.pitch % 12 in pitch_classes(chord)


@EVERY_PATTERN
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_parts_fit_the_phrase_and_their_ranges(pattern: str, data: st.DataObject) -> None:
    """They make a valid phrase: no notes overlap or last beyond the end."""
    phrase = data.draw(phrases_for(pattern, max_parts=0))
    chords, bass = accompaniment_of(phrase, pattern)
    whole = Phrase(phrase.meter, phrase.bars, phrase.pickup, parts=(chords, bass))
    assert [(part.name, part.is_drum) for part in whole.parts] == [
        ("Chords", False),
        ("Bass", False),
    ]
    assert all(LOW <= note.pitch <= HIGH for note in chords.notes)
    assert all(BASS_LOW <= note.pitch <= BASS_HIGH for note in bass.notes)
    assert all(60 <= note.velocity <= 70 for note in chords.notes + bass.notes)


@EVERY_PATTERN
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_the_bass_has_the_root_at_every_change_and_never_rests(
    pattern: str, data: st.DataObject
) -> None:
    """It sounds wherever there is a chord."""
    phrase = data.draw(phrases_for(pattern, max_parts=0))
    _, bass = accompaniment_of(phrase, pattern)
    for change in phrase.chords:
        at_change = [note for note in bass.notes if note.start == change.step]
        assert [note.pitch % 12 for note in at_change] == (
            [change.chord.root] if change.chord else []
        )
    sounding = sum(note.duration for note in bass.notes)
    ends = [*(change.step for change in phrase.chords[1:]), phrase.steps]
    spans = zip(phrase.chords, ends, strict=False)
    assert sounding == sum(end - change.step for change, end in spans if change.chord)


@EVERY_PATTERN
def test_every_meter_has_an_accent_at_its_bar_lines_and_no_other(pattern: str) -> None:
    """In two bars of one chord, the bass is loud on both downbeats."""
    for meter in filter(PATTERNS[pattern].fits, METERS):
        chords, bass = accompany((ChordChange(0, Chord(0)),), meter, 2, pattern)
        assert chords.notes, meter
        loud = [note.start for note in bass.notes if note.velocity == 70]
        assert loud == [0, meter.steps_per_bar], meter


def test_voices_move_little_and_stay_in_the_middle() -> None:
    """No voice moves by more than a fourth between two chords, in a long row of chords."""
    last: tuple[int, ...] = ()
    for turn in range(2000):
        chord = chord_from_code(1 + turn * 67 % (CHORD_CODES - 1))
        assert chord is not None
        pitches = voicing(chord, last)
        assert sorted(pitch % 12 for pitch in pitches) == sorted(pitch_classes(chord))
        assert pitches[-1] - pitches[0] < 12
        assert all(min(abs(pitch - other) for other in last) <= 5 for pitch in pitches if last)
        last = pitches


def onsets_in_second_bar(part: Part, bar: int) -> list[int]:
    """Steps with an onset in the second bar of a part, counted from its bar line."""
    return sorted({note.start - bar for note in part.notes if bar <= note.start < 2 * bar})


COMMON, WALTZ, JIG = Meter(4, 4), Meter(3, 4), Meter(6, 8)


@pytest.mark.parametrize(
    ("pattern", "meter", "upper", "lower"),
    [
        ("block", COMMON, [0], [0]),
        ("block", JIG, [0], [0]),
        ("arpeggio", WALTZ, [0, 2, 4, 6, 8, 10], [0]),
        ("arpeggio", JIG, [0, 2, 4, 6, 8, 10], [0]),
        ("strum", COMMON, [0, 2, 4, 6, 8, 10, 12, 14], [0, 8]),
        ("strum", JIG, [0, 4, 6, 10], [0]),
        ("strum", Meter(2, 4, TRIPLET), [0, 4, 6, 10], [0]),
        ("walking", COMMON, [4, 12], [0, 4, 8, 12]),
        ("walking", WALTZ, [4, 8], [0, 4, 8]),
        ("walking", JIG, [6], [0, 6]),
        ("walking", Meter(2, 2), [4, 12], [0, 4, 8, 12]),
        ("walking", Meter(9, 8), [6, 12], [0, 6, 12]),
        ("waltz", WALTZ, [4, 8], [0]),
        ("waltz", JIG, [2, 4, 8, 10], [0, 6]),
        ("waltz", Meter(6, 4), [4, 8, 16, 20], [0, 12]),
        ("oom-pah", COMMON, [4, 12], [0, 8]),
        ("oom-pah", Meter(2, 4), [4], [0]),
        ("oom-pah", JIG, [6], [0]),
        ("broken", COMMON, [0, 2, 4, 6, 8, 10, 12, 14], [0]),
        ("broken", JIG, [0, 2, 4, 6, 8, 10], [0]),
        ("bossa", COMMON, [4, 10], [0, 6, 8, 14]),
        ("bossa", Meter(4, 4, TRIPLET), [6, 15], [0, 9, 12, 21]),
        ("power", COMMON, [0, 2, 4, 6, 8, 10, 12, 14], [0, 2, 4, 6, 8, 10, 12, 14]),
        ("ballad", COMMON, [0, 4, 8, 12], [0, 8]),
        ("ballad", WALTZ, [0, 4, 8], [0, 8]),
        ("ballad", JIG, [0, 2, 4, 6, 8, 10], [0, 6]),
    ],
)
def test_each_pattern_has_its_onsets_in_the_bar(
    pattern: str, meter: Meter, upper: list[int], lower: list[int]
) -> None:
    """Held chords, eighths, on and off the beat, and off the strong beats over a walking bass."""
    chords, bass = accompany((ChordChange(0, Chord(0)),), meter, 2, pattern)
    assert onsets_in_second_bar(chords, meter.steps_per_bar) == upper
    assert onsets_in_second_bar(bass, meter.steps_per_bar) == lower


def test_a_walking_bass_steps_to_the_next_root() -> None:
    """The last note of each chord is at most a tone from the first note of the next chord."""
    changes = chord_map([(16 * i, Chord(root)) for i, root in enumerate((0, 5, 10, 3, 8))], 80)
    _, bass = accompany(changes, COMMON, 5, "walking")
    for before, after in zip(bass.notes, bass.notes[1:], strict=False):
        if after.start % 16 == 0:
            assert 1 <= abs(before.pitch - after.pitch) <= 2


def test_a_pickup_is_played_before_the_bar_line() -> None:
    """The accent is on the first step of the first whole bar."""
    changes = (ChordChange(0, Chord(7, "7")), ChordChange(4, Chord(0)))
    chords, _ = accompany(changes, WALTZ, 1, "block", pickup=4)
    assert {(n.start, n.duration, n.velocity) for n in chords.notes} == {(0, 4, 64), (4, 12, 70)}


@pytest.mark.parametrize(
    ("pattern", "meter", "sentence"),
    [
        ("waltz", COMMON, "waltz needs bars or beats of three, as 3/4 and 6/8 have, not 4/4"),
        ("oom-pah", WALTZ, "oom-pah needs an even number of beats, as 2/4 and 4/4 have, not 3/4"),
        ("bossa", JIG, "bossa needs bars of four quarters, as 4/4 and 2/2 have, not 6/8"),
    ],
)
def test_a_pattern_is_refused_in_a_meter_that_it_does_not_fit(
    pattern: str, meter: Meter, sentence: str
) -> None:
    """The error says which meters it needs."""
    with pytest.raises(RequestError, match=f"^The pattern {sentence}\\.$"):
        accompany((ChordChange(0, Chord(0)),), meter, 1, pattern)


def test_power_chords_have_no_third() -> None:
    """Neither in major nor in minor."""
    for quality in ("maj", "min", "7", "min7"):
        chords, _ = accompany((ChordChange(0, Chord(2, quality)),), COMMON, 1, "power")
        assert {note.pitch % 12 for note in chords.notes} == {2, 9}


@EVERY_PATTERN
def test_the_accompaniment_is_softer_than_the_melody_and_the_bass_below_the_chords(
    pattern: str,
) -> None:
    """On average by ten steps of velocity; in every fifth meter that the pattern fits."""
    for meter in [*filter(PATTERNS[pattern].fits, METERS)][::5]:
        bar = meter.steps_per_bar
        tune = Part(tuple(Note(i, 1, 72) for i in range(0, 4 * bar, meter.steps_per_beat)))
        chords = (ChordChange(0, Chord(0)), ChordChange(2 * bar, Chord(7, "7")))
        sheet = apply_dynamics(Phrase(meter, 4, parts=(tune,), chords=chords))
        melody, upper, lower = add_accompaniment(sheet, pattern).parts
        loud = [mean(note.velocity for note in part.notes) for part in (melody, upper, lower)]
        assert loud[0] - 10 > max(loud[1:]), meter
        assert max(n.pitch for n in lower.notes) < min(n.pitch for n in upper.notes)


def test_an_unknown_pattern_is_refused() -> None:
    """The error lists the patterns."""
    with pytest.raises(RequestError, match="no pattern 'samba'; there are block, arpeggio"):
        accompany((), COMMON, 1, "samba")


def test_a_walking_bass_keeps_to_the_tones_that_it_is_given() -> None:
    """Its last step before a new root is chromatic by default, and in the key if one is given."""
    chords = chord_map([(0, Chord(9, "min")), (16, Chord(2, "min"))], 32)
    scale = {9, 11, 0, 2, 4, 5, 7}
    free = accompany(chords, Meter(), 2, "walking")[1]
    diatonic = accompany(chords, Meter(), 2, "walking", tones=scale)[1]
    assert {note.pitch % 12 for note in free.notes} - scale
    assert not {note.pitch % 12 for note in diatonic.notes} - scale
    assert [note.start for note in diatonic.notes] == [note.start for note in free.notes]


def test_a_walking_bass_has_a_chord_tone_on_every_strong_beat() -> None:
    """Also before a new chord: it approaches the next root on weak beats only."""
    chords = chord_map([(0, Chord(0)), (12, Chord(5)), (24, Chord(7))], 32)
    for note in accompany(chords, Meter(), 2, "walking")[1].notes:
        if note.start % 8 == 0:
            (chord,) = [c.chord for c in chords if c.step <= note.start][-1:]
            assert chord
            assert note.pitch % 12 in pitch_classes(chord)


@EVERY_PATTERN
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_chords_keep_below_the_melody_where_there_is_room(
    pattern: str, data: st.DataObject
) -> None:
    """A chord reaches the melody only where even its lowest voicing does."""
    phrase = data.draw(phrases_for(pattern, max_parts=1))
    melody = phrase.parts[0].notes if phrase.parts else ()
    chords, _ = accompany(
        phrase.chords, phrase.meter, phrase.bars, pattern, pickup=phrase.pickup, melody=melody
    )
    ends = [*(change.step for change in phrase.chords[1:]), phrase.steps]
    for change, end in zip(phrase.chords, ends, strict=False):
        above = [note.pitch for note in melody if note.start < end and change.step < note.end]
        played = [note.pitch for note in chords.notes if change.step <= note.start < end]
        if change.chord and above and played:
            lowest = voicing(change.chord, (), LOW)
            assert max(played) < min(above) or max(played) <= lowest[-1]


def test_a_band_keeps_its_bass_and_drums_and_gets_chords() -> None:
    """After its own parts; a lead sheet gets chords and a bass."""
    tune = Part((Note(0, 16, 72),), name="Melody")
    bass, drums = Part((Note(0, 4, 36),), 33, name="Bass"), Part((Note(0, 1, 36),), is_drum=True)
    chords = (ChordChange(0, Chord(0)),)
    played = add_accompaniment(Phrase(bars=1, parts=(tune, bass, drums), chords=chords))
    assert played.parts[:3] == (tune, bass, drums)
    assert [part.name for part in played.parts[3:]] == ["Chords"]
    alone = add_accompaniment(Phrase(bars=1, parts=(tune,), chords=chords))
    assert [part.name for part in alone.parts] == ["Melody", "Chords", "Bass"]
