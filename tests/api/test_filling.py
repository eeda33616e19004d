"""fill, harmonize, melodize, accompany in a song: what was not asked for stays, event for event."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import musicvae
from musicvae.api.model import MusicVAE
from musicvae.errors import RequestError
from musicvae.midi.reader import read_midi
from musicvae.midi.song_events import read_song, song_notes
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Phrase
from musicvae.theory.meter import Meter

from ..midi import smf
from ..midi.songs import PPQ, note_events, other_events, song_file
from ..miniatures import little_piece, tiny_checkpoint, tiny_prior

BAR = 4 * PPQ
END = 40 * BAR
MELODY, OTHERS = 0, [1, 9]


@cache
def model(name: str = "leadsheet-8bar") -> MusicVAE:
    """A small model of random weights, with a prior."""
    return MusicVAE(tiny_prior(tiny_checkpoint(name)))


@cache
def band() -> MusicVAE:
    """A small model of melody, bass, drums and chords."""
    return MusicVAE(tiny_prior(tiny_checkpoint("band-8bar")))


def fill(data: bytes, **options: object) -> Phrase:
    """Bars 3 and 4, and bar 7, filled."""
    return model().fill(data, "3-4,7", seed=1, **options)[0]  # type: ignore[arg-type]


VERBS: dict[str, Callable[[bytes], Phrase]] = {
    "fill": fill,
    "harmonize": lambda data: model().harmonize(data, bars="3-4", seed=1)[0],
    "melodize": lambda data: model().melodize(data, bars="3-4", seed=1)[0],
    "accompany": lambda data: band().accompany(data, replace="bass,drums", bars="3-4", seed=1)[0],
}


def maker(verb: str) -> MusicVAE:
    """The model that makes what a verb writes."""
    return band() if verb == "accompany" else model()


def added(data: bytes, written: bytes) -> list[tuple[int, int, int]]:
    """Tick, channel and pitch of the notes of a song that another one lacks."""
    one, other = (
        {
            (note.start, note.channel, note.pitch)
            for track in read_song(song).tracks
            for note in song_notes(track, range(16))
        }
        for song in (data, written)
    )
    return sorted(other - one)


@settings(max_examples=4)
@given(
    seed=st.integers(0, 99), kind=st.sampled_from([0, 1]), bars=st.sampled_from(["1", "3-5", "8"])
)
def test_fill_changes_the_notes_of_its_bars_alone(seed: int, kind: int, bars: str) -> None:
    """Of the melody; other players and all other events stay, tick for tick, and it replays."""
    data = song_file(seed, kind)
    first, _, last = bars.partition("-")
    start, stop = (int(first) - 1) * BAR, int(last or first) * BAR
    (phrase,) = model().fill(data, bars, seed=seed)
    written = midi_bytes(phrase)
    assert other_events(written) == other_events(data)
    assert note_events(written, OTHERS, 0, END) == note_events(data, OTHERS, 0, END)
    for begin, end in ((0, start), (stop, END)):
        assert notes(written, begin, end) == notes(data, begin, end)
    assert notes(written, start, stop) != notes(data, start, stop)
    assert midi_bytes(model().replay(written)) == written


def notes(data: bytes, start: int, stop: int) -> list[tuple[int, ...]]:
    """Start, end, pitch and velocity of the melody's notes that begin in some ticks."""
    return sorted(
        (note.start, note.end or 0, note.pitch, note.velocity)
        for track in read_song(data).tracks
        for note in song_notes(track, [MELODY])
        if start - PPQ // 8 <= note.start < stop - PPQ // 8
    )


@settings(max_examples=3)
@given(seed=st.integers(0, 99), kind=st.sampled_from([0, 1]))
def test_harmonize_adds_parts_and_symbols_in_its_bars(seed: int, kind: int) -> None:
    """No note of the file is changed; the new ones begin in the bars that were asked for."""
    data = song_file(seed, kind)
    (phrase,) = model().harmonize(data, bars="3-4", seed=seed)
    written = midi_bytes(phrase)
    new = added(data, written)
    assert new
    assert all(2 * BAR <= tick < 4 * BAR for tick, _, _ in new)
    assert not added(written, data)
    assert note_events(written, [MELODY], 0, END) == note_events(data, [MELODY], 0, END)
    assert [part.name for part in phrase.parts][1:] == ["Chords", "Bass"]
    assert midi_bytes(model().replay(written)) == written
    assert f"beside what {'Bass' if kind else 'track 2'} plays" in phrase.notices[-1]


