"""Songs with a form of names: keys, tempos, names, energy, recipes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae import MusicVAE, chords, load, mark_chords, midi_bytes, read_midi, to_phrase
from musicvae.codecs.base import fold_octaves
from musicvae.constraints.parse import parse_constraints
from musicvae.errors import RequestError
from musicvae.midi.own_format import RECIPE, SIGNATURE
from musicvae.midi.song_events import read_song
from musicvae.score.phrase import Phrase
from musicvae.score.windows import cut_phrase
from musicvae.theory.keys import Key, parse_key
from musicvae.theory.meter import bpm_to_tempo

from ..miniatures import tiny_checkpoint, tiny_prior

SONG = "intro:2 A:5 A B:4 A' A outro:3"
NAMES = ("Intro", "A", "A", "B", "A'", "A", "Outro")
PIANO = (21, 108)
PITCHED = ["melody-2bar", "leadsheet-8bar", "piano-2bar", "band-8bar"]
CODECS = [*PITCHED, "drums-2bar"]


@cache
def tiny_model(name: str) -> MusicVAE:
    """A model of a preset, with a prior."""
    return MusicVAE(tiny_prior(tiny_checkpoint(name)))


def section(song: Phrase, number: int) -> Phrase:
    """A section of a song by its number."""
    steps = [step for step, _ in song.section_names] + [song.steps]
    return cut_phrase(song, steps[number], steps[number + 1])


def notes(phrase: Phrase, moved: int = 0) -> list[list[tuple[int, int, int]]]:
    """Start, duration and pitch of the notes of each part; pitched ones moved by semitones.

    A note that leaves a piano moves by octaves.
    """
    return [
        [
            (
                n.start,
                n.duration,
                n.pitch if part.is_drum else fold_octaves(n.pitch + moved, *PIANO),
            )
            for n in part.notes
        ]
        for part in phrase.parts
    ]


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize("meter", ["4/4", "6/8"])
def test_a_song_has_its_sections(name: str, meter: str) -> None:
    """Equal names have the same notes, a variation others; names are read back from the file."""
    (song,) = tiny_model(name).generate(1, meter=meter, form=SONG, seed=2, humanize=0, energy=0.5)
    assert tuple(name for _, name in song.section_names) == NAMES
    assert song.bars == 2 + 5 + 5 + 4 + 5 + 5 + 3
    parts = len(song.parts) - tiny_model(name).player.codec.has_chords
    model_parts = [notes(section(song, i))[: max(1, parts - 1)] for i in range(len(NAMES))]
    assert model_parts[1] == model_parts[2] == model_parts[5]
    if name != "piano-2bar":  # little ones hardly play
        assert model_parts[4] != model_parts[1]
    assert section(song, 1).chords == section(song, 5).chords
    (again,) = read_midi(midi_bytes(song))
    assert again == song
    assert again.section_names == song.section_names


@pytest.mark.parametrize("name", CODECS)
def test_a_song_replays_byte_for_byte(name: str) -> None:
    """With keys, tempos, energies, accompaniment and feel; the same seed gives the same bytes."""
    model, keyed = tiny_model(name), name in PITCHED
    form = "intro:2 A:3 B:3[bpm=90] A[bpm=150] A'"
    form = form.replace("A[bpm", "A[key=E, bpm") if keyed else form
    asked: dict[str, Any] = {"key": "C"} if keyed else {}
    asked |= {"form": form, "energy": [0.1, 0.4, 1, 0.5, 0.7], "humanize": 1.0, "seed": 4}
    song, twin = model.generate(2, **asked)
    (same,) = model.generate(1, **asked)
    assert midi_bytes(same) == midi_bytes(song) != midi_bytes(twin)
    assert midi_bytes(model.replay(midi_bytes(song))) == midi_bytes(song)
    assert not to_phrase(midi_bytes(song)).edited


keys = st.sampled_from(["C", "D", "Eb", "F#", "G", "Bb", "B"])


@pytest.mark.parametrize("name", PITCHED)
@given(keys, keys, keys, st.integers(0, 99))
@settings(max_examples=5, deadline=None)
def test_a_section_in_another_key_is_the_same_music_moved(
    name: str, home: str, first: str, second: str, seed: int
) -> None:
    """Note for note and chord for chord, by six semitones at most; key signatures say it."""
    model = tiny_model(name)
    form = f"A:3 B:3 A[key={first}] A[key={second}]"
    (song,) = model.generate(1, key=home, form=form, seed=seed, humanize=0)
    made = len(model.player.codec.parts) - model.player.codec.has_chords
    base = section(song, 0)
    for number, name_of_key in ((2, first), (3, second)):
        there, key = section(song, number), parse_key(name_of_key)
        assert key
        moved = (key.root - Key(home).root + 6) % 12 - 6
        assert notes(there)[:made] == notes(base, moved)[:made]
        roots = [change.chord and (change.chord.root + moved) % 12 for change in base.chords]
        assert roots == [change.chord and change.chord.root for change in there.chords]
        assert parse_constraints(name_of_key).violations(there, model.player.codec) == []
    (again,) = read_midi(midi_bytes(song))
    assert (again.key_signature, again.key_changes) == (song.key_signature, song.key_changes)
    assert [signature.tonic for _, signature in song.key_changes] == [
        name for before, name in ((home, first), (first, second)) if before != name
    ]


@given(st.integers(0, 99))
@settings(max_examples=4, deadline=None)
def test_constraints_hold_in_every_section(seed: int) -> None:
    """Those of the piece, those of a section instead of them, and a range wherever it is moved."""
    model = tiny_model("leadsheet-8bar")
    form = "A:2[chords=C F] B:3[key=A minor, density=3-5] A[key=D] A' C:2[range=C5-C6]"
    (song,) = model.generate(1, key="C", range="C4-C6", density="1-4", form=form, seed=seed)
    asked: list[dict[str, Any]] = [
        {"key": "C", "chords": "C F"},
        {"key": "A minor", "density": "3-5"},
        {"key": "D", "chords": "D G"},
        {"key": "C"},
        {"key": "C", "range": "C5-C6"},
    ]
    for number, own in enumerate(asked):
        constraints = parse_constraints(**{"range": "C4-C6", "density": "1-4", **own})
        melody = replace(section(song, number), parts=section(song, number).parts[:1])
        assert constraints.violations(melody, model.player.codec) == []


def test_sections_have_their_tempos() -> None:
    """A section without one has that of the piece; what equals the one before is no change."""
    form = "A:2[bpm=90] B:2 A:2 B:2[bpm=60] C:2[bpm=60]"
    (song,) = tiny_model("melody-2bar").generate(1, form=form, bpm=100, seed=1)
    tempos = [(tempo.step // 32, tempo.microseconds) for tempo in song.tempos]
    assert tempos == [(0, bpm_to_tempo(90)), (1, bpm_to_tempo(100)), (3, bpm_to_tempo(60))]


@pytest.mark.parametrize("name", CODECS)
def test_a_song_can_be_varied_and_is_one_end_of_a_path(name: str) -> None:
    """Each starts from the z in its recipe, so the first result is the song; names stay."""
    model = tiny_model(name)
    (song,) = model.generate(1, form="A:2 B:5 A A'", seed=3, humanize=0, energy=0.5)
    data = midi_bytes(song)
    made = len(model.player.codec.parts) - model.player.codec.has_chords
    (varied,) = model.vary(data, 1, strength=0, seed=1)
    first, _ = model.interpolate(data, model.generate(1, seed=9)[0], 2)
    for result in (varied, first):
        assert notes(result)[:made] == notes(song)[:made]
        assert result.section_names == song.section_names
    assert midi_bytes(model.replay(midi_bytes(varied))) == midi_bytes(varied)


def test_a_moved_section_is_varied_in_its_own_key() -> None:
    """Its windows have a z of their own, as the one in the recipe has the key it was made in."""
    model = load("melody-2bar")
    (song,) = model.generate(1, form="A:4 A[key=F#]", key="C", seed=3)
    (varied,) = model.vary(midi_bytes(song), 1, strength=0, seed=1)
    there, original = section(varied, 1), section(song, 1)
    assert parse_constraints("F#").violations(there, "melody") == []
    same = {(n.start, n.pitch) for n in there.parts[0].notes} & {
        (n.start, n.pitch) for n in original.parts[0].notes
    }
    assert len(same) >= 0.8 * len(original.parts[0].notes)


def test_names_of_sections_are_no_chords() -> None:
    """Not for us, nor for who reads the file without our texts; new symbols leave them there."""
    model = tiny_model("leadsheet-8bar")
    (song,) = model.generate(1, form="A:2 Em7:2 B:2 A' Dim:2 verse:2", seed=5)
    data = midi_bytes(song)
    expected = [(row.bar, row.beat, row.symbol) for row in chords(data).rows]
    assert len(expected) == len(song.chords)
    stripped = without_texts(data)
    assert [(row.bar, row.beat, row.symbol) for row in chords(stripped).rows] == expected
    (drums,) = tiny_model("drums-2bar").generate(1, form="A:2 Em7:2 B:2", seed=5)
    assert to_phrase(without_texts(midi_bytes(drums))).chords == ()
    (tune,) = tiny_model("melody-2bar").generate(1, form="A:2 B:2", seed=5)
    marked = read_midi(midi_bytes(mark_chords(midi_bytes(tune))))[0]
    assert marked.section_names == tune.section_names
    assert marked.chords


def without_texts(data: bytes) -> bytes:
    """A file without the texts by which musicvae knows it."""
    song = read_song(data)
    ours = (SIGNATURE.encode(), RECIPE.encode())
    tracks = tuple(
        tuple(event for event in track if not any(text in event[1] for text in ours))
        for track in song.tracks
    )
    return midi_bytes(replace(song, tracks=tracks))


@pytest.mark.parametrize("name", ["melody-2bar", "drums-2bar"])
def test_more_energy_is_more_notes_higher_and_louder(name: str) -> None:
    """On the mean over eight songs of a shipped model, from one section to the next."""
    songs = load(name).generate(8, form="A:4 B:4 C:4", energy="0,0.5,1", seed=1, humanize=0)
    rows = [[section(song, number) for song in songs] for number in range(3)]
    played = [[n for phrase in row for n in phrase.parts[0].notes] for row in rows]
    assert np.all(np.diff([len(row) for row in played]) > 0.1 * len(played[1]))
    assert np.all(np.diff([np.mean([n.velocity for n in row]) for row in played]) > 5)
    if name == "melody-2bar":
        assert np.all(np.diff([np.mean([n.pitch for n in row]) for row in played]) > 1)


@pytest.mark.slow
def test_an_accompaniment_is_as_loud_as_its_section() -> None:
    """Chords and bass of a lead sheet, too, and its melody is denser where there is energy."""
    (song,) = load().generate(1, form="A:4 B:4", energy="0,1", seed=1)
    soft, loud = (section(song, number) for number in range(2))
    for a, b in zip(soft.parts, loud.parts, strict=True):
        assert np.mean([n.velocity for n in a.notes]) + 20 < np.mean([n.velocity for n in b.notes])
    assert len(soft.parts[0].notes) < len(loud.parts[0].notes)


@pytest.mark.parametrize("energy", [0, 0.5, 1])
def test_asked_density_and_range_are_kept_at_any_energy(energy: float) -> None:
    """What is asked for in numbers counts."""
    asked: dict[str, Any] = {"density": "3-5", "range": "C4-C5", "key": "C"}
    (song,) = tiny_model("melody-2bar").generate(1, form="A:6", energy=energy, seed=1, **asked)
    assert parse_constraints(**asked).violations(song, "melody") == []


def test_a_net_without_a_prior_has_forms_too() -> None:
    """Its energy is loudness alone; a variation differs from its original."""
    model = MusicVAE(tiny_checkpoint("melody-2bar"))
    (song,) = model.generate(1, form="A:4 A:4 A'", energy="0,1,0.5", seed=1)
    soft, loud, varied = (section(song, number) for number in range(3))
    assert notes(soft) == notes(loud) != notes(varied)
    velocities = [np.mean([n.velocity for n in s.parts[0].notes]) for s in (soft, loud)]
    assert velocities[1] > velocities[0] + 10
    assert midi_bytes(model.replay(midi_bytes(song))) == midi_bytes(song)
    with pytest.raises(RequestError, match="makes 2 bars at once"):
        MusicVAE(tiny_checkpoint("lstm")).generate(1, form="A:2 B:2")


def test_drums_have_no_keys() -> None:
    """A key of a section is refused as one of the piece is."""
    with pytest.raises(RequestError, match="drums have no pitch"):
        tiny_model("drums-2bar").generate(1, form="A:2[key=C] B:2")
