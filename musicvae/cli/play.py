"""play: a MIDI file through the speakers."""

from __future__ import annotations

import typer

from .options import FileBpm, MidiIn
from .output import report_notices
from .printable import printable
from .render import Loop
from .sounding import open_sound, play_until_stopped


def play(music: MidiIn, loop: Loop = False, bpm: FileBpm = 120.0) -> None:
    """Play a MIDI file; Ctrl-C stops it.

    Example:  musicvae play in.mid
    """
    name, sound = open_sound(music, loop, bpm)
    report_notices(f"{name}: {notice}" for notice in sound.notices)
    typer.echo(f"{printable(name)}  {sound.seconds:.1f} s; Ctrl-C stops it")
    play_until_stopped(sound, loop)
