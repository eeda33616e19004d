"""Write the MIDI files of data/tunes: well-known tunes in the public domain, given as text.

    python scripts/tunes.py [FOLDER]

A tune is a list of bars. A note is a name with its octave, `*n` makes it n units long, and `.`
is a rest. A first bar that is too short is a pick-up.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from musicvae.midi.writer import write_midi
from musicvae.score.phrase import Note, Part, Phrase, Tempo
from musicvae.theory.meter import bpm_to_tempo, parse_meter

SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ACCENT, PLAIN = 92, 76


@dataclass(frozen=True)
class Tune:
    """A tune as text.

    Attributes:
        unit: length of a note without `*n`, in steps.
        program: General MIDI program.
        bars: the notes, with `|` between bars.
    """

    title: str
    origin: str
    meter: str
    unit: int
    bpm: float
    program: int
    bars: str


TUNES = {
    "twinkle": Tune(
        "Twinkle, Twinkle, Little Star",
        "Ah! vous dirai-je, maman, France, 1761",
        "4/4", 4, 100, 10,
        "C4 C4 G4 G4 | A4 A4 G4*2 | F4 F4 E4 E4 | D4 D4 C4*2 |"
        "G4 G4 F4 F4 | E4 E4 D4*2 | G4 G4 F4 F4 | E4 E4 D4*2 |"
        "C4 C4 G4 G4 | A4 A4 G4*2 | F4 F4 E4 E4 | D4 D4 C4*2",
    ),
    "frere-jacques": Tune(
        "Frère Jacques", "France, 18th century", "4/4", 2, 112, 73,
        "F4*2 G4*2 A4*2 F4*2 | F4*2 G4*2 A4*2 F4*2 | A4*2 Bb4*2 C5*4 | A4*2 Bb4*2 C5*4 |"
        "C5 D5 C5 Bb4 A4*2 F4*2 | C5 D5 C5 Bb4 A4*2 F4*2 | F4*2 C4*2 F4*4 | F4*2 C4*2 F4*4",
    ),
    "ode-to-joy": Tune(
        "Ode to Joy", "Beethoven, Symphony No. 9, 1824", "4/4", 2, 120, 48,
        "F#4*2 F#4*2 G4*2 A4*2 | A4*2 G4*2 F#4*2 E4*2 | D4*2 D4*2 E4*2 F#4*2 | F#4*3 E4 E4*4 |"
        "F#4*2 F#4*2 G4*2 A4*2 | A4*2 G4*2 F#4*2 E4*2 | D4*2 D4*2 E4*2 F#4*2 | E4*3 D4 D4*4 |"
        "E4*2 E4*2 F#4*2 D4*2 | E4*2 F#4 G4 F#4*2 D4*2 | E4*2 F#4 G4 F#4*2 E4*2 | D4*2 E4*2 A3*4 |"
        "F#4*2 F#4*2 G4*2 A4*2 | A4*2 G4*2 F#4*2 E4*2 | D4*2 D4*2 E4*2 F#4*2 | E4*3 D4 D4*4",
    ),
    "auld-lang-syne": Tune(
        "Auld Lang Syne", "Scotland, 18th century", "4/4", 2, 92, 109,
        "C4*2 | F4*3 F4 F4*2 A4*2 | G4*3 F4 G4*2 A4*2 | F4*3 F4 A4*2 C5*2 | D5*6 D5*2 |"
        "C5*3 A4 A4*2 F4*2 | G4*3 F4 G4*2 A4*2 | F4*3 D4 D4*2 C4*2 | F4*6 . .",
    ),
    "when-the-saints": Tune(
        "When the Saints Go Marching In", "American spiritual", "4/4", 4, 160, 56,
        "C4 E4 F4 | G4*4 | . C4 E4 F4 | G4*4 | . C4 E4 F4 | G4*2 E4*2 | C4*2 E4*2 | D4*4 |"
        ". E4 E4 D4 | C4*3 C4 | E4*2 G4*2 | G4 F4*3 | . . E4 F4 | G4*2 E4*2 | C4*2 D4*2 | C4*4",
    ),
    "drunken-sailor": Tune(
        "Drunken Sailor", "Sea shanty, before 1839", "2/4", 1, 104, 21,
        "A4*2 A4 A4 A4*2 A4 A4 | A4*2 D4*2 F4*2 A4*2 |"
        "G4*2 G4 G4 G4*2 G4 G4 | G4*2 C4*2 E4*2 G4*2 |"
        "A4*2 A4 A4 A4*2 A4 A4 | A4*2 B4*2 C5*2 D5*2 | C5*2 A4*2 G4*2 E4*2 | D4*4 D4*4",
    ),
    "amazing-grace": Tune(
        "Amazing Grace", "New Britain, 1829", "3/4", 2, 84, 109,
        "D4*2 | G4*4 B4 G4 | B4*4 A4*2 | G4*4 E4*2 | D4*4 D4*2 | G4*4 B4 G4 | B4*4 A4*2 | D5*6 |"
        "D5*4 B4*2 | D5*4 B4 G4 | B4*4 A4*2 | G4*4 E4*2 | D4*4 D4*2 | G4*4 B4 G4 | B4*4 A4*2 |"
        "G4*6 | G4*4 . .",
    ),
    "scarborough-fair": Tune(
        "Scarborough Fair", "England, traditional", "3/4", 2, 112, 24,
        "D4*4 D4*2 | A4*4 A4*2 | E4*3 F4 E4*2 | D4*6 | .*2 A4*2 C5*2 | D5*4 C5*2 | A4*2 B4*2 G4*2 |"
        "A4*6 | .*4 D5*2 | D5*4 D5*2 | C5*4 A4*2 | A4*2 G4*2 F4*2 | E4*2 C4*4 | D4*4 A4*2 |"
        "G4*4 F4*2 | E4*2 D4*2 C4*2 | D4*6",
    ),
    "greensleeves": Tune(
        "Greensleeves", "England, 1580", "6/8", 2, 66, 24,
        "A4 | C5*2 D5 E5 F5 E5 | D5*2 B4 G4 A4 B4 | C5*2 A4 A4 G#4 A4 | B4*2 G#4 E4*2 A4 |"
        "C5*2 D5 E5 F5 E5 | D5*2 B4 G4 A4 B4 | C5 B4 A4 G#4 F#4 G#4 | A4*3 A4*3 |"
        "G5*3 G5 F#5 E5 | D5*2 B4 G4 A4 B4 | C5*2 A4 A4 G#4 A4 | B4*2 G#4 E4*3 |"
        "G5*3 G5 F#5 E5 | D5*2 B4 G4 A4 B4 | C5 B4 A4 G#4 F#4 G#4 | A4*3 A4*2 .",
    ),
    "irish-washerwoman": Tune(
        "The Irish Washerwoman", "Jig, 18th century", "6/8", 2, 168, 22,
        "D5 C5 | B4 G4 G4 D4 G4 G4 | B4 G4 B4 D5 C5 B4 | C5 A4 A4 D4 A4 A4 | C5 A4 C5 E5 D5 C5 |"
        "B4 G4 G4 D4 G4 G4 | B4 G4 B4 D5 C5 B4 | C5 B4 C5 A4 D5 C5 | B4 G4 G4 G4*3",
    ),
    "row-your-boat": Tune(
        "Row, Row, Row Your Boat", "United States, 1852", "2/4t", 2, 88, 11,
        "C4*3 C4*3 | C4*2 D4 E4*3 | E4*2 D4 E4*2 F4 | G4*6 |"
        "C5 C5 C5 G4 G4 G4 | E4 E4 E4 C4 C4 C4 | G4*2 F4 E4*2 D4 | C4*6",
    ),
    "fur-elise": Tune(
        "Für Elise", "Beethoven, 1810", "3/8", 1, 66, 0,
        "E5 D#5 | E5 D#5 E5 B4 D5 C5 | A4*2 . C4 E4 A4 | B4*2 . E4 G#4 B4 | C5*2 . E4 E5 D#5 |"
        "E5 D#5 E5 B4 D5 C5 | A4*2 . C4 E4 A4 | B4*2 . E4 C5 B4 | A4*4 . .",
    ),
    "jesu-joy": Tune(
        "Jesu, Joy of Man's Desiring", "J. S. Bach, BWV 147, 1723", "9/8", 2, 108, 19,
        ". G4 A4 B4 D5 C5 C5 E5 D5 | D5 G5 F#5 G5 D5 B4 G4 A4 B4 | C5 D5 E5 D5 C5 B4 A4 B4 G4 |"
        "F#4 G4 A4 D4 F#4 A4 C5 B4 A4 | B4 G4 A4 B4 D5 C5 C5 E5 D5 | D5 G5 F#5 G5 D5 B4 G4 A4 B4 |"
        "E4 D5 C5 B4 A4 G4 D4 G4 F#4 | G4*9",
    ),
}  # fmt: skip


def to_phrase(tune: Tune) -> Phrase:
    """Convert a tune to a phrase.

    Raises:
        ValueError: a bar other than the first does not have the length of the meter.
    """
    meter = parse_meter(tune.meter)
    notes, step, pickup = [], 0, 0
    bars = tune.bars.split("|")
    for number, bar in enumerate(bars):
        bar_start = step
        for token in bar.split():
            name, _, units = token.partition("*")
            duration = tune.unit * int(units or 1)
            if name != ".":
                velocity = ACCENT if step == bar_start else PLAIN
                notes.append(Note(step, duration, to_pitch(name), velocity))
            step += duration
        if step - bar_start != meter.steps_per_bar:
            if number:
                raise ValueError(
                    f"{tune.title}: bar {number} lasts {step - bar_start} steps: {bar}"
                )
            pickup = step
    part = Part(tuple(notes), tune.program, name=tune.title)
    tempos = (Tempo(0, bpm_to_tempo(tune.bpm)),)
    return Phrase(meter, len(bars) - bool(pickup), pickup, tempos, (part,))


def to_pitch(name: str) -> int:
    """The MIDI pitch of a note name; C4 is 60.

    Raises:
        ValueError: the name is not that of a note.
    """
    match = re.fullmatch(r"([A-G])([#b]?)(\d)", name)
    if not match:
        raise ValueError(f"{name!r} is no note.")
    accidental = {"#": 1, "b": -1, "": 0}[match[2]]
    return 12 * (int(match[3]) + 1) + SEMITONES[match[1]] + accidental


def main(folder: Path) -> None:
    """Write and list all tunes."""
    for name, tune in TUNES.items():
        phrase = to_phrase(tune)
        write_midi(phrase, folder / f"{name}.mid")
        print(f"{name}.mid  {tune.title}: {phrase}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data/tunes"))
