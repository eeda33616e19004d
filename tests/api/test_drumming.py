"""drumify in a song: everything else stays, event for event, and the drums follow its rhythm."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import musicvae
from musicvae.api.model import MusicVAE, load
from musicvae.errors import RequestError
from musicvae.generation.follow_rhythm import rhythm_of
from musicvae.midi.reader import read_midi
from musicvae.midi.song_events import read_song, song_notes
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.drum_kit import DRUM_PITCH

from ..midi import smf
from ..midi.songs import PPQ, note_events, other_events, song_file
from ..miniatures import tiny_checkpoint, tiny_prior

BAR = 4 * PPQ
END = 40 * BAR
DRUMS = 9


@cache
def model() -> MusicVAE:
    """A small drum model of random weights, with a prior."""
    return MusicVAE(tiny_prior(tiny_checkpoint("drums-2bar")))


def strokes(data: bytes) -> list[tuple[int, int]]:
    """Tick and pitch of what the drums of a file play."""
    tracks = read_song(data).tracks
    return sorted((n.start, n.pitch) for track in tracks for n in song_notes(track, [DRUMS]))


def kept(data: bytes, ticks: range) -> list[tuple[int, int]]:
    """The strokes outside of some ticks."""
    return [stroke for stroke in strokes(data) if stroke[0] not in ticks]


@settings(max_examples=4)
@given(seed=st.integers(0, 99), kind=st.sampled_from([0, 1]), bars=st.sampled_from(["1", "3-4,7"]))
def test_new_drums_stand_beside_all_that_is_there(seed: int, kind: int, bars: str) -> None:
    """They have a new player and begin in the bars that were asked for; the song replays."""
    data = song_file(seed, kind, players=2)
    (phrase,) = model().drumify(data, bars=bars, seed=seed)
    written = midi_bytes(phrase)
    added = {key: new for key, new in other_events(written).items() if key[0] < 3}
    if kind:
        assert added == other_events(data)
    assert note_events(written, [0, 1], 0, END) == note_events(data, [0, 1], 0, END)
    numbers = {int(number) - 1 for number in bars.replace("-4", ",4").split(",")}
    assert {tick // BAR for tick, _ in strokes(written)} <= numbers
    assert strokes(written)
    assert midi_bytes(model().replay(written)) == written
    assert midi_bytes(model().drumify(data, bars=bars, seed=seed)[0]) == written


@settings(max_examples=4)
@given(seed=st.integers(0, 99), kind=st.sampled_from([0, 1]))
def test_replace_changes_the_drums_of_the_bars_alone(seed: int, kind: int) -> None:
    """Their other bars, other players and all other events stay, tick for tick."""
    data = song_file(seed, kind)
    (phrase,) = model().drumify(data, bars="3-5", replace=True, seed=seed)
    written = midi_bytes(phrase)
    assert other_events(written) == other_events(data)
    assert note_events(written, [0, 1], 0, END) == note_events(data, [0, 1], 0, END)
    in_bars = range(2 * BAR, 5 * BAR)
    assert kept(written, in_bars) == kept(data, in_bars)
    assert strokes(written) != strokes(data)
    assert midi_bytes(model().replay(written)) == written


def test_a_stroke_that_lasts_ends_where_its_drum_is_struck_again() -> None:
    """Kicks and snares of a bar each, before bars with new ones; the song replays."""
    kit = [(4.0 * bar, 9.0, pitch) for bar in range(0, 8, 3) for pitch in (36, 38, 42, 51)]
    line = [(float(i), 1.0, 60) for i in range(32)]
    tracks = [smf.body([(0, smf.meter(4, 2)), *smf.play(line)]), smf.body(smf.play(kit, 9))]
    data = smf.file(tracks, 1, PPQ)
    for seed in range(3):
        written = midi_bytes(model().drumify(data, bars="2-3", replace=True, seed=seed)[0])
        assert len(strokes(written)) > len(strokes(data))
        assert midi_bytes(model().replay(written)) == written


def test_drums_that_stay_are_named() -> None:
    """Unless they are replaced, or the new part comes alone; replaced are those there are."""
    data = song_file(1)
    assert "play on" in model().drumify(data, bars=1, seed=1)[0].notices[-1]
    for options in ({"replace": True}, {"only": True}):
        (phrase,) = model().drumify(data, bars=1, seed=1, **options)
        assert not any("play on" in notice for notice in phrase.notices)
    without = song_file(1, players=2)
    new, replaced = (model().drumify(without, seed=1, replace=both)[0] for both in (False, True))
    assert midi_bytes(replaced) == midi_bytes(new)


def test_a_file_of_one_track_has_room_for_one_kit() -> None:
    """Beside its own there is no channel, as the error says; they can be replaced."""
    data = song_file(1, kind=0)
    with pytest.raises(RequestError, match=r"--replace.*--only"):
        model().drumify(data, bars=1, seed=1)
    assert midi_bytes(model().drumify(data, bars=1, replace=True, seed=1)[0])
    assert midi_bytes(model().drumify(data, bars=1, only=True, seed=1)[0])


def test_only_gives_the_drums_alone() -> None:
    """Their file has no other track, and replays."""
    (made,) = model().drumify(song_file(5), only=True, seed=1)
    (read,) = read_midi(midi_bytes(made))
    assert read == made
    assert midi_bytes(model().replay(midi_bytes(made))) == midi_bytes(made)


def test_alternatives_differ_and_the_likeliest_is_first() -> None:
    """Each replays, and the first alone is what is made if one is asked for."""
    data = song_file(2, players=2)
    phrases = model().drumify(data, 4, bars="1-2", seed=3)
    assert len({phrase.fingerprint for phrase in phrases}) == 4
    nats = [phrase.recipe.options["nats"] for phrase in phrases if phrase.recipe]
    assert nats == sorted(nats)
    for phrase in phrases:
        written = midi_bytes(phrase)
        assert midi_bytes(model().replay(written)) == written
    first = {str(p.recipe.options["row"]): p for p in phrases if p.recipe}["0"]
    assert midi_bytes(model().drumify(data, bars="1-2", seed=3)[0]) == midi_bytes(first)


@settings(max_examples=5)
@given(low=st.integers(1, 6), width=st.integers(0, 3), seed=st.integers(0, 9))
def test_a_density_is_kept_in_every_bar(low: int, width: int, seed: int) -> None:
    """Strokes of all drums together count."""
    data = song_file(seed, players=2)
    phrase = model().drumify(data, bars="2-4", density=(low, low + width), seed=seed)[0]
    counts = np.bincount([note.start // 16 for note in phrase.parts[0].notes], minlength=4)[1:4]
    assert all(low <= count <= low + width for count in counts)


def test_all_sections_of_a_file_get_drums() -> None:
    """Bars of two meters."""
    line = [(i / 2, 0.5, 60 + i % 7) for i in range(1, 34)]
    events = [(0, smf.meter(1, 2)), (PPQ, smf.meter(4, 2)), (9 * PPQ, smf.meter(3, 2))]
    data = smf.file([smf.body(events + smf.play(line, 0, PPQ, 80))], 1, PPQ)
    written = midi_bytes(model().drumify(data, seed=1)[0])
    assert min(strokes(written))[0] < 9 * PPQ < max(strokes(written))[0]
    assert midi_bytes(model().replay(written)) == written


def melody(steps: list[int], bars: int = 4) -> Phrase:
    """Notes of half a beat at some steps of each bar."""
    notes = [Note(16 * bar + step, 2, 60) for bar in range(bars) for step in steps]
    return Phrase(bars=bars, parts=(Part(tuple(notes), name="Melody"),))


@pytest.mark.slow
def test_strokes_fall_where_notes_begin() -> None:
    """Of rhythms that differ, each has more strokes of its drums than the drums of the others."""
    drums = load("drums-2bar")
    tunes = [melody(steps) for steps in ([0, 3, 6, 9, 12], [0, 4, 8, 12], [2, 5, 10, 14])]
    made = [drums.drumify(tune, seed=1)[0].parts[0] for tune in tunes]
    shares = [
        [np.mean([rhythm_of(tune)[note.start] > 0 for note in part.notes]) for tune in tunes]
        for part in made
    ]
    assert np.argmax(shares, axis=0).tolist() == [0, 1, 2]
    assert all(any(note.pitch == DRUM_PITCH[0] for note in part.notes) for part in made)


def test_the_rhythm_is_that_of_the_track_that_was_named() -> None:
    """Of several, of drums, and of all pitched parts if none is named."""
    data = song_file(4)
    rhythms = {
        str(track): model().drumify(data, track=track, only=True, seed=1)[0].recipe
        for track in (None, "Lead", 2, "1+2", "Drums")
    }
    found = {name: recipe.options["rhythms"] for name, recipe in rhythms.items() if recipe}
    assert found["None"] == found["1+2"]
    assert len({str(rhythm) for rhythm in found.values()}) == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"track": "Flute"}, "no track 'Flute'"),
        ({"bars": "9"}, "There are no bars 9 in it: it has 8"),
        ({"n": 0}, "Ask for 1 to"),
        ({"temperature": -1.0}, "temperature"),
        ({"density": "9-"}, "density"),
    ],
)
def test_what_cannot_be_done_is_refused(options: dict[str, object], message: str) -> None:
    """With a sentence that says why."""
    with pytest.raises(RequestError, match=message):
        model().drumify(song_file(1), **options)  # type: ignore[arg-type]


def test_music_without_a_rhythm_is_refused() -> None:
    """Drums alone need a track that is named; a model of melodies cannot drum."""
    kit = Phrase(
        bars=1, parts=(Part((Note(0, 1, 36),), is_drum=True, name="Drums"), Part(name="x"))
    )
    with pytest.raises(RequestError, match="pitched"):
        model().drumify(Phrase(bars=1, parts=kit.parts[:1]), seed=1)
    with pytest.raises(RequestError, match="no notes"):
        model().drumify(kit, track="x", seed=1)
    assert model().drumify(kit, track="Drums", only=True, seed=1)
    with pytest.raises(RequestError, match="cannot drumify"):
        MusicVAE(tiny_prior(tiny_checkpoint())).drumify(song_file(1), seed=1)
    with pytest.raises(musicvae.MidiError):
        model().drumify(b"no MIDI file", seed=1)


@pytest.mark.parametrize("rhythms", [[], ["0" * 15], ["x" * 16], [["0"] * 16], None, "0" * 16])
def test_a_recipe_with_another_rhythm_is_refused(rhythms: object) -> None:
    """Each gap needs a digit for each step."""
    (phrase,) = model().drumify(melody([0, 4], 1), only=True, seed=1)
    assert phrase.recipe
    recipe = replace(phrase.recipe, options={**phrase.recipe.options, "rhythms": rhythms})
    with pytest.raises(RequestError, match="recipe cannot be read"):
        model().replay(replace(phrase, recipe=recipe))
