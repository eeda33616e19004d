"""Group versions of one tune and assign pieces to splits, by the digests of windows only.

The digests are in two arrays, piece after piece: 16 bytes per window are all that
has to be in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..arrays import BoolArray, IntArray
from .dataset import SPLITS

Keys = NDArray[np.uint64]
"""The first eight bytes of a digest for each window. `[N]`"""

HELD_OUT_SHARE = 0.05
"""Share of pieces in each of valid and test."""

VERSION_SHARE = 0.25
"""Pieces that share this much of the smaller one's windows are versions of one tune."""

MAX_WINDOW_PIECES = 20
"""A window that occurs in more pieces than this is too common to tell versions of a tune."""


def group_versions(tunes: Keys, counts: IntArray) -> list[int]:
    """A group number for each piece; versions of one tune have the same number.

    Args:
        tunes: tune digests of the windows, piece after piece. `[N]`
        counts: number of windows of each piece. `[P]`
    """
    parent = list(range(len(counts)))  # a union-find forest of pieces

    def root(piece: int) -> int:
        while parent[piece] != piece:
            parent[piece] = parent[parent[piece]]  # halve the path
            piece = parent[piece]
        return piece

    pairs, shared = _count_shared_windows(tunes, counts)
    first, second = np.divmod(pairs, max(1, len(counts)))
    versions = shared >= VERSION_SHARE * np.minimum(counts[first], counts[second])
    for a, b in zip(first[versions].tolist(), second[versions].tolist(), strict=True):
        parent[root(a)] = root(b)
    return [root(piece) for piece in range(len(counts))]


def _count_shared_windows(tunes: Keys, counts: IntArray) -> tuple[IntArray, IntArray]:
    """Pairs of pieces, as `first * P + second`, and how many windows they share."""
    owners = np.repeat(np.arange(len(counts)), counts)
    order = np.lexsort((owners, tunes))
    tunes, owners = tunes[order], owners[order]
    repeated = np.append(False, (tunes[1:] == tunes[:-1]) & (owners[1:] == owners[:-1]))
    once = ~repeated[: len(tunes)]  # a window counts once for each piece
    tunes, owners = tunes[once], owners[once]
    # windows with one digest now stand together; number these runs
    run = np.append(0, np.cumsum(tunes[1:] != tunes[:-1]))[: len(tunes)]
    rare = (np.bincount(run) <= MAX_WINDOW_PIECES)[run]
    owners, run = owners[rare], run[rare]
    # Two owners in one run are fewer than MAX_WINDOW_PIECES places apart: comparing the
    # arrays with themselves at each distance finds all pairs.
    pair_counts = [np.empty((2, 0), dtype=np.int64)]
    for distance in range(1, MAX_WINDOW_PIECES):
        same_run = run[:-distance] == run[distance:]
        pairs = owners[:-distance][same_run] * len(counts) + owners[distance:][same_run]
        pair_counts.append(np.stack(np.unique(pairs, return_counts=True)))
    pairs, shared = np.concatenate(pair_counts, axis=1)
    distinct, index = np.unique(pairs, return_inverse=True)
    return distinct, np.bincount(index, shared, len(distinct)).astype(np.int64)


def split_pieces(groups: Sequence[int], least: Sequence[bytes]) -> list[str]:
    """The split of each piece, drawn from the smallest digest of its group.

    A piece keeps its split when files are renamed or added, unless an added file joins
    its group. If chance leaves a split empty, as in a small folder, the group with the
    nearest number goes there. Two groups are for train and valid, a single one for train.

    Args:
        groups: of `group_versions`.
        least: the smallest tune digest of each piece; empty if it has no windows.
    """
    smallest: dict[int, bytes] = {}
    for group, digest in zip(groups, least, strict=True):
        smallest[group] = min(smallest.get(group, digest), digest)
    # a hash of the digest, as a number from 0 to 1
    draws = {
        group: int.from_bytes(hashlib.blake2b(digest, digest_size=8).digest()) / 2**64
        for group, digest in smallest.items()
        if digest
    }
    ordered = sorted(draws, key=lambda group: draws[group])

    def count_below(share: float, least: int, most: int) -> int:
        """How many groups have a number below the share, from `least` to `most`."""
        return min(max(least, sum(draw < share for draw in draws.values())), max(0, most))

    tests = count_below(HELD_OUT_SHARE, 1, len(ordered) - 2)
    held_out = count_below(2 * HELD_OUT_SHARE, tests + 1, len(ordered) - 1)
    test, valid = set(ordered[:tests]), set(ordered[tests:held_out])
    return ["test" if group in test else "valid" if group in valid else "train" for group in groups]


def choose_windows(
    keys: Keys, tunes: Keys, split: NDArray[np.uint8]
) -> tuple[BoolArray, dict[str, int]]:
    """Choose windows so that none occurs twice and no tune occurs in two splits.

    A tune that occurs in test is dropped from valid and train, one in valid from train.

    Args:
        keys, tunes: digests of all windows. `[N]`
        split: index in `SPLITS` of each window's piece. `[N]`

    Returns:
        A mask of the chosen windows, `[N]`, and how many others were dropped, by reason.
    """
    _, tune_index = np.unique(tunes, return_inverse=True)
    tune_split = np.zeros(len(tunes), dtype=np.uint8)
    np.maximum.at(tune_split, tune_index, split)  # test is last in SPLITS and takes precedence
    tune_split = tune_split[tune_index]
    allowed = np.flatnonzero(tune_split == split)
    chosen = np.zeros(len(keys), dtype=np.bool_)
    # of equal windows, the one of the earliest piece
    chosen[allowed[np.unique(keys[allowed], return_index=True)[1]]] = True
    dropped = {"repeats in another piece": len(allowed) - int(chosen.sum())}
    for number, name in enumerate(SPLITS):
        held_out = (tune_split != split) & (tune_split == number)
        dropped[f"held out for {name}"] = int(held_out.sum())
    return chosen, {reason: count for reason, count in dropped.items() if count}
