"""grid and analogy: the geometry of their corners and edges."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.api.model import MusicVAE
from musicvae.engine import Player
from musicvae.errors import RequestError
from musicvae.generation.seeding import Sampling
from musicvae.performance.transfer import mean_tempo
from musicvae.score.phrase import Phrase, Tempo
from musicvae.score.windows import join_phrases
from musicvae.theory.meter import Meter
from musicvae.verbs.analogy import analogy
from musicvae.verbs.grid import grid
from musicvae.verbs.interpolate import interpolate
from musicvae.verbs.reconstruct import reconstruct

from ..miniatures import little_tune

METERS = (Meter(), Meter(6, 8), Meter(3, 4), Meter(2, 4))
seeds = st.integers(0, 99)


@pytest.fixture(scope="module")
def player(tiny_model: MusicVAE) -> Player:
    """The engine of a tiny model."""
    return tiny_model.player


@pytest.fixture(scope="module")
def corners() -> list[Phrase]:
    """Four tunes in four meters, of different length and tempo."""
    tunes = [little_tune(meter, seed) for seed, meter in enumerate(METERS)]
    tunes[1] = join_phrases([tunes[1], little_tune(METERS[1], 9)])
    tempos = (1_000_000, 500_000, 500_000, 250_000)
    return [
        replace(tune, tempos=(Tempo(0, tempo),)) for tune, tempo in zip(tunes, tempos, strict=True)
    ]


@pytest.mark.parametrize("temperature", [0.0, 0.9])
@pytest.mark.parametrize("n", [2, 3])
def test_the_corners_of_a_grid_are_the_reconstructions(
    player: Player, corners: list[Phrase], temperature: float, n: int
) -> None:
    """At any temperature, for the same seed."""
    cells = grid(player, corners, n, sampling=Sampling(temperature, 4))
    assert len(cells) == n * n
    corner_cells = [cells[i] for i in (0, n - 1, n * (n - 1), n * n - 1)]
    expected = [
        reconstruct(player, corner, sampling=Sampling(temperature, 4)).phrase for corner in corners
    ]
    assert corner_cells == expected


@pytest.mark.parametrize(("curve", "n"), [("even", 4), ("line", 2), ("late", 3)])
def test_the_edges_of_a_grid_are_interpolations(
    player: Player, corners: list[Phrase], curve: str, n: int
) -> None:
    """The top and bottom row, the left and right column."""
    a, b, c, d = corners
    cells = grid(player, corners, n, curve=curve)
    edges = (cells[:n], cells[-n:], cells[::n], cells[n - 1 :: n])
    paths = [
        interpolate(player, *pair, n, curve=curve) for pair in ((a, b), (c, d), (a, c), (b, d))
    ]
    assert [*map(list, edges)] == paths


def test_a_cell_has_the_meter_of_its_nearest_corner_and_tempo_changes_by_equal_ratios(
    player: Player, corners: list[Phrase]
) -> None:
    """From 60 over 120 to 240 bpm: the same factor for each step, down or across."""
    cells = grid(player, corners, 4)
    nearest = [2 * (cell // 8) + cell % 4 // 2 for cell in range(16)]
    assert [cell.meter for cell in cells] == [METERS[corner] for corner in nearest]
    log_tempos = [math.log2(1e6 / mean_tempo(cell)) for cell in cells]
    assert log_tempos == pytest.approx([(i // 4 + i % 4) / 3 for i in range(16)], abs=1e-4)


def test_a_missing_fourth_corner_is_the_analogy_of_the_others(
    player: Player, corners: list[Phrase]
) -> None:
    """In the shape and tempo of the third."""
    a, b, c, _ = corners
    cells = grid(player, [a, b, c], 3)
    assert cells[-1] == analogy(player, a, b, c)


def test_a_grid_of_one_tune_is_constant(player: Player, corners: list[Phrase]) -> None:
    """All nine cells are the same."""
    assert len(set(grid(player, corners[:1] * 4, 3))) == 1


@given(seeds, seeds, st.sampled_from(METERS), st.floats(-3, 3))
@settings(max_examples=25, deadline=None)
def test_an_analogy_that_changes_nothing_is_the_reconstruction(
    player: Player, a: int, c: int, meter: Meter, strength: float
) -> None:
    """From a to a at any strength, and from anything to anything at strength 0."""
    tune_a, tune_c = little_tune(Meter(), a), little_tune(meter, c)
    expected = reconstruct(player, tune_c).phrase
    assert analogy(player, tune_a, tune_a, tune_c, strength=strength) == expected
    assert analogy(player, tune_a, tune_c, tune_c, strength=0) == expected


@given(seeds, seeds, st.sampled_from(METERS))
@settings(max_examples=25, deadline=None)
def test_an_analogy_applied_to_its_first_phrase_is_the_second(
    player: Player, a: int, b: int, meter: Meter
) -> None:
    """a + (b - a) = b, if both have the same shape."""
    tune_a, tune_b = little_tune(meter, a), little_tune(meter, b)
    assert analogy(player, tune_a, tune_b, tune_a) == reconstruct(player, tune_b).phrase


def test_an_analogy_has_the_shape_of_the_third(player: Player, corners: list[Phrase]) -> None:
    """Length, meter, tempo and program."""
    a, b, c, _ = corners
    c = replace(c, parts=(replace(c.parts[0], program=40),))
    result = analogy(player, a, b, c)
    assert replace(result, parts=c.parts) == c
    assert result.parts[0].program == 40


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p, a: grid(p, [a] * 2), "three or four corners, not 2"),
        (lambda p, a: grid(p, [a] * 5), "three or four corners, not 5"),
        (lambda p, a: grid(p, [a] * 4, 1), "2 phrases or more"),
        (lambda p, a: grid(p, [a] * 4, 101), "1 to 10,000 phrases"),
        (lambda p, a: grid(p, [a] * 4, curve="steep"), "no curve 'steep'"),
        (lambda p, a: analogy(p, a, a, a, strength=math.nan), "strength"),
        (lambda p, a: analogy(p, a, a, a, sampling=Sampling(-1)), "temperature"),
    ],
)
def test_invalid_requests_are_refused(player, call, message) -> None:  # type: ignore[no-untyped-def]  # lambdas
    """The error says what would be valid."""
    with pytest.raises(RequestError, match=message):
        call(player, little_tune(Meter(), 1))