@settings(max_examples=3)
@given(seed=st.integers(0, 99), kind=st.sampled_from([0, 1]))
def test_melodize_adds_a_part(seed: int, kind: int) -> None:
    """The file has one more player, who plays in the bars that were asked for."""
    data = song_file(seed, kind)
    (phrase,) = model().melodize(data, bars="3-4", program="Flute", seed=seed)
    written = midi_bytes(phrase)
    new = added(data, written)
    assert {channel for _, channel, _ in new} - {MELODY, *OTHERS}
    assert all(2 * BAR <= tick < 4 * BAR for tick, _, _ in new)
    assert not added(written, data)
    assert phrase.parts[0].program == 73
    assert midi_bytes(model().replay(written)) == written


@settings(max_examples=3)
@given(seed=st.integers(0, 99), kind=st.sampled_from([0, 1]))
def test_accompany_replaces_parts_in_its_bars(seed: int, kind: int) -> None:
    """Bass and drums have other notes there, by the same players; nothing else is changed."""
    data = song_file(seed, kind)
    (phrase,) = band().accompany(data, replace=["Bass", "drums"], bars="3-4", seed=seed)
    written = midi_bytes(phrase)
    new = added(data, written)
    assert {channel for _, channel, _ in new} == {*OTHERS}
    assert all(2 * BAR <= tick < 4 * BAR for tick, _, _ in [*new, *added(written, data)])
    assert note_events(written, [MELODY], 0, END) == note_events(data, [MELODY], 0, END)
    assert other_events(written) == other_events(data)
    assert midi_bytes(band().replay(written)) == written


@settings(max_examples=3)
@given(seed=st.integers(0, 99), bars=st.sampled_from([None, "2-3"]))
def test_accompany_adds_the_parts_that_are_not_there(seed: int, bars: str | None) -> None:
    """To a melody alone: a bass and drums, with names, on tracks of their own."""
    tune = little_piece("melody", Meter(4, 4), seed, 4)
    (phrase,) = band().accompany(tune, bars=bars, seed=seed)
    written = midi_bytes(phrase)
    assert not added(written, midi_bytes(tune))
    assert [part.name for part in phrase.parts][1:] == ["Bass", "Drums"]
    assert phrase.parts[0].notes == tune.parts[0].notes
    assert [part.is_drum for part in phrase.parts] == [False, False, True]
    assert midi_bytes(band().replay(written)) == written


def test_accompany_names_what_is_there_and_what_is_not() -> None:
    """A part that is played cannot be added, nor one replaced that is not, nor one unknown."""
    data, tune = song_file(1), little_piece("melody", Meter(4, 4), 1, 4)
    with pytest.raises(RequestError, match=r"bass is played there by track 2 \(Bass\): replace"):
        band().accompany(data, add="bass", seed=1)
    with pytest.raises(RequestError, match="No drums is played there: add it"):
        band().accompany(tune, replace="drums", seed=1)
    with pytest.raises(RequestError, match="All of melody, bass, drums are played"):
        band().accompany(data, seed=1)
    for wrong in ("guitar", "", ["bass", 3], {"bass": 1}):
        with pytest.raises(RequestError):
            band().accompany(data, add=wrong, seed=1)  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="This model cannot accompany"):
        model().accompany(data, seed=1)


def test_accompany_plays_in_the_key() -> None:
    """A new bass has no note outside the key that was asked for."""
    tune = little_piece("melody", Meter(4, 4), 2, 4)
    for seed in range(4):
        (phrase,) = band().accompany(tune, add="bass", key="E major", seed=seed)
        assert {note.pitch % 12 for note in phrase.parts[1].notes} <= {4, 6, 8, 9, 11, 1, 3}


def test_a_melody_beside_notes_that_no_melody_has_replays() -> None:
    """The bass track of the song has chords, of which a melody is one line."""
    data = midi_bytes(model().fill(song_file(3), 1, track="Bass", seed=1)[0])
    for track in (data, song_file(3)):
        written = midi_bytes(model().melodize(track, bars=(1, 2), seed=1)[0])
        assert midi_bytes(model().replay(written)) == written
    stuck = [
        (0, smf.meter(4, 2)),
        *smf.play([(0, 64, 84), *((i, 1, 60 + i % 5) for i in range(64))], 0, PPQ, 80),
    ]
    written = midi_bytes(model().melodize(smf.file([smf.body(stuck)], 1, PPQ), bars=1, seed=1)[0])
    assert midi_bytes(model().replay(written)) == written


@pytest.mark.parametrize("verb", VERBS)
def test_what_was_made_is_made_again_in_another_call(verb: str) -> None:
    """The same verb on its own result: the new part gives way, and nothing is added twice."""
    once = midi_bytes(VERBS[verb](song_file(5)))
    again = midi_bytes(VERBS[verb](once))
    assert len(read_song(again).tracks) == len(read_song(once).tracks) + (verb == "melodize")
    assert midi_bytes(maker(verb).replay(again)) == again


