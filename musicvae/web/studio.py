"""The studio as a service: everything that its routes offer, without HTTP."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..api.inputs import Opened
from ..api.model import MusicVAE
from ..errors import RequestError
from ..page.music_json import music_json
from ..presets import DEFAULT_MODEL, RECONSTRUCTION_MODEL
from ..progress import check_watch
from ..verbs.pad import Point
from .clips import (
    Made,
    clip_json,
    clip_of,
    name_of,
    open_json,
    open_midi,
    phrases_of,
    posted_clip,
    uploaded_clip,
)
from .library import Clip, Library
from .models import Models
from .spaces import Space, Spaces, map_positions
from .verbs import CLIP_OPTIONS, MAX_RESULTS, Verb, verb_called
from .workers import Jobs, Lane

SEEDS = 1_000_000
"""Seeds that are drawn are below, so that they are short enough to type."""

ClipLike = str | dict[str, Any]
"""The identifier of a clip, or its music as JSON."""

Json = dict[str, Any]


class Studio:
    """The models, the library, the jobs and the spaces of one server.

    Its methods may be called from several threads. The caller sends what takes a while through
    `lane`, and what takes long through `jobs`.

    Args:
        library: path of its database.
        models: folders of checkpoints, besides the models of the package.

    Raises:
        OutputError: the library cannot be opened.
        CheckpointError: a folder is no checkpoint.
    """

    def __init__(self, library: Path | str, models: Sequence[Path | str] = ()) -> None:
        self.models = Models(models)
        self.library = Library(library)
        self.lane = Lane()
        self.jobs = Jobs()
        self.spaces = Spaces()

    def close(self) -> None:
        """End all work and close the library."""
        self.jobs.stop()
        self.lane.stop()
        self.library.close()

    def add_file(self, data: bytes, name: str) -> Json:
        """Store a file as a clip.

        Raises:
            MidiError, MissingExtra: it cannot be read.
        """
        (clip,) = self.library.add([uploaded_clip(data, name)])
        return clip_json(clip)

    def add_json(self, clip: Json) -> Json:
        """Store a clip that is given as JSON: one that was not kept, or any music.

        Raises:
            MidiError, RequestError: it cannot be read.
        """
        (stored,) = self.library.add([posted_clip(clip)])
        return clip_json(stored)

    def run(
        self,
        verb: str,
        clips: Sequence[ClipLike] = (),
        options: Mapping[str, Any] | None = None,
        *,
        model: str | None = None,
        keep: bool = True,
    ) -> list[Json]:
        """Run a verb, and store what it makes if `keep`.

        Args:
            clips: what it reads.
            options: keyword arguments of its function.
            model: a name; None for that of the clips, or the default of the verb.

        Raises:
            NotHere, RequestError, MidiError: something that was asked for is not there or wrong.
        """
        asked = verb_called(verb)
        values = asked.check(len(clips), options or {})
        for name in CLIP_OPTIONS:
            if isinstance(values.get(name), str | dict):
                values[name] = self.open(values[name])
        music = [self.open(clip) for clip in clips]
        if asked.is_seeded and values.get("seed") is None:
            values["seed"] = secrets.randbelow(SEEDS)
        model_name, loaded = self._model(asked, model, music, values.get("track"))
        result = phrases_of(asked.run(loaded, music, values))
        parents = tuple(clip for clip in clips if isinstance(clip, str))
        made = Made(verb, model_name, values.get("seed"), parents)
        new = [
            clip_of(phrase, name_of(verb, music, made.seed, number, len(result)), made)
            for number, phrase in enumerate(result, 1)
        ]
        return self._stored(new, keep)

    def add_space(self, model: str | None, corners: Sequence[ClipLike]) -> Json:
        """Encode the corners of a pad.

        Raises:
            NotHere, RequestError, MidiError: as `run`.
        """
        music = [self.open(clip) for clip in corners]
        grid = verb_called("grid")
        name, loaded = self.models.choose(grid, model, music)
        parents = [clip for clip in corners if isinstance(clip, str)]
        space = Space(name, loaded, music, parents)
        return {
            "space": self.spaces.add(space),
            "model": name,
            "meter": str(space.pad.meter),
            "bars": space.pad.bars,
        }

    def decode(
        self, space: str, point: Point, *, temperature: float = 0.0, seed: int | None = None
    ) -> Json:
        """The music at a point of a space.

        Raises:
            NotHere, RequestError: there is no such space or point.
        """
        return music_json(self.spaces.get(space).decode(point, temperature, seed))

    def add_path(
        self,
        space: str,
        points: Sequence[Point],
        name: str | None = None,
        *,
        temperature: float = 0.0,
        seed: int | None = None,
    ) -> Json:
        """Store the music along a path through a space as one clip.

        Raises:
            NotHere, RequestError: there is no such space or point.
        """
        found = self.spaces.get(space)
        seed = secrets.randbelow(SEEDS) if seed is None else seed
        phrase = found.path(points, temperature, seed)
        made = Made("interpolate", found.model, seed, found.parents)
        (clip,) = self._stored([clip_of(phrase, name or f"path {seed}", made)], keep=True)
        return clip

    def map(
        self,
        model: str | None = None,
        *,
        n: int | None = None,
        clips: Sequence[ClipLike] | None = None,
        seed: int | None = None,
    ) -> Json:
        """Lay out new samples, or clips, in two dimensions.

        Raises:
            NotHere, RequestError, MidiError: as `run`.
        """
        if (n is None) == (clips is None):
            raise RequestError("A map has n samples or clips, one of both.")
        if clips is None:
            name = model or DEFAULT_MODEL
            new = self.run("generate", options={"n": n, "seed": seed}, model=name, keep=False)
            music = [open_json(clip) for clip in new]
        else:
            if not 1 <= len(clips) <= MAX_RESULTS:
                raise RequestError(f"A map has 1 to {MAX_RESULTS} clips, not {len(clips)}.")
            name = model or RECONSTRUCTION_MODEL
            music = [self.open(clip) for clip in clips]
            new = [self.show(clip) for clip in clips]
        positions = map_positions(self.models.get(name), music)
        return {
            "points": [
                {"x": x, "y": y, "clip": clip} for (x, y), clip in zip(positions, new, strict=True)
            ]
        }

    def show(self, clip: ClipLike) -> Json:
        """A clip as JSON.

        Raises:
            NotHere: there is none.
        """
        if isinstance(clip, dict):
            return clip
        return clip_json(self.library.get(clip))

    def open(self, clip: ClipLike) -> Opened:
        """The music of a clip.

        Raises:
            NotHere: there is none.
            RequestError, MidiError: its JSON cannot be read.
        """
        if isinstance(clip, dict):
            return open_json(clip)
        stored = self.library.get(clip)
        return open_midi(stored.midi, stored.name)

    def _model(
        self, verb: Verb, name: str | None, music: Sequence[Opened], track: object
    ) -> tuple[str | None, MusicVAE | None]:
        """The model of a verb and its name; None for a verb that needs none."""
        if verb.model is None:
            is_named = verb.name == "replay" and name is not None
            return (name, self.models.get(name)) if is_named and name else (None, None)
        return self.models.choose(verb, name, music, track)

    def _stored(self, clips: Sequence[Clip], keep: bool) -> list[Json]:
        check_watch()  # what was cancelled is not kept
        return [clip_json(clip) for clip in (self.library.add(clips) if keep else clips)]
