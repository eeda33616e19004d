"""A verb gives the whole file back: its new part in place of what it read, all else as it was."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pretty_midi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import musicvae
from musicvae.api.model import MusicVAE
from musicvae.errors import RequestError
from musicvae.midi.reader import main_phrase, read_midi
from musicvae.midi.song_events import SongNote, read_song, song_bytes, song_notes
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import Meter

from ..midi import smf
from ..midi.songs import PPQ, note_events, other_events, song_file
from ..miniatures import little_band, tiny_checkpoint, tiny_prior

BAR = 4 * PPQ
END = 40 * BAR


@cache
def model(name: str = "melody-2bar") -> MusicVAE:
    """A small model of random weights, with a prior."""
    return MusicVAE(tiny_prior(tiny_checkpoint(name)))


def vary(data: bytes, **options: object) -> Phrase:
    """One variation, far from the source."""
    return model().vary(data, 1, strength=1, seed=1, **options)[0]  # type: ignore[arg-type]


VERBS: dict[str, Callable[[bytes], Phrase]] = {
    "vary": vary,
    "humanized": lambda data: vary(data, humanize=1.0),
    "extend": lambda data: model().extend(data, 2, seed=1),
    "reconstruct": lambda data: model().reconstruct(data, temperature=1, seed=1).phrase,
    "interpolate": lambda data: model().interpolate(data, song_file(99), 3)[0],
    "grid": lambda data: model().grid([data, song_file(98), song_file(99)], 2)[0],
    "analogy": lambda data: model().analogy(song_file(98), song_file(99), data),
}


@pytest.mark.parametrize("verb", VERBS)
@settings(max_examples=3)
@given(seed=st.integers(0, 99), kind=st.sampled_from([0, 1]))
def test_what_is_not_read_comes_back_tick_for_tick(verb: str, seed: int, kind: int) -> None:
    """The other players' notes, and all events that are no notes, of files of both types."""
    data = song_file(seed, kind)
    written = midi_bytes(VERBS[verb](data))
    assert other_events(written) == other_events(data)
    assert note_events(written, [1, 9], 0, END) == note_events(data, [1, 9], 0, END)
    assert note_events(written, [0], 0, END) != note_events(data, [0], 0, END)


@pytest.mark.parametrize("verb", VERBS)
@settings(max_examples=3)
@given(seed=st.integers(0, 99), kind=st.sampled_from([0, 1]))
def test_a_song_replays_byte_for_byte(verb: str, seed: int, kind: int) -> None:
    """The new part is made again from its recipe, and stands where it stood."""
    written = midi_bytes(VERBS[verb](song_file(seed, kind)))
    assert midi_bytes(model().replay(written)) == written


@settings(max_examples=6)
@given(st.integers(0, 99), st.sampled_from([0, 1]), st.integers(1, 8), st.integers(1, 8))
def test_bars_are_replaced_where_they_stand(seed: int, kind: int, first: int, last: int) -> None:
    """A hole at the start, in the middle or at the end: the part stays before and after it."""
    first, last = sorted((first, last))
    data = song_file(seed, kind)
    phrase = vary(data, bars=(first, last))
    assert phrase.bars == last - first + 1
    written = midi_bytes(phrase)
    assert other_events(written) == other_events(data)
    assert note_events(written, [1, 9], 0, END) == note_events(data, [1, 9], 0, END)
    assert onsets(written, 0, first - 1) == onsets(data, 0, first - 1)
    assert onsets(written, last, 8) == onsets(data, last, 8)
    assert midi_bytes(model().replay(written)) == written


def onsets(data: bytes, first: int, last: int) -> list[tuple[int, int]]:
    """Tick and pitch of the melody's notes that begin in bars `first` to `last`, from 0."""
    return sorted(
        (note.start, note.pitch)
        for track in read_song(data).tracks
        for note in song_notes(track, [0])
        if first * BAR <= note.start < last * BAR
    )


def test_the_new_part_of_the_written_song_is_the_result() -> None:
    """What is read of the file has the notes of the phrase, on the same steps."""
    data = song_file(3)
    phrase = vary(data)
    read = main_phrase(read_midi(midi_bytes(phrase)))
    (lead,) = [part for part in read.parts if part.name == "Lead"]
    assert lead.notes == phrase.parts[0].notes
    assert len(read.parts) == 3


