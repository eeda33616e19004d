"""Notes moved among other events: what yields to what."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from musicvae.midi.move_notes import Move, move_notes
from musicvae.midi.song_events import END, SongNote, song_notes
from musicvae.score.song import Event

moments = st.integers(0, 30)


@st.composite
def tracks(draw: st.DrawFn) -> tuple[Event, ...]:
    """Few keys on two channels, struck often: overlaps, lone note-offs, programs, controllers."""
    events: list[Event] = []
    for _ in range(draw(st.integers(1, 12))):
        channel, pitch, start = draw(st.integers(0, 1)), draw(st.integers(60, 61)), draw(moments)
        events.append((start, bytes([0x90 | channel, pitch, draw(st.integers(1, 127))])))
        if draw(st.integers(0, 5)):
            end = start + draw(st.integers(1, 6))
            events.append((end, bytes([0x80 | channel, pitch, 64])))
    for status in draw(st.lists(st.sampled_from([0xC0, 0xC1]), max_size=3)):
        events.append((draw(moments), bytes([status, 5])))
    for _ in range(draw(st.integers(0, 3))):
        events.append((draw(moments), bytes([0xB0, 7, draw(st.integers(0, 127))])))
    events.sort(key=lambda event: event[0])
    return (*events, (draw(st.integers(40, 50)), END))


@st.composite
def wanted(draw: st.DrawFn) -> tuple[tuple[Event, ...], dict[int, Move]]:
    """A track, and where some of its notes are wanted."""
    track = draw(tracks())
    moves = {}
    for note in song_notes(track, range(16)):
        if draw(st.booleans()):
            start = max(0, note.start + draw(st.integers(-5, 5)))
            end = None if note.end is None else note.end + draw(st.integers(-5, 5))
            moves[note.on] = Move(start, end, draw(st.integers(1, 127)))
    return track, moves


def lines_of(track: tuple[Event, ...]) -> dict[tuple[int, int], list[SongNote]]:
    """The notes of each key in order."""
    lines = defaultdict(list)
    for note in song_notes(track, range(16)):
        lines[note.channel, note.pitch].append(note)
    return lines


@given(wanted())
def test_every_other_event_stays_as_it_is(asked: tuple[tuple[Event, ...], dict[int, Move]]) -> None:
    """At its tick, and in its order, note-ons and note-offs of other notes among them."""
    track, moves = asked
    notes = song_notes(track, range(16))
    own = {index for note in notes if note.on in moves for index in (note.on, note.off)}
    others = [event for index, event in enumerate(track[:-1]) if index not in own]
    left = [*move_notes(track, moves)[:-1]]
    for event in others:  # in this order, between the moved ones
        while left and left[0] != event:
            del left[0]
        assert left, event
        del left[0]
    assert len(move_notes(track, moves)) == len(track)


@given(wanted())
def test_the_notes_of_a_key_keep_their_order(
    asked: tuple[tuple[Event, ...], dict[int, Move]],
) -> None:
    """Each has its new velocity, those apart stay apart, and none is before the start."""
    track, moves = asked
    before, after = lines_of(track), lines_of(move_notes(track, moves))
    for key, line in before.items():
        played = [moves[n.on].velocity if n.on in moves else n.velocity for n in line]
        assert [note.velocity for note in after[key]] == played
        for (a, b), (c, d) in zip(pairwise(line), pairwise(after[key]), strict=True):
            assert c.start < d.start if a.start < b.start else c.start <= d.start
        assert all(note.start >= 0 for note in after[key])


LATE_OFF = (
    (17, b"\x90=\x01"),
    (23, b"\x90=\x01"),
    (23, b"\x80=@"),
    (40, END),
)
"""A note that ends at the tick of the next one, after it has begun."""


@given(wanted())
@example((LATE_OFF, {1: Move(22, None, 1)}))
def test_a_note_ends_where_its_key_is_struck_again(
    asked: tuple[tuple[Event, ...], dict[int, Move]],
) -> None:
    """It lasts a tick at least, in keys that never overlapped before."""
    track, moves = asked
    before, after = lines_of(track), lines_of(move_notes(track, moves))
    for key, line in before.items():
        ends = [(note.end, later.start) for note, later in pairwise(line)]
        if any(end is None or end > start for end, start in ends) or _has_lone_offs(track, key):
            continue
        for note in after[key]:
            assert note.end is None or note.end > note.start
        for note, later in pairwise(after[key]):
            assert note.end is not None
            assert note.end <= later.start


def _has_lone_offs(track: tuple[Event, ...], key: tuple[int, int]) -> bool:
    own = {note.off for note in song_notes(track, range(16))}
    return any(
        event[0] == 0x80 | key[0] and event[1] == key[1] and index not in own
        for index, (_, event) in enumerate(track)
    )


@given(wanted())
def test_a_note_keeps_its_program(asked: tuple[tuple[Event, ...], dict[int, Move]]) -> None:
    """No note moves to the other side of a program change of its channel."""
    track, moves = asked
    for channel in (0, 1):
        numbers = []
        for events in (track, move_notes(track, moves)):
            passed, counts = 0, defaultdict(list)
            for _, event in events:
                passed += event[0] == 0xC0 | channel
                if event[0] == 0x90 | channel:
                    counts[event[1]].append(passed)
            numbers.append(counts)
        assert numbers[0] == numbers[1]


@given(wanted())
def test_where_nothing_is_in_the_way_a_note_goes_where_it_is_wanted(
    asked: tuple[tuple[Event, ...], dict[int, Move]],
) -> None:
    """A key of one note, without program changes, is played as asked."""
    track, moves = asked
    if any(event[0] >> 4 == 0xC for _, event in track):
        return
    after = lines_of(move_notes(track, moves))
    for key, line in lines_of(track).items():
        if len(line) == 1 and line[0].on in moves and not _has_lone_offs(track, key):
            move, (note,) = moves[line[0].on], after[key]
            assert note.start == move.start
            assert note.end == (None if move.end is None else max(move.start + 1, move.end))
