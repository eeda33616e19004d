"""reconstruct: encode a phrase, decode it, and compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..codecs.pitch_range import folded_notes
from ..engine import Player
from ..generation.decoding import render_like, with_recipe
from ..generation.seeding import MOST_PROBABLE, Sampling, check_request
from ..generation.source import EncodedPhrase
from ..metrics.histograms import note_f1
from ..performance.transfer import transfer_performance
from ..score.phrase import Phrase


@dataclass(frozen=True)
class Reconstruction:
    """A phrase after encoding and decoding, compared with its source as it stands in its file.

    What was lost before, in reading the file or in moving notes to pitches that the model has,
    counts as wrong.

    Attributes:
        phrase: the result, in the shape, tempo, program and accents of the source.
        accuracy: share of steps that equal those of the source.
        note_f1: F1 of notes with the same onset and pitch.
        steps, notes: steps of the source; notes of the source and of the result together.
    """

    phrase: Phrase
    accuracy: float
    note_f1: float
    steps: int = field(default=0, repr=False)
    notes: int = field(default=0, repr=False)


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
    correct[_lost_steps(player, phrase)] = False
    result = transfer_performance(decoded.phrase, phrase)
    # a drum is right if its class is, a pitch if it is the one in the file
    canonical = transfer_performance(source.whole, phrase)
    parts = [
        kept if part.is_drum else part
        for part, kept in zip(phrase.parts, canonical.parts, strict=True)
    ]
    truth = replace(phrase, parts=tuple(parts))
    missed = sum(len(part.lost) for part in phrase.parts)
    return Reconstruction(
        with_recipe(result, player, "reconstruct", decoded, phrase),
        float(correct.mean()),
        note_f1(truth, result, missed),
        len(correct),
        sum(len(part.notes) for part in (*truth.parts, *result.parts)) + missed,
    )


def _lost_steps(player: Player, phrase: Phrase) -> list[int]:
    """Steps, from the first bar line, of notes that were lost or have another pitch for the net."""
    pairs = [*zip(phrase.parts, player.codec.parts, strict=False)]
    steps = {step for part, _ in pairs for step in part.lost}
    steps |= {step for part, codec in pairs for step in folded_notes(part, codec)}
    return [step + phrase.lead_in for step in steps if step < phrase.steps]


def join_reconstructions(results: Sequence[Reconstruction], phrase: Phrase) -> Reconstruction:
    """The reconstruction of several sections as one, with the phrase that holds them all."""
    steps = sum(result.steps for result in results)
    notes = sum(result.notes for result in results)
    right = sum(result.accuracy * result.steps for result in results)
    found = sum(result.note_f1 * result.notes for result in results)
    return Reconstruction(phrase, right / steps, found / notes if notes else 1.0, steps, notes)
