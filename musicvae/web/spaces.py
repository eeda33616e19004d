"""Spaces: pads between clips, kept while they are played with; and maps of clips."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np

from ..api.base import render
from ..api.inputs import Opened
from ..api.model import MusicVAE
from ..api.sections import select_main
from ..api.songs import Selection
from ..arguments import quote
from ..arrays import DoubleArray, FloatArray
from ..generation.latent_path import PathEnd
from ..generation.seeding import Sampling
from ..performance.render import Rendering
from ..score.phrase import Phrase
from ..verbs.pad import Pad, Point
from .failures import NotHere

MAX_SPACES = 64
"""Spaces that are remembered; the one that was used longest ago is forgotten."""


class Space:
    """A pad and how its music is rendered.

    Attributes:
        model: name of its model.
        parents: identifiers of the clips at its corners.
    """

    def __init__(
        self, name: str, model: MusicVAE, corners: Sequence[Opened], parents: Sequence[str]
    ) -> None:
        self.model, self.parents = name, tuple(parents)
        self.pad = Pad(model.player, [_select(model, corner) for corner in corners])
        self._rendering = Rendering.create(model.player.codec.name, None)

    def decode(self, point: Point, temperature: float, seed: int | None) -> Phrase:
        """The music at a point."""
        return render(self.pad.decode(point, Sampling(temperature, seed)), self._rendering)

    def path(self, points: Sequence[Point], temperature: float, seed: int | None) -> Phrase:
        """The music along a path."""
        return render(self.pad.path(points, Sampling(temperature, seed)), self._rendering)


class Spaces:
    """The spaces of a studio by their identifiers."""

    def __init__(self) -> None:
        self._spaces: OrderedDict[str, Space] = OrderedDict()
        self._lock = Lock()

    def add(self, space: Space) -> str:
        """Remember a space and return its identifier."""
        identifier = secrets.token_hex(8)
        with self._lock:
            self._spaces[identifier] = space
            while len(self._spaces) > MAX_SPACES:
                self._spaces.popitem(last=False)
        return identifier

    def get(self, identifier: str) -> Space:
        """The space of an identifier.

        Raises:
            NotHere: there is none, or it was forgotten.
        """
        with self._lock:
            if identifier not in self._spaces:
                raise NotHere(f"There is no space {quote(identifier)}: make it again.")
            self._spaces.move_to_end(identifier)
            return self._spaces[identifier]


def map_positions(model: MusicVAE, music: Sequence[Opened]) -> list[Point]:
    """Where pieces of music lie on a map: similar ones near each other.

    Raises:
        RequestError: the model cannot encode, or cannot read a piece.
    """
    vectors = [PathEnd.of(model.player, _select(model, one)).z.mean(axis=0) for one in music]
    return [(float(x), float(y)) for x, y in principal_plane(np.array(vectors))]


def principal_plane(vectors: FloatArray) -> DoubleArray:
    """The first two principal components of vectors, each scaled to 0 to 1. `[N, Z]` -> `[N, 2]`

    The sign of a component is that of its largest weight, so that the same vectors always give the
    same map. What does not vary lies in the middle.
    """
    centred = np.asarray(vectors, float) - np.mean(vectors, axis=0, dtype=float)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    plane = np.zeros((len(centred), 2))
    for column, axis in enumerate(axes[:2]):
        plane[:, column] = centred @ axis * np.sign(axis[np.abs(axis).argmax()] or 1.0)
    spans = np.ptp(plane, axis=0)
    varies = spans > 1e-9
    plane[:, varies] = (plane - plane.min(axis=0))[:, varies] / spans[varies]
    plane[:, ~varies] = 0.5
    return plane


def _select(model: MusicVAE, opened: Opened) -> Phrase:
    """The part of a clip that a model reads."""
    return select_main(model.player, opened, Selection(only=True)).phrase
