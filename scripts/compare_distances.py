"""Compare distances for search: the angle between z, their distance, and the steps that differ.

    python scripts/compare_distances.py MODEL FOLDER [--held-out FILE] [--queries 300]

All windows of a folder of MIDI (of at most `--files` files, drawn at random) are searched with
queries: windows as they are, changed, or transposed. It prints a row for each kind of query and
each distance: the share of queries whose piece is ranked first, and among the first ten, when
searching in the key of the query and in all twelve. `--held-out` names a list of digests, such
as a shipped model's test-pieces.txt; then only those pieces are used as queries.
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
    """The windows of a folder, each with codes, meter, piece, bar and z.

    Attributes:
        is_query: True if the piece of a window is in `held_out`, or if that is empty. `[N]`
        key_hashes: equal for windows that are transpositions of each other. `[N]`
    """

    def __init__(self, player: Player, files: list[Path], held_out: set[str]) -> None:
        self.player = player
        self.codes: list[Codes] = []
        self.meters: list[Meter] = []
        pieces, bars, is_query = [], [], []
        for piece, path in enumerate(files):
            try:
                phrase = player.codec.select(main_phrase(read_midi(path)))
            except MusicVAEError:
                continue
            codes, window_bars = query_windows(player, phrase)
            self.codes += codes
            self.meters += [phrase.meter] * len(codes)
            pieces += [piece] * len(codes)
            bars += window_bars
            in_queries = not held_out or hashlib.sha256(path.read_bytes()).hexdigest() in held_out
            is_query += [in_queries] * len(codes)
        self.pieces, self.bars, self.is_query = map(np.array, (pieces, bars, is_query))
        self.mu = player.encode(self.codes, self.meters).mu
        self.directions = unit_vectors(self.mu)
        self.key_hashes = np.array(
            [hash(player.codec.normalize_key(codes[None]).tobytes()) for codes in self.codes]
        )
        self.padded = self.pad(self.codes)

    def pad(self, codes: list[Codes]) -> NDArray[np.int16]:
        """Flatten windows of any length and pad them to one length. `[N, T * channels]`"""
        flat = [np.asarray(window, np.int16).ravel() for window in codes]
        width = max(map(len, self.codes)) * (self.codes[0].size // len(self.codes[0]))
        return np.stack([np.pad(f, (0, width - len(f)), constant_values=PADDING) for f in flat])

    def distances(self, codes: list[Codes], meter: Meter) -> dict[str, Floats]:
        """Distance of each window to the nearest of these, by name of the distance. `[N]` each"""
        mu = self.player.encode(codes, [meter] * len(codes)).mu
        square = (self.mu**2).sum(1)[:, None] - 2 * self.mu @ mu.T + (mu**2).sum(1)
        steps = np.stack([(self.padded != query).sum(1) for query in self.pad(codes)])
        return {
            "angle": 1 - (self.directions @ unit_vectors(mu).T).max(1),
            "distance": square.min(1),
            "steps": steps.min(0).astype(np.float32),
        }

    def rank(self, distances: Floats, row: int, hidden: NDArray[np.bool_]) -> int:
        """Rank of the piece of a window among all pieces, by their nearest windows; 0 is first."""
        nearest = np.full(self.pieces.max() + 1, np.inf)
        np.minimum.at(nearest, self.pieces[~hidden], distances[~hidden])
        return int((nearest < nearest[self.pieces[row]]).sum())


def changed(player: Player, codes: Codes, meter: Meter, rng: np.random.Generator) -> Codes:
    """A copy with up to four notes left out, moved by a tone, or moved to the next step."""
    codec, codes = player.codec, codes.copy()
    onsets = np.flatnonzero(codec.onset_mask(codes))
    for step in rng.choice(onsets, min(4, len(onsets)), replace=False):
        change = rng.integers(3)
        if change == 0:
            transposed = codec.transpose(codes[step : step + 1], int(rng.choice([-2, 2])))
            codes[step] = transposed[0]
        elif change == 1 or step + 1 == len(codes):
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
    arguments = parser.parse_args()
    rng, player = np.random.default_rng(0), load(arguments.model).player
    files = list(midi_files(arguments.folder))
    files = [files[i] for i in rng.permutation(len(files))[: arguments.files]]
    held_out = (
        set(arguments.held_out.read_text(encoding="utf-8").split()) if arguments.held_out else set()
    )
    windows = Windows(player, files, held_out)
    rows = rng.permutation(np.flatnonzero(windows.is_query))[: arguments.queries]
    print(f"{len(windows.codes)} windows of {len(files)} files, {len(rows)} questions")

    def transposed(codes: Codes) -> Codes:
        """The codes in another key, drawn at random."""
        others = [in_key for shift, in_key in in_keys(player.codec, codes) if shift]
        return others[rng.integers(len(others))] if others else codes

    def hide_repeats(row: int) -> NDArray[np.bool_]:
        """Hide the window, those that overlap it, and its repeats in any key and any piece."""
        same_piece = windows.pieces == windows.pieces[row]
        overlapping = abs(windows.bars - windows.bars[row]) < player.bars
        repeats = windows.key_hashes == windows.key_hashes[row]
        return np.asarray((same_piece & overlapping) | repeats)

    def hide_nothing(row: int) -> NDArray[np.bool_]:
        return windows.pieces < 0

    kinds: dict[str, tuple[Callable[[Codes, Meter], Codes], Callable[[int], NDArray[np.bool_]]]] = {
        "four notes changed": (lambda c, m: changed(player, c, m, rng), hide_nothing),
        "changed, in another key": (
            lambda c, m: transposed(changed(player, c, m, rng)),
            hide_nothing,
        ),
        "elsewhere in its piece": (lambda c, _: c, hide_repeats),
    }
    for kind, (make_query, hide) in kinds.items():
        ranks: dict[str, list[int]] = {}
        for row in rows:
            codes, hidden = make_query(windows.codes[row], windows.meters[row]), hide(row)
            if not (windows.pieces[~hidden] == windows.pieces[row]).any():
                continue
            in_all_keys = [in_key for _, in_key in in_keys(player.codec, codes)]
            for keys, queries in (("own key", [codes]), ("any key", in_all_keys)):
                for name, distances in windows.distances(queries, windows.meters[row]).items():
                    rank = windows.rank(distances, row, hidden)
                    ranks.setdefault(f"{keys}, {name}", []).append(rank)
        for label, values in ranks.items():
            first, ten = (np.mean(np.array(values) < limit) for limit in (1, 10))
            print(f"{kind:24} {label:18} first {first:.3f}  among ten {ten:.3f}", flush=True)


if __name__ == "__main__":
    main()
