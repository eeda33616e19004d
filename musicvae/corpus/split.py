"""Which pieces are versions of one tune, and which split each goes to; over digests only.

Digests stand in two arrays, piece after piece: 16 bytes a window are all that has
to be in memory, however large the corpus.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..arrays import BoolArray, IntArray
from .dataset import SPLITS

Keys = NDArray[np.uint64]

HELD_OUT_SHARE = 0.05
"""Share of pieces in each of valid and test."""

VERSION_SHARE = 0.25
"""Pieces that share this much of the smaller one's windows are versions of one tune."""

COMMON_WINDOW = 20
"""A window found in more pieces than this is a commonplace and proves no kinship."""


def group_versions(tunes: Keys, counts: IntArray) -> list[int]:
    """A group number for each piece: versions of one tune have one.

    Args:
        tunes: of the windows of all pieces. `[N]`
        counts: how many of them each piece has. `[P]`
    """
    group = list(range(len(counts)))

    def root(index: int) -> int:
        while group[index] != index:
            group[index] = group[group[index]]
            index = group[index]
        return index

    pairs, shared = _shared(tunes, counts)
    first, second = np.divmod(pairs, max(1, len(counts)))
    kin = shared >= VERSION_SHARE * np.minimum(counts[first], counts[second])
    for a, b in zip(first[kin].tolist(), second[kin].tolist(), strict=True):
        group[root(a)] = root(b)
    return [root(index) for index in range(len(counts))]


def _shared(tunes: Keys, counts: IntArray) -> tuple[IntArray, IntArray]:
    """Pairs of pieces, as `first * P + second`, and how many windows they share."""
    owners = np.repeat(np.arange(len(counts)), counts)
    order = np.lexsort((owners, tunes))
    tunes, owners = tunes[order], owners[order]
    again = np.append(False, (tunes[1:] == tunes[:-1]) & (owners[1:] == owners[:-1]))
    tunes, owners = tunes[~again[: len(tunes)]], owners[~again[: len(tunes)]]  # once a piece
    run = np.append(0, np.cumsum(tunes[1:] != tunes[:-1]))[: len(tunes)]
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
    one of those shows it to be a version of another tune. Where chance leaves a
    split empty, in a small folder, the group that came nearest to it fills it.

    Args:
        groups: of `group_versions`.
        least: the smallest digest of each piece.
    """
    smallest: dict[int, bytes] = {}
    for group, own in zip(groups, least, strict=True):
        smallest[group] = min(smallest.get(group, own), own)
    place = {
        group: int.from_bytes(hashlib.blake2b(own, digest_size=8).digest()) / 2**64
        for group, own in smallest.items()
        if own
    }
    nearest = sorted(place, key=lambda group: place[group])
    test = {group for group in nearest if place[group] < HELD_OUT_SHARE} or {*nearest[:1]}
    rest = [group for group in nearest if group not in test]
    valid = {group for group in rest if place[group] < 2 * HELD_OUT_SHARE} or {*rest[:1]}
    return ["test" if group in test else "valid" if group in valid else "train" for group in groups]


def choose_windows(
    keys: Keys, tunes: Keys, split: NDArray[np.uint8]
) -> tuple[BoolArray, dict[str, int]]:
    """Each window once; a tune that test holds stands in no other split, nor one of valid in train.

    Args:
        keys, tunes: of all windows. `[N]`
        split: where the piece of each stands in `SPLITS`. `[N]`

    Returns:
        Which are kept, `[N]`, and why the others are not, with their number.
    """
    _, which = np.unique(tunes, return_inverse=True)
    owner = np.zeros(len(tunes), dtype=np.uint8)
    np.maximum.at(owner, which, split)  # test comes last in SPLITS, and has the first choice
    owner = owner[which]
    free = np.flatnonzero(owner == split)
    kept = np.zeros(len(keys), dtype=np.bool_)
    kept[free[np.unique(keys[free], return_index=True)[1]]] = True  # of the earliest piece
    found = {"repeats in another piece": len(free) - int(kept.sum())}
    for number, name in enumerate(SPLITS):
        found[f"held out for {name}"] = int(((owner != split) & (owner == number)).sum())
    return kept, {reason: count for reason, count in found.items() if count}
