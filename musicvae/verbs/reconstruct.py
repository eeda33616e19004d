"""reconstruct: encode a phrase, decode it, and compare."""

from __future__ import annotations

from dataclasses import dataclass

from ..engine import Player
from ..generation.decoding import render_like, with_recipe
from ..generation.seeding import (
    MOST_PROBABLE,
    Sampling,
    check_request,
)
from ..generation.source import EncodedPhrase
from ..metrics.histograms import note_f1
from ..performance.transfer import transfer_performance
from ..score.phrase import Phrase


@dataclass(frozen=True)
class Reconstruction:
    """What came back through z, and how near it is.

    Attributes:
        phrase: in the source's shape, tempo, program and accents.
        accuracy: share of steps that came back as they were.
        note_f1: of notes whose onset and pitch came back.
    """

    phrase: Phrase
    accuracy: float
    note_f1: float


def reconstruct(
    player: Player, phrase: Phrase, sampling: Sampling = MOST_PROBABLE
) -> Reconstruction:
    """Send a phrase, of the parts that the model reads, through z = mu and back, window by window.

    Raises:
        RequestError: the net has no latent, or a number is out of range.
    """
    check_request(player, "reconstruct", 1, sampling.temperature)
    source = EncodedPhrase(player, phrase)
    back = render_like(player, source.mu, source, sampling)
    truth, guess = player.codec.encode(source.whole), player.codec.encode(back.phrase)
    right = (truth == guess).reshape(len(truth), -1).all(axis=1)
    made = transfer_performance(back.phrase, source.phrase)
    return Reconstruction(
        with_recipe(made, player, "reconstruct", back, source.phrase),
        float(right.mean()),
        note_f1(transfer_performance(source.whole, source.phrase), made),
    )
