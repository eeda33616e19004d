"""Pieces of any length: forms, seams, ends that lead back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.api.model import load
from musicvae.engine import Player
from musicvae.errors import RequestError
from musicvae.generation.form import Form, parse_form
from musicvae.generation.sections import compose
from musicvae.generation.seeding import Sampling
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.score.windows import cut_phrase
from musicvae.theory.meter import Meter
from musicvae.verbs.generate import generate

from ..miniatures import seeded, tiny_checkpoint, tiny_prior

METERS = (Meter(4, 4), Meter(6, 8), Meter(2, 4), Meter(5, 4))


@pytest.fixture(scope="module", params=["melody-2bar", "leadsheet-8bar", "drums-2bar"])
def player(request: pytest.FixtureRequest) -> Player:
    """Flat, hierarchical, of drums; each with a prior."""
    return Player(tiny_prior(tiny_checkpoint(request.param)))


@given(
    st.text("AB", min_size=1, max_size=4),
    st.integers(1, 7),
    st.sampled_from(METERS),
    st.booleans(),
    st.integers(0, 9),
)
@settings(max_examples=12, deadline=None)
def test_a_piece_has_the_bars_and_sections_that_were_asked_for(
    player: Player, form: str, bars: int, meter: Meter, loop: bool, seed: int
) -> None:
    """Any length, shorter and longer than a window; a letter is the same music each time."""
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
    """And the first section is what a single window with that seed is."""
    size = player.bars
    (piece,) = generate(player, 1, form="AB", sampling=seeded(3))
    assert piece.bars == 2 * size
    (alone,) = generate(player, 1, form="A", sampling=seeded(3))
    assert alone.bars == size


def test_a_piece_does_not_depend_on_how_many_are_asked_for(player: Player) -> None:
    """The first of many is the first of few; another seed gives others."""
    two = generate(player, 2, bars=5, sampling=seeded(4))
    assert generate(player, 1, bars=5, sampling=seeded(4)) == two[:1]
    assert generate(player, 2, bars=5, sampling=seeded(5)) != two


def test_notes_go_on_over_the_bar_lines_where_windows_meet() -> None:
    """As the shipped prior made them up: some do, of many pieces."""
    pieces = generate(load("melody-2bar").player, 12, bars=6, sampling=seeded(1))
    seams = (32, 64)
    crossing = [
        note
        for piece in pieces
        for note in piece.parts[0].notes
        if any(note.start < seam < note.end for seam in seams)
    ]
    assert crossing


@pytest.mark.slow
@pytest.mark.parametrize("form", ["A", "AB"])
def test_an_end_that_leads_back_is_never_worse(player: Player, form: str) -> None:
    """Under the prior the first bar is at least as likely after it as after the end there was."""
    meter = Meter()
    for seed in range(6):
        nats = []
        for loop in (False, True):
            rngs = [np.random.default_rng(seed)]
            sections = Form(form, 4)
            (plan,) = compose(player, meter, sections, rngs, Sampling(1.0), loop=loop)
            assert plan.bars == 4 * len(form)
            nats.append(_start_after_end(player, meter, sections, seed, loop))
        assert nats[1] <= nats[0]


def _start_after_end(player: Player, meter: Meter, form: Form, seed: int, loop: bool) -> float:
    """-log p of the first bar of a draft, after its last ones."""
    from musicvae.generation import sections as c
    from musicvae.score.windows import join_phrases

    rng = np.random.default_rng(seed)
    size = player.bars
    (sections,) = c._draft_sections(player, meter, form, [rng], Sampling(1.0))
    if loop:
        assert player.prior
        sections = c._close_loop(player.prior, meter, form, sections, rng, Sampling(1.0))
    codec, end = player.codec, form.bars * meter.steps_per_bar
    piece = [sections[form.sections.index(letter)][:end] for letter in form.letters]
    heard = np.concatenate(piece * size)[-(size - 1) * meter.steps_per_bar :]
    both = join_phrases(
        [codec.decode(heard, meter), codec.decode(piece[0][: meter.steps_per_bar], meter)]
    )
    assert player.prior
    (nats,) = player.prior.nll(np.empty((1, 0), np.float32), [codec.encode(both)], [meter])
    return float(nats[-meter.steps_per_bar :].sum())


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
def test_what_is_no_form_is_one_sentence(form: str | None, bars: int, answer: str | None) -> None:
    """It says what would do; no letters are one section."""
    if answer is None:
        assert parse_form(form, bars, 2) == Form("A", 8)
        return
    with pytest.raises(RequestError, match=answer):
        parse_form(form, bars, 2)


def test_a_net_that_has_no_prior_of_music_makes_windows_side_by_side() -> None:
    """Of N(0, I); it cannot look for a way back, and one without z makes a window alone."""
    bare = Player(tiny_checkpoint("melody-2bar"))
    (piece,) = generate(bare, 1, bars=5, sampling=seeded(1))
    assert piece.bars == 5
    with pytest.raises(RequestError, match="fit-prior"):
        generate(bare, 1, loop=True)
    with pytest.raises(RequestError, match="makes 2 bars at once"):
        generate(Player(tiny_checkpoint("lstm")), 1, bars=5)
