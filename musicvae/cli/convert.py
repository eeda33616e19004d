"""convert: a MIDI file as a score, or a score as a MIDI file."""

from __future__ import annotations

from .options import FileBpm, Force, MidiIn, OutFile
from .output import write_data
from .streams import open_midi


def convert(
    source: MidiIn,
    out: OutFile,
    bpm: FileBpm = 120.0,
    force: Force = False,
) -> None:
    """Write a file in another format: a score if its name ends in .musicxml, .mxl or .abc.

    Example:  musicvae convert in.mid out.musicxml
    """
    from ..api.songs import as_file

    opened = as_file(open_midi(source, bpm))
    assert opened.data is not None
    write_data(opened.data, opened.phrases, out, source, force, bpm)
