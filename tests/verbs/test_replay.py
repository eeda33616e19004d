"""Recipes in files: replay makes the same bytes, and verbs start from the stored z."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import musicvae
from musicvae.api.model import MusicVAE
from musicvae.errors import RequestError
from musicvae.generation.decoding import perform
from musicvae.generation.plan import plan_from_recipe
from musicvae.generation.source import EncodedPhrase
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Phrase
from musicvae.score.provenance import Recipe
from musicvae.theory.meter import Meter

from ..miniatures import little_piece, tiny_checkpoint, tiny_prior

NAMES = ("melody-2bar", "drums-2bar", "piano-2bar", "leadsheet-8bar", "band-8bar")


@pytest.fixture(scope="module", params=NAMES)
def model(request: pytest.FixtureRequest) -> MusicVAE:
    """One of each codec, with a prior; none reconstructs silence."""
    checkpoint = tiny_checkpoint(request.param)
    if checkpoint.config.net.codec == "piano":
        checkpoint.weights["decoder.head.bias"] += 1
    return MusicVAE(tiny_prior(checkpoint))


def with_notes(model: MusicVAE) -> Phrase:
    """A clip whose first part is not silent, as some of a net of random weights are."""
    z = np.random.default_rng(2).standard_normal((8, model.player.latent), np.float32)
    clips = model.decode(z, temperature=1.0, seed=2)
    return next(clip for clip in clips if clip.parts[0].notes)


def phrases_of(model: MusicVAE, seed: int) -> dict[str, Phrase]:
    """A phrase of each verb, and of some options."""
    codec = model.player.codec.name
    meter = (Meter(4, 4), Meter(6, 8))[seed % 2]
    a, b = (little_piece(codec, meter, seed + i, bars=4) for i in range(2))
    return {
        "generate": model.generate(2, meter=meter, bars=5, temperature=1.2, seed=seed)[1],
        "form": model.generate(1, meter=meter, form="ABA", loop=True, seed=seed, bpm=97)[0],
        "vary": model.vary(a, 2, seed=seed, temperature=0.5)[1],
        "reconstruct": model.reconstruct(a, temperature=0.7, seed=seed).phrase,
        "interpolate": model.interpolate(a, b, 3, seed=seed)[1],
        "humanize": model.generate(1, humanize=1.0, seed=seed, program="violin")[0],
        "extend": model.extend(a, 2, seed=seed),
        "decode": model.decode(np.ones((1, model.player.latent), np.float32), seed=seed)[0],
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "seed"), [(name, seed) for seed, name in enumerate(NAMES)], indirect=["model"]
)
def test_replay_makes_the_same_bytes(model: MusicVAE, seed: int) -> None:
    """For every verb, from the file alone."""
    for verb, phrase in phrases_of(model, seed).items():
        assert phrase.recipe, verb
        data = midi_bytes(phrase)
        assert midi_bytes(model.replay(data)) == data, verb
        assert not read_midi(data)[0].edited, verb


def test_verbs_start_from_the_stored_z(model: MusicVAE) -> None:
    """The notes are not encoded again, unless the file was edited."""
    phrase = with_notes(model)
    assert phrase.recipe
    z = phrase.recipe.latents
    assert np.array_equal(model.encode(midi_bytes(phrase)), z)
    first, *rest = phrase.parts[0].notes
    edited = replace(first, velocity=first.velocity % 127 + 1)
    parts = (replace(phrase.parts[0], notes=(edited, *rest)), *phrase.parts[1:])
    encoded = model.encode(midi_bytes(replace(phrase, parts=parts)))
    bare = model.encode(midi_bytes(replace(phrase, recipe=None)))
    assert np.array_equal(encoded, bare)
    assert not np.array_equal(encoded, z)


def nudged(phrase: Phrase) -> bytes:
    """The file of a phrase after another program moved notes by seven ticks."""
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(phrase)), charset="utf-8")
    for track in file.tracks[1:]:
        if onsets := [message for message in track if message.type == "note_on"]:
            onsets[-1].time += 7
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


@pytest.mark.slow
def test_every_verb_takes_an_edited_clip(model: MusicVAE) -> None:
    """On the grid or off it, which two verbs show; the result does not count as edited."""
    phrase = with_notes(model)
    first = phrase.parts[0].notes[0]
    louder = replace(first, velocity=first.velocity % 127 + 1)
    changed = replace(phrase.parts[0], notes=(louder, *phrase.parts[0].notes[1:]))
    on_grid = midi_bytes(replace(phrase, parts=(changed, *phrase.parts[1:])))
    data = nudged(phrase)
    for edited in (on_grid, data):
        assert read_midi(edited)[0].edited
    for result in (
        model.reconstruct(on_grid, seed=1).phrase,
        model.extend(on_grid, 1, seed=1),
        *model.vary(data, 1, seed=1),
        *model.interpolate(data, midi_bytes(phrase), 2, seed=1),
        model.grid([data] * 3, 2, seed=1)[0],
        model.analogy(data, data, data, seed=1),
        model.reconstruct(data, seed=1).phrase,
        model.extend(data, 1, seed=1),
    ):
        assert not result.edited
        assert not result.is_silent
        assert not read_midi(midi_bytes(result))[0].edited


def test_a_recipe_names_no_files(model: MusicVAE, tmp_path: Path) -> None:
    """Neither a name nor a path."""
    source = tmp_path / "my secret tune.mid"
    source.write_bytes(midi_bytes(little_piece(model.player.codec.name, Meter(), 1)))
    for phrase in (model.vary(source, 1)[0], model.extend(source, 1)):
        assert phrase.recipe
        assert "secret" not in phrase.recipe.to_text()
        assert str(tmp_path) not in phrase.recipe.to_text()


def test_what_cannot_be_replayed_says_why(model: MusicVAE) -> None:
    """No recipe, another model, changed notes, a recipe without options."""
    (phrase,) = model.generate(1, seed=2)
    recipe = phrase.recipe
    assert recipe
    for changed, message in (
        (replace(phrase, recipe=None), "carries no recipe"),
        (replace(phrase, recipe=replace(recipe, model="another")), "another model"),
        (replace(phrase, recipe=replace(recipe, notes="")), "changed since"),
        (replace(phrase, recipe=replace(recipe, options={})), "cannot be read"),
    ):
        with pytest.raises(RequestError, match=message):
            model.replay(midi_bytes(changed))
    with pytest.raises(RequestError, match=r"no recipe"):
        musicvae.replay(midi_bytes(replace(phrase, recipe=None)))
    with pytest.raises(RequestError, match=r"name the folder of its model"):
        musicvae.replay(midi_bytes(phrase))


def test_an_old_recipe_with_a_lower_case_key_is_replayed(tiny_model: MusicVAE) -> None:
    """From when a lower-case key without a mode was a major key."""
    model = MusicVAE(tiny_prior(tiny_model.checkpoint))
    (phrase,) = model.generate(1, key="G", seed=1)
    old = midi_bytes(phrase).replace(b'"key":"G"', b'"key":"g"')
    assert old != midi_bytes(phrase)
    assert midi_bytes(model.replay(old)) == midi_bytes(phrase)


options = st.dictionaries(
    st.sampled_from(["windows", "bars", "section", "temperature", "seed", "key", "held"]),
    st.integers(-5, 10**9)
    | st.floats()
    | st.text(max_size=3)
    | st.lists(st.lists(st.integers(-3, 10**9), max_size=4) | st.integers(-3, 9), max_size=3),
)


@given(options)
@example({"temperature": 3.5e37})
@settings(max_examples=30, deadline=None)
def test_a_damaged_plan_is_none_or_decodes(model: MusicVAE, change: dict[str, Any]) -> None:
    """Whatever it holds; a phrase without a plan is encoded."""
    player = model.player
    valid = EncodedPhrase(player, little_piece(player.codec.name, Meter(), 1, bars=4)).plan
    recipe = Recipe(player.digest, "vary", latent=player.latent, z=valid.z.astype("<f4").tobytes())
    recipe = replace(recipe, options=json.loads(json.dumps(valid.options() | change)))
    plan = plan_from_recipe(recipe, player, Meter())
    if plan is not None:
        assert perform(player, plan).phrase.bars == plan.bars


def test_the_digest_is_that_of_the_weights_without_the_prior() -> None:
    """A prior does not change it, other weights do."""
    bare = tiny_checkpoint("melody-2bar")
    assert bare.digest == tiny_prior(bare).digest
    weights = dict(bare.weights)
    weights["decoder.head.bias"] = weights["decoder.head.bias"] + 1
    assert replace(bare, weights=weights).digest != bare.digest


def test_a_digest_survives_the_disk(tmp_path: Path) -> None:
    """Although weights are stored in half precision."""
    from musicvae import checkpoint

    bare = tiny_checkpoint("melody-2bar")
    checkpoint.save(tmp_path, bare)
    loaded = checkpoint.load(tmp_path)
    assert loaded.digest == replace(loaded).digest == bare.digest  # as stored, and computed anew


@pytest.mark.slow
def test_an_interpolation_begins_and_ends_with_generated_clips(model: MusicVAE) -> None:
    """With a prior, z alone determines the notes, so nothing of the clip is lost."""
    a, _ = model.generate(2, bars=5, seed=6)
    (b,) = model.generate(1, bars=6, form="ABA", seed=6)
    path = model.interpolate(midi_bytes(a), midi_bytes(b), 3)
    for end, clip in ((path[0], a), (path[-1], b)):
        assert [[(note.start, note.pitch) for note in part.notes] for part in end.parts] == [
            [(note.start, note.pitch) for note in part.notes] for part in clip.parts
        ]
    (same,) = model.vary(midi_bytes(a), 1, strength=0)
    assert [len(part.notes) for part in same.parts] == [len(part.notes) for part in a.parts]


@pytest.mark.slow
def test_unusual_clips_are_replayed(model: MusicVAE) -> None:
    """Silent melodies, lead sheets without chords, numpy numbers, pick-ups of part of a beat."""
    codec = model.player.codec.name
    constraints = {"leadsheet": {"chords": "N.C."}, "piano": {"max_polyphony": np.int64(2)}}
    piece = little_piece(codec, Meter(3, 4), 3, bars=4)
    upbeat = replace(piece, bars=piece.bars - 1, pickup=3, parts=(), chords=())
    steps = upbeat.steps
    parts = [replace(p, notes=tuple(n for n in p.notes if n.end <= steps)) for p in piece.parts]
    upbeat = replace(upbeat, parts=tuple(parts))
    clips = [
        model.generate(1, seed=1, density="0")[0],
        model.generate(1, seed=1, bars=np.int64(3), **constraints.get(codec, {}))[0],  # type: ignore[arg-type]
        model.generate(1, seed=1, humanize=1)[0],
        model.vary(upbeat, 1, seed=2, temperature=np.float32(0.5))[0],  # type: ignore[arg-type]
        model.extend(upbeat, 1, seed=2),
    ]
    for clip in clips:
        data = midi_bytes(clip)
        assert midi_bytes(model.replay(data)) == data


def test_an_extension_by_another_prior_is_refused(model: MusicVAE) -> None:
    """Other bars are not returned as a replay."""
    tune = little_piece(model.player.codec.name, Meter(), 1, bars=4)
    data = midi_bytes(model.extend(tune, 2, seed=3))
    weights = dict(model.checkpoint.weights)
    weights["prior.head.bias"] = weights["prior.head.bias"][::-1]
    other = MusicVAE(replace(model.checkpoint, weights=weights))
    assert other.player.digest == model.player.digest
    with pytest.raises(RequestError, match="another prior"):
        other.replay(data)
