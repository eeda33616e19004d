"""What a command says when a training has ended: why, how to go on, and what the model can do."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import has_posterior
from ..progress import Report

if TYPE_CHECKING:
    from ..api.model import MusicVAE


def why_it_ended(report: Report) -> str:
    """Whether all steps were taken, or why not.

    >>> why_it_ended(Report("train", 320, 32_000, ended="time"))
    'Stopped at step 320 of 32,000: the time is up.'
    """
    place = f"step {report.done:,} of {report.total:,}"
    return {
        "done": f"Done: all {report.total:,} steps.",
        "patience": f"Ended at {place}: valid had not improved for the patience.",
        "time": f"Stopped at {place}: the time is up.",
        "interrupt": f"Stopped at {place}.",
        "": f"At {place}.",
    }[report.ended]


def typed_again(option: str) -> str:
    """The line that was typed, with an option more, to paste into a shell."""
    words = sys.argv[1:]
    return shlex.join(["musicvae", *words, *([] if option in words else [option])])


def next_lines(model: MusicVAE, folder: Path, data: Path) -> list[str]:
    """What can be done with a model that was trained, in lines to paste."""
    name = shlex.quote(str(folder))
    if "generate" not in model.verbs:
        return [f"Give music back:  musicvae reconstruct in.mid out.mid --model {name}"]
    lines = [f"Hear it:  musicvae generate --model {name} out/"]
    if has_posterior(model.checkpoint.config.net):
        fit = f"musicvae fit-prior {name} --data {shlex.quote(str(data))}"
        lines.insert(0, f"Bring new music nearer to the data first:  {fit}")
    return lines
