"""Draw the piano rolls of the documentation: what a model makes, and how to control it.

    python scripts/draw_control.py FOLDER

Writes clips.png, constraints.png, vary.png, settings.png and form.png.
"""

from __future__ import annotations

import sys
from pathlib import Path

import musicvae
from musicvae.plotting import draw_phrases
from musicvae.score.windows import cut_phrase

CLIPS = 48
TUNES = Path(__file__).parent.parent / "data" / "tunes"


def main(folder: Path) -> None:
    """Draw all pictures."""
    leadsheets, melodies = musicvae.load(), musicvae.load("melody-2bar")
    clips = leadsheets.generate(CLIPS, seed=0)
    draw_phrases(clips, folder / "clips.png", [str(number + 1) for number in range(CLIPS)])

    cases: list[tuple[str, dict[str, str]]] = [
        ("no constraints", {}),
        ("A minor, C4 to C5", {"key": "A minor", "range": "C4-C5"}),
        ("Am F C G", {"key": "A minor", "chords": "Am F C G"}),
        ("Am F C G, 2-3 notes a bar", {"key": "A minor", "chords": "Am F C G", "density": "2-3"}),
    ]
    generated = []
    for _, constraints in cases:
        generated += leadsheets.generate(1, bars=4, seed=5, **constraints)  # type: ignore[arg-type]  # some
    draw_phrases(generated, folder / "constraints.png", [title for title, _ in cases])

    source = cut_phrase(musicvae.to_phrase(TUNES / "greensleeves.mid"), 0, 4 * 12)
    strengths = (0.0, 0.1, 0.3, 0.6)
    varied = [melodies.vary(source, 1, strength=strength, seed=5)[0] for strength in strengths]
    titles = [f"greensleeves, strength {strength:g}" for strength in strengths]
    draw_phrases(varied, folder / "vary.png", titles)

    settings = [("density", -1.5), ("density", 1.5), ("pitch", 1.5), ("interval", 1.5)]
    moved = [melodies.vary(source, 1, settings={name: by})[0] for name, by in settings]
    draw_phrases(moved, folder / "settings.png", [f"{name} {by:+g}" for name, by in settings])

    (piece,) = leadsheets.generate(1, bars=16, form="AABA", loop=True, seed=21, pattern="arpeggio")
    draw_phrases([piece], folder / "form.png", ["16 bars, AABA, --loop"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
