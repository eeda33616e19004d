"""The end of a training at the terminal: why it ended, how to continue, what to type next."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import has_posterior
from ..progress import Report

if TYPE_CHECKING:
    from ..api.model import MusicVAE


def why_it_ended(report: Report) -> str:
    """Why a training ended, in one sentence.

    >>> why_it_ended(Report("train", 320, 32_000, ended="time"))
    'Stopped at step 320 of 32,000: the time is up.'
    """
    place = f"step {report.done:,} of {report.total:,}"
    return {
        "done": f"Done: all {report.total:,} steps.",
        "patience": f"Ended at {place}: the loss on valid stopped improving (--patience).",
        "time": f"Stopped at {place}: the time is up.",
        "interrupt": f"Stopped at {place}.",
        "": f"At {place}.",
    }[report.ended]


def command_with(option: str) -> str:
    """The command as it was typed, with one option added, to paste into a shell."""
    words = sys.argv[1:]
    return shell_line(["musicvae", *words, *([] if option in words else [option])])


def shell_line(words: Iterable[str]) -> str:
    """Words as one line, quoted for the shell of this system.

    >>> print(shell_line(["musicvae", "info", "my song.mid"]).replace('"', "'"))
    musicvae info 'my song.mid'
    """
    if sys.platform == "win32":  # cmd and PowerShell know double quotes only
        return subprocess.list2cmdline(list(words))
    return shlex.join(words)


def next_lines(model: MusicVAE, folder: Path, data: Path) -> list[str]:
    """What to do next with a trained model, as lines to paste."""
    name = shell_line([str(folder)])
    if "generate" not in model.verbs:
        return [f"Reconstruct a file:  musicvae reconstruct in.mid out.mid --model {name}"]
    lines = [f"Hear it:  musicvae generate --model {name} out/"]
    if has_posterior(model.checkpoint.config.net):
        fit = f"musicvae fit-prior {name} --data {shell_line([str(data)])}"
        lines.insert(0, f"Fit a prior first, for new music closer to the data:  {fit}")
    return lines
