"""pad: the points of a square between phrases, and paths through it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from musicvae.api.model import MusicVAE
from musicvae.errors import RequestError
from musicvae.score.phrase import Phrase, Tempo
from musicvae.score.windows import cut_phrase
from musicvae.theory.meter import Meter
from musicvae.verbs.interpolate import interpolate
from musicvae.verbs.pad import MAX_POINTS, Pad
from musicvae.verbs.reconstruct import reconstruct
from musicvae.verbs.replay import replay

from ..miniatures import little_tune

CORNERS = [little_tune(Meter(4, 4), seed) for seed in range(4)]


@pytest.fixture(scope="module")
def pad(tiny_model: MusicVAE) -> Pad:
    """A pad between four tunes."""
    return Pad(tiny_model.player, CORNERS)


def notes(phrase: Phrase) -> list[tuple[int, int, int]]:
    """Notes without velocities, which are those of the first corner."""
    return [(note.start, note.duration, note.pitch) for note in phrase.parts[0].notes]


@pytest.mark.parametrize("corner", range(4))
def test_a_corner_is_its_reconstruction(tiny_model: MusicVAE, pad: Pad, corner: int) -> None:
    """Top left, top right, bottom left, bottom right."""
    decoded = pad.decode((corner % 2, corner // 2))
    assert notes(decoded) == notes(reconstruct(tiny_model.player, CORNERS[corner]).phrase)


def test_two_corners_are_a_line(tiny_model: MusicVAE) -> None:
    """The other direction changes nothing, and the points are those of a walk."""
    line = Pad(tiny_model.player, CORNERS[:2])
    walk = interpolate(tiny_model.player, CORNERS[0], CORNERS[1], 5, curve="line")
    for x, step in zip((0.0, 0.25, 0.5, 0.75, 1.0), walk, strict=True):
        assert notes(line.decode((x, 0.0))) == notes(line.decode((x, 1.0))) == notes(step)


def test_every_point_has_the_shape_of_the_first_corner(tiny_model: MusicVAE) -> None:
    """So that one can take the place of another in a loop."""
    first = replace(little_tune(Meter(4, 4), 1, 4), tempos=(Tempo(0, 400_000),))
    others = [little_tune(Meter(6, 8), 2), little_tune(Meter(3, 4), 3, 6), little_tune(Meter(), 4)]
    pad = Pad(tiny_model.player, [first, *others])
    assert (pad.meter, pad.bars) == (Meter(4, 4), 4)
    for point in ((0.0, 0.0), (0.3, 0.9), (1.0, 1.0)):
        decoded = pad.decode(point)
        assert (decoded.meter, decoded.bars) == (first.meter, first.bars)
    assert pad.decode((0, 0)).tempos == first.tempos
    assert pad.decode((1, 0)).tempos == (Tempo(0, 500_000),)
    assert 400_000 < pad.decode((0.5, 0)).tempos[0].microseconds < 500_000


def test_a_path_is_its_points_one_after_another(pad: Pad) -> None:
    """The same notes as each point alone."""
    points = [(0.0, 0.0), (0.2, 0.8), (1.0, 0.5)]
    path = pad.path(points)
    assert path.bars == 3 * pad.bars
    steps = pad.bars * pad.meter.steps_per_bar
    for number, point in enumerate(points):
        piece = cut_phrase(path, number * steps, (number + 1) * steps)
        assert notes(piece) == notes(pad.decode(point))


def test_points_and_paths_can_be_replayed(tiny_model: MusicVAE, pad: Pad) -> None:
    """Their recipes give the same notes again."""
    for phrase in (pad.decode((0.3, 0.6)), pad.path([(0.1, 0.2), (0.9, 0.4)])):
        assert replay(tiny_model.player, phrase).fingerprint == phrase.fingerprint


@pytest.mark.parametrize("point", [(-0.1, 0), (0, 1.1), (float("nan"), 0), (0, float("inf"))])
def test_a_point_outside_is_refused(pad: Pad, point: tuple[float, float]) -> None:
    """Alone and on a path."""
    for ask in (lambda: pad.decode(point), lambda: pad.path([(0, 0), point])):
        with pytest.raises(RequestError, match="two numbers from 0 to 1"):
            ask()


def test_what_is_no_pad_or_path_is_refused(tiny_model: MusicVAE, pad: Pad) -> None:
    """Numbers of corners and of points."""
    for corners in ([], CORNERS[:1], CORNERS[:3], [*CORNERS, CORNERS[0]]):
        with pytest.raises(RequestError, match="two or four corners"):
            Pad(tiny_model.player, corners)
    for count in (0, MAX_POINTS + 1):
        with pytest.raises(RequestError, match="1 to 256 points"):
            pad.path([(0, 0)] * count)
