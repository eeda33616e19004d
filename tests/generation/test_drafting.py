"""What the prior drafts for a form: variations, cadences, keys, drums that rest."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from musicvae.codecs.base import Codes
from musicvae.constraints.parse import parse_constraints
from musicvae.constraints.spec import NO_CONSTRAINTS, Constraints
from musicvae.engine import Player
from musicvae.generation.closing import DOMINANT_QUALITIES
from musicvae.generation.drafting import draft_music
from musicvae.generation.form import parse_form
from musicvae.generation.layout import lay_out
from musicvae.generation.seeding import Sampling
from musicvae.score.windows import cut_phrase
from musicvae.theory.meter import Meter

from ..miniatures import tiny_checkpoint, tiny_prior

METERS = [Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(2, 4)]
PRESETS = ["melody-2bar", "leadsheet-8bar", "drums-2bar", "piano-2bar", "band-8bar"]


def tiny_player(name: str) -> Player:
    """A model of a preset, with a prior."""
    return Player(tiny_prior(tiny_checkpoint(name)))


@pytest.fixture(scope="module", params=PRESETS)
def player(request: pytest.FixtureRequest) -> Player:
    """A model of each codec, with a prior."""
    return tiny_player(request.param)


@pytest.fixture(scope="module")
def leadsheets() -> Player:
    """A lead-sheet model with windows of four bars."""
    return Player(tiny_prior(tiny_checkpoint("leadsheet-8bar")))


def drafted(
    player: Player,
    form: str,
    meter: Meter,
    given: Constraints = NO_CONSTRAINTS,
    cadence: str | None = None,
    energy: str | None = None,
) -> list[Codes]:
    """The codes of each music of a form."""
    parsed = parse_form(form, None, 2, cadence, energy)
    sampling = Sampling(1.0, constraints=given)
    layout = lay_out(parsed, given)
    (drafts,) = draft_music(player, meter, layout, [np.random.default_rng(3)], sampling)
    bar = meter.steps_per_bar
    return [codes[: music.bars * bar] for music, codes in zip(layout.music, drafts, strict=True)]


@pytest.mark.parametrize("bars", [1, 3, 5, 8])
def test_a_variation_keeps_the_first_half_of_each_phrase(player: Player, bars: int) -> None:
    """Of four bars, or of the section; what comes after it is drawn again."""
    meter = Meter()
    original, other, again = drafted(player, f"A:{bars} A' A''", meter)
    phrase = min(4, bars)
    for number in range(bars):
        steps = slice(number * 16, (number + 1) * 16)
        if number % phrase < phrase // 2 and number < bars - 1:
            assert np.array_equal(original[steps], other[steps])
            assert np.array_equal(original[steps], again[steps])
    assert not np.array_equal(original, other)
    assert not np.array_equal(other, again)


@pytest.mark.parametrize("meter", METERS)
def test_a_variation_has_the_same_chords(leadsheets: Player, meter: Meter) -> None:
    """But in its last bar, which is free."""
    bar = meter.steps_per_bar
    original, varied = drafted(leadsheets, "A:7 A'", meter)
    assert np.array_equal(original[: 6 * bar, 1], varied[: 6 * bar, 1])
    assert not np.array_equal(original[: 6 * bar, 0], varied[: 6 * bar, 0])


@pytest.mark.parametrize("meter", METERS)
@pytest.mark.parametrize("bars", [2, 4, 6])
def test_a_half_cadence_rests_on_the_fifth(leadsheets: Player, meter: Meter, bars: int) -> None:
    """The last bar has its chord, and the melody one of its tones; the last section ends on I."""
    given = parse_constraints("D")
    *halves, last = drafted(leadsheets, f"A:{bars} B:{bars} C:4", meter, given, "half")
    for codes in halves:
        phrase = leadsheets.codec.decode(codes, meter)
        end = cut_phrase(phrase, phrase.steps - meter.steps_per_bar, phrase.steps)
        chords = [change.chord for change in end.chords if change.chord]
        assert {chord.root for chord in chords} == {9}
        assert {chord.quality for chord in chords} <= {*DOMINANT_QUALITIES}
        assert phrase.parts[0].notes[-1].pitch % 12 in {9, 1, 4}
    assert leadsheets.codec.decode(last, meter).parts[0].notes[-1].pitch % 12 == 2


@pytest.mark.parametrize("energy", ["0", "1"])
def test_a_dense_or_calm_ending_comes_to_rest(leadsheets: Player, energy: str) -> None:
    """In a section of one window and in a longer one; a density that is asked for is kept."""
    for bars in (4, 6):
        (codes,) = drafted(leadsheets, f"A:{bars}", Meter(), parse_constraints("C"), energy=energy)
        last = leadsheets.codec.decode(codes, Meter()).parts[0].notes[-1]
        assert last.pitch % 12 == 0
        assert last.start == 16 * (bars - 1) + 8


def test_drums_rest_where_there_is_little_energy() -> None:
    """In every section and at every place of it; elsewhere they play."""
    player = tiny_player("band-8bar")
    meter = Meter()
    codes = drafted(player, "intro:6 A:4 B:6", meter, energy="0.1,0.5,0.2")
    hits = [
        sum(len(part.notes) for part in player.codec.decode(music, meter).parts if part.is_drum)
        for music in codes
    ]
    assert hits[0] == hits[2] == 0 < hits[1]


def test_a_music_goes_on_from_the_section_before_it(player: Player) -> None:
    """With the same seed, what comes after a section does not change it."""
    for shorter, longer in pairwise(["A:3", "A:3 B:2", "A:3 B:2 A'", "A:3 B:2 A' C:4"]):
        before = drafted(player, f"{shorter}[cadence=open]", Meter())
        after = drafted(player, longer.replace("C:4", "C:4[cadence=open]"), Meter())
        for a, b in zip(before, after, strict=False):
            assert np.array_equal(a, b)
