"""The accuracy of a reconstruction is measured against what the file holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.api.model import MusicVAE
from musicvae.errors import RequestError
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Note, Part, Phrase

from ..miniatures import tiny_checkpoint, tiny_prior

TUNE = tuple(Note(4 * i, 4, 60 + i % 5) for i in range(8))


@pytest.fixture(scope="module", params=["melody-2bar", "drums-2bar", "piano-2bar", "band-8bar"])
def clip(request: pytest.FixtureRequest) -> tuple[MusicVAE, Phrase]:
    """A model of each kind and a clip of it, which it reconstructs note for note."""
    model = MusicVAE(tiny_checkpoint(request.param))
    return model, model.decode(np.ones(model.player.latent, np.float32))[0]


def test_notes_that_reading_lost_count_as_wrong(clip: tuple[MusicVAE, Phrase]) -> None:
    """Their steps in the accuracy, each of them in the F1; without any, both are 1."""
    model, phrase = clip
    whole = model.reconstruct(phrase)
    assert (whole.accuracy, whole.note_f1) == (1.0, 1.0)
    first, *others = phrase.parts
    lossy = replace(phrase, parts=(replace(first, lost=(3, 5, 5)), *others))
    result = model.reconstruct(lossy)
    assert result.accuracy == pytest.approx(1 - 2 / phrase.steps)
    read = [part for part in phrase.parts if part.name != "Chords"]
    notes = sum(len(part.notes) for part in read)
    assert result.note_f1 == pytest.approx(2 * notes / (2 * notes + 3))


def test_what_was_lost_is_not_lost_again(clip: tuple[MusicVAE, Phrase]) -> None:
    """A result is measured for itself when it is the source of the next reconstruction."""
    model, phrase = clip
    lossy = replace(phrase, parts=tuple(replace(part, lost=(1,)) for part in phrase.parts))
    again = model.reconstruct(model.reconstruct(lossy).phrase)
    assert (again.accuracy, again.note_f1) == (1.0, 1.0)


@given(st.lists(st.sampled_from([0, 5, 20, 109, 127]), min_size=1, max_size=4))
@settings(max_examples=10)
def test_notes_moved_by_octaves_one_by_one_count_as_wrong(outside: list[int]) -> None:
    """They are not the notes of the file, however well the net decodes them."""
    low_and_high = (Note(32, 4, 20), Note(36, 4, 127))  # no shift of the part fits
    more = tuple(Note(40 + 4 * i, 4, pitch) for i, pitch in enumerate(outside))
    phrase = Phrase(bars=4, parts=(Part((*TUNE, *low_and_high, *more)),))
    model = MusicVAE(tiny_checkpoint())
    result = model.reconstruct(phrase)
    wrong = 2 + len(outside)
    assert result.accuracy <= 1 - wrong / phrase.steps
    assert result.note_f1 <= 2 * len(TUNE) / (len(TUNE) + wrong + len(TUNE))
    assert any("moved into it by octaves" in notice for notice in result.phrase.notices)


@pytest.mark.parametrize(("by", "back"), [(-48, -12), (-60, -24), (48, 12), (52, 12)])
def test_a_part_outside_the_range_comes_back_where_it_was(by: int, back: int) -> None:
    """The verbs give the music of the part some octaves nearer, moved back; replay repeats it."""
    model = MusicVAE(tiny_prior(tiny_checkpoint()))
    outside, inside = (
        Phrase(bars=2, parts=(Part(tuple(replace(n, pitch=n.pitch + move) for n in TUNE)),))
        for move in (by, by - back)
    )
    results = [
        (model.vary(source, 1, seed=1)[0], model.extend(source, 1, seed=1))
        for source in (outside, inside)
    ]
    for moved, near in zip(*results, strict=True):
        notes = (replace(note, pitch=note.pitch + back) for note in near.parts[0].notes)
        assert moved.parts[0].notes == tuple(notes)
        assert moved.notices == ()
        data = midi_bytes(moved)
        assert midi_bytes(model.replay(data)) == data
    (walked, _) = model.interpolate(outside, outside, 2)
    assert "8 notes" in walked.notices[0]


@pytest.mark.parametrize("moved", [[10**9], [128], "12", 7, [None], [0.5]])
def test_a_shift_that_no_part_can_have_makes_the_recipe_unreadable(moved: object) -> None:
    """It is refused at once, however far it is."""
    model = MusicVAE(tiny_checkpoint())
    phrase = model.vary(Phrase(bars=2, parts=(Part(TUNE),)), 1, seed=1)[0]
    assert phrase.recipe
    recipe = replace(phrase.recipe, options={**phrase.recipe.options, "moved": moved})
    with pytest.raises(RequestError, match="its recipe cannot be read"):
        model.replay(replace(phrase, recipe=recipe))
