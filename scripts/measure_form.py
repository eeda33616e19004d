"""Measure what the form of a song does: its energy and its variations.

    python scripts/measure_form.py [--model NAME] [--n N]

On N pieces that the model generates:

- notes in a bar of the first part, their mean pitch, and the mean velocity of all parts, at each
  energy;
- note F1 of a section and its variation, two variations, and a section and another one.
"""

from __future__ import annotations

import argparse
from itertools import pairwise

import numpy as np

from musicvae.api.model import MusicVAE, load
from musicvae.metrics.histograms import note_f1
from musicvae.presets import DEFAULT_MODEL
from musicvae.score.phrase import Phrase
from musicvae.score.windows import cut_phrase

ENERGIES = (0.0, 0.25, 0.5, 0.75, 1.0)


def print_energies(model: MusicVAE, n: int) -> None:
    """Print a row for each energy."""
    for energy in ENERGIES:
        pieces = model.generate(n, form="A:8", energy=energy, humanize=0, seed=7)
        notes = [note for piece in pieces for note in piece.parts[0].notes]
        velocities = [n.velocity for piece in pieces for part in piece.parts for n in part.notes]
        pitch = np.mean([note.pitch for note in notes])
        print(
            f"energy {energy:4}: {len(notes) / n / 8:5.1f} notes in a bar, pitch {pitch:.1f}, "
            f"velocity {np.mean(velocities):.0f}"
        )


def print_variations(model: MusicVAE, n: int) -> None:
    """Print how much sections have in common."""
    songs = model.generate(n, form="A:8 A' A'' B:8", humanize=0, seed=7)
    sections = [_sections(song) for song in songs]
    for name, first, second in (("A and A'", 0, 1), ("A' and A''", 1, 2), ("A and B", 0, 3)):
        scores = [note_f1(row[first], row[second]) for row in sections]
        print(f"{name:10}: note F1 {np.mean(scores):.3f}")


def _sections(song: Phrase) -> list[Phrase]:
    steps = [step for step, _ in song.section_names] + [song.steps]
    return [cut_phrase(song, start, stop) for start, stop in pairwise(steps)]


def main() -> None:
    """Parse the arguments and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--n", type=int, default=16)
    options = parser.parse_args()
    model = load(options.model)
    print_energies(model, options.n)
    print_variations(model, options.n)


if __name__ == "__main__":
    main()
