"""Every argument of every public function, with values that it cannot have."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pretty_midi
import pytest

import musicvae
from musicvae.api.model import MusicVAE
from musicvae.arguments import CHECKS, MAX_SHOWN, quote
from musicvae.errors import MusicVAEError
from musicvae.score.phrase import Note, Part, Phrase

BAD = {
    "5,000 digits": int("9" * 4000) * 10**1000,
    "400 digits": 10**400,
    "minus 400 digits": -(10**400),
    "62 bits": 2**62,
    "minus one": -1,
    "zero": 0,
    "nan": float("nan"),
    "inf": float("inf"),
    "minus inf": float("-inf"),
    "1e300": 1e300,
    "numpy": np.float32("nan"),
    "numpy whole": np.int64(-7),
    "complex": 1j,
    "bool": True,
    "text": "\x1b[2J\u202e no such thing",
    "long text": "C " * 50_000,
    "NUL": "a\0b",
    "surrogate": "\ud800",
    "bytes": b"\x00",
    "list": [[]],
    "pair": (10**400, 10**400),
    "dict": {"x": 10**400},
    "object": object(),
}

NOTES = tuple(Note(step, 2, 60 + step % 12) for step in range(0, 32, 2))
PHRASE = Phrase(bars=2, parts=(Part(NOTES),))
CONSTRAINTS = ("key", "scale", "chords", "range", "max_polyphony", "density")
METHODS = {
    "generate": {"n": 1},
    "vary": {"source": PHRASE, "n": 1},
    "extend": {"source": PHRASE, "bars": 1},
    "decode": {"z": np.zeros((1, 5))},
    "replay": {"source": PHRASE},
    "interpolate": {"a": PHRASE, "b": PHRASE, "n": 2},
    "grid": {"corners": [PHRASE] * 3, "n": 2},
    "analogy": {"a": PHRASE, "b": PHRASE, "c": PHRASE},
    "reconstruct": {"source": PHRASE},
    "encode": {"source": PHRASE},
    "open_library": {"folder": "no/such/folder"},
    "similar": {"query": PHRASE, "library": "no/such/folder"},
}
FUNCTIONS = {
    "load": {},
    "replay": {"source": PHRASE},
    "train": {"data": "no/such/folder", "out": "no/such/out"},
    "fit_prior": {"model": "no such model", "data": "no/such/folder"},
    "fit_attributes": {"model": "no such model", "data": "no/such/folder"},
    "measure_attributes": {"model": "no such model"},
    "evaluate": {"model": "no such model", "data": "no/such/folder"},
    "personalize": {"sources": [], "out": "no/such/out", "model": "no such model"},
    "prepare": {"folders": ["no/such/folder"], "out": "no/such/out"},
    "from_tuples": {"notes": [(0, 1, 60)]},
    "to_phrase": {"music": PHRASE},
    "transpose": {"source": PHRASE, "by": 1},
    "chords": {"source": PHRASE},
    "mark_chords": {"source": PHRASE},
    "humanize": {"music": PHRASE},
}


def arguments_of(function: Callable[..., Any]) -> list[str]:
    """Names of the arguments."""
    return [name for name in inspect.signature(function).parameters if name != "self"]


def cases() -> Iterator[Any]:
    for name, given in METHODS.items():
        for argument in arguments_of(getattr(MusicVAE, name)):
            yield pytest.param("method", name, given, argument, id=f"MusicVAE.{name}-{argument}")
    for name, given in FUNCTIONS.items():
        for argument in arguments_of(getattr(musicvae, name)):
            yield pytest.param("function", name, given, argument, id=f"{name}-{argument}")


@pytest.mark.parametrize(("kind", "name", "given", "argument"), list(cases()))
def test_no_argument_raises_a_foreign_error(
    kind: str,
    name: str,
    given: dict[str, Any],
    argument: str,
    tiny_model: MusicVAE,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever an argument is given, it works or raises an error of the family, in one line."""
    monkeypatch.chdir(tmp_path)
    function = getattr(tiny_model if kind == "method" else musicvae, name)
    reasons = [""]
    for value in BAD.values():
        try:
            function(**given | {argument: value})
        except MusicVAEError as error:
            reasons.append(str(error))
    assert max(map(len, reasons)) < 1_000


@pytest.mark.parametrize("argument", sorted(CHECKS))
def test_a_wrong_type_names_the_argument(argument: str) -> None:
    """And the value; numbers of numpy pass."""
    with pytest.raises(MusicVAEError) as error:
        CHECKS[argument](argument, object())
    assert argument in str(error.value)
    assert "object" in str(error.value)


@pytest.mark.parametrize("value", BAD.values(), ids=BAD)
def test_a_quoted_value_is_short(value: object) -> None:
    """Also one whose repr fails."""
    assert len(quote(value)) < MAX_SHOWN + 10


def test_numbers_of_numpy_give_the_same_music(tiny_model: MusicVAE) -> None:
    """Recipe included."""
    own = tiny_model.generate(2, bars=4, seed=3, temperature=0.5, density=6)
    options: dict[str, Any] = {
        "n": np.int64(2),
        "bars": np.int8(4),
        "seed": np.uint64(3),
        "temperature": np.float64(0.5),
        "density": np.int32(6),
    }
    numpys = tiny_model.generate(**options)
    assert [musicvae.midi_bytes(p) for p in own] == [musicvae.midi_bytes(p) for p in numpys]


@pytest.mark.parametrize("name", ["旋律", "Für", "\ud800", "\x1b[2J", "x" * 10_000])
def test_names_of_every_script_are_read_from_a_pretty_midi(name: str) -> None:
    """They come back; the object stays as it was."""
    midi = pretty_midi.PrettyMIDI()
    midi.instruments.append(pretty_midi.Instrument(0, name=name))
    midi.instruments[0].notes += [pretty_midi.Note(80, 60, i / 2, i / 2 + 0.4) for i in range(8)]
    midi.lyrics.append(pretty_midi.Lyric(name, 0.5))
    phrase = musicvae.to_phrase(midi)
    assert phrase.parts[0].name.startswith(name.replace("\ud800", "?")[:60])
    assert midi.instruments[0].name == midi.lyrics[0].text == name


@pytest.mark.parametrize("name", ["generate", "vary", "extend", "interpolate"])
def test_every_keyword_is_in_the_signature(name: str) -> None:
    """Those of the constraints too, with their types, so that `help` shows them."""
    parameters = inspect.signature(getattr(MusicVAE, name)).parameters
    assert {*CONSTRAINTS} <= parameters.keys()
    assert not any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values())
    assert parameters["range"].annotation == "RangeLike | None"