def test_only_gives_the_new_part_alone() -> None:
    """Its notes are those that stand in the song, and its file has no other track."""
    for bars in (None, "3-4"):
        whole, alone = (vary(song_file(5), bars=bars, only=only) for only in (False, True))
        assert alone == whole
        assert read_midi(midi_bytes(alone)) == [alone]


@settings(max_examples=3)
@given(seed=st.integers(0, 99), kind=st.sampled_from([0, 1]))
@pytest.mark.parametrize("name", ["band-8bar", "drums-2bar", "leadsheet-8bar", "piano-2bar"])
def test_models_of_other_parts_keep_the_rest(name: str, seed: int, kind: int) -> None:
    """All events that are no notes stay, but for chord symbols; replay gives the same bytes."""
    data = song_file(seed, kind)
    track = "Bass" if name == "piano-2bar" and kind else None
    for bars in (None, "3-4"):
        written = midi_bytes(model(name).vary(data, 1, seed=1, track=track, bars=bars)[0])
        before, after = other_events(data), other_events(written)
        for key, events in before.items():
            assert [event for event in after[key] if event in events] == events
        assert midi_bytes(model(name).replay(written)) == written


def test_a_variation_of_a_song_varies_the_same_part_again() -> None:
    """The bars that were varied, from the z of their recipe, in memory and from the file."""
    data = song_file(7)
    once = vary(data, bars="3-4")
    for source in (once, midi_bytes(once)):
        again = model().vary(source, 1, strength=0, seed=1)[0]
        assert (again.bars, again.parts[0].notes) == (2, once.parts[0].notes)
        assert midi_bytes(again) == midi_bytes(once) or again.recipe != once.recipe


@pytest.mark.parametrize("bars", ["0-2", "5-4", "x", (0, 3), 0, "9", "8-9", (1, 2, 3), True, 1.5])
def test_bars_that_are_none_are_refused(bars: object) -> None:
    """In one sentence, which says how many bars there are."""
    with pytest.raises(RequestError, match=r"[Bb]ars"):
        vary(song_file(1), bars=bars)


def test_extend_adds_bars_after_the_song() -> None:
    """All that was there stays tick for tick, the part's own notes too; it may be done again."""
    for kind in (0, 1):
        data = song_file(11, kind)
        longer = midi_bytes(model().extend(data, 2, seed=1))
        assert onsets(longer, 0, 8) == onsets(data, 0, 8)
        assert other_events(longer) == other_events(data)
        assert onsets(longer, 8, 99)
        assert not onsets(data, 8, 99)
        again = midi_bytes(model().extend(longer, 1, seed=2))
        assert onsets(again, 0, 10) == onsets(longer, 0, 10)
        assert midi_bytes(model().replay(again)) == again


@pytest.mark.parametrize("ppq", [24, 96, 100, 480, 960, 10_000])
def test_humanized_parts_replay_in_any_resolution(ppq: int) -> None:
    """A file that counts too coarsely for the offsets counts finer, and nothing moves in time."""
    data = song_file(13, ppq=ppq)
    written = midi_bytes(vary(data, humanize=1.0))
    factor = read_song(written).division // ppq
    assert read_song(written).division >= min(480, ppq * factor)
    before = {(n, tick * factor): e for (n, tick), e in other_events(data).items()}
    assert other_events(written) == before
    assert midi_bytes(model().replay(written)) == written


def test_what_sounds_below_a_melody_stays() -> None:
    """A model of one voice reads the highest line of a piano; the rest of the chords is kept.

    Only a new note of the same key takes the place of a chord's note that begins under it, or ends
    one that it is struck in.
    """
    line = [(i, 1, 72 + i % 5) for i in range(32)]
    chords = [(2 * i, 2, pitch) for i in range(16) for pitch in (48, 52, 55)]
    data = smf.file([smf.body(smf.play([*line, *chords]), end=33 * PPQ)])
    for options, varied in (({}, range(32)), ({"bars": "3-4"}, range(8, 16))):
        phrase = vary(data, **options)
        written = midi_bytes(phrase)
        new = new_notes(phrase)
        kept = [*chords, *(note for note in line if note[0] not in varied)]
        left = {part for note in kept if (part := left_of(note, new))}
        assert {(n.start, n.end, n.pitch) for n in notes_of(written)} == new | left
        assert midi_bytes(model().replay(written)) == written


