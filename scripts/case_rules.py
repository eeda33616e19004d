"""What `check_cases.py` compares: a file as it is read, and what is right about it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from musicvae.codecs import CODECS
from musicvae.codecs.pitch_range import fit_range, move_back
from musicvae.corpus.read_file import read_tracks, tracks_of
from musicvae.errors import MusicVAEError, RequestError
from musicvae.midi.reader import main_phrase, read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Phrase
from musicvae.score.windows import cut_phrase
from musicvae.theory.chords import parse_chord
from musicvae.theory.drum_kit import DRUM_CLASS, DRUM_PITCH
from musicvae.theory.meter import tempo_to_bpm

Notes = list[tuple[float, float, int]]
"""Notes as (start, length, pitch), in quarters from the first bar line."""


class Reading:
    """A file as it is read, with everything that is said about it."""

    def __init__(self, path: Path, args: list[str]) -> None:
        options = dict(zip(args[::2], args[1::2], strict=True))
        self.data = path.read_bytes()
        self.track = options.get("--track")
        self.bpm = float(options.get("--bpm", 120))
        self.phrases = read_midi(path, bpm=self.bpm)
        self.main = main_phrase(self.phrases)
        self.said = [notice for phrase in self.phrases for notice in phrase.notices]
        if "--bpm" in options:
            self.said += [notice for phrase in read_midi(path) for notice in phrase.notices]

    def select(self, codec: str, phrase: Phrase) -> Phrase | None:
        """What the codec selects in a phrase, decoded again as the verbs do; None for nothing."""
        try:
            selected = CODECS[codec].select(replace(phrase, notices=()), self.track)
        except RequestError as error:
            self.said.append(str(error))
            return None
        fitted, moved = fit_range(selected, CODECS[codec])
        self.said += fitted.notices
        whole = cut_phrase(fitted, 0, fitted.steps + fitted.lead_in)
        decoded = move_back(CODECS[codec].decode(CODECS[codec].encode(whole), whole.meter), moved)
        part = selected.parts[0]
        parts = (replace(decoded.parts[0], program=part.program, name=part.name),)
        return replace(decoded, parts=parts)

    def notes(self, codec: str) -> list[Notes]:
        """The notes that a codec finds in each phrase."""
        sections = []
        for phrase in self.phrases:
            found = self.select(codec, phrase)
            quarter = phrase.meter.steps_per_quarter
            sections.append(
                [(n.start / quarter, n.duration / quarter, n.pitch) for n in found.parts[0].notes]
                if found
                else []
            )
        return sections


def compare(
    sections: list[Notes], right: Notes, within: float = 0.0, step: float | None = None
) -> Iterator[str]:
    """Yield what is wrong about notes; sections of other meters may stand elsewhere.

    Args:
        within: quarters by which an onset may be off.
        step: quarters by which a length may be off; None to ignore lengths.
    """
    if len(sections) == 1:
        yield from _differences(sections[0], right, within, step)
        return
    # A phrase does not tell its place, so each is looked for, the longest first. One that is
    # nowhere, such as a bar in another meter, may be more than what is right, but not less.
    missing = list(range(len(right)))
    for notes in sorted(sections, key=len, reverse=True):
        for i in range(len(missing) - len(notes) + 1 if notes else 0):
            run = [right[place] for place in missing[i : i + len(notes)]]
            shift = 0.0 if notes is sections[0] else run[0][0] - notes[0][0]
            moved = [(start + shift, length, pitch) for start, length, pitch in notes]
            if not any(_differences(moved, run, within, step)):
                del missing[i : i + len(notes)]
                break
    if missing:
        yield f"{len(right) - len(missing)} notes in their place for {len(right)}"


def _differences(notes: Notes, right: Notes, within: float, step: float | None) -> Iterator[str]:
    """Yield the first difference of two lists of notes, and that of their lengths."""
    for (start, length, pitch), (at, long, wanted) in zip(notes, right, strict=False):
        if pitch != wanted or abs(start - at) > within + 1e-6:
            yield f"{pitch} at {start:.4g} for {wanted} at {at:.4g}"
            break
        if step is not None and abs(length - long) > step + 1e-6:
            yield f"{pitch} at {at:.4g} lasts {length:.4g} for {long:.4g}"
            break
    if len(notes) != len(right):
        yield f"{len(notes)} notes for {len(right)}"


def check_notes(reading: Reading, right: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong about melody, onsets, drums and their numbers."""
    if "melody" in right:
        step = 1 / reading.main.meter.steps_per_quarter
        yield from compare(reading.notes("melody"), right["melody"], step=step)
    if "onsets" in right:
        yield from compare(reading.notes("melody"), right["onsets"], right.get("within", 0.0))
    if "count" in right:
        count = sum(map(len, reading.notes("melody")))
        if count != right["count"]:
            yield f"{count:,} notes for {right['count']:,}"
    if "drums" in right:
        yield from check_drums(reading, right["drums"], right.get("mapped"))
    elif "drums" in right.get("right", "") and not any(reading.notes("drums")):
        yield "no drums"
    if "drums" in right.get("right", "") or "drums" in right:
        try:
            tracks_of(reading.data, "drums")
        except MusicVAEError as error:
            reading.said.append(str(error))
            yield f"prepare: {error}"


