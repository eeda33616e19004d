"""Check that files as people have them are read right.

    python scripts/check_cases.py FOLDER [--only TEXT]

FOLDER holds MIDI files, each with a `.json` that says what is right. Prints a row for each: `pass`
if all of it is found, `notice` if something is not but the program says so and the case allows
that, else `fail`; then what was seen. Exit code 1 if any falls short. Keys of the `.json`, all but
the first optional:

- `file`: name of the file beside it; with `folder`, of a folder that `prepare` reads;
- `args`: options such as `["--bpm", "90", "--track", "2+3"]`;
- `melody`: notes of the melody codec as [start, length, pitch], in quarters from the first bar
  line; lengths are compared to within a step. `onsets`: the same without the lengths; they may be
  off by `within` quarters, by default 0;
- `drums`: strokes of the drums codec, likewise; `mapped` gives the pitch that each pitch becomes;
- `chords`: symbols in order; `nochords`: true if none are read;
- `bpm`, `meter`, `bars`: of the section with most notes; `program`, `name`: of the melody;
- `programs`: [quarter, program] of the melody's notes from there on;
- `parts`: how many; `count`: how many notes the melody has;
- `notice`: a pattern that a notice has to match; `or_notice`: one that excuses what is not found;
- `or`: keys of which the same may be right instead;
- `right`: the same in words. "Or it is said that ..." there is as good as `or_notice`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from musicvae.atomic_files import MIDI_ENDINGS
from musicvae.codecs import CODECS
from musicvae.corpus.prepare import prepare
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

SUBJECTS = (
    ("second", "second"),
    ("no end", "end|held|stuck|last"),
    ("octave", "octave"),
    ("how many", r"\d.*\bnote"),
    ("--track", "--track"),
    ("lengths are wrong", "length"),
    ("grid", "grid|triplet"),
    ("one is kept", "program|instrument"),
    ("left out|what is not", "bar|meter|section"),
    ("without a word", "track"),
)
"""Words of `right`, and what a notice must match if they occur there."""

EXCUSED = re.compile(
    r"or (it is said|a refusal|a sentence|refused|--track)|without a word|or comes"
)
REQUIRED = re.compile(r"^says|and it is said")
KEYS = set(re.findall(r"`(\w+)`", (__doc__ or "").partition("Keys of")[2]))
KEYS |= {"where", "situation", "model", "category", "source"}


class Verdict(NamedTuple):
    """`pass`, `notice` or `fail`, and what was seen."""

    verdict: str
    seen: str


class Reading:
    """A file as it is read, with everything that is said about it."""

    def __init__(self, path: Path, args: list[str]) -> None:
        options = dict(zip(args[::2], args[1::2], strict=True))
        self.data = path.read_bytes()
        self.track = options.get("--track")
        bpm = float(options.get("--bpm", 120))
        self.phrases = read_midi(path, bpm=bpm)
        self.main = main_phrase(self.phrases)
        self.said = [notice for phrase in self.phrases for notice in phrase.notices]
        if "--bpm" in options:
            self.said += [notice for phrase in read_midi(path) for notice in phrase.notices]

    def select(self, codec: str, phrase: Phrase) -> Phrase | None:
        """What the codec selects in a phrase, decoded again; None for nothing."""
        try:
            selected = CODECS[codec].select(replace(phrase, notices=()), self.track)
        except RequestError as error:
            self.said.append(str(error))
            return None
        self.said += selected.notices
        whole = cut_phrase(selected, 0, selected.steps + selected.lead_in)
        decoded = CODECS[codec].decode(CODECS[codec].encode(whole), whole.meter)
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
    import io

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
    import io

    import mido

    try:
        file = mido.MidiFile(file=io.BytesIO(reading.data), clip=True, charset="latin-1")
    except (EOFError, OSError, ValueError):
        return  # another reader cannot tell
    played = sum(m.type == "note_on" and m.velocity > 0 for track in file.tracks for m in track)
    read = sum(len(part.notes) for phrase in reading.phrases for part in phrase.parts)
    if read != played:
        yield f"{read} notes for {played}"


def check_folder(folder: Path) -> Verdict:
    """Prepare a folder: each file that is named like MIDI is used, or has a reason."""
    files = {
        str(path)
        for path in folder.rglob("*")
        if path.suffix.lower() in MIDI_ENDINGS and path.is_file()
    }
    with tempfile.TemporaryDirectory() as out:
        try:
            about: Any = prepare([folder], out, workers=1)
        except MusicVAEError as error:
            return Verdict("fail", str(error))
        rows = (Path(out) / "pieces.csv").read_text().splitlines()[1:]
    reasons = {file: why for why, names in about["files_left_out"].items() for file in names}
    used = {file for file in files if any(row.startswith(file) for row in rows)}
    silent = [Path(file).name for file in sorted(files - reasons.keys() - used)]
    good = {file for file in files if _is_good(file)}
    unused = [Path(f).name for f in sorted(good & reasons.keys()) if "same file" not in reasons[f]]
    if silent or unused:
        return Verdict("fail", f"not mentioned: {silent}; good, but left out: {unused}")
    return Verdict("pass", f"{len(used)} used, {len(reasons)} left out with a reason")


def _is_good(file: str) -> bool:
    try:
        return any(len(track.start) > 8 for track in read_tracks(Path(file), "melody"))
    except MusicVAEError:
        return False


def _notice_patterns(right: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """What a notice must match, and what excuses a fault if a notice matches it."""
    text = right.get("right", "")
    subject = next((pattern for words, pattern in SUBJECTS if re.search(words, text)), ".")
    required = right.get("notice") or (subject if REQUIRED.search(text) else None)
    return required, right.get("or_notice") or (subject if EXCUSED.search(text) else required)


def check(path: Path, right: Mapping[str, Any]) -> Verdict:
    """The verdict on one case, given its file and what is right."""
    if unknown := right.keys() - KEYS:
        return Verdict("fail", f"unknown keys: {', '.join(sorted(unknown))}")
    if right.get("folder"):
        return check_folder(path)
    required, excuse = _notice_patterns(right)
    try:
        reading = Reading(path, right.get("args", []))
    except MusicVAEError as error:
        refusal = excuse if "refus" in right.get("right", "") else None
        reason = str(error).removeprefix(f"{path}: ")  # a name may hold the words that are sought
        excused = refusal and re.search(refusal, reason, re.IGNORECASE)
        return Verdict("notice" if excused else "fail", reason)
    checks = (check_notes, check_header) if right.keys() & COMPARED else ()
    faults = [fault for each in checks for fault in each(reading, right)]
    faults += [] if checks else check_everything(reading)
    faults += [] if "args" in right else check_readers(reading)
    said = list(dict.fromkeys(reading.said))
    matching = [s for s in said if excuse and re.search(excuse, s, re.IGNORECASE)]
    if faults and "or" in right:
        return check(path, {k: v for k, v in right.items() if k != "or"} | right["or"])
    if required and not any(re.search(required, s, re.IGNORECASE) for s in said):
        faults.append(f"not said: {required}")
        matching = []
    if faults and matching:
        return Verdict("notice", f"{faults[0]}; said: {matching[0]}")
    if faults:
        return Verdict("fail", "; ".join([*faults, *(f"said: {s}" for s in said)]))
    return Verdict("pass", f"{sum(map(len, reading.notes('melody')))} notes of melody")


COMPARED = {"melody", "onsets", "count", "drums", "chords", "nochords", "programs", "parts", "bars"}
"""Keys about the music; without one of them, all notes of the file must be read."""


def main() -> None:
    """Check a folder and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="only cases with this text in their name")
    options = parser.parse_args()
    verdicts = []
    for about in sorted(options.folder.glob("*.json")):
        if options.only in about.stem:
            right = json.loads(about.read_text(encoding="utf-8"))
            verdict, seen = check(options.folder / right["file"], right)
            verdicts.append(verdict)
            print(f"{verdict:<6}  {about.stem:<40}  {seen[:300]}")
    counts = ", ".join(f"{verdicts.count(name)} {name}" for name in ("pass", "notice", "fail"))
    print(f"{len(verdicts)} cases: {counts}")
    sys.exit(not verdicts or "fail" in verdicts)


if __name__ == "__main__":
    main()
