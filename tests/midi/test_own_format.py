"""Files written by musicvae: unchanged, saved again by another program, or edited in one."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import mido
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.performance.accompaniment import PATTERNS, add_accompaniment
from musicvae.score.chord_recognition import recognize_chords, to_chord_changes
from musicvae.score.phrase import ChordChange, Note, Part, Phrase, remove_overlaps
from musicvae.score.provenance import Recipe
from musicvae.theory.chords import Chord
from musicvae.theory.meter import Meter

from ..strategies import phrases

MELODY = Part(tuple(Note(4 * i, 4, 60 + i % 5, 70 + i) for i in range(16)), name="Melody")
LEADSHEET = Phrase(
    bars=4,
    parts=(MELODY,),
    chords=tuple(
        ChordChange(16 * bar, chord)
        for bar, chord in enumerate((Chord(0), Chord(9, "min"), Chord(5), Chord(7)))
    ),
)


def made(phrase: Phrase, parts: int | None = None) -> Phrase:
    """The phrase with a recipe of its first parts, or of all."""
    generated = replace(phrase, parts=phrase.parts[:parts])
    return replace(phrase, recipe=Recipe("a model", "generate", generated.fingerprint))


CLIP = made(add_accompaniment(LEADSHEET), 1)
BARE = replace(CLIP, recipe=None)


def saved(phrase: Phrase, change: Callable[[mido.MidiFile], object]) -> bytes:
    """The file of a phrase after another program has changed and saved it."""
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(phrase)), charset="utf-8")
    change(file)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def onset(file: mido.MidiFile, number: int) -> mido.Message:
    """A note-on of the melody."""
    return [message for message in file.tracks[1] if message.type == "note_on"][number]


def pitch_changed(file: mido.MidiFile) -> None:
    for message in file.tracks[1]:
        if message.type in ("note_on", "note_off") and message.note == 60:
            message.note = 59


def velocity_changed(file: mido.MidiFile) -> None:
    onset(file, 3).velocity = 1


def moved_by_a_step(file: mido.MidiFile) -> None:
    note_on = onset(file, 5)
    note_on.time += 120
    file.tracks[1][file.tracks[1].index(note_on) + 1].time -= 120


def moved_off_the_grid(file: mido.MidiFile) -> None:
    onset(file, 5).time += 7


def moved_beyond_the_end(file: mido.MidiFile) -> None:
    onset(file, 15).time += 4 * 1920


def meter_changed(file: mido.MidiFile) -> None:
    next(m for m in file.tracks[0] if m.type == "time_signature").numerator = 3


def all_but_one_note_taken_out(file: mido.MidiFile) -> None:
    file.tracks[1] = file.tracks[1][:4]


ON_THE_GRID = (pitch_changed, velocity_changed, moved_by_a_step, all_but_one_note_taken_out)
NOT_AS_TOLD = (moved_off_the_grid, moved_beyond_the_end, meter_changed)


@pytest.mark.parametrize("edit", [*ON_THE_GRID, *NOT_AS_TOLD])
def test_the_recipe_of_a_clip_reveals_any_edit(edit: Callable[[mido.MidiFile], None]) -> None:
    """The phrase is marked as edited and keeps its recipe."""
    (phrase,) = read_midi(saved(CLIP, edit))
    assert phrase.edited
    assert phrase.recipe == CLIP.recipe
    assert read_midi(midi_bytes(phrase)) == [phrase]


@pytest.mark.parametrize("edit", NOT_AS_TOLD)
def test_without_a_recipe_a_grid_text_that_does_not_fit_reveals_an_edit(
    edit: Callable[[mido.MidiFile], None],
) -> None:
    """Notes are off the grid or after the end, or the meter differs; there is no recipe."""
    (phrase,) = read_midi(saved(BARE, edit))
    assert phrase.edited
    assert phrase.recipe is None


@pytest.mark.parametrize("edit", ON_THE_GRID)
def test_without_a_recipe_an_edit_on_the_grid_is_not_detected(
    edit: Callable[[mido.MidiFile], None],
) -> None:
    """The file is read as it is, with its markers."""
    (phrase,) = read_midi(saved(BARE, edit))
    assert not phrase.edited
    assert phrase.chords == BARE.chords


def in_other_ticks(resolution: int) -> Callable[[mido.MidiFile], None]:
    def save(file: mido.MidiFile) -> None:
        for track in file.tracks:
            for message in track:
                message.time = message.time * resolution // file.ticks_per_beat
        file.ticks_per_beat = resolution

    return save


def in_one_track(file: mido.MidiFile) -> None:
    file.tracks = [mido.merge_tracks(file.tracks)]
    file.type = 0


def with_the_meter_in_every_track(file: mido.MidiFile) -> None:
    for track in file.tracks:
        track.insert(0, mido.MetaMessage("time_signature", numerator=4, denominator=4))


def with_an_empty_track(file: mido.MidiFile) -> None:
    file.tracks.insert(1, mido.MidiTrack([mido.MetaMessage("track_name", name="empty")]))


def with_more_players(file: mido.MidiFile) -> None:
    kick = (
        mido.Message("note_on", channel=9, note=36),
        mido.Message("note_off", channel=9, note=36, time=120),
    )
    file.tracks.append(mido.MidiTrack(kick))


@pytest.mark.parametrize(
    "resave",
    [
        lambda file: None,
        in_other_ticks(96),
        in_other_ticks(960),
        in_one_track,
        with_the_meter_in_every_track,
        with_an_empty_track,
        with_more_players,
    ],
)
def test_a_clip_that_was_only_saved_again_is_not_edited(
    resave: Callable[[mido.MidiFile], None],
) -> None:
    """Other ticks, other tracks and parts added after its own do not count as edits."""
    (phrase,) = read_midi(saved(CLIP, resave))
    assert not phrase.edited
    assert phrase.recipe == CLIP.recipe
    assert phrase.chords == CLIP.chords
    assert phrase.parts[0].notes == MELODY.notes


def test_a_foreign_file_is_not_edited() -> None:
    """Without the grid text and recipe nothing is compared."""
    data = midi_bytes(BARE).replace(b"musicvae", b"somebody")
    assert [phrase.edited for phrase in read_midi(data)] == [False]


@given(phrases(offsets=True), st.data())
@settings(max_examples=100, deadline=None)
def test_a_generated_phrase_is_not_edited(phrase: Phrase, data: st.DataObject) -> None:
    """Any number of its parts may have been added to those that the model made."""
    clip = made(phrase, data.draw(st.integers(0, len(phrase.parts))))
    (read,) = read_midi(midi_bytes(clip))
    assert (read, read.recipe, read.edited) == (phrase, clip.recipe, False)


@given(phrases(offsets=True), st.data())
@settings(max_examples=100, deadline=None)
def test_any_changed_note_is_an_edit(phrase: Phrase, data: st.DataObject) -> None:
    """Another velocity in any generated part is enough; chords are recognized from the notes."""
    sounding = [number for number, part in enumerate(phrase.parts) if part.notes]
    assume(sounding)
    number = data.draw(st.sampled_from(sounding))
    part = phrase.parts[number]
    first, *rest = part.notes
    louder = replace(part, notes=(replace(first, velocity=first.velocity % 127 + 1), *rest))
    parts = (*phrase.parts[:number], louder, *phrase.parts[number + 1 :])
    (read,) = read_midi(midi_bytes(replace(made(phrase), parts=parts)))
    assert read.edited
    assert replace(read, chords=()) == replace(phrase, parts=parts, chords=())
    notes = remove_overlaps(n for part in parts if not part.is_drum for n in part.notes)
    codes = recognize_chords(replace(phrase, parts=(Part(notes),), chords=()))
    assert read.chords == (
        to_chord_changes(codes, phrase.meter, phrase.lead_in) if phrase.chords else ()
    )


def root_accuracy(phrase: Phrase, semitones: int = 0) -> float:
    """Share of beats with the root of the lead sheet, transposed by `semitones`."""
    expected, codes = (recognize_chords(LEADSHEET) - 1 + semitones) % 12, recognize_chords(phrase)
    return float(np.mean((expected == (codes - 1) % 12) & (codes > 0)))


FITTING = [name for name, pattern in PATTERNS.items() if pattern.fits(Meter())]
MIN_ACCURACY = dict.fromkeys(FITTING, 1.0) | {"walking": 0.6}
"""Walking patterns have passing tones in the bass, and short chords after the beat."""


@pytest.mark.parametrize("pattern", FITTING)
@pytest.mark.parametrize("semitones", [-4, 2, 5])
def test_the_chords_of_an_edited_lead_sheet_are_those_of_its_notes(
    semitones: int, pattern: str
) -> None:
    """Notes transposed without their markers have transposed chords."""

    def move(file: mido.MidiFile) -> None:
        for message in (message for track in file.tracks for message in track):
            if message.type in ("note_on", "note_off"):
                message.note += semitones

    (phrase,) = read_midi(saved(made(add_accompaniment(LEADSHEET, pattern), 1), move))
    assert phrase.edited
    assert root_accuracy(phrase, semitones) >= MIN_ACCURACY[pattern]


@pytest.mark.parametrize("pattern", FITTING)
def test_markers_that_the_accompaniment_plays_are_not_outdated(pattern: str) -> None:
    """Edits of the melody leave chords unchanged; a wrong marker is replaced."""
    clip = made(add_accompaniment(LEADSHEET, pattern), 1)
    (phrase,) = read_midi(saved(clip, pitch_changed))
    assert (phrase.edited, phrase.chords) == (True, LEADSHEET.chords)

    def relabel(file: mido.MidiFile) -> None:
        next(message for message in file.tracks[0] if message.type == "marker").text = "F#"

    (phrase,) = read_midi(saved(clip, relabel))
    assert phrase.edited
    assert root_accuracy(phrase) >= MIN_ACCURACY[pattern]


def test_without_an_accompaniment_chords_are_those_of_the_melody() -> None:
    """Markers may be outdated, so chords are recognized from its notes."""
    broken = tuple(Note(4 * i, 4, 60 + (0, 4, 7, 12)[i % 4]) for i in range(16))
    chords = tuple(ChordChange(16 * bar, Chord(6 + bar)) for bar in range(4))
    clip = made(Phrase(bars=4, parts=(Part(broken),), chords=chords))
    (phrase,) = read_midi(saved(clip, velocity_changed))
    assert phrase.chords == (ChordChange(0, Chord(0)),)
