"""Music of any kind as a file: MIDI or a score, by the ending of its name."""

from __future__ import annotations

from pathlib import Path

from ..arguments import check_arguments
from ..atomic_files import write_atomic
from ..notation.files import encode
from . import inputs
from .inputs import Music
from .songs import as_file


@check_arguments
def convert(source: Music, out: Path | str, *, bpm: float = 120.0) -> tuple[str, ...]:
    """Write music to a file: a score if it ends in .musicxml, .mxl or .abc, else MIDI.

    Returns what of the music does not stand in a score as it was, a sentence each.

    Args:
        source: music of any kind.
        out: the file; one that is there is replaced.
        bpm: quarters per minute of a MIDI file that is timed in seconds.

    Raises:
        MidiError: the source cannot be read.
        OutputError: the file cannot be written.
    """
    opened = as_file(inputs.open(source, bpm=bpm))
    assert opened.data is not None
    encoded = encode(Path(out), opened.data, bpm)
    write_atomic(out, encoded.data)
    return encoded.notices