def check_drums(reading: Reading, right: Notes, mapped: dict[str, int] | None) -> Iterator[str]:
    """Yield what is wrong about the strokes of the drums codec; `mapped` gives their pitches."""
    if mapped:  # the pitches of the file itself decide, and its times must be right
        kit = [part for part in reading.main.parts if part.is_drum]
        quarter = reading.main.meter.steps_per_quarter
        struck = [(n.start / quarter, 0.25, n.pitch) for part in kit for n in part.notes]
        if sorted(start for start, _, _ in struck) != sorted(start for start, _, _ in right):
            yield f"{len(struck)} strokes, other than {len(right)}"
        right = [(start, 0.25, mapped[str(pitch)]) for start, _, pitch in struck]
    else:
        right = [
            (start, length, DRUM_PITCH[DRUM_CLASS[pitch]])
            for start, length, pitch in right
            if pitch in DRUM_CLASS
        ]
    by_time = partial(sorted, key=lambda note: (note[0], note[2]))
    yield from compare([by_time(notes) for notes in reading.notes("drums")], by_time(right))


def check_header(reading: Reading, right: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong about tempo, meter, chords, programs, parts and bars."""
    main = reading.main
    found: dict[str, Any] = {
        "meter": f"{main.meter.numerator}/{main.meter.denominator}",
        "bars": main.bars,
        "parts": sum(bool(part.notes) for part in main.parts),
        "chords": [change.chord for change in main.chords],
        "nochords": not any(phrase.chords for phrase in reading.phrases),
    }
    if {"program", "name"} & right.keys() and (melody := reading.select("melody", main)):
        found |= {"program": melody.parts[0].program, "name": melody.parts[0].name}
    wanted = dict(right)
    if "chords" in right:
        wanted["chords"] = [parse_chord(symbol) for symbol in right["chords"]]
    for key, value in found.items():
        if key in wanted and value != wanted[key]:
            yield f"{key} {value} for {right[key]}"
    bpm = tempo_to_bpm(main.tempos[0].microseconds)
    if "bpm" in right and abs(bpm - right["bpm"]) > 0.5:
        yield f"bpm {bpm:.4g} for {right['bpm']}"
    if "programs" in right:
        yield from check_programs(main, right["programs"])


def check_programs(phrase: Phrase, programs: list[tuple[float, int]]) -> Iterator[str]:
    """Yield what is wrong about the programs of the notes in the file that is written back."""
    import mido

    file = mido.MidiFile(file=io.BytesIO(midi_bytes(phrase)), charset="utf-8")
    now, current = 0, dict[int, int]()
    for message in mido.merge_tracks(file.tracks):
        now += message.time
        quarter = now / file.ticks_per_beat
        if message.type == "program_change":
            current[message.channel] = message.program
        elif message.type == "note_on" and message.velocity and message.channel != 9:
            wanted = [program for start, program in programs if start <= quarter][-1]
            if current.get(message.channel, 0) != wanted:
                yield f"program {current.get(message.channel, 0)} at {quarter:.4g} for {wanted}"
                return


def check_readers(reading: Reading) -> Iterator[str]:
    """Yield a note that `prepare` reads otherwise than the verbs."""
    try:
        verbs, fast = read_tracks(reading.data, "melody"), tracks_of(reading.data, "melody")
    except MusicVAEError:
        return
    columns = [
        [(str(t.meter), t.bars, t.start.tolist(), t.end.tolist(), t.pitch.tolist()) for t in tracks]
        for tracks in (verbs, fast)
    ]
    if columns[0] != columns[1]:
        yield "prepare reads other notes than the verbs"


def check_everything(reading: Reading) -> Iterator[str]:
    """Yield how many of the file's notes are missing, where nothing else is said to be right."""
    import mido

    try:
        file = mido.MidiFile(file=io.BytesIO(reading.data), clip=True, charset="latin-1")
    except (EOFError, OSError, ValueError):
        return  # another reader cannot tell
    played = sum(m.type == "note_on" and m.velocity > 0 for track in file.tracks for m in track)
    read = sum(len(part.notes) for phrase in reading.phrases for part in phrase.parts)
    if read != played:
        yield f"{read} notes for {played}"
