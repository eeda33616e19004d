"""Pieces of any length: forms, window boundaries and loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.api.model import load
from musicvae.constraints.spec import NO_CONSTRAINTS
from musicvae.engine import Player
from musicvae.errors import RequestError
from musicvae.generation.drafting import draft_music
from musicvae.generation.form import Form, equal_sections, parse_form
from musicvae.generation.layout import lay_out
from musicvae.generation.sections import _close_loop, compose
from musicvae.generation.seeding import Sampling
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.score.windows import cut_phrase, join_phrases
from musicvae.theory.meter import Meter
from musicvae.verbs.generate import generate

from ..miniatures import seeded, tiny_checkpoint, tiny_prior

METERS = (Meter(4, 4), Meter(6, 8), Meter(2, 4), Meter(5, 4))


@pytest.fixture(scope="module", params=["melody-2bar", "leadsheet-8bar", "drums-2bar"])
def player(request: pytest.FixtureRequest) -> Player:
    """A flat, a hierarchical and a drum model, each with a prior."""
    return Player(tiny_prior(tiny_checkpoint(request.param)))


@given(
    st.text("AB", min_size=1, max_size=4),
    st.integers(1, 7),
    st.sampled_from(METERS),
    st.booleans(),
    st.integers(0, 9),
)
@settings(max_examples=12, deadline=None)
def test_a_piece_has_the_requested_bars_and_sections(
    player: Player, form: str, bars: int, meter: Meter, loop: bool, seed: int
) -> None:
    """Shorter or longer than a window; the same letter is the same music."""
    (piece,) = generate(
        player, 1, meter=meter, bars=bars * len(form), form=form, loop=loop, sampling=seeded(seed)
    )
    assert (piece.meter, piece.bars) == (meter, bars * len(form))
    assert read_midi(midi_bytes(piece)) == [piece]
    steps = bars * meter.steps_per_bar
    sections: dict[str, object] = {}
    for number, letter in enumerate(form):
        section = cut_phrase(piece, number * steps, (number + 1) * steps)
        notes = [[(n.start, n.duration, n.pitch) for n in part.notes] for part in section.parts]
        assert sections.setdefault(letter, (notes, section.chords)) == (notes, section.chords)


def test_without_a_length_a_form_has_a_window_for_each_section(player: Player) -> None:
    """And so does a form of one letter."""
    size = player.bars
    (piece,) = generate(player, 1, form="AB", sampling=seeded(3))
    assert piece.bars == 2 * size
    (alone,) = generate(player, 1, form="A", sampling=seeded(3))
    assert alone.bars == size


def test_a_piece_does_not_depend_on_their_number(player: Player) -> None:
    """The first of two is the same alone; another seed gives other pieces."""
    two = generate(player, 2, bars=5, sampling=seeded(4))
    assert generate(player, 1, bars=5, sampling=seeded(4)) == two[:1]
    assert generate(player, 2, bars=5, sampling=seeded(5)) != two


def test_notes_are_tied_across_window_boundaries() -> None:
    """At least one in 12 pieces of the shipped model."""
    pieces = generate(load("melody-2bar").player, 12, bars=6, sampling=seeded(1))
    boundaries = (32, 64)
    crossing = [
        note
        for piece in pieces
        for note in piece.parts[0].notes
        if any(note.start < boundary < note.end for boundary in boundaries)
    ]
    assert crossing


@pytest.mark.slow
@pytest.mark.parametrize("form", ["A", "AB"])
def test_a_loop_is_never_worse_than_the_first_draft(player: Player, form: str) -> None:
    """Under the prior, the first bar is at least as likely after the new last bar as before."""
    meter, sections = Meter(), equal_sections(form, 4)
    rngs = [np.random.default_rng(0)]
    (plan,) = compose(player, meter, sections, rngs, Sampling(1.0), loop=True)
    assert plan.bars == 4 * len(form)
    for seed in range(4):
        draft, closed = (
            _start_after_end(player, meter, sections, seed, loop) for loop in (False, True)
        )
        assert closed <= draft


def _start_after_end(player: Player, meter: Meter, form: Form, seed: int, loop: bool) -> float:
    """NLL of the first bar of a draft after its last bars."""
    rng = np.random.default_rng(seed)
    size = player.bars
    layout = lay_out(form, NO_CONSTRAINTS, loop=True)
    (sections,) = draft_music(player, meter, layout, [rng], Sampling(1.0))
    if loop:
        assert player.prior
        sections = _close_loop(player.prior, meter, layout, sections, rng, Sampling(1.0))
    codec, end = player.codec, layout.music[0].bars * meter.steps_per_bar
    piece = [sections[place.music][:end] for place in layout.places]
    context = np.concatenate(piece * size)[-(size - 1) * meter.steps_per_bar :]
    window = join_phrases(
        [codec.decode(context, meter), codec.decode(piece[0][: meter.steps_per_bar], meter)]
    )
    assert player.prior
    (nll,) = player.prior.nll(np.empty((1, 0), np.float32), [codec.encode(window)], [meter])
    return float(nll[-meter.steps_per_bar :].sum())


@pytest.mark.parametrize(
    ("form", "bars", "answer"),
    [
        ("A1", 8, "letter for each section"),
        ("", 8, None),
        ("AABA", 30, "ask for 32"),
        (None, 0, "1 to 1,000 bars"),
        ("AB", 2_000, "1 to 1,000 bars"),
    ],
)
def test_an_invalid_form_is_refused(form: str | None, bars: int, answer: str | None) -> None:
    """The error says what would be valid; an empty form is one section."""
    if answer is None:
        assert parse_form(form, bars, 2) == equal_sections("A", 8)
        return
    with pytest.raises(RequestError, match=answer):
        parse_form(form, bars, 2)


def test_a_net_without_a_fitted_prior_samples_windows_independently() -> None:
    """It cannot make a loop, and a net without z can make one window only."""
    bare = Player(tiny_checkpoint("melody-2bar"))
    (piece,) = generate(bare, 1, bars=5, sampling=seeded(1))
    assert piece.bars == 5
    with pytest.raises(RequestError, match="fit-prior"):
        generate(bare, 1, loop=True)
    with pytest.raises(RequestError, match="makes 2 bars at once"):
        generate(Player(tiny_checkpoint("lstm")), 1, bars=5)
