"""Personalize a model: adapt what it generates to a few pieces of music.

The idea is that of Dinculescu, Engel and Roberts, MidiMe: Personalizing a MusicVAE Model with
User Data (2019): the large net stays frozen, and a small one is fitted to somebody's music. There
a small VAE over z both generates and provides the sliders. Here z is sampled from the posterior of
windows that the prior generates, so the prior is what is adapted (`refit_head`), and `sliders`
replaces the small VAE. If z is sampled from a Gaussian fitted to the z of a few files, or moved
there, it decodes to music that is less likely and less like the files: `docs/personal.md` has the
figures.
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
from ..corpus.workers import FILE_SECONDS, FileTimeout, time_limit
from ..engine import Player
from ..engine.threads import one_blas_thread
from ..errors import DatasetError, MidiError, RequestError
from ..generation.seeding import generators
from ..metrics.copies import CopyIndex
from ..progress import Progress, Report, no_progress
from ..theory.meter import Meter
from .refit_head import ROUNDS, refit_head
from .sliders import Slider, sliders

MIN_WINDOWS = 8
"""Minimum number of different windows."""

MAX_STEPS = 40_000
"""Maximum steps of music that the head is fitted to; windows are drawn from larger amounts."""

SAMPLES = 64
"""Generated phrases that are compared with the windows to count copies."""

MAX_COPY_SHARE = 0.15
"""Share of copies above which there is a warning. For comparison: 7 % of two-bar windows of
unseen folk tunes repeat a window of the training set."""

OnDone = Callable[[int], object]
"""Called with the number of things that are done."""


class Personal(NamedTuple):
    """A personal model and what it was made from.

    Attributes:
        checkpoint: the model.
        sliders: four directions of z along which the music varies most.
        files: number of files that were used.
        left_out: reason for each file that was not used, by name.
        meters: number of windows of each meter.
        copies: share of samples that repeat one of the windows; see `copies.CopyIndex`.
    """

    checkpoint: Checkpoint
    sliders: list[Slider]
    files: int
    left_out: Mapping[str, str]
    meters: Mapping[Meter, int]
    copies: float

    @property
    def warning(self) -> str | None:
        """A sentence on what to do if too many samples are copies; None otherwise."""
        if self.copies <= MAX_COPY_SHARE:
            return None
        return (
            f"{self.copies:.0%} of {SAMPLES} samples repeat a window of your music nearly note "
            "for note: give it more files, or generate at a higher temperature."
        )


class WindowSet(NamedTuple):
    """Different windows of some files, each with its meter."""

    codes: list[Codes]
    meters: list[Meter]


@one_blas_thread()  # the order of sums, and so the last bits, depend on the number of threads
def personalize(
    checkpoint: Checkpoint,
    sources: Sequence[Path | str],
    *,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Personal:
    """Adapt the prior of a model to the music of some files; encoder and decoder stay as they are.

    The same files in the same order and the same seed give the same weights, on any number of
    threads.

    Args:
        checkpoint: a model with a prior.
        sources: MIDI files, and folders that are searched with their subfolders.
        seed: of the windows that are drawn if there are very many, and of the samples.

    Raises:
        RequestError: the model has no prior, or the files hold too little music.
        DatasetError: a folder holds no MIDI file.
    """
    player = Player(checkpoint)
    if player.prior is None:
        raise RequestError(
            "Personalizing adapts the prior of a model, and this one has none: "
            "fit one with musicvae fit-prior."
        )
    files = list(dict.fromkeys(_files(sources)))
    total = len(files) + ROUNDS + 2  # the sliders, and the samples

    def report(done: int) -> None:
        progress(Report("personalize", done, total))

    progress(Report("personalize", 0, total, sizes={"files": len(files)}))
    windows, left_out = read_windows(files, player, report)
    if len(windows.codes) < MIN_WINDOWS:
        raise RequestError(_too_little(len(windows.codes), player.bars, left_out))
    used = _subsample(windows, seed)
    weight, bias = refit_head(player.prior, *used, on_round=lambda done: report(len(files) + done))
    fitted = sliders(player, used.codes, player.encode(*used).mu, used.meters)
    report(total - 1)
    model = _adapted(checkpoint, weight, bias, fitted)
    copies = _copy_share(Player(model), windows, seed)
    report(total)
    n_files = len(files) - len(left_out)
    return Personal(model, fitted, n_files, left_out, Counter(windows.meters), copies)


def _files(sources: Iterable[Path | str]) -> Iterator[str]:
    for source in sources:
        if not Path(source).is_dir():
            yield str(source)
            continue
        files = [str(path) for path in midi_files([source])]
        if not files:
            raise DatasetError(f"There is no MIDI file in {source}.")
        yield from files


def read_windows(
    files: Sequence[str], player: Player, on_file: OnDone = lambda done: None
) -> tuple[WindowSet, dict[str, str]]:
    """The different windows of all files, and why some files contribute none.

    Windows that are transpositions of each other count as one. `on_file` is called after each
    file.
    """
    windows, left_out, seen = WindowSet([], []), dict[str, str](), set[bytes]()
    codec = player.codec
    for done, file in enumerate(files, 1):
        before = len(seen)
        try:
            with time_limit(FILE_SECONDS):
                tracks = read_tracks(file, codec.name)
                batches = [b for track in tracks for b in cut_windows(track, codec, player.bars)]
            for batch in batches:
                for codes, key in zip(batch.codes, batch.keys, strict=True):
                    if key not in seen:
                        seen.add(key)
                        windows.codes.append(codes)
                        windows.meters.append(batch.meter)
            if len(seen) == before:
                left_out[file] = (
                    f"there are no {player.bars} bars of music in it that no other file has."
                )
        except MidiError as error:
            left_out[file] = error.reason
        except FileTimeout as error:
            left_out[file] = f"{error}."
        on_file(done)
    return windows, left_out


def _too_little(count: int, bars: int, left_out: Mapping[str, str]) -> str:
    why = "".join(f"; {name}: {reason.rstrip('.')}" for name, reason in list(left_out.items())[:1])
    few = f"There are {count} different windows of {bars} bars in your music"
    return f"{few}: give it more, {MIN_WINDOWS} are needed{why}."


def _subsample(windows: WindowSet, seed: int) -> WindowSet:
    """Windows drawn up to `MAX_STEPS` in total, in their original order."""
    order = np.random.default_rng((seed, 0)).permutation(len(windows.codes))
    steps = np.cumsum([len(windows.codes[row]) for row in order])
    rows = sorted(order[: max(MIN_WINDOWS, int(np.searchsorted(steps, MAX_STEPS, side="right")))])
    return WindowSet([windows.codes[row] for row in rows], [windows.meters[row] for row in rows])


def _adapted(
    checkpoint: Checkpoint, weight: FloatArray, bias: FloatArray, fitted: Sequence[Slider]
) -> Checkpoint:
    """The model with the changes added to its prior's head, and its sliders replaced.

    The floor under the NLL of sampled windows is removed: what is likely after the adaptation is
    typical of this music, and not to be redrawn.
    """
    head = PRIOR + "head."
    old = ATTRIBUTE + "slider-"
    weights = {name: a for name, a in checkpoint.weights.items() if not name.startswith(old)}
    weights[head + "weight"] = weights[head + "weight"] + weight
    weights[head + "bias"] = weights[head + "bias"] + bias
    weights |= {ATTRIBUTE + slider.name: slider.direction for slider in fitted}
    net = replace(checkpoint.config.net, min_nll=0.0)
    return replace(checkpoint, config=replace(checkpoint.config, net=net), weights=weights)


def _copy_share(player: Player, windows: WindowSet, seed: int) -> float:
    """Share of samples that repeat one of the windows; they have the windows' meters."""
    rngs = generators(seed, SAMPLES)
    rows = np.random.default_rng((seed, 1)).integers(0, len(windows.meters), SAMPLES)
    meters = [windows.meters[row] for row in rows]
    samples = player.decode(
        player.sample_z(meters, rngs), meters, temperature=player.decode_temperature(1.0), rngs=rngs
    )
    indices = {}
    for meter in set(meters):
        same_meter = [codes for codes, other in zip(*windows, strict=True) if other == meter]
        indices[meter] = CopyIndex(player.codec, np.stack(same_meter))
    copied = [
        indices[meter].contains_copy(sample) for sample, meter in zip(samples, meters, strict=True)
    ]
    return float(np.mean(copied))


def model_card(personal: Personal, seed: int) -> str:
    """The model card in Markdown: counts and figures, but no name of a file or folder."""
    model, net = personal.checkpoint.config.preset, personal.checkpoint.config.net
    meters = ", ".join(f"{count:,} of {meter}" for meter, count in personal.meters.items())
    effects = list(personal.sliders[0].effects)
    rows = [
        " | ".join((f"| `{name}`", *(f"{changes[effect]:+.2f}" for effect in effects))) + " |"
        for name, _, changes in personal.sliders
    ]
    return "\n".join(
        (
            f"# A personal model, made from {model}",
            "",
            f"What it generates leans towards the music of {personal.files} files: windows of "
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
            "Directions of z along which that music varies most, the widest first. The table shows "
            "the mean change at +1, in standard deviations of the music.",
            "",
            f"| slider | {' | '.join(effects)} |",
            f"|{'---|' * (1 + len(effects))}",
            *rows,
            "",
        )
    )
