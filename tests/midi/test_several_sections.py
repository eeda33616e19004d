"""Sections of several meters in one file: written one after another, and read back the same."""

from __future__ import annotations

import io
import time
from dataclasses import replace

import mido
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.score.provenance import Recipe
from musicvae.theory.meter import Meter

from ..strategies import phrases

TUNE = Part(tuple(Note(4 * i, 4, 60 + i) for i in range(3)), 73, name="Flute")


def section(meter: Meter, notes: int = 3, program: int = 73) -> Phrase:
    """A bar of a tune in quarters."""
    part = replace(TUNE, notes=TUNE.notes[:notes], program=program)
    return Phrase(meter, bars=1, parts=(part,))


MARCH, WALTZ, JIG = section(Meter(4, 4)), section(Meter(3, 4)), section(Meter(6, 8), program=40)
WHOLE = replace(WALTZ, before=(MARCH,), after=(JIG,))


@given(st.lists(phrases(max_parts=2), min_size=2, max_size=3), st.data())
@settings(max_examples=40, deadline=None)
def test_sections_are_read_back_as_they_were_written(
    written: list[Phrase], data: st.DataObject
) -> None:
    """Of all meters and lengths, with pick-ups, tempos, chords, and parts in some of them only."""
    assume(all(phrase.bars for phrase in written))
    # the name and the channel of a part are those of its track
    like = max(written, key=lambda phrase: len(phrase.parts)).parts
    written = [
        replace(
            phrase,
            parts=tuple(
                replace(part, name=model.name, is_drum=model.is_drum)
                for part, model in zip(phrase.parts, like, strict=False)
            ),
        )
        for phrase in written
    ]
    main = data.draw(st.integers(0, len(written) - 1))
    before, after = tuple(written[:main]), tuple(written[main + 1 :])
    whole = replace(written[main], before=before, after=after)
    assert read_midi(midi_bytes(whole)) == written
    assert whole.sections == tuple(written)


def test_bar_lines_and_meters_stand_where_each_section_begins() -> None:
    """Other programs see the meters of the file at their ticks, and the whole length."""
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(WHOLE)))
    tick, meters = 0, []
    for message in file.tracks[0]:
        tick += message.time
        if message.type == "time_signature":
            meters.append((tick, message.numerator, message.denominator))
    assert meters == [(0, 4, 4), (1920, 3, 4), (3360, 6, 8)]
    assert tick == 4800
    programs = [message.program for message in file.tracks[1] if message.type == "program_change"]
    assert programs == [73, 73, 40]


def test_each_section_keeps_its_recipe() -> None:
    """A recipe stands where its section begins."""
    made = [
        replace(phrase, recipe=Recipe("a model", verb, phrase.fingerprint))
        for phrase, verb in ((MARCH, "vary"), (JIG, "extend"))
    ]
    whole = replace(WALTZ, before=(made[0],), after=(made[1],))
    recipes = [phrase.recipe for phrase in read_midi(midi_bytes(whole))]
    assert [recipe and recipe.verb for recipe in recipes] == ["vary", None, "extend"]


def test_sections_that_another_program_has_moved_are_read_as_they_are() -> None:
    """The file is quantized, and each section is marked as edited."""
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(WHOLE)))
    file.tracks[0][0].time += 480
    file.tracks[1][0].time += 480
    buffer = io.BytesIO()
    file.save(file=buffer)
    moved = read_midi(buffer.getvalue())
    assert sum(len(phrase.parts[0].notes) for phrase in moved) == 9
    assert all(phrase.edited for phrase in moved)


def test_a_part_that_rests_in_one_meter_keeps_its_number() -> None:
    """In a file of another program, track 2 is the same part in every section."""
    flute = replace(TUNE, name="Flute")
    bass = Part((Note(0, 12, 36),), 33, name="Bass")
    rest = replace(bass, notes=())
    waltz = Phrase(Meter(3, 4), 1, parts=(flute, bass))
    march = Phrase(Meter(4, 4), 1, parts=(flute, rest))
    data = midi_bytes(replace(march, after=(waltz,))).replace(b"musicvae:", b"somebody:")
    first, second = read_midi(data)
    assert [part.name for part in first.parts] == ["Flute", "Bass"]
    assert [len(part.notes) for part in first.parts] == [3, 0]
    assert [len(part.notes) for part in second.parts] == [3, 1]


def march_and_waltz(sections: int) -> bytes:
    """A file of another program with so many sections, forty texts and a program for each."""
    made = [(MARCH, WALTZ)[number % 2] for number in range(sections)]
    made = [replace(phrase, recipe=Recipe("x", "vary", str(i))) for i, phrase in enumerate(made)]
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(replace(made[0], after=tuple(made[1:])))))
    for track, messages in (
        (0, [mido.MetaMessage("text", text="la")] * 40 * sections),
        (1, [mido.Message("program_change", program=number % 128) for number in range(sections)]),
    ):
        file.tracks[track] = mido.MidiTrack([*messages, *file.tracks[track]])
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue().replace(b"musicvae:", b"somebody:")


def seconds(data: bytes) -> float:
    """Processor time of reading a file, the better of two."""

    def once() -> float:
        began = time.process_time()
        read_midi(data)
        return time.process_time() - began

    return min(once() for _ in range(2))


def test_four_times_the_sections_take_about_four_times_as_long() -> None:
    """Sections times texts, or times programs, would take more than ten times as long."""
    short, long = march_and_waltz(100), march_and_waltz(400)
    assert seconds(long) < 8 * seconds(short)


@pytest.mark.parametrize(("key", "notes"), [(b"parts", [3]), (b"other", [3, 0])])
def test_a_section_stores_how_many_parts_it_has(key: bytes, notes: list[int]) -> None:
    """Without the number every track is a part, and one that is not in the section is silent."""
    bass = Part((Note(0, 12, 36),), 33, name="Bass")
    whole = replace(MARCH, after=(replace(WALTZ, parts=(*WALTZ.parts, bass)),))
    first, second = read_midi(midi_bytes(whole).replace(b"parts", key))
    assert [len(part.notes) for part in first.parts] == notes
    assert second == whole.after[0]
