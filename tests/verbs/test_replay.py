"""A file that remembers: what a model made is made again, and walks start from its very z."""

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

from ..miniatures import little_piece, thinned, tiny_checkpoint, tiny_prior

NAMES = ("melody-2bar", "drums-2bar", "piano-2bar", "leadsheet-8bar", "trio-4bar")


@pytest.fixture(scope="module", params=NAMES)
def model(request: pytest.FixtureRequest) -> MusicVAE:
    """One of each codec, with a prior."""
    made = tiny_prior(tiny_checkpoint(request.param))
    return MusicVAE(thinned(made) if request.param == "piano-2bar" else made)


def made_by(model: MusicVAE, seed: int) -> dict[str, Phrase]:
    """A phrase of each verb."""
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
@given(st.integers(0, 99))
@settings(max_examples=2, deadline=None)
def test_what_was_made_is_made_again_to_the_byte(model: MusicVAE, seed: int) -> None:
    """Whatever verb made it; read from its file alone."""
    for verb, phrase in made_by(model, seed).items():
        assert phrase.recipe, verb
        data = midi_bytes(phrase)
        assert midi_bytes(model.replay(data)) == data, verb
        assert not read_midi(data)[0].edited, verb


def test_walks_start_from_the_very_z(model: MusicVAE) -> None:
    """Not from an encoding of the notes; an edited file is encoded afresh."""
    (phrase,) = model.generate(1, seed=2)
    assert phrase.recipe
    z = phrase.recipe.points
    assert np.array_equal(model.encode(midi_bytes(phrase)), z)
    first, *rest = phrase.parts[0].notes
    edited = replace(first, velocity=first.velocity % 127 + 1)
    parts = (replace(phrase.parts[0], notes=(edited, *rest)), *phrase.parts[1:])
    afresh = model.encode(midi_bytes(replace(phrase, parts=parts)))
    bare = model.encode(midi_bytes(replace(phrase, recipe=None)))
    assert np.array_equal(afresh, bare)
    assert not np.array_equal(afresh, z)


def nudged(phrase: Phrase) -> bytes:
    """Its file after another program moved all that follows the first note by seven ticks."""
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(phrase)), charset="utf-8")
    for track in file.tracks[1:]:
        if strikes := [message for message in track if message.type == "note_on"]:
            strikes[-1].time += 7
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def test_an_edited_clip_is_music_for_every_verb(model: MusicVAE) -> None:
    """On the grid or off it; and what is made of it is not edited."""
    (phrase,) = model.generate(1, seed=2)
    first = phrase.parts[0].notes[0]
    louder = replace(first, velocity=first.velocity % 127 + 1)
    changed = replace(phrase.parts[0], notes=(louder, *phrase.parts[0].notes[1:]))
    on_grid = midi_bytes(replace(phrase, parts=(changed, *phrase.parts[1:])))
    for data in (on_grid, nudged(phrase)):
        assert read_midi(data)[0].edited
        for made in (
            *model.vary(data, 2, seed=1),
            *model.interpolate(data, midi_bytes(phrase), 2, seed=1),
            *model.grid([data] * 3, 2, seed=1),
            model.analogy(data, data, data, seed=1),
            model.reconstruct(data, seed=1).phrase,
            model.extend(data, 1, seed=1),
        ):
            assert not made.edited
            assert not read_midi(midi_bytes(made))[0].edited


def test_a_recipe_tells_nothing_of_files(model: MusicVAE, tmp_path: Path) -> None:
    """No name, no path."""
    source = tmp_path / "my secret tune.mid"
    source.write_bytes(midi_bytes(little_piece(model.player.codec.name, Meter(), 1)))
    for phrase in (model.vary(source, 1)[0], model.extend(source, 1)):
        assert phrase.recipe
        assert "secret" not in phrase.recipe.text()
        assert str(tmp_path) not in phrase.recipe.text()


def test_what_cannot_be_made_again_says_why(model: MusicVAE) -> None:
    """No recipe, another model, other notes, a recipe that tells nonsense."""
    (phrase,) = model.generate(1, seed=2)
    recipe = phrase.recipe
    assert recipe
    for other, answer in (
        (replace(phrase, recipe=None), "carries no recipe"),
        (replace(phrase, recipe=replace(recipe, model="another")), "another model"),
        (replace(phrase, recipe=replace(recipe, notes="")), "changed since"),
        (replace(phrase, recipe=replace(recipe, options={})), "cannot be read"),
    ):
        with pytest.raises(RequestError, match=answer):
            model.replay(midi_bytes(other))
    with pytest.raises(RequestError, match=r"no recipe"):
        musicvae.replay(midi_bytes(replace(phrase, recipe=None)))
    with pytest.raises(RequestError, match=r"name the folder of its model"):
        musicvae.replay(midi_bytes(phrase))