def notes_of(data: bytes) -> list[SongNote]:
    """All notes of a song of one track."""
    return song_notes(read_song(data).tracks[0], range(16))


def new_notes(phrase: Phrase) -> set[tuple[int, int, int]]:
    """Start and end, in ticks of its song, and pitch of the notes of the first part."""
    assert phrase.place
    step = PPQ // phrase.meter.steps_per_quarter
    first = int(phrase.place.start)
    return {(first + n.start * step, first + n.end * step, n.pitch) for n in phrase.parts[0].notes}


def left_of(
    note: tuple[int, int, int], new: set[tuple[int, int, int]]
) -> tuple[int, int, int] | None:
    """What sounds of a note, given in beats, where new ones are struck; None if one covers it."""
    start, end, pitch = PPQ * note[0], PPQ * (note[0] + note[1]), note[2]
    same = [(other, until) for other, until, key in new if key == pitch]
    if any(other <= start < until for other, until in same):
        return None
    return (start, min([end, *(other for other, _ in same if start < other < end)]), pitch)


def test_late_playing_comes_back_late() -> None:
    """A part that is played late by a constant time is answered as late."""
    late = 50
    tracks = [
        [(t + late, e) for t, e in smf.play([(i / 2, 0.5, p + i % 3) for i in range(32)], c)]
        for c, p in ((0, 72), (1, 40))
    ]
    data = smf.file([smf.body([(0, smf.name("Lead")), *t], end=17 * PPQ) for t in tracks])
    written = midi_bytes(vary(data, track="1"))
    lead = read_song(written).tracks[0]
    assert {note.start % 120 for note in song_notes(lead, [0])} == {late}


def test_every_meter_of_a_song_is_varied_in_its_place() -> None:
    """A bar that no grid holds stays as it is, one that is cut short, and so does all else."""
    line = [(i, 1, 70 + i % 7) for i in range(28)]
    meters = [(0, smf.meter(4, 2)), (8 * PPQ, smf.meter(13, 5)), (8 * PPQ + 780, smf.meter(3, 2))]
    meters.append((20 * PPQ, smf.meter(2, 2)))  # the last bar of 3/4 is two notes short
    others = smf.play([(i, 1, 40) for i in range(28)], 1)
    tracks = [meters, [(0, smf.name("Lead")), *smf.play(line)], [(0, smf.name("Bass")), *others]]
    data = smf.file([smf.body(track) for track in tracks])
    phrase = vary(data)
    assert len(phrase.sections) == 3
    written = midi_bytes(phrase)
    assert other_events(written) == other_events(data)
    assert note_events(written, [1], 0, END) == note_events(data, [1], 0, END)
    for first, end in ((8 * PPQ, 8 * PPQ + 660), (19 * PPQ - 10, 20 * PPQ)):
        odd = [{n for n in lead_of(file) if first <= n[0] < end} for file in (data, written)]
        assert odd[0] == odd[1] != set()
    assert midi_bytes(model().replay(written)) == written


def lead_of(data: bytes) -> set[tuple[int, int | None, int]]:
    """Start, end and pitch of the notes on the first channel of the second track."""
    return {(n.start, n.end, n.pitch) for n in song_notes(read_song(data).tracks[1], [0])}


def test_a_file_timed_in_seconds_stays_so() -> None:
    """Its division, and the times of all other events."""
    line = smf.play([(i, 1, 70 + i % 5) for i in range(16)], 0, 500)
    bass = smf.play([(i, 1, 40) for i in range(16)], 1, 500)
    tracks = [smf.body([(0, smf.name("Lead")), *line]), smf.body([(0, smf.name("Bass")), *bass])]
    data = smf.file(tracks, division=0xE728)
    written = midi_bytes(vary(data, bpm=120))
    assert read_song(written).division == 0xE728
    assert note_events(written, [1], 0, END) == note_events(data, [1], 0, END)
    assert midi_bytes(model().replay(written)) == written


