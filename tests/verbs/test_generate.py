"""generate, interpolate, reconstruct, encode and decode: seeds, shapes, tempo and silence."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.api.model import MusicVAE, load
from musicvae.engine import Player
from musicvae.errors import RequestError
from musicvae.generation.latent_path import even_indices, lerp
from musicvae.generation.seeding import Sampling
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.performance.transfer import accents, mean_tempo
from musicvae.score.phrase import Note, Part, Phrase, Tempo
from musicvae.score.windows import window_bars
from musicvae.theory.meter import Meter
from musicvae.verbs import generate, interpolate, latent, reconstruct

from ..miniatures import little_tune, seeded, tiny_checkpoint, tiny_prior
from ..strategies import METERS

CONSTRAINED: dict[str, dict[str, Any]] = {
    "melody-2bar": {"key": "A minor", "chords": "Am F", "range": "C4-C6", "density": "3-8"},
    "leadsheet-8bar": {"key": "G", "chords": "G Em C D7", "density": "2-6"},
    "drums-2bar": {"density": "6-14"},
    "piano-2bar": {"key": "C", "max_polyphony": 4, "density": "2-10"},
    "band-8bar": {"key": "Bb", "range": "C4-C6", "density": "2-8"},
}
"""Constraints of each codec."""

vectors = st.lists(st.floats(-5, 5, width=32), min_size=4, max_size=4).map(
    lambda values: np.array(values, dtype=np.float32)
)


@pytest.fixture(scope="module")
def player(tiny_model: MusicVAE) -> Player:
    """The engine of a tiny model."""
    return tiny_model.player


@given(vectors, vectors)
def test_a_line_begins_and_ends_at_its_ends(a: np.ndarray, b: np.ndarray) -> None:
    """Bit for bit; between equal ends it stays there."""
    assert np.array_equal(lerp(a, b, 0.0), a)
    assert np.array_equal(lerp(a, b, 1.0), b)
    assert np.allclose(lerp(a, a, 0.7), a, atol=1e-5)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.integers(2, 12))
def test_even_indices_increase_and_are_next_to_each_share(far: list[float], n: int) -> None:
    """From the first to the last, at the first crossing of each share."""
    distances, shares = np.array([0.0, *far]), np.linspace(0, 1, n)
    chosen = even_indices(distances, shares)
    assert chosen[0] == 0
    assert chosen[-1] == len(distances) - 1
    assert (np.diff(chosen) >= 0).all()
    reached = np.maximum.accumulate(distances)
    for index, goal in zip(chosen[1:-1], shares[1:-1] * distances[-1], strict=True):
        if distances[-1]:
            first = int(np.argmax(reached >= goal))
            assert index in (first, max(0, first - 1))


def test_a_phrase_is_generated_in_every_meter_and_reads_back(player: Player) -> None:
    """In the requested tempo and with the requested instrument."""
    for meter in METERS:
        (phrase,) = generate.generate(
            player, 1, meter=meter, bpm=90, program=40, sampling=seeded(3)
        )
        assert (phrase.meter, phrase.bars, phrase.pickup) == (meter, window_bars(meter), 0)
        assert phrase.tempos == (Tempo(0, 666_667),)
        assert phrase.parts[0].program == 40
        assert read_midi(midi_bytes(phrase)) == [phrase]


def test_a_seed_gives_the_same_phrases_and_another_gives_others(player: Player) -> None:
    """The first phrases do not depend on their number; without a seed each call differs."""
    four = generate.generate(player, 4, sampling=seeded(5))
    assert generate.generate(player, 4, sampling=seeded(5)) == four
    assert generate.generate(player, 2, sampling=seeded(5)) == four[:2]
    assert generate.generate(player, 4, sampling=seeded(6)) != four
    assert len(set(map(midi_bytes, four))) == 4
    assert generate.generate(player, 1) != generate.generate(player, 1)


def test_silence_is_drawn_again() -> None:
    """A model that mostly rests still returns a note, if it can."""
    checkpoint = tiny_checkpoint()
    weights = dict(checkpoint.weights)
    weights["decoder.head.bias"] = weights["decoder.head.bias"].copy()
    weights["decoder.head.bias"][:88] -= 7.5
    player = Player(replace(checkpoint, weights=weights))
    drawn = [generate.generate(player, 1, sampling=Sampling(1.0, seed))[0] for seed in range(20)]
    assert not any(phrase.is_silent for phrase in drawn)
    weights["decoder.head.bias"][:88] -= 100
    (phrase,) = generate.generate(
        Player(replace(checkpoint, weights=weights)), 1, sampling=seeded(0)
    )
    assert phrase.is_silent


@pytest.mark.parametrize("temperature", [0.0, 0.9])
@pytest.mark.parametrize("meters", [(Meter(4, 4), Meter(6, 8)), (Meter(3, 4), Meter(3, 4))])
def test_an_interpolation_begins_and_ends_with_the_reconstructions(
    player: Player, meters: tuple[Meter, Meter], temperature: float
) -> None:
    """At any temperature, for the same seed; the meter changes in the middle."""
    a, b = _song(meters[0], 1, bars=7), _song(meters[1], 2, bars=4)
    path = interpolate.interpolate(player, a, b, 6, sampling=Sampling(temperature, 9))
    ends = [
        reconstruct.reconstruct(player, end, sampling=Sampling(temperature, 9)).phrase
        for end in (a, b)
    ]
    assert [path[0], path[-1]] == ends
    assert [phrase.meter for phrase in path] == [meters[0]] * 3 + [meters[1]] * 3
    assert [phrase.steps for phrase in path] == [a.steps] * 3 + [b.steps] * 3
    for phrase in path:
        assert read_midi(midi_bytes(phrase)) == [phrase]


def test_an_interpolation_between_equal_phrases_is_constant(player: Player) -> None:
    """All eight are the same."""
    a = _song(Meter(), 1)
    assert len(set(interpolate.interpolate(player, a, a, 8))) == 1


def test_tempo_changes_by_equal_ratios(player: Player) -> None:
    """From 60 to 240 in five phrases: doubled every other phrase."""
    slow = replace(_song(Meter(), 1), tempos=(Tempo(0, 1_000_000),))
    fast = replace(_song(Meter(), 2), tempos=(Tempo(0, 250_000),))
    path = interpolate.interpolate(player, slow, fast, 5)
    tempos = [1e6, 1e6 / 2**0.5, 5e5, 5e5 / 2**0.5, 2.5e5]
    assert [mean_tempo(phrase) for phrase in path] == pytest.approx(tempos, rel=1e-4)


def test_program_and_accents_are_those_of_the_nearer_end(player: Player) -> None:
    """Velocities by position in the bar, their mean where it is silent."""
    a = _song(Meter(), 1, program=40, velocity=100)
    b = _song(Meter(), 2, program=73, velocity=50)
    path = interpolate.interpolate(player, a, b, 4)
    assert [phrase.parts[0].program for phrase in path] == [40, 40, 73, 73]
    velocities = [{note.velocity for note in phrase.parts[0].notes} for phrase in path]
    assert velocities == [{100}, {100}, {50}, {50}]


def test_accents_are_found_by_position_in_the_bar() -> None:
    """A pick-up is the end of a bar."""
    notes = (Note(0, 4, 60, 50), Note(4, 4, 60, 100), Note(16, 4, 60, 80))
    phrase = Phrase(Meter(3, 4), 2, pickup=4, parts=(Part(notes),))
    assert accents(phrase.parts[0], phrase) == {8: 50, 0: 90}


def test_a_reconstruction_keeps_the_shape_of_its_source(player: Player) -> None:
    """Pick-up, length, tempos, program and name; accuracy and F1 are shares."""
    source = Phrase(
        Meter(3, 4),
        3,
        pickup=4,
        tempos=(Tempo(0, 400_000), Tempo(20, 450_000)),
        parts=(Part((Note(0, 4, 60), Note(4, 8, 64), Note(30, 8, 62)), 24, name="Lute"),),
    )
    result = reconstruct.reconstruct(player, source)
    assert replace(result.phrase, parts=source.parts) == source
    assert (result.phrase.parts[0].program, result.phrase.parts[0].name) == (24, "Lute")
    assert 0 <= result.accuracy <= 1
    assert 0 <= result.note_f1 <= 1


def test_encode_and_decode_are_the_two_halves_of_reconstruct(player: Player) -> None:
    """Each window has a z, which decodes to that window of the reconstruction."""
    source = _song(Meter(), 4, bars=4)
    z = latent.encode(player, source)
    assert z.shape == (2, player.latent)
    first, second = latent.decode(player, z)
    whole = reconstruct.reconstruct(player, source).phrase.parts[0].notes
    pitches = [note.pitch for phrase in (first, second) for note in phrase.parts[0].notes]
    assert pitches == [note.pitch for note in whole]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p, a: generate.generate(p, 0), "1 to 10,000"),
        (lambda p, a: generate.generate(p, 1, sampling=Sampling(-1)), "temperature"),
        (lambda p, a: generate.generate(p, 1, sampling=Sampling(math.nan)), "temperature"),
        (lambda p, a: generate.generate(p, 1, sampling=Sampling(1e38)), "temperature"),
        (lambda p, a: generate.generate(p, 1, bpm=0), "tempo"),
        (lambda p, a: generate.generate(p, 1, program=128), "program"),
        (lambda p, a: generate.generate(p, 1, sampling=seeded(-1)), "seed"),
        (lambda p, a: interpolate.interpolate(p, a, a, 1), "two ends"),
        (lambda p, a: latent.decode(p, np.zeros((2, 3), np.float32)), "numbers wide"),
        (lambda p, a: latent.decode(p, np.full((1, p.latent), np.nan, np.float32)), "finite"),
    ],
)
def test_invalid_requests_are_refused(player, call, message) -> None:  # type: ignore[no-untyped-def]  # lambdas
    """The error says what would be valid."""
    with pytest.raises(RequestError, match=message):
        call(player, _song(Meter(), 1))


def test_a_verb_that_a_net_lacks_is_refused() -> None:
    """A next-step net only generates here; an autoencoder does all but that."""
    lstm, dense = Player(tiny_checkpoint("lstm")), Player(tiny_checkpoint("autoencoder"))
    (phrase,) = generate.generate(lstm, 1, sampling=seeded(1))
    assert phrase.bars == 2
    with pytest.raises(RequestError, match="cannot reconstruct; it can generate"):
        reconstruct.reconstruct(lstm, phrase)
    with pytest.raises(RequestError, match="cannot generate"):
        generate.generate(dense, 1)
    assert reconstruct.reconstruct(dense, _song(Meter(), 1)).phrase.meter == Meter()


@given(st.integers(0, 99), st.sampled_from(METERS))
@settings(max_examples=25, deadline=None)
def test_a_reconstruction_can_be_reconstructed(player: Player, seed: int, meter: Meter) -> None:
    """In any meter, with the same shape."""
    result = reconstruct.reconstruct(player, _song(meter, seed)).phrase
    assert (result.meter, result.steps) == (meter, window_bars(meter) * meter.steps_per_bar)
    assert reconstruct.reconstruct(player, result).phrase.steps == result.steps


def _song(meter: Meter, seed: int, bars: int = 0, program: int = 0, velocity: int = 80) -> Phrase:
    """A little tune, repeated for this number of bars."""
    tune = little_tune(meter, seed)
    bars = bars or tune.bars
    notes = [
        replace(note, start=note.start + offset, velocity=velocity)
        for offset in range(0, bars * meter.steps_per_bar, tune.steps)
        for note in tune.parts[0].notes
        if note.end + offset <= bars * meter.steps_per_bar
    ]
    return Phrase(meter, bars, parts=(Part(tuple(notes), program),))


@pytest.mark.parametrize("name", CONSTRAINED)
def test_a_phrase_has_the_same_bytes_whatever_number_is_asked_for(name: str) -> None:
    """One phrase, or the first of three; free, in another meter, or under constraints."""
    model = MusicVAE(tiny_prior(tiny_checkpoint(name)))
    for options in ({}, {"meter": "6/8"}, CONSTRAINED[name]):
        one, three = (model.generate(n, seed=0, **options) for n in (1, 3))
        assert midi_bytes(one[0]) == midi_bytes(three[0])


def test_the_bytes_of_a_shipped_model_do_not_depend_on_the_number_either() -> None:
    """Its layers are wide enough for other orders of the sums."""
    model = load("melody-2bar")
    one, three = (model.generate(n, seed=0, density="2-6") for n in (1, 3))
    assert midi_bytes(one[0]) == midi_bytes(three[0])


def test_drums_are_played_as_drummers_play_unless_the_grid_is_asked_for() -> None:
    """Other music stays on the grid unless a feel is asked for."""

    def offsets(codec: str, humanize: float | None = None) -> set[int]:
        model = MusicVAE(tiny_prior(tiny_checkpoint(codec=codec)))
        (phrase,) = model.generate(1, seed=3, humanize=humanize)
        return {note.offset for part in phrase.parts for note in part.notes}

    assert len(offsets("drums")) > 1
    assert offsets("drums", humanize=0.0) == offsets("melody") == {0}
