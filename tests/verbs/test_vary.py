"""vary: the nearest neighbours come first, and the strength sets how far they go."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.engine import Player
from musicvae.errors import RequestError
from musicvae.generation.latent_path import hamming
from musicvae.generation.seeding import Sampling
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.score.windows import join_phrases
from musicvae.theory.meter import Meter
from musicvae.verbs.reconstruct import reconstruct
from musicvae.verbs.vary import pitch_classes, vary

from ..miniatures import little_tune, tiny_checkpoint, tiny_prior


@pytest.fixture(scope="module")
def player() -> Player:
    """A tiny model with a prior."""
    return Player(tiny_prior(tiny_checkpoint("melody-2bar")))


def distance(player: Player, a: Phrase, b: Phrase) -> float:
    """Share of steps that differ."""
    codes = [player.codec.encode(phrase) for phrase in (a, b)]
    return hamming(player.codec, a.meter, *codes)


def test_strength_0_is_the_reconstruction_and_more_is_farther(player: Player) -> None:
    """On average over four tunes in three meters; all have the shape of the source."""
    means = []
    for seed, meter in enumerate((Meter(4, 4), Meter(6, 8), Meter(2, 4), Meter(4, 4))):
        tune = little_tune(meter, seed)
        back = reconstruct(player, tune).phrase
        for strength in (0.0, 0.3, 0.7, 1.0):
            varied = vary(player, tune, 3, strength=strength, sampling=Sampling(seed=seed))
            assert [(phrase.meter, phrase.steps) for phrase in varied] == [(meter, tune.steps)] * 3
            means.append(np.mean([distance(player, back, phrase) for phrase in varied]))
        assert means[-4] == 0
    by_strength = np.reshape(means, (4, 4)).mean(axis=0)
    assert (np.diff(by_strength) > 0).all()


def test_the_nearest_comes_first_and_a_seed_gives_the_same(player: Player) -> None:
    """Another seed gives others."""
    tune = little_tune(Meter(), 2)
    back = reconstruct(player, tune).phrase
    varied = vary(player, tune, 5, strength=0.5, sampling=Sampling(seed=1))
    distances = [distance(player, back, phrase) for phrase in varied]
    assert distances == sorted(distances)
    assert vary(player, tune, 5, strength=0.5, sampling=Sampling(seed=1)) == varied
    assert vary(player, tune, 5, strength=0.5, sampling=Sampling(seed=2)) != varied


def test_equal_windows_of_a_piece_stay_equal_in_its_neighbours(player: Player) -> None:
    """A whole file is varied, and AABA stays AABA."""
    a, b = little_tune(Meter(), 1), little_tune(Meter(), 2)
    (varied,) = vary(player, join_phrases([a, a, b, a]), 1, strength=0.6, sampling=Sampling(seed=3))
    bars = [
        [(n.start % 32, n.duration, n.pitch) for n in varied.parts[0].notes if n.start // 32 == at]
        for at in range(4)
    ]
    assert bars[0] == bars[1] == bars[3] != bars[2]


def test_pitch_classes_are_shares_of_sounding_time() -> None:
    """Drums are skipped."""
    notes = (Note(0, 12, 60), Note(12, 4, 67))
    shares = pitch_classes(Phrase(Meter(), 1, parts=(Part(notes), Part(notes, is_drum=True))))
    assert (shares[0], shares[7]) == (0.75, 0.25)
    assert pitch_classes(Phrase(Meter(), 1)).sum() == 0


def test_what_cannot_be_varied_is_refused(player: Player) -> None:
    """A strength above 1, and a net without z."""
    tune = little_tune(Meter(), 1)
    with pytest.raises(RequestError, match="strength is a number from 0 to 1"):
        vary(player, tune, strength=1.5)
    with pytest.raises(RequestError, match="cannot vary"):
        vary(Player(tiny_checkpoint("lstm")), tune)
