"""How far an analogy carries a change that can be told: up so many semitones, every other note.

    python scripts/measure_analogies.py MODEL FOLDER ... [--held-out FILE] [--pairs 60]

Of pairs of windows of one meter, `a` and `c`, `b` is `a` changed. Where it was moved up, what
`analogy` makes is compared with `c` moved up, beside what `reconstruct` makes of that; where it
was thinned out, notes are counted before and after. `--held-out` names a list of digests, such
as a shipped model's test-pieces.txt: then only those pieces are taken.
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
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("folder", nargs="+")
    parser.add_argument("--held-out", type=Path)
    parser.add_argument("--pairs", type=int, default=60)
    chosen = parser.parse_args()
    player, rng = load(chosen.model).player, np.random.default_rng(0)
    held_out = set(chosen.held_out.read_text().split()) if chosen.held_out else set()
    found = read(player, list(midi_files(chosen.folder)), held_out)
    pairs: list[tuple[Phrase, Phrase]] = []
    while len(pairs) < chosen.pairs:
        a, c = (found[row] for row in rng.choice(len(found), 2, replace=False))
        if a.meter == c.meter:
            pairs.append((a, c))
    for by in SEMITONES:
        made = [note_f1(moved(c, by), analogy(player, a, moved(a, by), c)) for a, c in pairs]
        best = [note_f1(moved(c, by), reconstruct(player, moved(c, by)).phrase) for _, c in pairs]
        print(f"up {by:2} semitones: note F1 {np.mean(made):.3f}, at best {np.mean(best):.3f}")
    counts = [(count(analogy(player, a, thinned(a), c)), count(c)) for a, c in pairs]
    after, before = np.mean(counts, axis=0)
    fewer = np.mean([made < own for made, own in counts])
    print(f"every other note left out: {before:.1f} to {after:.1f} notes, fewer in {fewer:.0%}")


def read(player: Player, files: list[Path], held_out: set[str]) -> list[Phrase]:
    """The windows of files that have notes enough."""
    found = []
    for path in files:
        if held_out and hashlib.sha256(path.read_bytes()).hexdigest() not in held_out:
            continue
        try:
            phrase = player.codec.select(main_phrase(read_midi(path)))
        except MusicVAEError:
            continue
        found += [cut for cut in split_windows(phrase, player.bars) if count(cut) >= MIN_NOTES]
    return found


def count(phrase: Phrase) -> int:
    """Notes of the first part."""
    return len(phrase.parts[0].notes)


def moved(phrase: Phrase, semitones: int) -> Phrase:
    """Up so many semitones, as far as there are pitches."""
    notes = phrase.parts[0].notes
    return with_notes(phrase, [replace(n, pitch=min(127, n.pitch + semitones)) for n in notes])


def thinned(phrase: Phrase) -> Phrase:
    """Every other note."""
    return with_notes(phrase, phrase.parts[0].notes[::2])


def with_notes(phrase: Phrase, notes: list[Note] | tuple[Note, ...]) -> Phrase:
    """The same with other notes in its first part."""
    first, *rest = phrase.parts
    return replace(phrase, parts=(replace(first, notes=tuple(notes)), *rest))


if __name__ == "__main__":
    main()
