"""Sound through the speakers: by sounddevice, or else by a program of the system."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..errors import OutputError
from .sound import Sound

PROGRAMS: tuple[tuple[str, ...], ...] = (
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
    ("afplay",),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet"),
)
"""Programs that play a WAV file, with their options, in the order in which they are tried."""

POWERSHELL = "(New-Object Media.SoundPlayer $args[0]).PlaySync()"

PATIENCE = 2.0
"""Seconds that a program has to end after it is told to."""


def play_sound(sound: Sound) -> None:
    """Play a sound to its end; an interrupt stops it at once.

    Raises:
        OutputError: nothing here can play it.
    """
    if _play_by_library(sound):
        return
    commands = [[path, *words[1:]] for words in PROGRAMS if (path := shutil.which(words[0]))]
    if sys.platform == "win32" and (shell := shutil.which("powershell")):
        commands.append([shell, "-NoProfile", "-Command", f"& {{{POWERSHELL}}}"])
    with TemporaryDirectory(prefix="musicvae-") as folder:
        file = Path(folder, "sound.wav")
        if commands:
            sound.write_wav(file)
        if any(_run([*command, str(file)]) for command in commands):
            return
    raise OutputError(
        "Nothing here can play sound: pip install 'musicvae[audio]', or write a file with "
        "musicvae render."
    )


def _play_by_library(sound: Sound) -> bool:
    """Play it by sounddevice; False if that is not installed, or finds no output."""
    try:
        import sounddevice
    except (ImportError, OSError):  # the second if PortAudio is missing
        return False
    device: Any = sounddevice
    try:
        device.play(sound.samples, sound.rate)
        device.wait()
    except device.PortAudioError:
        return False
    finally:
        with suppress(device.PortAudioError):
            device.stop()
    return True


def _run(command: list[str]) -> bool:
    """Run a program to its end; True if it played. It does not outlive an interrupt."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return False
    try:
        return process.wait() == 0
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
