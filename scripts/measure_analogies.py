"""Measure how well `analogy` applies two changes: a transposition, and removing every other note.

    python scripts/measure_analogies.py MODEL FOLDER ... [--held-out FILE] [--pairs 60]

`a` and `c` are random windows of one meter, and `b` is `a` changed. If `b` is `a` transposed, the
result of the analogy is compared with `c` transposed; the note F1 of its reconstruction is the
upper limit. If notes were removed, notes are counted before and after. `--held-out` names a list
of digests, such as a shipped model's test-pieces.txt; then only those pieces are used.
"""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from musicvae.api.model import load
from musicvae.corpus.prepare import midi_files
from musicvae.corpus.windowing import MIN_NOTES
from musicvae.engine import Player
from musicvae.errors import MusicVAEError
from musicvae.metrics.histograms import note_f1
from musicvae.midi.reader import main_phrase, read_midi
from musicvae.score.phrase import Note, Phrase
from musicvae.score.windows import split_windows
from musicvae.verbs.analogy import analogy
from musicvae.verbs.reconstruct import reconstruct

SEMITONES = (1, 2, 5, 7, 12)


def main() -> None:
    """Print a line for each change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("folder", nargs="+")
    parser.add_argument("--held-out", type=Path)
    parser.add_argument("--pairs", type=int, default=60)
    arguments = parser.parse_args()
    player, rng = load(arguments.model).player, np.random.default_rng(0)
    held_out = (
        set(arguments.held_out.read_text(encoding="utf-8").split()) if arguments.held_out else set()
    )
    windows = read_windows(player, list(midi_files(arguments.folder)), held_out)
    pairs: list[tuple[Phrase, Phrase]] = []
    while len(pairs) < arguments.pairs:
        a, c = (windows[row] for row in rng.choice(len(windows), 2, replace=False))
        if a.meter == c.meter:
            pairs.append((a, c))
    for shift in SEMITONES:
        f1s, limits = [], []
        for a, c in pairs:
            expected = transposed(c, shift)
            f1s.append(note_f1(expected, analogy(player, a, transposed(a, shift), c)))
            limits.append(note_f1(expected, reconstruct(player, expected).phrase))
        print(f"up {shift:2} semitones: note F1 {np.mean(f1s):.3f}, at best {np.mean(limits):.3f}")
    counts = [(count(analogy(player, a, thinned(a), c)), count(c)) for a, c in pairs]
    after, before = np.mean(counts, axis=0)
    fewer = np.mean([notes_after < notes_before for notes_after, notes_before in counts])
    print(f"every other note left out: {before:.1f} to {after:.1f} notes, fewer in {fewer:.0%}")


def read_windows(player: Player, files: list[Path], held_out: set[str]) -> list[Phrase]:
    """The windows of files that have at least `MIN_NOTES` notes."""
    windows = []
    for path in files:
        if held_out and hashlib.sha256(path.read_bytes()).hexdigest() not in held_out:
            continue
        try:
            phrase = player.codec.select(main_phrase(read_midi(path)))
        except MusicVAEError:
            continue
        cuts = split_windows(phrase, player.bars)
        windows += [window for window in cuts if count(window) >= MIN_NOTES]
    return windows


def count(phrase: Phrase) -> int:
    """Number of notes in the first part."""
    return len(phrase.parts[0].notes)


def transposed(phrase: Phrase, semitones: int) -> Phrase:
    """The phrase transposed up; pitches above 127 become 127."""
    notes = phrase.parts[0].notes
    return with_notes(phrase, [replace(n, pitch=min(127, n.pitch + semitones)) for n in notes])


def thinned(phrase: Phrase) -> Phrase:
    """The phrase without every other note."""
    return with_notes(phrase, phrase.parts[0].notes[::2])


def with_notes(phrase: Phrase, notes: list[Note] | tuple[Note, ...]) -> Phrase:
    """A copy with other notes in its first part."""
    first, *rest = phrase.parts
    return replace(phrase, parts=(replace(first, notes=tuple(notes)), *rest))


if __name__ == "__main__":
    main()
