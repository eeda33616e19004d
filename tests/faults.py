"""Ends commands by a signal at a random moment, and checks what they leave behind."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicvae import checkpoint
from musicvae.atomic_files import LOCK_NAME, TEMPORARY
from musicvae.corpus.dataset import open_split
from musicvae.errors import DatasetError
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import write_midi
from musicvae.theory.meter import Meter
from musicvae.training.resume import STATE_FILE

from .miniatures import little_tune, tiny_checkpoint, tiny_prior, write_dataset

LIMIT_SECONDS = 300
"""Time after which a command hangs, on a machine that is busy with other work."""

SIGKILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has none
SIGNALS = (signal.SIGINT, signal.SIGTERM, SIGKILL)
CODES = {
    # what Python ends with, and before it runs, what a shell sees as 130 and as 143
    signal.SIGINT: (130, -signal.SIGINT),
    signal.SIGTERM: (143, -signal.SIGTERM),
    SIGKILL: (-SIGKILL,),
}
COMMANDS: dict[str, Sequence[str]] = {
    "generate": ("generate", "OUT", "--n", "60", "--seed", "1", "--model", "MODEL"),
    "vary": ("vary", "TUNE", "OUT", "--n", "60", "--seed", "1", "--model", "MODEL"),
    "interpolate": ("interpolate", "TUNE", "OTHER", "OUT", "--n", "60", "--model", "MODEL"),
    "prepare": ("prepare", "MIDI", "-o", "OUT", "--force", "--workers", "2"),
    "train": ("train", "--data", "DATA", "-o", "OUT", "--steps", "6", "--batch", "4"),
    "fit-prior": ("fit-prior", "OUT", "--data", "DATA", "--steps", "2"),
    "fit-attributes": ("fit-attributes", "OUT", "--data", "DATA", "--limit", "18"),
    "personalize": ("personalize", "MIDI", "-o", "OUT", "--force", "--model", "MODEL"),
    "evaluate": ("evaluate", "--model", "MODEL", "--data", "DATA", "--limit", "8", "--pairs", "4"),
    "similar": ("similar", "TUNE", "OUT", "--model", "MODEL"),
}
"""Every long command; words in capitals are paths, see `Place`."""


@dataclass(frozen=True)
class Place:
    """A folder with all that the commands read."""

    home: Path

    @classmethod
    def create(cls, home: Path, tunes: int = 12) -> Place:
        """Write a tiny model, tunes and a data set."""
        checkpoint.save(home / "MODEL", tiny_prior(tiny_checkpoint()))
        for number in range(tunes):
            tune = little_tune(Meter(), number, 12)
            write_midi(tune, home / "MIDI" / f"{number}.mid")
        write_midi(little_tune(Meter(), 100, 8), home / "TUNE")
        write_midi(little_tune(Meter(), 101, 8), home / "OTHER")
        write_dataset(home / "DATA")
        return cls(home)

    def command(self, name: str, out: Path) -> list[str]:
        """A command that writes into a folder, as a line for a new process."""
        words = [
            str(out if word == "OUT" else self.home / word) if word.isupper() else word
            for word in COMMANDS[name]
        ]
        if name == "train" and (out / STATE_FILE).exists():
            words.append("--resume")
        return [sys.executable, "-m", "musicvae", *words]

    def fresh(self, name: str, number: int) -> Path:
        """A folder for one run, which holds what the command changes and somebody's clip."""
        out = self.home / f"{name}-{number}"
        if name.startswith("fit-"):
            shutil.copytree(self.home / "MODEL", out)
        elif name in ("similar", "prepare"):
            shutil.copytree(self.home / ("MIDI" if name == "similar" else "DATA"), out)
        else:
            out.mkdir()
        shutil.copy(self.home / "TUNE", out / "phrase-01.mid")
        return out


@dataclass(frozen=True)
class Ending:
    """How a process ended, and what is wrong with what it left."""

    code: int
    seconds: float
    wrong: list[str]


def run(command: Sequence[str], number: signal.Signals | None = None, after: float = 0) -> Ending:
    """Run a command, and send it a signal after some seconds."""
    began = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    if number is not None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(after)
        process.send_signal(number)
    try:
        _, errors = process.communicate(timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return Ending(-1, time.monotonic() - began, ["it does not end"])
    wrong = [line for line in errors.decode().splitlines() if line.startswith("Traceback")]
    return Ending(process.returncode, time.monotonic() - began, wrong)


def end_once(place: Place, name: str, number: signal.Signals, after: float, trial: int) -> Ending:
    """End a command by a signal, look at what is left, and run it again to its end."""
    out = place.fresh(name, trial)
    ending = run(place.command(name, out), number, after)
    wrong = [*ending.wrong]
    if ending.code not in (0, *CODES[number]):
        wrong.append(f"exit code {ending.code}")
    if number != SIGKILL:
        wrong += leftovers(out)
    wrong += damage(place, out)
    again = run(place.command(name, out))
    wrong += again.wrong
    if again.code:
        wrong.append(f"the next run ends with {again.code}")
    wrong += leftovers(out) + damage(place, out)
    shutil.rmtree(out)
    return Ending(ending.code, ending.seconds, wrong)


def leftovers(out: Path) -> list[str]:
    """Temporary files and locks in a folder."""
    begin, end = TEMPORARY
    names = [path.name for path in out.rglob("*")]
    return [n for n in names if n == LOCK_NAME or (n.startswith(begin) and n.endswith(end))]


def damage(place: Place, out: Path) -> list[str]:
    """Clips, models and data sets that are there but cannot be read, and files that changed."""
    wrong = []
    if (out / "phrase-01.mid").read_bytes() != (place.home / "TUNE").read_bytes():
        wrong.append("phrase-01.mid was overwritten")
    for path in out.glob("*.mid"):
        try:
            read_midi(path)
        except Exception as error:
            wrong.append(f"{path.name}: {error}")
    if (out / checkpoint.CONFIG).exists():
        checkpoint.load(out)
    if out.name.startswith("prepare"):  # the old data set stays until the new one is complete
        try:
            windows = open_split(out, "train")
            windows.codes[np.arange(len(windows))]
        except DatasetError as error:
            wrong.append(str(error))
    return wrong
