"""Check that files as people have them are read right.

    python scripts/check_cases.py FOLDER [--only TEXT] [--model NAME]

FOLDER holds MIDI files, each with a `.json` that says what is right. Prints a row for each: `pass`
if all of it is found, `notice` if something is not but the program says so and the case allows
that, else `fail`; then what was seen. Exit code 1 if any falls short. With a model, each file is
also reconstructed, to as many bars. Keys of the `.json`, all but
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
- `model`: the model that reconstructs it, in place of NAME (or of drums-2bar, for drums);
- `right`: the same in words. "Or it is said that ..." there is as good as `or_notice`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository, for scripts.case_rules

from musicvae.api.model import MusicVAE, load
from musicvae.atomic_files import MIDI_ENDINGS
from musicvae.corpus.prepare import prepare
from musicvae.corpus.read_file import read_tracks
from musicvae.errors import MusicVAEError
from scripts.case_rules import (
    Reading,
    check_everything,
    check_header,
    check_notes,
    check_readers,
)

SUBJECTS = (
    ("second", "second"),
    ("no end", "end|held|stuck|last"),
    ("octave", "octave"),
    ("how many", r"\d.*\bnote"),
    ("--track", "--track"),
    ("lengths are wrong", "length"),
    ("grid", "grid|triplet"),
    ("one is kept", "program|instrument"),
    ("left out", r"(bar|meter).*(left out|not |skip|drop|omit)|(left out|not |skip).*(bar|meter)"),
    ("what is not", "bar|meter|section"),
    ("without a word", "track"),
)
"""Words of `right`, and what a notice must match if they occur there."""

EXCUSED = re.compile(
    r"or (it is said|a refusal|a sentence|refused|--track)|without a word|or comes"
)
REQUIRED = re.compile(r"^says|and it is said")
KEYS = set(re.findall(r"`(\w+)`", (__doc__ or "").partition("Keys of")[2]))
KEYS |= {"where", "situation"}


class Verdict(NamedTuple):
    """`pass`, `notice` or `fail`, and what was seen."""

    verdict: str
    seen: str


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


def check_reconstruction(path: Path, reading: Reading, model: MusicVAE) -> Iterator[str]:
    """Yield what is wrong about the section that a model gives back."""
    try:
        phrase = model.reconstruct(path, track=reading.track, bpm=reading.bpm).phrase
    except MusicVAEError as error:
        yield f"reconstruct: {error}"
        return
    reading.said += phrase.notices
    if (phrase.bars, phrase.meter) != (reading.main.bars, reading.main.meter):
        yield f"{phrase.bars} bars of {phrase.meter} come back"


def check(path: Path, right: Mapping[str, Any], model: MusicVAE | None = None) -> Verdict:
    """The verdict on one case, given its file, what is right, and a model to reconstruct it."""
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
    faults += check_reconstruction(path, reading, model) if model else []
    said = list(dict.fromkeys(reading.said))
    matching = [s for s in said if excuse and re.search(excuse, s, re.IGNORECASE)]
    if faults and "or" in right:
        return check(path, {k: v for k, v in right.items() if k != "or"} | right["or"], model)
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
    parser.add_argument("--model", help="a model that reconstructs each file as well")
    options = parser.parse_args()
    verdicts = []
    for about in sorted(options.folder.glob("*.json")):
        if options.only in about.stem:
            right = json.loads(about.read_text(encoding="utf-8"))
            model_of_drums = "drums-2bar" if "drums" in right else options.model
            name = options.model and right.get("model", model_of_drums)
            try:
                model = load(name) if name else None
                verdict, seen = check(options.folder / right["file"], right, model)
            except Exception as error:  # what should never happen is a row as well
                verdict, seen = "fail", f"{type(error).__name__}: {error}"
            verdicts.append(verdict)
            print(f"{verdict:<6}  {about.stem:<40}  {seen[:300]}")
    counts = ", ".join(f"{verdicts.count(name)} {name}" for name in ("pass", "notice", "fail"))
    print(f"{len(verdicts)} cases: {counts}")
    sys.exit(not verdicts or "fail" in verdicts)


if __name__ == "__main__":
    main()
