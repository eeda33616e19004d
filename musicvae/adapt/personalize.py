"""A model of one's own: what a shipped one makes up leans towards a few pieces of music.

The idea is that of Dinculescu, Engel and Roberts, MidiMe: Personalizing a MusicVAE Model with
User Data (2019): the large net stays frozen, and what is small is fitted to somebody's music.
There a small VAE over z both draws and gives the sliders. Here z is drawn from the posterior of
made-up windows (see `prior`), and these keep to what music is: so it is what makes them up that
leans (`refit`), and the small VAE gives the sliders (`sliders`). Drawn from a Gaussian fitted to
the z of a few files, or moved there, z decodes to less likely music that is less like the files:
`docs/personal.md` has the figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..arrays import FloatArray
from ..checkpoint import ATTRIBUTE, PRIOR, Checkpoint
from ..codecs.base import Codes
from ..corpus.prepare import midi_files
from ..corpus.read_file import read_tracks
from ..corpus.windowing import cut_windows
from ..engine import Player
from ..errors import DatasetError, MidiError, RequestError
from ..generation.seeding import (
    generators,
)
from ..metrics.copies import CopyIndex
from ..progress import Progress, Report, silent
from ..theory.meter import Meter
from .refit_head import ROUNDS, refit_head
from .sliders import Slider, sliders

MIN_WINDOWS = 8
"""Windows that there must be."""

MAX_STEPS = 40_000
"""Steps of music that the head is fitted to; of more, so many are drawn."""

SAMPLES = 64
"""Phrases that are looked up among the windows, to count copies."""

MAX_COPY_SHARE = 0.15
"""Of two-bar windows of folk tunes that a model never saw, 7 % repeat one that it did."""


Tell = Callable[[int], object]
"""Told how much is done."""


class Personal(NamedTuple):
    """What was made of somebody's music, in counts.

    Attributes:
        checkpoint: a model for every verb.
        sliders: four directions of z, those of most variance.
        files: how many were used.
        left_out: why others were not, by name.
        meters: windows of each meter.
        copies: share of samples that repeat one of the windows; see `copies.Library`.
    """

    checkpoint: Checkpoint
    sliders: list[Slider]
    files: int
    left_out: Mapping[str, str]
    meters: Mapping[Meter, int]
    copies: float

    @property
    def warning(self) -> str | None:
        """What to do if it copies."""
        if self.copies <= MAX_COPY_SHARE:
            return None
        return (
            f"{self.copies:.0%} of {SAMPLES} samples repeat a window of your music nearly note "
            "for note: give it more files, or generate at a higher temperature."
        )


class WindowSet(NamedTuple):
    """Distinct windows of some files, side by side."""

    codes: list[Codes]
    meters: list[Meter]


def personalize(
    checkpoint: Checkpoint,
    sources: Sequence[Path | str],
    *,
    seed: int = 0,
    progress: Progress = silent,
) -> Personal:
    """Lean a model towards the music of some files; the net itself stays as it is.

    The same files in the same order and the same seed give the same weights.

    Args:
        checkpoint: a model with a prior.
        sources: MIDI files, and folders that are searched deeply.
        seed: of the windows that are drawn where there are very many, and of the samples.

    Raises:
        RequestError: the model has no prior, or there is too little music in the files.
        DatasetError: a folder holds no MIDI file.
    """
    player = Player(checkpoint)
    if player.prior is None:
        raise RequestError(
            "What leans towards your music is the prior of a model, and this one has none: "
            "fit one with musicvae fit-prior."
        )
    files = list(dict.fromkeys(_files(sources)))
    total = len(files) + ROUNDS + 2  # the sliders, and the samples

    def tell(done: int) -> None:
        progress(Report("personalize", done, total))

    progress(Report("personalize", 0, total, sizes={"files": len(files)}))
    windows, left_out = read_windows(files, player, tell)
    if len(windows.codes) < MIN_WINDOWS:
        raise RequestError(_too_little(len(windows.codes), player.bars, left_out))
    some = _subsample(windows, seed)
    weight, bias = refit_head(player.prior, *some, tell=lambda done: tell(len(files) + done))
    found = sliders(player, some.codes, player.encode(*some).mu, some.meters)
    tell(total - 1)
    own = _adapted(checkpoint, weight, bias, found)
    copies = _copy_share(Player(own), windows, seed)
    tell(total)
    used = len(files) - len(left_out)
    return Personal(own, found, used, left_out, Counter(windows.meters), copies)


def _files(sources: Iterable[Path | str]) -> Iterator[str]:
    for source in sources:
        if not Path(source).is_dir():
            yield str(source)
            continue
        inside = [str(path) for path in midi_files([source])]
        if not inside:
            raise DatasetError(f"There is no MIDI file in {source}.")
        yield from inside


def read_windows(
    files: Sequence[str], player: Player, tell: Tell = lambda done: None
) -> tuple[WindowSet, dict[str, str]]:
    """The windows of all files, each once in any key, and why other files have none."""
    windows, left_out, seen = WindowSet([], []), dict[str, str](), set[bytes]()
    codec = player.codec
    for done, file in enumerate(files, 1):
        before = len(seen)
        try:
            for line in read_tracks(file, codec.name):
                for cut in cut_windows(line, codec, player.bars):
                    for codes, key in zip(cut.codes, cut.keys, strict=True):
                        if key not in seen:
                            seen.add(key)
                            windows.codes.append(codes)
                            windows.meters.append(cut.meter)
            if len(seen) == before:
                left_out[file] = (
                    f"there are no {player.bars} bars of music in it that no other file has."
                )
        except MidiError as error:
            left_out[file] = error.reason
        tell(done)
    return windows, left_out


def _too_little(found: int, bars: int, left_out: Mapping[str, str]) -> str:
    why = "".join(f"; {name}: {reason.rstrip('.')}" for name, reason in list(left_out.items())[:1])
    few = f"There are {found} different windows of {bars} bars in your music"
    return f"{few}: give it more, {MIN_WINDOWS} are needed{why}."


def _subsample(windows: WindowSet, seed: int) -> WindowSet:
    """So many as have `MOST_STEPS`, in their order."""
    order = np.random.default_rng((seed, 0)).permutation(len(windows.codes))
    steps = np.cumsum([len(windows.codes[row]) for row in order])
    rows = sorted(order[: max(MIN_WINDOWS, int(np.searchsorted(steps, MAX_STEPS, side="right")))])
    return WindowSet([windows.codes[row] for row in rows], [windows.meters[row] for row in rows])


def _adapted(
    checkpoint: Checkpoint, weight: FloatArray, bias: FloatArray, found: Sequence[Slider]
) -> Checkpoint:
    """The model with another head of its prior, and with sliders in the place of others.

    What is common in the music of one person is no commonplace: nothing is made up again.
    """
    head = PRIOR + "head."
    old = ATTRIBUTE + "slider-"
    weights = {name: a for name, a in checkpoint.weights.items() if not name.startswith(old)}
    weights[head + "weight"] = weights[head + "weight"] + weight
    weights[head + "bias"] = weights[head + "bias"] + bias
    weights |= {ATTRIBUTE + slider.name: slider.direction for slider in found}
    net = replace(checkpoint.config.net, min_nll=0.0)
    return replace(checkpoint, config=replace(checkpoint.config, net=net), weights=weights)


def _copy_share(player: Player, windows: WindowSet, seed: int) -> float:
    """Share of samples, in meters as the music has them, that repeat one of the windows."""
    rngs = generators(seed, SAMPLES)
    chosen = np.random.default_rng((seed, 1)).integers(0, len(windows.meters), SAMPLES)
    meters = [windows.meters[row] for row in chosen]
    drawn = player.decode(
        player.sample_z(meters, rngs), meters, temperature=player.decode_temperature(1.0), rngs=rngs
    )
    libraries = {}
    for meter in set(meters):
        own = [each for each, its in zip(*windows, strict=True) if its == meter]
        libraries[meter] = CopyIndex(player.codec, np.stack(own))
    found = [
        libraries[meter].contains_copy(each) for each, meter in zip(drawn, meters, strict=True)
    ]
    return float(np.mean(found))


def card(personal: Personal, seed: int) -> str:
    """What stands beside the weights: counts and figures, no name of a file or a folder."""
    model, net = personal.checkpoint.config.preset, personal.checkpoint.config.net
    meters = ", ".join(f"{count:,} of {meter}" for meter, count in personal.meters.items())
    effects = list(personal.sliders[0].effects)
    rows = [
        " | ".join((f"| `{name}`", *(f"{moved[of]:+.2f}" for of in effects))) + " |"
        for name, _, moved in personal.sliders
    ]
    return "\n".join(
        (
            f"# A model of one's own, made of {model}",
            "",
            f"What it makes up leans towards the music of {personal.files} files: windows of "
            f"{net.bars} bars, {meters}. It encodes and decodes as {model} does.",
            "",
            "```sh",
            f"musicvae personalize MY_MIDIS --out THIS_FOLDER --model {model} --seed {seed}",
            "```",
            "",
            f"Of {SAMPLES} samples {personal.copies:.1%} repeat a window of that music, in any "
            "key, in all but 5 % of their steps.",
            "",
            "## Sliders",
            "",
            "Directions of z in which that music differs most, widest first; what +1 does on "
            "average, in standard deviations of the music.",
            "",
            f"| slider | {' | '.join(effects)} |",
            f"|{'---|' * (1 + len(effects))}",
            *rows,
            "",
        )
    )
