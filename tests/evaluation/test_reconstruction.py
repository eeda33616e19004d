"""Steps that are right: all of them, onsets alone, cells of rolls, parts of a trio."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.codecs import CODECS
from musicvae.engine import Player
from musicvae.evaluation.evaluate import evaluate
from musicvae.evaluation.reconstruction import Tally
from musicvae.theory.meter import Meter

from ..miniatures import tiny_checkpoint, windows_of
from .collection import windows

TRIO, DRUMS = CODECS["trio"], CODECS["drums"]


def test_a_step_of_a_trio_is_right_if_all_its_parts_are() -> None:
    """Each part is counted for itself too; here the bass is wrong at the first half of steps."""
    (truth,) = windows_of("trio", [Meter()])
    guess = truth.copy()
    guess[:16, 1] = np.where(truth[:16, 1] == 5, 6, 5)
    tally = Tally(TRIO)
    tally.compare("steps", [truth], [guess], [Meter()])
    found = tally.shares()
    assert found["steps"] == found["steps, bass"] == 0.5
    assert found["steps, melody"] == found["steps, drums"] == 1.0
    onsets = np.flatnonzero(TRIO.onset_mask(truth))
    assert found["steps, onsets"] == pytest.approx((onsets >= 16).mean())


def test_a_stroke_of_drums_is_right_if_all_that_is_struck_is() -> None:
    """A kick without its hi-hat is wrong."""
    truth, guess = np.array([[1, 5, 0, 4], [1, 1, 0, 4]], dtype=np.uint16)
    tally = Tally(DRUMS)
    tally.compare("steps", [truth], [guess], [Meter(1, 4)])
    assert tally.shares() == {"steps": 0.75, "steps, onsets": pytest.approx(2 / 3)}


def test_notes_of_a_trio_are_right_in_their_own_part() -> None:
    """The melody and the bass change places: only the drums stay."""
    (truth,) = windows_of("trio", [Meter()])
    tally = Tally(TRIO)
    tally.compare_notes("notes", [truth], [truth[:, [1, 0, 2]]], [Meter()])
    notes = [len(part.notes) for part in TRIO.decode(truth, Meter()).parts]
    assert tally.shares()["notes"] == pytest.approx(notes[2] / sum(notes))


def test_holding_everywhere_is_counted_part_by_part() -> None:
    """The share of steps at which a part holds, or strikes no drum."""
    held_out = windows("trio")
    codes = np.concatenate([held_out.window(i) for i in range(len(held_out))])
    figures = evaluate(Player(tiny_checkpoint(codec="trio")), held_out, pairs=4).figures
    idle = codes == TRIO.rest
    assert figures["holding everywhere"] == pytest.approx(idle.all(axis=1).mean())
    for number, part in enumerate(("melody", "bass", "drums")):
        assert figures[f"holding everywhere, {part}"] == pytest.approx(idle[:, number].mean())
