"""Every verb satisfies the constraints, whatever is drawn, and reports their cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicvae.api.model import MusicVAE
from musicvae.constraints import parse as module
from musicvae.constraints.compile import compile_rule
from musicvae.constraints.parse import parse_constraints
from musicvae.errors import RequestError
from musicvae.generation.plan import DecodePlan
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Phrase
from musicvae.score.windows import cut_phrase
from musicvae.theory.keys import Key, parse_key
from musicvae.theory.meter import Meter

from ..miniatures import little_piece, tiny_checkpoint, tiny_prior

NAMES = ("melody-2bar", "drums-2bar", "piano-2bar", "leadsheet-8bar", "band-8bar")
PITCHED: dict[str, Any] = {"key": "A minor", "chords": "Am:2 E7:2 F", "range": "C3-C6"}


@pytest.fixture(scope="module", params=NAMES)
def model(request: pytest.FixtureRequest) -> MusicVAE:
    """One of each codec, with a prior."""
    return MusicVAE(tiny_prior(tiny_checkpoint(request.param)))


def constraints_of(model: MusicVAE) -> dict[str, Any]:
    """All constraints that its codec supports."""
    name = model.player.codec.name
    polyphony = {"max_polyphony": 3} if name == "piano" else {}
    return {"density": "2-5", **polyphony, **({} if name == "drums" else PITCHED)}


def violations(
    model: MusicVAE, phrase: Phrase, constraints: dict[str, Any], start: int = 0
) -> list[str]:
    """Violations in the whole bars from `start` on, read from the file of the phrase."""
    (read,) = read_midi(midi_bytes(phrase))
    meter, codec = read.meter, model.player.codec
    end = read.steps + read.lead_in
    first = max(start, 1 if read.pickup else 0)
    bars = cut_phrase(codec.select(read), first * meter.steps_per_bar, end)
    return parse_constraints(**constraints).violations(bars, codec)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "seed", "meter", "temperature"), [
    ("melody-2bar", 0, Meter(4, 4), 1.5),
    ("drums-2bar", 1, Meter(6, 8), 0.7),
    ("piano-2bar", 2, Meter(3, 4), 0.0),
    ("leadsheet-8bar", 3, Meter(6, 8), 1.5),
    ("band-8bar", 4, Meter(4, 4), 0.7),
], indirect=["model"])  # fmt: skip
def test_every_verb_satisfies_them(
    model: MusicVAE, seed: int, meter: Meter, temperature: float
) -> None:
    """At any length, in a form, in a loop, in variations, between two phrases, and in new bars."""
    constraints = constraints_of(model)
    drawn: dict[str, Any] = {"temperature": temperature, "seed": seed, **constraints}
    a, b = (little_piece(model.player.codec.name, meter, seed + i, bars=4) for i in range(2))
    results = {
        "generate": model.generate(1, meter=meter, bars=5, loop=True, **drawn),
        "vary": model.vary(a, 1, strength=0.4, **drawn),
        "interpolate": model.interpolate(a, b, 3, **drawn),
    }
    for verb, phrases in results.items():
        for phrase in phrases:
            assert violations(model, phrase, constraints) == [], verb
            assert phrase.recipe
            assert phrase.recipe.cost > 0
    (form,) = model.generate(1, meter=meter, bars=6, form="AB", **drawn)
    for half in (
        cut_phrase(form, 0, 3 * meter.steps_per_bar),
        cut_phrase(form, 3 * meter.steps_per_bar, form.steps),
    ):
        assert violations(model, half, constraints) == []
    longer = model.extend(a, 2, **drawn)
    assert violations(model, longer, constraints, start=a.bars) == []


def test_constraints_that_all_music_satisfies_change_nothing(model: MusicVAE) -> None:
    """And cost nothing."""
    free = model.generate(2, seed=3)
    constrained = model.generate(
        2, seed=3, density="0-999" if _drums(model) else None, **_wide(model)
    )
    assert constrained == free
    assert all(phrase.recipe and phrase.recipe.cost == 0 for phrase in constrained)


def _drums(model: MusicVAE) -> bool:
    return model.player.codec.name == "drums"


def _wide(model: MusicVAE) -> dict[str, Any]:
    return {} if _drums(model) else {"key": "C chromatic"}


def test_contradictions_are_refused_before_anything_is_drawn(model: MusicVAE) -> None:
    """The error says what to change."""
    with pytest.raises(RequestError, match=r"notes at most|ask for fewer"):
        model.generate(1, density="9999")
    if not _drums(model):
        with pytest.raises(RequestError, match="No tone of F# lies in C major"):
            model.generate(1, key="C", chords="F#")
    else:
        with pytest.raises(RequestError, match="drums have no pitch"):
            model.generate(1, key="C")


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["block", "arpeggio", "strum", "walking"])
def test_chords_and_bass_stay_in_the_key_too(pattern: str) -> None:
    """With every pattern, no note of the file is outside the key."""
    model = MusicVAE(tiny_prior(tiny_checkpoint("leadsheet-8bar")))
    tones = {9, 11, 0, 2, 4, 5, 6, 7, 8}
    for seed in range(4):
        (sheet,) = model.generate(1, key="A minor", pattern=pattern, seed=seed)
        (read,) = read_midi(midi_bytes(sheet))
        assert len(read.parts) == 3
        assert not {note.pitch % 12 for part in read.parts for note in part.notes} - tones


VERBS = {
    "generate": lambda model, tune, constraints: model.generate(2, seed=1, **constraints),
    "vary": lambda model, tune, constraints: model.vary(tune, 2, seed=1, **constraints),
    "interpolate": lambda model, tune, constraints: model.interpolate(
        tune, tune, 2, seed=1, **constraints
    ),
    "extend": lambda model, tune, constraints: [model.extend(tune, 2, seed=1, **constraints)],
}


@pytest.mark.parametrize("verb", VERBS)
def test_constraints_are_parsed_once(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many phrases and windows they apply to; and once more by `replay`."""
    parsed: list[tuple[str | None, ...]] = []

    def counted(*key: str | None) -> Key | None:
        parsed.append(key)
        return parse_key(*key)

    monkeypatch.setattr(module, "parse_key", counted)
    model = MusicVAE(tiny_prior(tiny_checkpoint("leadsheet-8bar")))
    tune = little_piece("leadsheet", Meter(), 1, bars=8)
    phrases = VERBS[verb](model, tune, {"key": "C", "chords": "C G", "pattern": "walking"})
    assert parsed == [("C", None)]
    data = midi_bytes(phrases[0])
    assert midi_bytes(model.replay(data)) == data
    assert parsed == [("C", None)] * 2