@pytest.mark.parametrize("verb", VERBS)
def test_only_gives_the_part_alone(verb: str) -> None:
    """Its file has no other track, and replays."""
    made = {
        "fill": lambda: fill(song_file(5), only=True),
        "harmonize": lambda: model().harmonize(song_file(5), only=True, seed=1)[0],
        "melodize": lambda: model().melodize(song_file(5), only=True, seed=1)[0],
        "accompany": lambda: band().accompany(song_file(5), replace="bass", only=True, seed=1)[0],
    }[verb]()
    (read,) = read_midi(midi_bytes(made))
    assert read == made
    assert midi_bytes(maker(verb).replay(midi_bytes(made))) == midi_bytes(made)


def test_a_clip_becomes_a_song_whose_other_bars_stay() -> None:
    """Its accompaniment and its chords are not made anew."""
    (clip,) = model().generate(1, seed=1)
    data = midi_bytes(clip)
    written = midi_bytes(model().fill(data, 2, seed=2)[0])
    kept = [part for part in musicvae.to_phrase(written).parts if part.name in ("Chords", "Bass")]
    assert kept == [part for part in musicvae.to_phrase(data).parts if part.name != "Melody"]
    assert musicvae.to_phrase(written).chords == clip.chords


def test_bars_are_counted_through_changes_of_meter_and_pickups() -> None:
    """Bars of two sections are filled at once; a pick-up comes before bar 1 and stays."""
    line = [(i / 2, 0.5, 60 + i % 7) for i in range(1, 34)]
    events = [(0, smf.meter(1, 2)), (PPQ, smf.meter(4, 2)), (9 * PPQ, smf.meter(3, 2))]
    data = smf.file([smf.body(events + smf.play(line, 0, PPQ, 80))], 0, PPQ)
    (phrase,) = model("melody-2bar").fill(data, [2, (3, 4)], seed=1)
    written = midi_bytes(phrase)
    changed = added(data, written)
    assert changed
    assert all(tick >= 5 * PPQ for tick, _, _ in changed)
    assert len(phrase.sections) > 1
    assert midi_bytes(model("melody-2bar").replay(written)) == written


@pytest.mark.parametrize(
    ("bars", "message"),
    [
        ("9", "There are no bars 9 in it: it has 8"),
        ("7-12", "no bars 7-12"),
        ("0", "from 1 on"),
        ([], "5-8"),
    ],
)
def test_bars_that_are_not_there_are_refused(bars: object, message: str) -> None:
    """With the number of bars that there are."""
    with pytest.raises(RequestError, match=message):
        model().fill(song_file(1), bars, seed=1)  # type: ignore[arg-type]


def test_bars_that_a_change_of_meter_cuts_short_are_refused() -> None:
    """There is nothing to be written in them; those around them are read."""
    meters = [(0, smf.meter(4, 2)), (4 * PPQ, smf.meter(7, 3)), (6 * PPQ, smf.meter(4, 2))]
    line = [(i / 2, 0.5, 60 + i % 7) for i in range(20)]
    data = smf.file([smf.body(meters + smf.play(line, 0, PPQ, 80))], 0, PPQ)
    with pytest.raises(RequestError, match="change of meter cuts these bars short"):
        model("melody-2bar").fill(data, 2, seed=1)
    assert model("melody-2bar").fill(data, [1, 3], seed=1)


def test_melodize_writes_into_every_section() -> None:
    """A file of two meters has a melody in both."""
    meters = [(0, smf.meter(4, 2)), (8 * PPQ, smf.meter(3, 2))]
    line = [(i / 2, 0.5, 60 + i % 7) for i in range(28)]
    data = smf.file([smf.body(meters + smf.play(line, 0, PPQ, 80))], 1, PPQ)
    written = midi_bytes(model().melodize(data, seed=1)[0])
    ticks = [tick for tick, _, _ in added(data, written)]
    assert min(ticks) < 8 * PPQ < max(ticks)
    assert midi_bytes(model().replay(written)) == written


def test_a_model_without_chords_writes_none() -> None:
    """It says what it can do instead."""
    for verb in ("harmonize", "melodize"):
        with pytest.raises(RequestError, match="fill"):
            getattr(model("melody-2bar"), verb)(song_file(1), seed=1)


def test_an_accompaniment_is_known_after_other_verbs() -> None:
    """A clip that was filled, extended and varied gets new chords in place of the old ones."""
    data = midi_bytes(model().generate(1, seed=1)[0])
    data = midi_bytes(model().fill(data, 2, seed=2)[0])
    data = midi_bytes(model("melody-2bar").vary(data, 1, track="Melody", bars=3, seed=2)[0])
    harmonized = model().harmonize(data, seed=3)[0]
    names = [part.name for part in musicvae.to_phrase(midi_bytes(harmonized)).parts]
    assert sorted(names) == ["Bass", "Chords", "Melody"]
    assert not any("beside" in notice for notice in harmonized.notices)
