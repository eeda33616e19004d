"""What is wished for is kept to by every verb, whatever is drawn, and costs what it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.api.model import MusicVAE
from musicvae.constraints import parse as words
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

from ..miniatures import little_piece, thinned, tiny_checkpoint, tiny_prior

NAMES = ("melody-2bar", "drums-2bar", "piano-2bar", "leadsheet-8bar", "trio-4bar")
PITCHED: dict[str, Any] = {"key": "A minor", "chords": "Am:2 E7:2 F", "range": "C3-C6"}
METERS = (Meter(4, 4), Meter(6, 8), Meter(3, 4))


@pytest.fixture(scope="module", params=NAMES)
def model(request: pytest.FixtureRequest) -> MusicVAE:
    """One of each codec, with a prior."""
    made = tiny_prior(tiny_checkpoint(request.param))
    return MusicVAE(thinned(made) if request.param == "piano-2bar" else made)


def wishes_of(model: MusicVAE) -> dict[str, Any]:
    """All that its codec knows of."""
    name = model.player.codec.name
    many = {"max_polyphony": 3} if name == "piano" else {}
    return {"density": "2-5", **many, **({} if name == "drums" else PITCHED)}


def broken(model: MusicVAE, phrase: Phrase, wishes: dict[str, Any], start: int = 0) -> list[str]:
    """What in its whole bars from some bar on breaks the wishes; read from its file."""
    (back,) = read_midi(midi_bytes(phrase))
    meter, codec = back.meter, model.player.codec
    whole = back.steps + back.lead_in
    first = max(start, 1 if back.pickup else 0)
    bars = cut_phrase(codec.select(back), first * meter.steps_per_bar, whole)
    return parse_constraints(**wishes).violations(bars, codec)


@pytest.mark.slow
@given(st.integers(0, 999), st.sampled_from(METERS), st.sampled_from((0.0, 0.7, 1.5)))
@settings(max_examples=2, deadline=None)
def test_every_verb_keeps_to_it(
    model: MusicVAE, seed: int, meter: Meter, temperature: float
) -> None:
    """Of any length, in a form, looped, varied, between two, and after what there is."""
    wishes = wishes_of(model)
    drawn: dict[str, Any] = {"temperature": temperature, "seed": seed, **wishes}
    a, b = (little_piece(model.player.codec.name, meter, seed + i, bars=4) for i in range(2))
    made = {
        "generate": model.generate(1, meter=meter, bars=5, loop=True, **drawn),
        "vary": model.vary(a, 1, strength=0.4, **drawn),
        "interpolate": model.interpolate(a, b, 3, **drawn),
    }
    for verb, phrases in made.items():
        for phrase in phrases:
            assert broken(model, phrase, wishes) == [], verb
            assert phrase.recipe
            assert phrase.recipe.cost > 0
    (form,) = model.generate(1, meter=meter, bars=6, form="AB", **drawn)
    for half in (
        cut_phrase(form, 0, 3 * meter.steps_per_bar),
        cut_phrase(form, 3 * meter.steps_per_bar, form.steps),
    ):
        assert broken(model, half, wishes) == []
    longer = model.extend(a, 2, **drawn)
    assert broken(model, longer, wishes, start=a.bars) == []


def test_what_costs_nothing_changes_nothing(model: MusicVAE) -> None:
    """A wish that all music fulfils."""
    free = model.generate(2, seed=3)
    wished = model.generate(2, seed=3, density="0-999" if _drums(model) else None, **_wide(model))
    assert wished == free
    assert all(phrase.recipe and phrase.recipe.cost == 0 for phrase in wished)


def _drums(model: MusicVAE) -> bool:
    return model.player.codec.name == "drums"


def _wide(model: MusicVAE) -> dict[str, Any]:
    return {} if _drums(model) else {"key": "C chromatic"}


def test_contradictions_are_refused_before_anything_is_drawn(model: MusicVAE) -> None:
    """In one sentence that says what to change."""
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
def test_a_key_is_kept_by_chords_and_bass_too(pattern: str) -> None:
    """Whatever pattern plays them: not a note of the file lies outside."""
    model = MusicVAE(tiny_prior(tiny_checkpoint("leadsheet-8bar")))
    tones = {9, 11, 0, 2, 4, 5, 6, 7, 8}
    for seed in range(4):
        (sheet,) = model.generate(1, key="A minor", pattern=pattern, seed=seed)
        (back,) = read_midi(midi_bytes(sheet))
        assert len(back.parts) == 3
        assert not {note.pitch % 12 for part in back.parts for note in part.notes} - tones


VERBS = {
    "generate": lambda model, tune, asked: model.generate(2, seed=1, **asked),
    "vary": lambda model, tune, asked: model.vary(tune, 2, seed=1, **asked),
    "interpolate": lambda model, tune, asked: model.interpolate(tune, tune, 2, seed=1, **asked),
    "extend": lambda model, tune, asked: [model.extend(tune, 2, seed=1, **asked)],
}


@pytest.mark.parametrize("verb", VERBS)
def test_constraints_are_read_once(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many phrases and windows keep to them; and once when it is played again."""
    read: list[tuple[str | None, ...]] = []

    def counted(*key: str | None) -> Key | None:
        read.append(key)
        return parse_key(*key)

    monkeypatch.setattr(words, "parse_key", counted)
    model = MusicVAE(tiny_prior(tiny_checkpoint("leadsheet-8bar")))
    tune = little_piece("leadsheet", Meter(), 1, bars=8)
    made = VERBS[verb](model, tune, {"key": "C", "chords": "C G", "pattern": "walking"})
    assert read == [("C", None)]
    data = midi_bytes(made[0])
    assert midi_bytes(model.replay(data)) == data
    assert read == [("C", None)] * 2


