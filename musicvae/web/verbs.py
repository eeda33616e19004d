"""The verbs that the studio offers: their functions, options, sources and default models.

The options of a verb are the keyword arguments of its function, read from its signature.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..api.humanize import humanize
from ..api.model import MusicVAE, replay
from ..api.transposition import transpose
from ..arguments import quote
from ..errors import RequestError
from ..presets import (
    BAND_MODEL,
    DEFAULT_MODEL,
    DRUM_MODEL,
    EXTENSION_MODEL,
    FILL_MODEL,
    RECONSTRUCTION_MODEL,
)
from .failures import NotHere

SOURCES = ("self", "source", "music", "a", "b", "c", "corners")
"""Parameters that are the model or the music, and so no options."""

CLIP_OPTIONS = ("groove",)
"""Options that are music: a clip in JSON."""

PAIRS = ("range", "density", "meter")
"""Options that may be two numbers, which JSON writes as a list."""

MAX_RESULTS = 256
"""Most clips that one request makes."""


@dataclass(frozen=True)
class Verb:
    """A verb of the studio.

    Attributes:
        name: as in the address of its route.
        function: a method of `MusicVAE`, or a function that needs no model.
        least, most: how many clips it reads.
        model: the model that it takes by default; None if it needs none.
        by_maker: True if the model that made the clips comes before that one.
        by_drums: True if the model of drums takes its place where drums are read.
    """

    name: str
    function: Callable[..., Any]
    least: int
    most: int
    model: str | None = None
    by_maker: bool = False
    by_drums: bool = False

    @cached_property
    def options(self) -> Mapping[str, inspect.Parameter]:
        """The options by name."""
        parameters = inspect.signature(self.function).parameters
        left_out = (*SOURCES, "model") if self.model is None else SOURCES
        return {name: one for name, one in parameters.items() if name not in left_out}

    @property
    def is_seeded(self) -> bool:
        """True if something in it is random."""
        return "seed" in self.options

    def check(self, clips: int, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options as the function takes them, after a check of their names.

        Raises:
            RequestError: an option is unknown or missing, or the number of clips is wrong.
        """
        if not self.least <= clips <= self.most:
            several = " to ".join(str(n) for n in dict.fromkeys((self.least, self.most)))
            raise RequestError(f"{self.name} reads {several} clips, not {clips}.")
        for name in options:
            if name not in self.options:
                known = ", ".join(self.options)
                raise RequestError(f"{self.name} has no option {quote(name)}; it has {known}.")
        for name, parameter in self.options.items():
            if parameter.default is parameter.empty and name not in options:
                raise RequestError(f"{self.name} needs the option {name}.")
        values = {name: _from_json(name, value) for name, value in options.items()}
        self._check_results(values)
        return values

    def _check_results(self, options: Mapping[str, Any]) -> None:
        n = options.get("n", 1)
        results = n * n if self.name == "grid" and isinstance(n, int) else n
        if isinstance(results, int) and results > MAX_RESULTS:
            raise RequestError(f"A request makes at most {MAX_RESULTS} clips, not {results:,}.")

    def run(self, model: MusicVAE | None, music: list[Any], options: Mapping[str, Any]) -> Any:
        """What the function returns for some music."""
        if self.model is None and model is not None:  # replay, by a model that was named
            return model.replay(*music)
        sources = [music] if self.name == "grid" else music
        target = sources if model is None else [model, *sources]
        return self.function(*target, **options)


def _from_json(name: str, value: Any) -> Any:
    """The value of an option; lists that stand for two numbers, or for pairs, become tuples."""
    if not isinstance(value, list):
        return value
    inner = [tuple(item) if isinstance(item, list) else item for item in value]
    return tuple(inner) if name in PAIRS else inner


BY_MUSIC = {"by_maker": True, "by_drums": True}
"""Of verbs whose model follows from the music that they read."""

VERBS: Mapping[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb("generate", MusicVAE.generate, 0, 0, DEFAULT_MODEL),
        Verb("vary", MusicVAE.vary, 1, 1, RECONSTRUCTION_MODEL, **BY_MUSIC),
        Verb("extend", MusicVAE.extend, 1, 1, EXTENSION_MODEL, **BY_MUSIC),
        Verb("reconstruct", MusicVAE.reconstruct, 1, 1, RECONSTRUCTION_MODEL, **BY_MUSIC),
        Verb("fill", MusicVAE.fill, 1, 1, FILL_MODEL, by_drums=True),
        Verb("harmonize", MusicVAE.harmonize, 1, 1, FILL_MODEL),
        Verb("melodize", MusicVAE.melodize, 1, 1, FILL_MODEL),
        Verb("accompany", MusicVAE.accompany, 1, 1, BAND_MODEL),
        Verb("drumify", MusicVAE.drumify, 1, 1, DRUM_MODEL),
        Verb("interpolate", MusicVAE.interpolate, 2, 2, RECONSTRUCTION_MODEL, **BY_MUSIC),
        Verb("grid", MusicVAE.grid, 3, 4, RECONSTRUCTION_MODEL, **BY_MUSIC),
        Verb("analogy", MusicVAE.analogy, 3, 3, RECONSTRUCTION_MODEL, **BY_MUSIC),
        Verb("humanize", humanize, 1, 1),
        Verb("transpose", transpose, 1, 1),
        Verb("replay", replay, 1, 1),
    )
}
"""All verbs by name."""


def verb_called(name: str) -> Verb:
    """The verb of a name.

    Raises:
        NotHere: there is none.
    """
    if name not in VERBS:
        raise NotHere(f"There is no verb {quote(name)}; there are {', '.join(VERBS)}.")
    return VERBS[name]
