"""reconstruct: encode a phrase, decode it, and compare."""

from __future__ import annotations

from dataclasses import dataclass

from ..engine import Player
from ..generation.decoding import render_like, with_recipe
from ..generation.seeding import MOST_PROBABLE, Sampling, check_request
from ..generation.source import EncodedPhrase
from ..metrics.histograms import note_f1
from ..performance.transfer import transfer_performance
from ..score.phrase import Phrase


@dataclass(frozen=True)
class Reconstruction:
    """A phrase after encoding and decoding, compared with its source.

    Attributes:
        phrase: the result, in the shape, tempo, program and accents of the source.
        accuracy: share of steps that equal those of the source.
        note_f1: F1 of notes with the same onset and pitch.
    """

    phrase: Phrase
    accuracy: float
    note_f1: float


def reconstruct(
    player: Player, phrase: Phrase, sampling: Sampling = MOST_PROBABLE
) -> Reconstruction:
    """Encode a phrase of the parts that the model reads, and decode z = mu, window by window.

    Raises:
        RequestError: the net has no latent vector, or a number is out of range.
    """
    check_request(player, "reconstruct", 1, sampling.temperature)
    source = EncodedPhrase(player, phrase)
    decoded = render_like(player, source.mu, source, sampling)
    expected, codes = player.codec.encode(source.whole), player.codec.encode(decoded.phrase)
    correct = (expected == codes).reshape(len(expected), -1).all(axis=1)
    result = transfer_performance(decoded.phrase, source.phrase)
    return Reconstruction(
        with_recipe(result, player, "reconstruct", decoded, source.phrase),
        float(correct.mean()),
        note_f1(transfer_performance(source.whole, source.phrase), result),
    )
