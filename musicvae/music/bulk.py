"""Many files quickly: the voice that a codec reads, as arrays, straight from symusic.

symusic (Liao, Luo et al., symusic: A swift and unified toolkit for symbolic music
processing, ISMIR 2024 late-breaking demo) parses in C++. What follows is
`quantise`, `melody` and `voices` once more, over all notes of a file at once.
What a file means is said by them: where the quick way may not agree with them it
raises `Unsure`, and the file is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import MeterError
from .melody import NAMED, score
from .midi import SIGNATURE
from .notes import Phrase
from .quantise import MAX_BARS, Stretch, choose_grid, stretches
from .smf import SUSTAIN_PEDAL, NotMidi, Score, text_of, track_chunks
from .units import Meter, ticks_to_steps

if TYPE_CHECKING:
    from symusic.core import TrackTick

Ints = NDArray[np.int64]

END_OF_TRACK = b"\xff\x2f\x00"
LET_GO = [
    bytes([0xB0 | channel, 64, 0, 0, 0x80 | channel, 0, 0])
    + b"".join(bytes([0, pitch, 0]) for pitch in range(1, 128))
    for channel in range(16)
]
"""The pedal of a channel is lifted and every pitch let go, all at one moment."""

PROGRAM = re.compile(rb"[\xc0-\xcf][\x00-\x7f]")
RUNNING_PROGRAM = re.compile(rb"[\xc0-\xcf][\x00-\x7f]{3}")
NAME = re.compile(rb"\xff\x03[\x01-\xff]")
SHORT_METER = re.compile(rb"\xff\x58[^\x04]")
BITS = 22
"""For a time in steps, where a note is sorted as one integer."""


class Unsure(Exception):
    """The quick way may not read this file as `read_midi` does."""


@dataclass(frozen=True)
class Line:
    """One voice on a grid, in whole bars: a pick-up is filled up and counts as one.

    Attributes:
        start, end, pitch: of each note, by start, duration, pitch. `[N]`
    """

    meter: Meter
    bars: int
    start: Ints
    end: Ints
    pitch: Ints


class _Player(NamedTuple):
    name: str
    program: int
    is_drum: bool


class _Notes(NamedTuple):
    """Notes of all players of a file, in ticks, or of a stretch of it, in steps. `[N]`"""

    player: Ints
    pitch: Ints
    start: Ints
    end: Ints

    def where(self, mask: NDArray[np.bool_]) -> _Notes:
        return _Notes(*(array[mask] for array in self))


def line_of(phrase: Phrase) -> Line:
    """The first part of a phrase as a line."""
    notes, lead = phrase.parts[0].notes, phrase.lead_in
    columns = np.array([(n.start + lead, n.end + lead, n.pitch) for n in notes], dtype=np.int64)
    bars = phrase.bars + (phrase.pickup > 0)
    return Line(phrase.meter, bars, *columns.reshape(-1, 3).T)


def quick_lines(data: bytes, codec: str) -> list[Line]:
    """What `voice` gives for each phrase of `read_midi`, where it gives something.

    Raises:
        Unsure: that is better asked of them.
    """
    try:
        kind, resolution, chunks = track_chunks(data)
    except NotMidi as error:
        raise Unsure from error
    if kind == 2 or resolution <= 0 or SIGNATURE.encode() in data:
        raise Unsure
    players, notes, signs = _read(chunks, resolution)
    if not players:
        raise Unsure
    end = int(notes.end.max()) + 1
    if any(tick >= end for tick, _, _ in signs):  # the end of the last track matters now
        raise Unsure
    lines = []
    for stretch in stretches(Score(resolution, meters=sorted(signs), end=end)):
        inside = (notes.start >= stretch.start) & (notes.start < stretch.end)
        if inside.any():
            lines += _lines(stretch, players, notes.where(inside), resolution, codec)
    return lines


def _read(
    chunks: Sequence[bytes], resolution: int
) -> tuple[list[_Player], _Notes, list[tuple[int, int, int]]]:
    """Who plays, what is played, and the meters: (tick, numerator, denominator)."""
    players: list[_Player] = []
    found: list[_Notes] = []
    signs: list[tuple[int, int, int]] = []
    for chunk in chunks:
        sounding = [channel for channel in range(16) if 0x90 | channel in chunk]
        if not sounding and b"\xff\x58" not in chunk:
            continue
        piece = _parse(chunk, sounding, resolution)
        signs += [
            (sign.time, sign.numerator, sign.denominator)
            for sign in piece.time_signatures
            if sign.numerator and 1 <= sign.denominator <= 64
        ]
        name = _name(chunk)
        for track in piece.tracks:
            if len(track.notes):
                found.append(_notes(track, len(players)))
                players.append(_Player(name, track.program, track.is_drum))
    if not players:
        raise Unsure
    return players, _Notes(*map(np.concatenate, zip(*found, strict=True))), signs


def _parse(chunk: bytes, sounding: Sequence[int], resolution: int) -> Any:
    """One track in symusic's reading, what still sounds at its end let go.

    symusic forgets notes that are never let go, and makes several tracks of a
    channel that changes its program.
    """
    from symusic import Score as Quick

    if not chunk.endswith(END_OF_TRACK) or SHORT_METER.search(chunk):
        raise Unsure
    _check_programs(chunk, sounding)
    closed = b"\0".join([LET_GO[channel] for channel in sounding] + [END_OF_TRACK])
    body = chunk[: -len(END_OF_TRACK)] + closed
    header = b"MThd\0\0\0\6\0\1\0\1" + resolution.to_bytes(2) + b"MTrk" + len(body).to_bytes(4)
    try:
        return Quick.from_midi(header + body)
    except (RuntimeError, ValueError) as error:
        raise Unsure from error


def _check_programs(chunk: bytes, sounding: Sequence[int]) -> None:
    programs: dict[int, int] = {}
    for found in PROGRAM.findall(chunk):
        channel = found[0] & 0x0F
        if channel in sounding and programs.setdefault(channel, found[1]) != found[1]:
            raise Unsure
    for channel in programs:
        if chunk.index(0xC0 | channel) > chunk.index(0x90 | channel):
            raise Unsure
    if programs and RUNNING_PROGRAM.search(chunk):
        raise Unsure


def _name(chunk: bytes) -> str:
    found = NAME.search(chunk)
    if not found:
        return ""
    size = found[0][2]
    if size > 0x7F:
        raise Unsure
    return text_of(chunk[found.end() : found.end() + size])


def _notes(track: TrackTick, player: int) -> _Notes:
    """The notes of a track, those under the pedal held until it is lifted."""
    arrays = track.notes.numpy()
    start, duration = arrays["time"].astype(np.int64), arrays["duration"].astype(np.int64)
    if (start < 0).any() or (duration < 0).any():  # more ticks than symusic counts
        raise Unsure
    end = start + duration
    down, up = _pedal(track)
    if len(down):
        last = np.searchsorted(down, end, side="right") - 1
        if (down[last] == end)[last >= 0].any():  # was it pressed before the note ended, or after?
            raise Unsure
        end = np.where(last >= 0, np.maximum(end, up[last]), end)
    return _Notes(np.full_like(start, player), arrays["pitch"].astype(np.int64), start, end)


def _pedal(track: TrackTick) -> tuple[Ints, Ints]:
    """When the pedal is pressed, and when it is lifted after that."""
    controls = track.controls.numpy()
    pedal = controls["number"] == SUSTAIN_PEDAL
    time, held = controls["time"][pedal].astype(np.int64), controls["value"][pedal] >= 64
    before = np.concatenate([[False], held[:-1]]) if len(held) else held
    return time[held & ~before], time[~held & before]


def _lines(
    stretch: Stretch, players: Sequence[_Player], notes: _Notes, resolution: int, codec: str
) -> Iterator[Line]:
    """The line of a stretch, if it has one; see `quantise.to_phrases`."""
    try:
        meter = choose_grid(stretch, notes.start - stretch.start, resolution)
    except MeterError:
        return
    bar = meter.bar
    start = _steps(notes.start - stretch.start, resolution, meter.grid)
    end = _steps(np.minimum(notes.end, stretch.end) - stretch.start, resolution, meter.grid)
    end = np.maximum(end, start + 1)
    if end.max() >= 1 << BITS:
        raise Unsure
    notes = _without_overlaps(_Notes(notes.player, notes.pitch, start, end))
    first, last = int(start.min()), int(notes.end.max())
    pickup = ticks_to_steps(stretch.pickup, resolution, meter.grid) % bar
    if first >= pickup:
        shift, lead = pickup + (first - pickup) // bar * bar, 0
    else:
        shift, lead = 0, bar - pickup
    bars = -(-(last - shift + lead) // bar)
    if bars - (lead > 0) > MAX_BARS:
        return
    drums = np.array([player.is_drum for player in players])
    pitched = notes.where(~drums[notes.player])
    if not len(pitched.start):
        return
    kept = _merged(pitched) if codec == "roll" else _melody(pitched, players)
    yield Line(meter, bars, kept.start + lead - shift, kept.end + lead - shift, kept.pitch)


def _steps(ticks: Ints, resolution: int, grid: int) -> Ints:
    """As `units.ticks_to_steps`."""
    return (2 * grid * ticks + resolution) // (2 * resolution)


def _without_overlaps(notes: _Notes) -> _Notes:
    """As `notes.without_overlaps`, for each player; sorted by player, pitch, start."""
    whose = notes.player << 7 | notes.pitch
    one = np.sort((whose << BITS | notes.start) << BITS | (notes.end - notes.start))
    longest = np.append(one[:-1] >> BITS != one[1:] >> BITS, True)
    one = one[longest]
    whose, start = one >> 2 * BITS, one >> BITS & (1 << BITS) - 1
    end = start + (one & (1 << BITS) - 1)
    again = whose[:-1] == whose[1:]
    end[:-1][again] = np.minimum(end[:-1], start[1:])[again]
    return _Notes(whose >> 7, whose & 127, start, end)


def _merged(notes: _Notes) -> _Notes:
    """All players as one, sorted by start, duration, pitch."""
    notes = _without_overlaps(notes._replace(player=np.zeros_like(notes.player)))
    order = np.lexsort((notes.pitch, notes.end, notes.start))
    return _Notes(*(array[order] for array in notes))


def _melody(notes: _Notes, players: Sequence[_Player]) -> _Notes:
    """The highest voice of the player who has the melody; as `melody.find_melody`."""
    there = np.unique(notes.player).tolist()
    likely = [number for number in there if NAMED.search(players[number].name)] or there
    voices = [notes.where(notes.player == number) for number in likely]
    lines = [_skyline(voice) for voice in voices]
    if len(lines) == 1:
        return lines[0]
    scores = []
    for number, voice, line in zip(likely, voices, lines, strict=True):
        alone = len(np.unique(voice.start)) / len(voice.start)
        player = players[number]
        scores.append(score(line.pitch.tolist(), alone, player.program, player.name))
    return lines[scores.index(max(scores))]


def _skyline(notes: _Notes) -> _Notes:
    """As `melody.skyline`."""
    order = np.lexsort((-notes.pitch, notes.start))
    notes = _Notes(*(array[order] for array in notes))
    if (notes.end[:-1] <= notes.start[1:]).all():
        return notes
    kept: list[int] = []
    ends = notes.end.tolist()
    pitches = notes.pitch.tolist()
    begun, over, high = -1, -1, -1
    for i, (start, end, pitch) in enumerate(zip(notes.start.tolist(), ends, pitches, strict=True)):
        if over > start:
            if start == begun or (pitch <= high and end <= over):
                continue
            ends[kept[-1]] = start
        kept.append(i)
        begun, over, high = start, end, pitch
    return _Notes(notes.player, notes.pitch, notes.start, np.array(ends)).where(np.array(kept))
