"""What finds music again: the angle between z, their distance, or the steps that differ.

    python scripts/compare_distances.py MODEL FOLDER [--held-out FILE] [--queries 300]

Of a folder of MIDI (at most `--files`, drawn) all windows lie in a library, and some are asked
for as they are, changed, or played in another key. A row for each kind of question, with the
share of questions whose own piece comes first, and among the first ten, in the key that was
asked for and in all twelve. `--held-out` names a list of digests, such as a shipped model's
test-pieces.txt: then only those pieces are asked for.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicvae.api.model import load
from musicvae.codecs.base import Codes
from musicvae.corpus.prepare import midi_files
from musicvae.engine import Player
from musicvae.errors import MusicVAEError
from musicvae.midi.reader import main_phrase, read_midi
from musicvae.retrieval.search import in_keys, query_windows, unit_vectors
from musicvae.theory.meter import Meter

Floats = NDArray[np.float32]
PADDING = -1


class Windows:
    """Those of a folder: codes, meter, piece, bar and z of each; `held_out` are to be asked for."""

    def __init__(self, player: Player, files: list[Path], held_out: set[str]) -> None:
        self.player = player
        self.codes: list[Codes] = []
        self.meters: list[Meter] = []
        pieces, bars, asked = [], [], []
        for piece, path in enumerate(files):
            try:
                phrase = player.codec.select(main_phrase(read_midi(path)))
            except MusicVAEError:
                continue
            codes, at = query_windows(player, phrase)
            self.codes += codes
            self.meters += [phrase.meter] * len(codes)
            pieces += [piece] * len(codes)
            bars += at
            is_asked = not held_out or hashlib.sha256(path.read_bytes()).hexdigest() in held_out
            asked += [is_asked] * len(codes)
        self.pieces, self.bars, self.asked = map(np.array, (pieces, bars, asked))
        self.mu = player.encode(self.codes, self.meters).mu
        self.directions = unit_vectors(self.mu)
        self.lowest = np.array(
            [hash(player.codec.normalize_key(c[None]).tobytes()) for c in self.codes]
        )
        self.steps = self.stepwise(self.codes)

    def stepwise(self, codes: list[Codes]) -> NDArray[np.int16]:
        """Windows of any length side by side, padded. `[N, T * channels]`"""
        flat = [np.asarray(each, np.int16).ravel() for each in codes]
        width = max(map(len, self.codes)) * (self.codes[0].size // len(self.codes[0]))
        return np.stack([np.pad(f, (0, width - len(f)), constant_values=PADDING) for f in flat])

    def distances(self, codes: list[Codes], meter: Meter) -> dict[str, Floats]:
        """From each window to the nearest of these, in three ways. `[N]` each"""
        mu = self.player.encode(codes, [meter] * len(codes)).mu
        square = (self.mu**2).sum(1)[:, None] - 2 * self.mu @ mu.T + (mu**2).sum(1)
        steps = np.stack([(self.steps != one).sum(1) for one in self.stepwise(codes)])
        return {
            "angle": 1 - (self.directions @ unit_vectors(mu).T).max(1),
            "distance": square.min(1),
            "steps": steps.min(0).astype(np.float32),
        }

    def place(self, far: Floats, row: int, hidden: NDArray[np.bool_]) -> int:
        """Where the piece of a window stands among all, by their best windows; 0 is first."""
        best = np.full(self.pieces.max() + 1, np.inf)
        np.minimum.at(best, self.pieces[~hidden], far[~hidden])
        return int((best < best[self.pieces[row]]).sum())


def changed(player: Player, codes: Codes, meter: Meter, rng: np.random.Generator) -> Codes:
    """With four notes, or all that there are, left out, up or down a tone, or one step later."""
    codec, codes = player.codec, codes.copy()
    struck = np.flatnonzero(codec.onset_mask(codes))
    for step in rng.choice(struck, min(4, len(struck)), replace=False):
        way = rng.integers(3)
        if way == 0:
            moved = codec.transpose(codes[step : step + 1], int(rng.choice([-2, 2])))
            codes[step] = moved[0]
        elif way == 1 or step + 1 == len(codes):
            codes[step] = codec.rest
        else:
            codes[step + 1], codes[step] = codes[step].copy(), codec.rest
    return codec.encode(codec.decode(codes, meter))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("folder", nargs="+")
    parser.add_argument("--held-out", type=Path)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--queries", type=int, default=300)
    chosen = parser.parse_args()
    rng, player = np.random.default_rng(0), load(chosen.model).player
    files = list(midi_files(chosen.folder))
    files = [files[i] for i in rng.permutation(len(files))[: chosen.files]]
    held_out = set(chosen.held_out.read_text().split()) if chosen.held_out else set()
    windows = Windows(player, files, held_out)
    rows = rng.permutation(np.flatnonzero(windows.asked))[: chosen.queries]
    print(f"{len(windows.codes)} windows of {len(files)} files, {len(rows)} questions")

    def moved(codes: Codes) -> Codes:
        keys = [key for key in in_keys(player.codec, codes) if key[0]]
        return keys[rng.integers(len(keys))][1] if keys else codes

    def elsewhere(row: int) -> NDArray[np.bool_]:
        """Hides the window, those that overlap it, and its repeats in any key and any piece."""
        same = windows.pieces == windows.pieces[row]
        near = abs(windows.bars - windows.bars[row]) < player.bars
        return np.asarray((same & near) | (windows.lowest == windows.lowest[row]))

    def nothing(row: int) -> NDArray[np.bool_]:
        return windows.pieces < 0

    kinds: dict[str, tuple[Callable[[Codes, Meter], Codes], Callable[[int], NDArray[np.bool_]]]] = {
        "four notes changed": (lambda c, m: changed(player, c, m, rng), nothing),
        "changed, in another key": (lambda c, m: moved(changed(player, c, m, rng)), nothing),
        "elsewhere in its piece": (lambda c, _: c, elsewhere),
    }
    for kind, (ask, hide) in kinds.items():
        found: dict[str, list[int]] = {}
        for row in rows:
            codes, hidden = ask(windows.codes[row], windows.meters[row]), hide(row)
            if not (windows.pieces[~hidden] == windows.pieces[row]).any():
                continue
            every = [code for _, code in in_keys(player.codec, codes)]
            for keys, asked in (("own key", [codes]), ("any key", every)):
                for way, far in windows.distances(asked, windows.meters[row]).items():
                    place = windows.place(far, row, hidden)
                    found.setdefault(f"{keys}, {way}", []).append(place)
        for way, places in found.items():
            first, ten = (np.mean(np.array(places) < few) for few in (1, 10))
            print(f"{kind:24} {way:18} first {first:.3f}  among ten {ten:.3f}", flush=True)


if __name__ == "__main__":
    main()
