"""The verbs: generate, reconstruct, encode, decode; phrases and z, on the engine."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .composition import compose, parse_form
from .config import SampleConfig
from .decoding import perform, played, with_recipe
from .engine import Player
from .errors import RequestError
from .music.manner import dressed, play_like
from .music.metrics import note_f1
from .music.notes import Phrase
from .music.position import window_bars
from .music.units import Meter, bpm_to_tempo
from .plan import Plan
from .playing import DRAWS, MOST_PROBABLE, NEW_MUSIC, Array, Sampling, check, entropy, generator
from .source import Encoded

COMMON_TIME = Meter(4, 4)


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


def generate(
    player: Player,
    n: int = SampleConfig.n,
    sampling: Sampling = NEW_MUSIC,
    *,
    meter: Meter = COMMON_TIME,
    bars: int | None = None,
    form: str | None = None,
    loop: bool = False,
    bpm: float = 120.0,
    program: int = 0,
) -> list[Phrase]:
    """Draw `n` new phrases: z of the prior, then steps.

    A phrase depends on the seed and on its place, not on how many others are asked for.

    Args:
        bars: as many as the model's windows if None, or that for each section of a form.
        form: sections, a letter for each; the same letter is the same music. See `composition`.
        loop: the last bar leads back to the first.

    Raises:
        RequestError: the net has no prior, or a number is out of range.
    """
    check(player, "generate", n, sampling.temperature)
    tempo, seed = bpm_to_tempo(bpm), entropy(sampling.seed)
    sections = parse_form(form, bars, window_bars(meter, player.bars))
    phrases: dict[int, Phrase] = {}
    for attempt in range(DRAWS):
        rows = [row for row in range(n) if row not in phrases or phrases[row].is_silent]
        if not rows:
            break
        rngs = [generator(seed, row, attempt) for row in rows]
        plans = compose(player, meter, sections, rngs, sampling, loop=loop)
        for row, plan in zip(rows, plans, strict=True):
            made = perform(player, replace(plan, seed=seed, key=(row, attempt)))
            phrase = dressed(made.phrase, tempo, program)
            phrases[row] = with_recipe(phrase, player, "generate", made)
    return [phrases[row] for row in range(n)]


def reconstruct(
    player: Player, phrase: Phrase, sampling: Sampling = MOST_PROBABLE
) -> Reconstruction:
    """Send a phrase, of the parts that the model reads, through z = mu and back, window by window.

    Raises:
        RequestError: the net has no latent, or a number is out of range.
    """
    check(player, "reconstruct", 1, sampling.temperature)
    source = Encoded(player, phrase)
    back = played(player, source.mu, source, sampling)
    truth, guess = player.codec.encode(source.whole), player.codec.encode(back.phrase)
    right = (truth == guess).reshape(len(truth), -1).all(axis=1)
    made = play_like(back.phrase, source.phrase)
    return Reconstruction(
        with_recipe(made, player, "reconstruct", back, source.phrase),
        float(right.mean()),
        note_f1(play_like(source.whole, source.phrase), made),
    )


def encode(player: Player, phrase: Phrase) -> Array:
    """The posterior mean of each window of a phrase. Output `[windows, Z]`.

    Raises:
        RequestError: the net has no latent, or a number is out of range.
    """
    check(player, "encode", 1, 0.0)
    return Encoded(player, phrase).mu


def decode(
    player: Player,
    z: Array,
    sampling: Sampling = MOST_PROBABLE,
    *,
    meter: Meter = COMMON_TIME,
    bpm: float = 120.0,
    program: int = 0,
) -> list[Phrase]:
    """A phrase for each row of `z`, `[N, Z]` or `[Z]`.

    Raises:
        RequestError: z has another width than the net's, or a number is out of range.
    """
    z = np.atleast_2d(np.asarray(z, dtype=np.float32))
    check(player, "decode", len(z), sampling.temperature)
    if z.ndim != 2 or z.shape[1] != player.latent or not np.isfinite(z).all():
        raise RequestError(f"z is {player.latent} finite numbers wide; this is {z.shape}.")
    tempo = bpm_to_tempo(bpm)
    one = Plan(
        z,
        ((0, 0),),
        meter,
        window_bars(meter, player.bars),
        temperature=sampling.temperature,
        seed=entropy(sampling.seed),
    )
    phrases = []
    for row in range(len(z)):
        made = perform(player, replace(one, z=z[row : row + 1], key=(row,)))
        phrase = dressed(made.phrase, tempo, program)
        phrases.append(with_recipe(phrase, player, "decode", made))
    return phrases
