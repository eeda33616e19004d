"""Figures that theory knows: a perfect player, a random one, and the same seed twice."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest

from musicvae.dataset import Windows, pack
from musicvae.engine import Player, Posterior
from musicvae.errors import RequestError
from musicvae.evaluation import evaluate
from musicvae.music.codecs import CODECS, Codes
from musicvae.music.units import Meter

from .miniatures import RAGGED, little_tune, tiny_checkpoint

CODEC = CODECS["melody"]


def windows(codec: str = "melody", n: int = 24, first: int = 0) -> Windows:
    """Little tunes in several meters."""
    meters = [RAGGED[i % len(RAGGED)] for i in range(n)]
    codes = [
        pack(CODECS[codec], CODECS[codec].encode(little_tune(meter, first + seed)))
        for seed, meter in enumerate(meters)
    ]
    rows = [(meter.numerator, meter.denominator, meter.grid) for meter in meters]
    return Windows(CODECS[codec], np.array(codes), np.array(rows, dtype=np.uint8))


class Perfect(Player):
    """Knows every window by its number, which is all that z holds; certain of each step."""

    def __init__(self, known: Windows) -> None:
        self.codec, self.latent, self.verbs = CODEC, 1, ("generate",)
        self.known = [known.window(i) for i in range(len(known))]
        self.asked = 0

    def encode(self, codes: Sequence[Codes], meters: Sequence[Meter]) -> Posterior:
        """Mu is the number, and there is no doubt; KL is known in closed form."""
        numbers = [
            next((i for i, k in enumerate(self.known) if np.array_equal(k, c)), 0) for c in codes
        ]
        mu = np.array(numbers, dtype=np.float32)[:, None]
        return Posterior(mu, np.full_like(mu, -40.0))

    def decode(self, z, meters, *, temperature, rngs):  # type: ignore[no-untyped-def]  # as Player's
        """What stands at that number; from the prior, the first of the meter."""
        del temperature, rngs
        found = []
        for value, meter in zip(z[:, 0], meters, strict=True):
            at = round(float(value))
            if not (0 <= at < len(self.known) and abs(value - at) < 1e-6):
                at = RAGGED.index(meter)
            found.append(self.known[at])
        return found

    def logits(self, z, codes, meters):  # type: ignore[no-untyped-def]  # as Player's
        """A hundred nats for the truth."""
        return [100.0 * CODEC.one_hot(each) for each in codes]


def test_a_perfect_player_gets_everything_right() -> None:
    """Accuracies and note F1 are 1, reconstruction costs nothing, KL is as computed by hand."""
    held_out = windows()
    figures = evaluate(Perfect(held_out), held_out, windows(first=100)).figures
    for name in ("teacher-forced", "free-running"):
        for how in ("z ~ q, temperature 1", "z = mu, argmax"):
            assert figures[f"{name}, {how}"] == figures[f"{name}, {how}, onsets"] == 1.0
    assert figures["note F1, z = mu, argmax"] == figures["note F1, z ~ q"] == 1.0
    assert figures["reconstruction, nats"] == pytest.approx(0, abs=1e-6)
    numbers = np.arange(24)
    assert figures["KL, nats"] == pytest.approx(np.mean(0.5 * (numbers**2 - 1 + 40)), rel=1e-4)
    assert figures["active units"] == 1


def test_holding_everywhere_is_counted_from_the_data() -> None:
    """The share of holds, and no onset."""
    held_out = windows()
    codes = np.concatenate([held_out.window(i) for i in range(len(held_out))])
    figures = evaluate(Player(tiny_checkpoint()), held_out, windows(first=100)).figures
    assert figures["holding everywhere"] == pytest.approx((codes == 89).mean())
    assert figures["holding everywhere, onsets"] == 0.0


def test_the_same_seed_gives_the_same_figures_and_another_does_not() -> None:
    """And a limit takes so many windows."""
    player, held_out, trained_on = Player(tiny_checkpoint()), windows(), windows(first=100)
    once = evaluate(player, held_out, trained_on, limit=10, seed=1)
    assert evaluate(player, held_out, trained_on, limit=10, seed=1) == once
    assert evaluate(player, held_out, trained_on, limit=10, seed=2) != once
    assert once.windows == 10
    assert json.loads(once.to_json())["windows"] == 10


def test_copies_of_the_training_set_are_counted() -> None:
    """A model that was tested on what it learned from shows it."""
    held_out = windows()
    figures = evaluate(Perfect(held_out), held_out, held_out).figures
    assert figures["copies in held-out"] == figures["copies of training"] == 1.0
    others = evaluate(Perfect(held_out), held_out, windows(first=100)).figures
    assert others["copies in held-out"] == 0.0


def test_rolls_are_measured_too_and_other_nets_are_refused() -> None:
    """A plain sequence VAE on rolls; a next-step net has no posterior; codecs must fit."""
    player = Player(tiny_checkpoint("sequence-vae"))
    figures = evaluate(player, windows("roll", 6), windows("roll", 6)).figures
    assert 0 <= figures["free-running, z = mu, argmax"] <= 1
    assert figures["copies of training"] == 0.0
    with pytest.raises(RequestError, match="posterior"):
        evaluate(Player(tiny_checkpoint("lstm")), windows("roll", 2), windows("roll", 2))
    with pytest.raises(RequestError, match=r"reads 'roll'.*holds 'melody'"):
        evaluate(player, windows(), windows())
