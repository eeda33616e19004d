"""Music as sound: rendered by the synthesizer of the package, or played."""

from __future__ import annotations

from ..arguments import check_arguments
from ..audio.mastering import master
from ..audio.mixer import mix
from ..audio.players import play_sound
from ..audio.sound import Sound, to_sound
from ..errors import MidiError
from ..midi.containers import NotMidi
from ..midi.playback import Playback, read_playback
from ..theory.meter import bpm_to_tempo
from .inputs import Music, file_of

MAX_SECONDS = 1_200
"""Longest music that is rendered, up to its last note."""


@check_arguments
def render(music: Music, *, loop: bool = False, bpm: float = 120.0) -> Sound:
    """Render music of any kind as sound: the whole of a file, with all its tracks.

    Notes sound at the sample that the tempos of the file give, with pedal, programs, volume, pan
    and pitch bends. The loudness is -16 LUFS (ITU-R BS.1770), true peaks stay below -1 dB. The same
    music gives the same samples.

    Args:
        music: as every verb takes it.
        loop: the sound lasts as long as its bars, and its tail is heard in its beginning, so that
            it can be repeated without a gap.
        bpm: quarters per minute of a MIDI file that is timed in seconds.

    Raises:
        MidiError: the file cannot be read, has no note, or lasts longer than 20 minutes.
        RequestError: the argument is not music.
    """
    bpm_to_tempo(bpm)  # an error if it is none
    name, data = file_of(music, bpm)
    try:
        playback = read_playback(data, bpm)
    except NotMidi as error:
        raise MidiError(name, f"{error}.") from error
    _check(name, playback)
    return to_sound(master(mix(playback, loop=loop), loop=loop), playback.notices)


def _check(name: str, playback: Playback) -> None:
    """Raise MidiError if there is nothing to hear, or too much."""
    if not playback.notes:
        raise MidiError(name, "there is no note in it.")
    end = max(playback.length, *(note.end for note in playback.notes))
    if end > MAX_SECONDS:
        raise MidiError(
            name,
            f"it lasts {end / 60:,.0f} minutes, and at most {MAX_SECONDS // 60} are rendered: "
            "cut it into parts.",
        )


@check_arguments
def play(music: Music, *, loop: bool = False, bpm: float = 120.0) -> None:
    """Play music of any kind through the speakers, to its end.

    Args:
        music, loop, bpm: see `render`; a loop is repeated until it is interrupted.

    Raises:
        MidiError, RequestError: see `render`.
        OutputError: nothing here can play sound.
    """
    sound = render(music, loop=loop, bpm=bpm)
    play_sound(sound)
    while loop:
        play_sound(sound)
