"""Which pieces are versions of one tune, and which split each goes to; over digests only.

Digests stand in one array, piece after piece: 8 bytes a window are all that has
to be in memory, however large the corpus.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .dataset import SPLITS

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

HELD_OUT_SHARE = 0.05
"""Share of pieces in each of valid and test."""

VERSION_SHARE = 0.25
"""Pieces that share this much of the smaller one's windows are versions of one tune."""

COMMON_WINDOW = 20
"""A window found in more pieces than this is a commonplace and proves no kinship."""


def group_versions(keys: Keys, counts: Ints) -> list[int]:
    """A group number for each piece: versions of one tune have one.

    Args:
        keys: of the windows of all pieces, each piece's own distinct. `[N]`
        counts: how many of them each piece has. `[P]`
    """
    group = list(range(len(counts)))

    def root(index: int) -> int:
        while group[index] != index:
            group[index] = group[group[index]]
            index = group[index]
        return index

    pairs, shared = _shared(keys, counts)
    first, second = np.divmod(pairs, max(1, len(counts)))
    kin = shared >= VERSION_SHARE * np.minimum(counts[first], counts[second])
    for a, b in zip(first[kin].tolist(), second[kin].tolist(), strict=True):
        group[root(a)] = root(b)
    return [root(index) for index in range(len(counts))]


def _shared(keys: Keys, counts: Ints) -> tuple[Ints, Ints]:
    """Pairs of pieces, as `first * P + second`, and how many windows they share."""
    order = np.argsort(keys, kind="stable")
    run = np.concatenate([[0], np.cumsum(keys[order][1:] != keys[order][:-1])])[: len(keys)]
    owners = np.repeat(np.arange(len(counts)), counts)[order]
    proves = (np.bincount(run) <= COMMON_WINDOW)[run]
    owners, run = owners[proves], run[proves]
    found = [np.empty((2, 0), dtype=np.int64)]
    for apart in range(1, COMMON_WINDOW):  # the owner of a window and the next but that many
        alike = run[:-apart] == run[apart:]
        pairs = owners[:-apart][alike] * len(counts) + owners[apart:][alike]
        found.append(np.stack(np.unique(pairs, return_counts=True)))
    pairs, times = np.concatenate(found, axis=1)
    distinct, which = np.unique(pairs, return_inverse=True)
    return distinct, np.bincount(which, times, len(distinct)).astype(np.int64)


def split_pieces(groups: Sequence[int], least: Sequence[bytes]) -> list[str]:
    """A split for each piece, drawn from the smallest digest of its group.

    So a piece keeps its split when files are renamed or others are added, unless
    one of those shows it to be a version of another tune.

    Args:
        groups: of `group_versions`.
        least: the smallest digest of each piece.
    """
    smallest: dict[int, bytes] = {}
    for group, own in zip(groups, least, strict=True):
        smallest[group] = min(smallest.get(group, own), own)
    splits = []
    for group in groups:
        digest = hashlib.blake2b(smallest[group], digest_size=8).digest()
        place = int.from_bytes(digest) / 2**64
        held_out = "test" if place < HELD_OUT_SHARE else "valid"
        splits.append(held_out if place < 2 * HELD_OUT_SHARE else "train")
    return splits


def choose_windows(keys: Keys, split: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], Ints]:
    """Each window once: test chooses first, then valid, and what they hold is not trained on.

    Args:
        keys: of all windows. `[N]`
        split: where the piece of each stands in `SPLITS`. `[N]`

    Returns:
        Which are kept, and for every window the one of its key that is. `[N]`, `[N]`
    """
    order = np.lexsort((-split.astype(np.int8), keys))  # stable: the earlier piece first
    first = np.concatenate([[True], keys[order][1:] != keys[order][:-1]])[: len(keys)]
    owner = np.empty(len(keys), dtype=np.int64)
    owner[order] = order[first][np.cumsum(first) - 1]
    return owner == np.arange(len(keys)), owner


def reasons(split: NDArray[np.uint8], kept: NDArray[np.bool_], owner: Ints) -> dict[str, int]:
    """Why the others are left out, and how many."""
    mine, theirs = split[~kept], split[owner[~kept]]
    found = {"repeats in another piece": int((mine == theirs).sum())}
    for number, name in enumerate(SPLITS):
        found[f"held out for {name}"] = int(((mine != theirs) & (theirs == number)).sum())
    return {reason: count for reason, count in found.items() if count}
