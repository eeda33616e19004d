"""render: MIDI files as WAV files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import FileBpm, Force
from .sounding import render_file, render_folder

Loop = Annotated[
    bool,
    typer.Option(
        "--loop", help="As long as its bars, with its tail in the beginning: repeats without a gap."
    ),
]


def render(
    music: Annotated[
        Path,
        typer.Argument(
            help="A MIDI file, - for standard input, or a folder of them.", readable=False
        ),
    ],
    out: Annotated[
        Path,
        typer.Argument(
            help="WAV file to write, a folder for it, or - for standard output.", readable=False
        ),
    ],
    loop: Loop = False,
    bpm: FileBpm = 120.0,
    force: Force = False,
) -> None:
    """Render MIDI files as sound: 44.1 kHz, 16 bits, stereo, -16 LUFS.

    Example:  musicvae render in.mid out.wav
    """
    if music.is_dir():
        render_folder(music, out, loop, bpm, force)
    else:
        render_file(music, out, loop, bpm, force)
