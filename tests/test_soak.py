"""Many calls in one process need no more memory than a few; `scripts/soak.py` makes 20,000."""

from __future__ import annotations

import gc
import sys
from itertools import islice
from pathlib import Path

from musicvae.api.model import MusicVAE
from scripts.soak import ROUND, calls

from .miniatures import tiny_checkpoint, tiny_prior

MAX_BLOCKS = 300
"""Small objects that a round of calls may leave behind, such as entries of caches with a limit."""


def test_calls_leave_no_objects_behind(tunes: Path, tmp_path: Path) -> None:
    """Verbs, files, constraints and a request that is refused; the first round fills caches."""
    model = MusicVAE(tiny_prior(tiny_checkpoint()))
    work = calls(model, [tunes / "amazing-grace.mid"] * 2, tmp_path)

    def blocks_after_a_round() -> int:
        for call in islice(work, ROUND):
            call()
        gc.collect()
        return sys.getallocatedblocks()

    before = blocks_after_a_round()
    assert blocks_after_a_round() - before < MAX_BLOCKS