@pytest.mark.parametrize("verb", VERBS)
def test_values_are_as_good_as_words(verb: str) -> None:
    """The same notes, and the same recipe, which holds words; those of the user stay as typed."""
    model = MusicVAE(tiny_prior(tiny_checkpoint("melody-2bar")))
    tune = little_piece("melody", Meter(), 1, bars=4)
    typed = {"key": " a minor", "chords": "Am:2 F", "range": "60-80", "density": "2-6"}
    values = {"key": " a minor", "chords": [("Am", 2), "F"], "range": (60, 80), "density": (2, 6)}
    by_word, by_value = (VERBS[verb](model, tune, asked) for asked in (typed, values))
    assert list(map(midi_bytes, by_word)) == list(map(midi_bytes, by_value))
    assert by_word[0].recipe.options["wishes"] == typed


def test_a_walking_bass_keeps_to_the_key_where_there_is_no_recipe() -> None:
    """A net that predicts the next step stores none."""
    model = MusicVAE(tiny_checkpoint("lstm", codec="leadsheet"))
    for seed in range(6):
        (sheet,) = model.generate(1, key="C", pattern="walking", seed=seed)
        assert sheet.recipe is None
        outside = {n.pitch % 12 for part in sheet.parts for n in part.notes} - {
            0,
            2,
            4,
            5,
            7,
            9,
            11,
        }
        assert not outside


def test_chords_go_on_however_long_the_piece_is() -> None:
    """At bar 1,000 too, where nothing begins anew."""
    player = MusicVAE(tiny_checkpoint()).player
    asked = parse_constraints(chords="Am F C")
    z = np.zeros((2, player.latent), np.float32)
    plan = DecodePlan(z, ((0, 0), (1_000, 1)), Meter(), 1_002, constraints=asked)
    rules = plan.rules(player)
    assert rules
    for rule, bar in zip(rules, (0, 1_000), strict=True):
        assert rule is compile_rule(
            asked, player.codec, Meter(), player.steps(Meter()), bar * Meter().steps_per_bar
        )
