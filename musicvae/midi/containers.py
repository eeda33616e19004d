"""Find the header and the tracks of a MIDI file, even if its lengths or its wrapping are wrong.

Lengths of tracks are often wrong in files of converters, of recorders that lost power and of
damaged archives. A length is trusted if the next track or the end of the file stands where it
says; otherwise the track ends with its end-of-track event, or where the next track begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .events import read_events
from .limits import Limits

HEADER_SEARCH = 65_536
"""A header is looked for in so many bytes; before it may stand a MacBinary header, for example."""

DEFAULT_RESOLUTION = 480
"""Ticks per quarter of a file that does not tell them, or is timed in seconds."""

SMPTE_FRAMES = (24, 25, 29, 30)
"""Frames per second that a division in seconds may have; 29 is drop-frame."""

_HEADER, _TRACK, _END_OF_TRACK = b"MThd", b"MTrk", b"\xff\x2f\x00"
MAX_RIFF_CHUNKS = 100
"""The data chunk of a RIFF file is looked for among so many."""

PADDING = bytes(range(33)) + b"\xff"
"""Bytes that fill up a file behind its last track: spaces, line ends and zeros."""


class NotMidi(ValueError):
    """The bytes are not a Standard MIDI File, or exceed a limit; the message says why."""


@dataclass
class Container:
    """The header and the tracks of a file.

    Attributes:
        data: the bytes that the spans count in.
        kind: 0, 1 or 2; see Standard MIDI Files.
        division: 1 to 65,535 as in the header; `DEFAULT_RESOLUTION` if it has none.
        spans: start and end of the events of each track.
        is_cut: True if the file ends before its last track does.
        others: chunks that are no tracks.
        budget: of events that may be read to find the ends of tracks.
        notices: what is wrong in the file, a clause each.
    """

    data: bytes
    kind: int = 1
    division: int = DEFAULT_RESOLUTION
    spans: list[tuple[int, int]] = field(default_factory=list)
    is_cut: bool = False
    others: int = 0
    budget: Iterator[int] = field(default_factory=lambda: iter(()))
    notices: list[str] = field(default_factory=list)


def open_container(data: bytes, limits: Limits) -> Container:
    """Find the header and all tracks of a file.

    Raises:
        NotMidi: there is no header or no track, or more tracks than the limit.
        TooManyEvents: a track whose end was looked for has more events than the limit.
    """
    start, data = _find_header(data)
    container = Container(data, budget=iter(range(limits.events)))
    if start:
        container.notices.append(f"{count_bytes(start)} before the header of the file were skipped")
    position, declared = _read_header(container, start)
    _find_tracks(container, position, limits)
    if not container.spans:
        raise NotMidi("it has no tracks")
    if declared > len(container.spans) + container.others:
        container.notices.append(
            f"its header promises {declared:,} tracks; it has {len(container.spans):,}"
        )
    return container


def _find_header(data: bytes) -> tuple[int, bytes]:
    """Where the header begins, and the bytes that it is in: a RIFF file is unwrapped."""
    if data.startswith(b"RIFF") and data[8:12] == b"RMID":
        data = _unwrap_riff(data)
    start = data.find(_HEADER, 0, HEADER_SEARCH)
    if start < 0 or len(data) < start + 14:
        raise NotMidi("it is not a MIDI file (no MThd header)" if data else "it is empty")
    return start, data


def _unwrap_riff(data: bytes) -> bytes:
    """The MIDI file in a RIFF file: its data chunk, or everything from its header on."""
    position = 12
    for _ in range(MAX_RIFF_CHUNKS):
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        body = position + 8
        after = body + size + size % 2
        if data.startswith(b"data", position) and data.startswith(_HEADER, body):
            is_whole = after >= len(data) or _is_name(data[after : after + 4])
            return data[body : body + size] if size and is_whole else data[body:]
        position = after
    return data[max(0, data.find(_HEADER)) :]


def _read_header(container: Container, start: int) -> tuple[int, int]:
    """Read the header at `start`; returns where the first chunk begins and the number of tracks."""
    data = container.data
    size = int.from_bytes(data[start + 4 : start + 8])
    first = start + 8 + size
    if size != 6 and not _is_chunk(data, first):
        first = max(start + 8, data.find(_TRACK, start + 8))
    fields = data[start + 8 : first] if first > start + 8 else data[start + 8 : start + 14]
    kind, declared, division = (int.from_bytes(fields[i : i + 2]) for i in (0, 2, 4))
    container.kind = kind
    if division:
        container.division = division
    else:
        container.notices.append(
            f"the ticks per quarter are missing; {DEFAULT_RESOLUTION} were assumed"
        )
    return first, declared


def _is_chunk(data: bytes, position: int) -> bool:
    """Return True if a track, or a chunk that is followed by another or the end, begins here."""
    if data.startswith(_TRACK, position):
        return True
    body = position + 8
    end = body + int.from_bytes(data[position + 4 : body])
    following = data[end : end + 4]
    is_followed = end <= len(data) and (_is_name(following) or not following.strip(PADDING))
    is_named = _is_name(data[position : position + 4])
    return is_named and is_followed and data.find(_TRACK, body, end) < 0


def _is_name(name: bytes) -> bool:
    return len(name) == 4 and name.rstrip(b" ").isalnum()


def _find_tracks(container: Container, position: int, limits: Limits) -> None:
    """Add the spans of all tracks from a position on."""
    data, wrong = container.data, 0
    while position < len(data):
        if data.startswith(_TRACK, position):
            start = min(position + 8, len(data))
            declared = start + int.from_bytes(data[position + 4 : start])
            end = _track_end(container, start, declared)
            is_cut = declared > len(data) == end and not data.endswith(_END_OF_TRACK, start)
            wrong += end != declared and not is_cut
            container.is_cut |= is_cut
            container.spans.append((start, end))
            if len(container.spans) > limits.tracks:
                raise NotMidi(f"it has more than {limits.tracks:,} tracks")
            position = end
        elif _is_chunk(data, position):
            container.others += 1
            if container.others > limits.tracks:
                raise NotMidi(f"it has more than {limits.tracks:,} chunks that are no tracks")
            position += 8 + int.from_bytes(data[position + 4 : position + 8])
        else:
            position = _skip_stray_bytes(container, position)
    if wrong:
        what = "the length of a track" if wrong == 1 else f"the lengths of {wrong:,} tracks"
        container.notices.append(f"{what} in the file did not fit the events, which were read")


def _track_end(container: Container, start: int, declared: int) -> int:
    """The end of the track that begins at `start`, at `declared` if that can be trusted."""
    data, budget = container.data, container.budget
    following = data.find(_TRACK, start)
    bound = following if following >= 0 else len(data)
    if declared <= len(data):
        ends_well = data.endswith(_END_OF_TRACK, start, declared)
        is_followed = declared == len(data) or data.startswith(_TRACK, declared)
        if declared <= bound and (ends_well or is_followed):
            return declared
        if ends_well and read_events(data, start, declared, budget).stop == declared:
            return declared  # "MTrk" stands in a text
    track = read_events(data, start, bound, budget)
    return track.stop if track.has_end else bound


def _skip_stray_bytes(container: Container, position: int) -> int:
    """The next track from a position that is in no chunk; a notice says what was skipped."""
    data = container.data
    following = data.find(_TRACK, position)
    end = following if following >= 0 else len(data)
    if data[position:end].strip(PADDING):
        where = "before the first track"
        if container.spans:
            where = f"after track {len(container.spans)}"
        container.notices.append(
            f"{count_bytes(end - position)} {where} are in no track and were not read"
        )
    return end


def count_bytes(count: int) -> str:
    """A number of bytes in words."""
    return "1 byte" if count == 1 else f"{count:,} bytes"