def test_objects_of_pretty_midi_come_back_whole() -> None:
    """As a file, and as an object, with its bends and controllers."""
    before = pretty_midi.PrettyMIDI(io.BytesIO(song_file(17)))
    phrase = model().vary(before, 1, seed=1, strength=1)[0]
    after = musicvae.to_pretty_midi(phrase)
    assert [i.name for i in after.instruments] == [i.name for i in before.instruments]
    for one, other in zip(before.instruments, after.instruments, strict=True):
        assert len(one.pitch_bends) == len(other.pitch_bends)
        assert len(one.control_changes) == len(other.control_changes)
        if one.name != "Lead":
            assert timed(one.notes) == timed(other.notes)


def timed(notes: list[pretty_midi.Note]) -> list[tuple[float, int, int]]:
    """Start, pitch and velocity, in order."""
    return sorted((round(note.start, 3), note.pitch, note.velocity) for note in notes)


def test_the_other_parts_of_a_phrase_are_kept() -> None:
    """In the file that is written; the phrase itself is the new part."""
    band = little_band(Meter(), 1)
    phrase = model().vary(band, 1, seed=1)[0]
    assert len(phrase.parts) == 1
    (whole,) = read_midi(midi_bytes(phrase))
    assert [part.name for part in whole.parts] == [part.name for part in band.parts]
    assert whole.parts[1:] == band.parts[1:]
    assert len(read_midi(midi_bytes(model().vary(band, 1, seed=1, only=True)[0]))[0].parts) == 1


def test_tuples_of_a_new_part_stand_where_it_stands() -> None:
    """Bars in the middle of a song have the times of the song."""
    notes = [(float(i), 1.0, 70 + i % 5, 80) for i in range(32)]
    result = musicvae.to_tuples(model().vary(notes, 1, bars="3-4", seed=1)[0])
    assert {8.0 <= start < 16.0 for start, *_ in result} == {True}


def test_a_clip_of_our_own_stays_a_clip() -> None:
    """All of its parts are the model's, so nothing is to be kept, until another part is added."""
    sheets = model("leadsheet-8bar")
    (clip,) = sheets.generate(1, seed=1)
    varied = sheets.vary(midi_bytes(clip), 1, seed=1)[0]
    assert varied.song is None
    assert [part.name for part in varied.parts][1:] == ["Chords", "Bass"]
    flute = Part((Note(0, 4, 90),), 73, name="Flute")
    played = replace(clip, parts=(*clip.parts, flute))
    written = midi_bytes(sheets.vary(midi_bytes(played), 1, seed=1)[0])
    names = [part.name for part in main_phrase(read_midi(written)).parts]
    assert (len(names), names[1:]) == (4, ["Chords", "Bass", "Flute"])
    assert midi_bytes(sheets.replay(written)) == written


def test_accompaniment_is_replaced_by_the_next_one() -> None:
    """Chords and bass that were added to a song are not added twice."""
    sheets = model("leadsheet-8bar")
    once = midi_bytes(sheets.vary(song_file(19), 1, seed=1)[0])
    twice = midi_bytes(sheets.vary(once, 1, seed=2)[0])
    tracks = [len(read_song(data).tracks) for data in (song_file(19), once, twice)]
    assert tracks == [4, 6, 6]


def test_a_song_that_was_edited_is_not_replayed() -> None:
    """Only if the new part was; another track may change."""
    written = midi_bytes(vary(song_file(23)))
    song = read_song(written)
    lead = [*song.tracks[1]]
    number = next(i for i, (_, event) in enumerate(lead) if event[0] == 0x90)
    tick, event = lead[number]
    lead[number] = (tick, bytes([event[0], event[1] ^ 1, event[2]]))
    edited = replace(song, tracks=(song.tracks[0], tuple(lead), *song.tracks[2:]))
    with pytest.raises(RequestError, match="its notes were changed since it was made"):
        model().replay(song_bytes(edited))
    muted = song_bytes(replace(song, tracks=(*song.tracks[:3], song.tracks[3][-1:])))
    assert model().replay(muted).parts == vary(song_file(23)).parts


