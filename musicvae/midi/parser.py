"""Parser of Standard MIDI Files: bytes to notes, tempos and meters, in ticks.

mido is not used here: it rejects a whole file for one unknown key signature, one damaged track or
one missing chunk, and drops the delta time of unknown meta events. This parser reads whatever can
be read, and says in notices what could not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from ..arrays import IntArray
from ..score.song import Player
from ..theory.chords import Chord
from ..theory.key_signature import KeySignature
from ..theory.pitch import pitch_name
from .channel_groups import group_channels
from .channel_notes import NO_END, ChannelNotes, TimedNote
from .containers import NotMidi, open_container
from .drum_tracks import DRUM_CHANNEL
from .events import (
    INSTRUMENT_NAME,
    KEY_SIGNATURE,
    SEQUENCER_SPECIFIC,
    SET_TEMPO,
    TEXT_TYPES,
    TIME_SIGNATURE,
    TRACK_NAME,
    Message,
    TooManyEvents,
    TrackEvents,
)
from .key_signatures import read_key_signature
from .limits import DEFAULT_LIMITS, Limits
from .stuck_notes import end_open_notes
from .text import decode_text
from .tracks import read_timing, read_tracks
from .yamaha_xf import PREFIX, read_chord

MAX_NAME = 1_000
"""Characters of the longest name of a track; the rest is cut off."""

MAX_NAMED = 3
"""Most pitches that a notice lists."""

NO_PLAYER = Player(0, ())


class TextEvent(NamedTuple):
    """A `TEXT`, `LYRIC` or `MARKER` event."""

    tick: int
    kind: int
    text: str


@dataclass
class Track:
    """The notes of one part: a track of the file, or some of its channels.

    Attributes:
        name: of the track, or else of its instrument.
        channel: the first of its channels.
        program: the last one before the first note, or else the first one after it.
        notes: in order of their starts.
        is_drum: True if its notes are strokes of drums.
        programs: (tick, program) of all program changes.
        later_programs: those after the first note.
        is_alone: True if its track of the file has no other notes.
        player: its track and channels in the file.
    """

    name: str
    channel: int
    program: int = 0
    notes: list[TimedNote] = field(default_factory=list)
    is_drum: bool = False
    programs: list[tuple[int, int]] = field(default_factory=list)
    later_programs: list[tuple[int, int]] = field(default_factory=list)
    is_alone: bool = True
    player: Player = NO_PLAYER


@dataclass
class Score:
    """One piece: all tracks of a file, or one track of a type 2 file.

    Attributes:
        resolution: ticks per quarter.
        tracks: the parts of each track that have notes or a program.
        tempos: (tick, microseconds per quarter), sorted by tick; of two at one tick, the
            later in the file comes last and counts.
        meters: (tick, numerator, denominator), sorted likewise.
        texts: text events, sorted by tick.
        end: where the last track with notes ends; other tracks may go on long after the music.
        chords: (tick, chord) of chord events of Yamaha XF, sorted by tick.
        notices: what was not read as it stands in the file, a clause each.
        scale: ticks of the score in one tick of the file.
        key_signatures: (tick, key signature), sorted by tick.
    """

    resolution: int
    tracks: list[Track] = field(default_factory=list)
    tempos: list[tuple[int, int]] = field(default_factory=list)
    meters: list[tuple[int, int, int]] = field(default_factory=list)
    texts: list[TextEvent] = field(default_factory=list)
    end: int = 0
    chords: list[tuple[int, Chord | None]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    scale: float = 1.0
    key_signatures: list[tuple[int, KeySignature]] = field(default_factory=list)


def parse(data: bytes, bpm: float = 120.0, limits: Limits = DEFAULT_LIMITS) -> list[Score]:
    """Parse all pieces of a file: one, or one per track of a type 2 file.

    Args:
        data: the bytes of the file.
        bpm: quarters per minute of a file timed in seconds (SMPTE division).
        limits: the most that is read.

    Raises:
        NotMidi: there is no header or no track, or more than the limits.
    """
    try:
        container = open_container(data, limits)
        tracks = read_tracks(container, limits)
    except TooManyEvents:
        raise NotMidi(f"it has more than {limits.events:,} events") from None
    timing = read_timing(container, tracks, bpm)
    scores: list[Score] = []
    for number, track in enumerate(tracks):
        if not scores or container.kind == 2:
            scores.append(Score(timing.resolution, scale=timing.scale))
        _add_track(scores[-1], track.scaled(timing.scale), container.kind, number)
    for score in scores:
        # a stable sort: of two events at one tick, the later in the file stays last and counts
        score.tempos = (
            [(0, timing.tempo)] if timing.tempo else sorted(score.tempos, key=itemgetter(0))
        )
        score.meters.sort(key=itemgetter(0))
        score.texts.sort(key=itemgetter(0))
        score.chords.sort(key=itemgetter(0))
        score.key_signatures.sort(key=itemgetter(0))
        score.notices[:0] = container.notices
    return scores


def _add_track(score: Score, track: TrackEvents, kind: int, number: int) -> None:
    """Add the events of a track, by its number in a file of type `kind`, to the score."""
    names = {TRACK_NAME: "", INSTRUMENT_NAME: ""}
    for tick, meta, data in track.metas:
        if meta in names:
            names[meta] = names[meta] or decode_text(data)
        elif meta in TEXT_TYPES:
            score.texts.append(TextEvent(tick, meta, decode_text(data)))
        elif meta == SET_TEMPO and len(data) == 3 and any(data):
            score.tempos.append((tick, int.from_bytes(data)))
        elif meta == TIME_SIGNATURE and len(data) >= 2 and data[0] and data[1] <= 6:
            score.meters.append((tick, data[0], 1 << data[1]))
        elif meta == KEY_SIGNATURE and (signature := read_key_signature(data)):
            score.key_signatures.append((tick, signature))
        elif meta == SEQUENCER_SPECIFIC and data.startswith(PREFIX):
            with suppress(ValueError):
                score.chords.append((tick, read_chord(data)))
    name = names[TRACK_NAME] or names[INSTRUMENT_NAME]
    if len(name) > MAX_NAME:
        score.notices.append(f"a name of {len(name):,} characters was cut to {MAX_NAME:,}")
    first = len(score.tracks)
    _add_parts(score, track, kind, name[:MAX_NAME])
    for part in score.tracks[first:]:
        part.player = Player(number, part.player.channels)


def _add_parts(score: Score, track: TrackEvents, kind: int, name: str) -> None:
    """Add the channels of a track that have notes or a program, as parts."""
    messages: dict[int, list[Message]] = defaultdict(list)
    for message in track.messages:
        messages[message[1] & 0x0F].append(message)
    channels = {number: ChannelNotes() for number in sorted(messages)}
    for number, channel in channels.items():
        channel.read(messages[number], track.tick)
    sounding = {number: c.program for number, c in channels.items() if c.onsets}
    silent = [n for n, c in channels.items() if not c.onsets and c.program is not None]
    groups = group_channels(kind, sounding)
    if sounding:
        score.end = max(score.end, track.tick)
    for group in sorted(groups + [[number] for number in silent]):
        members = [channels[number] for number in group]
        declared = [member.program for member in members if member.program is not None]
        if not declared and len(group) > 1:  # of MPE, the program is on a channel of its own
            declared = [channels[number].program or 0 for number in silent]
        notes = [note for member in members for note in member.notes]
        part = Track(name, group[0], declared[0] if declared else 0)
        part.programs = _merge_in_time(member.programs for member in members)
        part.later_programs = _merge_in_time(member.later_programs for member in members)
        part.is_drum, part.is_alone = part.channel == DRUM_CHANNEL, len(groups) == 1
        part.player = Player(0, tuple(group))
        part.notes = _with_ends(score, notes, track.tick)
        score.tracks.append(part)


def _with_ends(score: Score, notes: list[TimedNote], last: int) -> list[TimedNote]:
    """The notes of a part in order; those without end get one, and a notice if it is early."""
    if any(note.end == NO_END for note in notes):
        start, end = note_columns(notes)[:2]
        ends, is_cut = end_open_notes(start, end, last)
        notes = [n._replace(end=end) for n, end in zip(notes, ends.tolist(), strict=True)]
        cut = [note for note, flag in zip(notes, is_cut.tolist(), strict=True) if flag]
        if cut:
            score.notices.append(
                f"{name_notes(cut)} ended at the next onset, for lack of a note-off"
            )
    return sorted(notes)


def _merge_in_time(lists: Iterable[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Events (tick, value) of several lists in order, without repeats."""
    return list(dict.fromkeys(sorted(chain.from_iterable(lists), key=itemgetter(0))))


def note_columns(notes: Sequence[TimedNote]) -> tuple[IntArray, IntArray, IntArray]:
    """Start, end and pitch of notes. `[N]` each"""
    columns = np.array(notes, dtype=np.int64).reshape(-1, 4)
    return columns[:, 0], columns[:, 1], columns[:, 2]


def name_notes(notes: Sequence[TimedNote]) -> str:
    """Notes as the subject of a notice: `2 notes (C4, G4) were`."""
    pitches = sorted({note.pitch for note in notes})
    names = ", ".join(pitch_name(pitch) for pitch in pitches[:MAX_NAMED])
    more = " ..." if len(pitches) > MAX_NAMED else ""
    noun, verb = ("note", "was") if len(notes) == 1 else ("notes", "were")
    return f"{len(notes):,} {noun} ({names}{more}) {verb}"