def test_an_old_recipe_with_a_bare_lower_case_key_is_played_again(tiny_model: MusicVAE) -> None:
    """It was written when that was a major key."""
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
def test_a_hostile_plan_is_none_or_plays(model: MusicVAE, change: dict[str, Any]) -> None:
    """Whatever stands in it; what is not a plan is encoded afresh."""
    player = model.player
    good = EncodedPhrase(player, little_piece(player.codec.name, Meter(), 1, bars=4)).plan
    recipe = Recipe(player.digest, "vary", latent=player.latent, z=good.z.astype("<f4").tobytes())
    recipe = replace(recipe, options=json.loads(json.dumps(good.options() | change)))
    plan = plan_from_recipe(recipe, player, Meter())
    if plan is not None:
        assert perform(player, plan).phrase.bars == plan.bars


def test_a_net_is_known_by_its_weights_whatever_prior_it_has() -> None:
    """The digest is that of the net alone, before and after it was stored."""
    bare = tiny_checkpoint("melody-2bar")
    assert bare.digest == tiny_prior(bare).digest
    other = dict(bare.weights)
    other["decoder.head.bias"] = other["decoder.head.bias"] + 1
    assert replace(bare, weights=other).digest != bare.digest


def test_a_digest_survives_the_disk(tmp_path: Path) -> None:
    """Weights are stored in half precision."""
    from musicvae import checkpoint

    bare = tiny_checkpoint("melody-2bar")
    checkpoint.save(tmp_path, bare)
    assert checkpoint.load(tmp_path).digest == bare.digest


@pytest.mark.slow
def test_what_was_generated_is_where_a_walk_begins_and_ends(model: MusicVAE) -> None:
    """With a prior, z alone says what is played: nothing of the clip is lost."""
    a, _ = model.generate(2, bars=5, seed=6)
    (b,) = model.generate(1, bars=6, form="ABA", seed=6)
    walk = model.interpolate(midi_bytes(a), midi_bytes(b), 3)
    for end, clip in ((walk[0], a), (walk[-1], b)):
        assert [[(note.start, note.pitch) for note in part.notes] for part in end.parts] == [
            [(note.start, note.pitch) for note in part.notes] for part in clip.parts
        ]
    (same,) = model.vary(midi_bytes(a), 1, strength=0)
    assert [len(part.notes) for part in same.parts] == [len(part.notes) for part in a.parts]


@pytest.mark.slow
def test_a_clip_is_known_whatever_its_parts_look_like(model: MusicVAE) -> None:
    """Silent melodies, sheets without chords, numbers of numpy's, pick-ups that are no beat."""
    codec = model.player.codec.name
    wishes = {"leadsheet": {"chords": "N.C."}, "piano": {"max_polyphony": np.int64(2)}}
    piece = little_piece(codec, Meter(3, 4), 3, bars=4)
    upbeat = replace(piece, bars=piece.bars - 1, pickup=3, parts=(), chords=())
    steps = upbeat.steps
    parts = [replace(p, notes=tuple(n for n in p.notes if n.end <= steps)) for p in piece.parts]
    upbeat = replace(upbeat, parts=tuple(parts))
    clips = [
        model.generate(1, seed=1, density="0")[0],
        model.generate(1, seed=1, bars=np.int64(3), **wishes.get(codec, {}))[0],  # type: ignore[arg-type]
        model.generate(1, seed=1, humanize=1)[0],
        model.vary(upbeat, 1, seed=2, temperature=np.float32(0.5))[0],  # type: ignore[arg-type]
        model.extend(upbeat, 1, seed=2),
    ]
    for clip in clips:
        data = midi_bytes(clip)
        assert midi_bytes(model.replay(data)) == data


def test_another_prior_does_not_pass_for_the_one_that_went_on(model: MusicVAE) -> None:
    """What it would make is not given out as what was made."""
    tune = little_piece(model.player.codec.name, Meter(), 1, bars=4)
    data = midi_bytes(model.extend(tune, 2, seed=3))
    weights = dict(model.checkpoint.weights)
    weights["prior.head.bias"] = weights["prior.head.bias"][::-1]
    other = MusicVAE(replace(model.checkpoint, weights=weights))
    assert other.player.digest == model.player.digest
    with pytest.raises(RequestError, match="another prior"):
        other.replay(data)
