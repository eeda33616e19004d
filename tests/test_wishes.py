"""What is wished for is kept to by every verb, whatever is drawn, and costs what it says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.api import MusicVAE
from musicvae.errors import RequestError
from musicvae.music.midi import midi_bytes, read_midi
from musicvae.music.notes import Phrase
from musicvae.music.units import Meter
from musicvae.music.voices import voice
from musicvae.music.windows import cut
from musicvae.music.wishes import parse_constraints

from .miniatures import little_piece, thinned, tiny_checkpoint, tiny_prior

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
    bars = cut(voice(back, codec.name), first * meter.bar, whole)
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
    for half in (cut(form, 0, 3 * meter.bar), cut(form, 3 * meter.bar, form.steps)):
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
