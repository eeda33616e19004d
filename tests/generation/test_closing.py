"""Endings: what is generated ends on its tonic, unless it is a loop, a motif, or has its chords."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from musicvae.codecs import CODECS, Codec
from musicvae.constraints.parse import parse_constraints
from musicvae.constraints.spec import NO_CONSTRAINTS, Constraints
from musicvae.engine import Player
from musicvae.generation import drafting
from musicvae.generation.closing import DOMINANT_QUALITIES, FIFTH, MIN_BARS, Closing
from musicvae.generation.drafting import draft_music
from musicvae.generation.form import Form, equal_sections
from musicvae.generation.layout import lay_out
from musicvae.generation.sections import compose
from musicvae.generation.seeding import Sampling
from musicvae.score.phrase import Phrase
from musicvae.theory.keys import Key
from musicvae.theory.meter import Meter

from ..miniatures import tiny_checkpoint, tiny_prior


@pytest.fixture(scope="module")
def player() -> Player:
    """A lead-sheet model of random weights, with windows of four bars."""
    return Player(tiny_prior(tiny_checkpoint("leadsheet-8bar")))


def drafted(
    player: Player,
    form: Form,
    meter: Meter,
    constraints: Constraints = NO_CONSTRAINTS,
    *,
    closes: bool = True,
    seed: int = 5,
) -> Phrase:
    """What the prior samples for a piece, before z: each section as it stands in the piece."""
    sampling, rngs = Sampling(1.0, constraints=constraints), [np.random.default_rng(seed)]
    layout = lay_out(form, constraints, loop=not closes)
    (drafts,) = draft_music(player, meter, layout, rngs, sampling)
    bar = meter.steps_per_bar
    codes = [drafts[p.music][: layout.music[p.music].bars * bar] for p in layout.places]
    return player.codec.decode(np.concatenate(codes), meter)


@pytest.mark.parametrize("meter", [Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(5, 4), Meter(2, 4)])
@pytest.mark.parametrize(("form", "bars"), [("A", 4), ("A", 5), ("A", 7), ("AB", 4), ("AABA", 4)])
@pytest.mark.parametrize("key", ["C", "A minor"])
def test_a_piece_in_a_key_ends_on_its_tonic(
    player: Player, meter: Meter, form: str, bars: int, key: str
) -> None:
    """The last bar has the tonic chord and the beat before it one on the fifth."""
    phrase = drafted(player, equal_sections(form, bars), meter, parse_constraints(key))
    tonic = 0 if key == "C" else 9
    last_bar = phrase.steps - meter.steps_per_bar
    chords = {change.step: change.chord for change in phrase.chords if change.chord}
    assert {chord.root for step, chord in chords.items() if step >= last_bar} == {tonic}
    assert last_bar in chords
    before = [chord for step, chord in chords.items() if step < last_bar][-1]
    assert (before.root, before.quality in DOMINANT_QUALITIES) == ((tonic + FIFTH) % 12, True)
    assert phrase.parts[0].notes[-1].pitch % 12 == tonic
    assert phrase.parts[0].notes[-1].start >= last_bar
    assert phrase.chords[0].chord
    assert phrase.chords[0].chord.root == tonic


def test_without_a_key_the_piece_ends_in_the_key_of_its_bars(player: Player) -> None:
    """Chord and melody end on one tonic."""
    phrase = drafted(player, equal_sections("A", 4), Meter())
    roots = {
        change.chord.root
        for change in phrase.chords
        if change.chord and change.step >= phrase.steps - 16
    }
    assert roots == {phrase.parts[0].notes[-1].pitch % 12}


@pytest.mark.parametrize(("bars", "chords"), [(MIN_BARS - 1, None), (4, "Am F")])
def test_motifs_and_given_chords_are_left_as_they_are(
    player: Player, bars: int, chords: str | None
) -> None:
    """The prior alone decides how they end."""
    piece = equal_sections("A", bars), Meter(), parse_constraints(chords=chords)
    assert drafted(player, *piece) == drafted(player, *piece, closes=False)


@pytest.mark.parametrize("loop", [False, True])
def test_a_loop_has_no_ending(player: Player, monkeypatch: pytest.MonkeyPatch, loop: bool) -> None:
    """Every other piece of four bars has one."""
    ends = []

    def spy(codec: Codec, meter: Meter, end: int, *others: Any) -> Closing:
        ends.append(end)
        return Closing(codec, meter, end, *others)

    monkeypatch.setattr(drafting, "Closing", spy)
    rngs = [np.random.default_rng(1)]
    compose(player, Meter(), equal_sections("A", 4), rngs, Sampling(1.0), loop=loop)
    assert ends == ([] if loop else [64])


def test_drums_and_many_voices_are_left_as_they_are() -> None:
    """Nothing is narrowed for them."""
    for name in ("drums", "roll", "piano"):
        codec = CODECS[name]
        closing = Closing(codec, Meter(), 64, Key("C"))
        for t in range(64):
            mask = closing(t, [np.zeros((1, *codec.rest.shape), codec.dtype)] * t)
            assert mask is None or mask.all()


@pytest.mark.parametrize(("cadence", "root"), [("full", 0), ("half", FIFTH)])
def test_the_bass_of_a_band_ends_on_the_root(cadence: str, root: int) -> None:
    """In the last bar it plays the tonic alone, or the fifth at a half cadence."""
    band = Player(tiny_prior(tiny_checkpoint("band-8bar")))
    form = Form((replace(equal_sections("A", 5).sections[0], cadence=cadence),))
    for seed in range(3):
        phrase = drafted(band, form, Meter(), parse_constraints("C"), seed=seed)
        last_bar = phrase.steps - Meter().steps_per_bar
        bass = [note for note in phrase.parts[1].notes if note.start >= last_bar]
        assert {note.pitch % 12 for note in bass} <= {root}
        assert bass


def test_bars_that_are_drawn_one_by_one_come_home_to_one_key(player: Player) -> None:
    """The last chord is a fifth below the one that leads to it, whatever that bar adds."""
    for seed in range(8):
        phrase = drafted(player, equal_sections("A", 7), Meter(), seed=seed)
        last_bar = phrase.steps - Meter().steps_per_bar
        sounding = {change.step: change.chord for change in phrase.chords if change.chord}
        before = [chord for step, chord in sounding.items() if step < last_bar][-1]
        assert sounding[last_bar].root == (before.root - FIFTH) % 12