def test_a_song_names_what_made_its_new_part() -> None:
    """`replay` without a model finds none of the package; another model refuses."""
    written = midi_bytes(vary(song_file(41)))
    with pytest.raises(RequestError, match="no model that came with the package made it"):
        musicvae.replay(written)
    with pytest.raises(RequestError, match="another model made it"):
        model("band-8bar").replay(written)


def test_encode_reads_the_whole_part_of_a_song() -> None:
    """Not only the bars that are new."""
    written = midi_bytes(vary(song_file(43), bars="3-4"))
    assert len(model().encode(written)) == len(model().encode(song_file(43))) == 4


def test_parts_that_are_read_as_one_are_named() -> None:
    """They then stand in the first of their tracks, which a notice says."""
    phrase = model("piano-2bar").reconstruct(song_file(29)).phrase
    said = "tracks 1 and 2 were read as one part, which now stands in track 1"
    assert said in phrase.notices


def test_the_melody_of_some_bars_is_that_of_the_song() -> None:
    """Where it rests, no other track is taken for it; its rest is answered."""
    song = read_song(song_file(31))
    lead = [
        (tick, event)
        for tick, event in song.tracks[1]
        if event[0] >> 4 not in (8, 9) or not 2 * BAR <= tick <= 4 * BAR
    ]
    data = song_bytes(replace(song, tracks=(song.tracks[0], tuple(lead), *song.tracks[2:])))
    phrase = vary(data, bars="3-4")
    assert phrase.parts[0].name == "Lead"
    written = midi_bytes(phrase)
    assert note_events(written, [1, 9], 0, END) == note_events(data, [1, 9], 0, END)
    with pytest.raises(RequestError, match="track 'lead' has no notes"):
        vary(data, bars="3", track="lead")


def bar_starts(data: bytes) -> list[int]:
    """Where the new part of bars 1 to 4 begins, in ticks."""
    starts = []
    for bar in (1, 2, 3, 4):
        phrase = vary(data, bars=bar, track=1)
        assert (phrase.bars, phrase.pickup) == (1, 0)
        assert phrase.place
        starts.append(phrase.place.start)
    return starts


def test_bars_are_counted_as_the_file_has_them() -> None:
    """After a pick-up from 1, through several meters, in files of ours and of others."""
    lead = Part((Note(0, 4, 70), *(Note(4 + 4 * i, 4, 70 + i % 5) for i in range(8))), name="Lead")
    upbeat = Phrase(Meter(4, 4), 2, 4, parts=(lead, Part((Note(4, 4, 40),), 33, name="Bass")))
    ours = midi_bytes(replace(upbeat, after=(little_band(Meter(3, 4), 2),)))
    assert bar_starts(ours) == [BAR, 2 * BAR, 3 * BAR, 3 * BAR + 3 * PPQ]
    rested = ours.replace(b"musicvae:", b"somebody:")
    assert bar_starts(rested) == [0, BAR, 2 * BAR, 3 * BAR]
    line = smf.play([(i, 1, 70 + i % 5) for i in range(17)])
    meters = [(0, smf.meter(1, 2)), (PPQ, smf.meter(4, 2))]
    short = smf.file([smf.body([*meters, *line], end=17 * PPQ)])
    assert bar_starts(short) == [PPQ + BAR * bar for bar in range(4)]


def test_the_pieces_of_a_type_2_file_stay_apart() -> None:
    """Each is varied in its own track."""
    lines = [[(i, 1, pitch + i % 5) for i in range(16)] for pitch in (60, 72)]
    tracks = [smf.body([(0, smf.name("Lead")), *smf.play(line)], end=16 * PPQ) for line in lines]
    written = midi_bytes(vary(smf.file(tracks, kind=2)))
    song = read_song(written)
    assert (song.kind, len(song.tracks)) == (2, 2)
    assert all(song_notes(track, [0]) for track in song.tracks)
    assert midi_bytes(model().replay(written)) == written
