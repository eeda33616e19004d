"""Recipes from files of any content: each is replayed or refused, and none hangs."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from musicvae.api.model import MusicVAE
from musicvae.errors import RequestError
from musicvae.generation.source import generated_parts
from musicvae.midi.own_format import MAX_MODEL_PARTS
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.score.provenance import MAX_TEXT, parse_recipe
from musicvae.theory.meter import Meter

from ..cpu import no_hang
from ..miniatures import little_piece, tiny_checkpoint, tiny_prior

VALUES: dict[str, Any] = {
    "infinity": float("inf"),
    "nan": float("nan"),
    "400 digits": 10**400,
    "minus one": -1,
    "63 bits": 2**63,
    "text": "x" * 100_000,
    "chords": {"chords": "C+9" + "+9" * 10_000 + "!"},
    "many chords": {"chords": "C " * 100_000},
    "key": {"key": "C" + " " * 60_000 + "!"},
    "polyphony": {"max_polyphony": 10**400},
    "numbers": list(range(50_000)),
    "pairs": [[number, 0] for number in range(20_000)],
    "triples": [[number, 0, {}] for number in range(20_000)],
    "ties": [[number, 0, 0, 0] for number in range(20_000)],
    "deep": json.loads("[" * 500 + "]" * 500),
    "null": None,
}


OPTIONS = (
    *("windows", "bars", "section", "temperature", "seed", "key", "held", "upbeat", "wishes"),
    *("pattern", "humanize", "programs"),
)
OF_FORMS = ("form", "loudness", "keys")


@pytest.fixture(scope="module")
def clip(tiny_model: MusicVAE) -> Phrase:
    """A clip of the tiny model, with constraints."""
    return tiny_model.generate(1, seed=1, chords="C F", density="1-8", programs="melody=flute")[0]


@pytest.fixture(scope="module")
def variation(tiny_model: MusicVAE, clip: Phrase) -> Phrase:
    """A clip that took over the performance of another."""
    return tiny_model.vary(clip, 1, seed=1)[0]


@pytest.fixture(scope="module")
def song(tiny_model: MusicVAE) -> Phrase:
    """A clip with sections in two keys."""
    return tiny_model.generate(1, seed=1, form="A:2 A[key=D]", key="C", energy="0.2,1")[0]


@pytest.mark.parametrize("option", ["accents", *OPTIONS, *OF_FORMS])
def test_a_recipe_of_absurd_values_is_refused_without_a_hang(
    option: str, tiny_model: MusicVAE, clip: Phrase, variation: Phrase, song: Phrase
) -> None:
    """Whichever option it is, also for the verbs that only look for the plan."""
    phrase = variation if option == "accents" else song if option in OF_FORMS else clip
    assert phrase.recipe
    assert option in phrase.recipe.options
    reasons = [""]
    for value in VALUES.values():
        recipe = replace(phrase.recipe, options={**phrase.recipe.options, option: value})
        hostile = replace(phrase, recipe=recipe)
        with no_hang():
            try:
                tiny_model.replay(hostile)
            except RequestError as error:
                reasons.append(str(error))
            tiny_model.encode(hostile)
    assert max(map(len, reasons)) < 300


def test_a_recipe_of_the_longest_text_is_read_without_a_hang() -> None:
    """One character more, and it counts as none."""
    texts = "[" * MAX_TEXT, '{"a":' * (MAX_TEXT // 5), f'{{"z": "{"A" * (MAX_TEXT - 9)}"}}'
    for text in texts:
        with no_hang():
            assert parse_recipe(text) is None
            assert parse_recipe(text + "x") is None


def test_parts_after_those_of_any_model_are_not_compared(
    clip: Phrase, tiny_model: MusicVAE, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of 500 parts with a recipe is hashed 16 times at most, not 500."""
    more = tuple(Part((Note(number % 32, 1, 60),)) for number in range(500))
    phrase = replace(clip, parts=(*more, *clip.parts))
    hashed = []

    def counted(phrase: Phrase) -> str:
        hashed.append(phrase)
        return "another"

    monkeypatch.setattr(Phrase, "fingerprint", property(counted))
    assert generated_parts(tiny_model.player, phrase) is None
    assert len(hashed) <= MAX_MODEL_PARTS


def test_a_clip_with_accompaniment_is_still_known(clip: Phrase, tiny_model: MusicVAE) -> None:
    """Parts after its own do not hide them, in the file either."""
    longer = replace(clip, parts=(*clip.parts, Part((Note(0, 4, 40),), name="Bass")))
    assert generated_parts(tiny_model.player, longer) == clip
    assert not read_midi(midi_bytes(longer))[0].edited


@pytest.mark.parametrize("verb", ["fill", "harmonize"])
def test_a_recipe_of_what_was_drawn_is_refused_without_a_hang(verb: str) -> None:
    """Gaps that overlap or are no bars, numbers of alternatives, styles and chords of a bar."""
    model = MusicVAE(tiny_prior(tiny_checkpoint("leadsheet-8bar")))
    tune = little_piece("leadsheet", Meter(), 1, 2)
    (phrase,) = getattr(model, verb)(tune, bars=1, only=True, seed=1)
    assert phrase.recipe
    gaps = {"twice": [[0, 16], [0, 16]], "backwards": [[16, 0]], "no bars": [[0, 5]]}
    options = phrase.recipe.options.keys() & {"gaps", "keep", "row", "style", "per_bar", "seed"}
    assert len(options) == (4 if verb == "fill" else 5)
    for option in (*options, "temperature", "wishes"):
        for value in (VALUES | gaps).values():
            changed = {**phrase.recipe.options, option: value}
            hostile = replace(phrase, recipe=replace(phrase.recipe, options=changed))
            with no_hang(), suppress(RequestError):
                assert model.replay(hostile).fingerprint == phrase.fingerprint
