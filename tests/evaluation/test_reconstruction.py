"""Shares of right steps: of all steps, of onsets, and of the parts of a trio."""

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
    """Each part is also counted by itself; here the bass is wrong in the first half."""
    (truth,) = windows_of("trio", [Meter()])
    guess = truth.copy()
    guess[:16, 1] = np.where(truth[:16, 1] == 5, 6, 5)
    tally = Tally(TRIO)
    tally.compare("steps", [truth], [guess], [Meter()])
    shares = tally.shares()
    assert shares["steps"] == shares["steps, bass"] == 0.5
    assert shares["steps, melody"] == shares["steps, drums"] == 1.0
    onsets = np.flatnonzero(TRIO.onset_mask(truth))
    assert shares["steps, onsets"] == pytest.approx((onsets >= 16).mean())


def test_a_drum_step_is_right_if_all_its_drums_are() -> None:
    """A kick without its hi-hat is wrong."""
    truth, guess = np.array([[1, 5, 0, 4], [1, 1, 0, 4]], dtype=np.uint16)
    tally = Tally(DRUMS)
    tally.compare("steps", [truth], [guess], [Meter(1, 4)])
    assert tally.shares() == {"steps": 0.75, "steps, onsets": pytest.approx(2 / 3)}


def test_notes_of_a_trio_are_right_in_their_own_part() -> None:
    """If melody and bass change places, only the drums are right."""
    (truth,) = windows_of("trio", [Meter()])
    tally = Tally(TRIO)
    tally.compare_notes("notes", [truth], [truth[:, [1, 0, 2]]], [Meter()])
    notes = [len(part.notes) for part in TRIO.decode(truth, Meter()).parts]
    assert tally.shares()["notes"] == pytest.approx(notes[2] / sum(notes))


def test_holding_everywhere_is_counted_part_by_part() -> None:
    """The share of steps at which a part holds, or has no drum."""
    held_out = windows("trio")
    codes = np.concatenate([held_out.window(i) for i in range(len(held_out))])
    figures = evaluate(Player(tiny_checkpoint(codec="trio")), held_out, pairs=4).figures
    rests = codes == TRIO.rest
    assert figures["holding everywhere"] == pytest.approx(rests.all(axis=1).mean())
    for number, part in enumerate(("melody", "bass", "drums")):
        assert figures[f"holding everywhere, {part}"] == pytest.approx(rests[:, number].mean())


def test_a_part_is_judged_where_it_plays() -> None:
    """Windows in which the bass rests, as it should, leave its share of right steps as it is."""
    one, other = windows_of("band", [Meter()] * 2)
    band, guess = CODECS["band"], one.copy()
    guess[:4, 1] = band.rest[1]
    other[:, 1] = band.rest[1]
    for truth, guesses in (([one], [guess]), ([one, other], [guess, other])):
        tally = Tally(band)
        tally.compare("steps", truth, guesses, [Meter()] * len(truth))
        assert tally.shares()["steps, bass"] == pytest.approx((one == guess)[:, 1].mean())
    assert tally.shares()["steps, melody"] == 1