@pytest.mark.parametrize("verb", VERBS)
def test_typed_values_and_text_are_the_same(verb: str) -> None:
    """The same notes and recipe. The recipe holds text; text from the user stays as typed."""
    model = MusicVAE(tiny_prior(tiny_checkpoint("melody-2bar")))
    tune = little_piece("melody", Meter(), 1, bars=4)
    text = {"key": " a minor", "chords": "Am:2 F", "range": "60-80", "density": "2-6"}
    values = {"key": " a minor", "chords": [("Am", 2), "F"], "range": (60, 80), "density": (2, 6)}
    from_text, from_values = (
        VERBS[verb](model, tune, constraints) for constraints in (text, values)
    )
    assert list(map(midi_bytes, from_text)) == list(map(midi_bytes, from_values))
    assert from_text[0].recipe.options["wishes"] == text


def test_a_walking_bass_stays_in_the_key_without_a_recipe() -> None:
    """A next-step net stores none."""
    model = MusicVAE(tiny_checkpoint("lstm", codec="leadsheet"))
    for seed in range(6):
        (sheet,) = model.generate(1, key="C", pattern="walking", seed=seed)
        assert sheet.recipe is None
        pitch_classes = {note.pitch % 12 for part in sheet.parts for note in part.notes}
        outside = pitch_classes - {0, 2, 4, 5, 7, 9, 11}
        assert not outside


def test_chords_go_on_however_long_the_piece_is() -> None:
    """Their cycle is not restarted at bar 1,000."""
    player = MusicVAE(tiny_checkpoint()).player
    constraints = parse_constraints(chords="Am F C")
    z = np.zeros((2, player.latent), np.float32)
    plan = DecodePlan(z, ((0, 0), (1_000, 1)), Meter(), 1_002, constraints=constraints)
    rules = plan.rules(player)
    assert rules
    for rule, bar in zip(rules, (0, 1_000), strict=True):
        assert rule is compile_rule(
            constraints, player.codec, Meter(), player.steps(Meter()), bar * Meter().steps_per_bar
        )
