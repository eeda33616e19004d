"""The verbs: generate, reconstruct, encode, decode; phrases and z, on the engine."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .config import MAX_PHRASES, SampleConfig
from .engine import Player
from .errors import RequestError
from .music.manner import dressed, play_like
from .music.metrics import note_f1
from .music.notes import Phrase
from .music.units import Meter, bpm_to_tempo
from .music.windows import join, windows

Array = NDArray[np.float32]

DRAWS = 8
"""How often a phrase is drawn before silence is accepted."""

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
    *,
    meter: Meter = COMMON_TIME,
    bpm: float = 120.0,
    program: int = 0,
    temperature: float = SampleConfig.temperature,
    seed: int | None = None,
) -> list[Phrase]:
    """Draw `n` new phrases, each as many bars as the model's windows: z of the prior, then steps.

    A phrase depends on the seed and on its place, not on how many others are asked for.

    Raises:
        RequestError: the net has no prior, or a number is out of range.
    """
    check(player, "generate", n, temperature)
    tempo = bpm_to_tempo(bpm)
    rngs = generators(seed, n)
    phrases: dict[int, Phrase] = {}
    for _ in range(DRAWS):
        rows = [row for row in range(n) if row not in phrases or phrases[row].is_silent]
        if not rows:
            break
        meters, waiting = [meter] * len(rows), [rngs[row] for row in rows]
        z = player.sample_z(meters, waiting, temperature)
        drawn = player.decode(z, meters, temperature=temperature, rngs=waiting)
        for row, codes in zip(rows, drawn, strict=True):
            phrases[row] = dressed(player.codec.decode(codes, meter), tempo, program)
    return [phrases[row] for row in range(n)]


def reconstruct(
    player: Player,
    phrase: Phrase,
    *,
    temperature: float = 0.0,
    seed: int | None = None,
) -> Reconstruction:
    """Send a phrase, of the parts that the model reads, through z = mu and back, window by window.

    A note ends with the window it starts in.

    Raises:
        RequestError: the net has no latent, or a number is out of range.
    """
    check(player, "reconstruct", 1, temperature)
    source = Encoded(player, phrase)
    back = played(player, source.mu, source, temperature, seed)
    real = source.phrase.steps + source.phrase.lead_in
    truth, guess = player.codec.encode(source.whole)[:real], player.codec.encode(back)[:real]
    right = (truth == guess).reshape(len(truth), -1).all(axis=1)
    made = play_like(back, source.phrase)
    return Reconstruction(
        made,
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
    *,
    meter: Meter = COMMON_TIME,
    bpm: float = 120.0,
    program: int = 0,
    temperature: float = 0.0,
    seed: int | None = None,
) -> list[Phrase]:
    """A phrase for each row of `z`, `[N, Z]` or `[Z]`.

    Raises:
        RequestError: z has another width than the net's, or a number is out of range.
    """
    z = np.atleast_2d(np.asarray(z, dtype=np.float32))
    check(player, "decode", len(z), temperature)
    if z.ndim != 2 or z.shape[1] != player.latent or not np.isfinite(z).all():
        raise RequestError(f"z is {player.latent} finite numbers wide; this is {z.shape}.")
    rngs = generators(seed, len(z))
    codes = player.decode(z, [meter] * len(z), temperature=temperature, rngs=rngs)
    tempo = bpm_to_tempo(bpm)
    return [dressed(player.codec.decode(each, meter), tempo, program) for each in codes]


class Encoded:
    """A phrase cut into windows, and their posterior means."""

    def __init__(self, player: Player, phrase: Phrase) -> None:
        self.phrase = phrase
        cuts = windows(phrase, player.bars)
        codes = [player.codec.encode(cut) for cut in cuts]
        meter = phrase.meter
        self.whole = join([player.codec.decode(each, meter) for each in codes])
        self.mu = player.encode(codes, [meter] * len(codes)).mu


def played(player: Player, z: Array, like: Encoded, temperature: float, seed: int | None) -> Phrase:
    """A window for each z, end to end."""
    meter = like.phrase.meter
    codes = player.decode(
        z, [meter] * len(z), temperature=temperature, rngs=generators(seed, len(z))
    )
    return join([player.codec.decode(each, meter) for each in codes])


def generators(seed: int | None, n: int) -> list[np.random.Generator]:
    """One for each place; the first ones are the same whatever `n` is."""
    if seed is not None and seed < 0:
        raise RequestError(f"A seed is a whole number from 0 on, not {seed}.")
    return [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(n)]


def check(player: Player, verb: str, n: int, temperature: float) -> None:
    """That the net can do it, so often and at that temperature."""
    if verb not in player.verbs:
        able = ", ".join(player.verbs)
        raise RequestError(f"This model cannot {verb}; it can {able}.")
    if not 1 <= n <= MAX_PHRASES:
        raise RequestError(f"Ask for 1 to {MAX_PHRASES:,} phrases, not {n}.")
    if not (math.isfinite(temperature) and temperature >= 0):
        raise RequestError(f"A temperature is 0 or more, not {temperature}.")
