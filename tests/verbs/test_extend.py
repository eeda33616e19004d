"""extend: the phrase stays as it is, and the new bars follow from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.codecs import CODECS
from musicvae.codecs.conditioning import condition_features
from musicvae.engine import Player
from musicvae.errors import RequestError
from musicvae.generation.seeding import Sampling
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.nets import SequenceBatch
from musicvae.score.phrase import Note, Part, Phrase, Tempo
from musicvae.score.windows import cut_phrase
from musicvae.theory.meter import Meter
from musicvae.training.build import build, make_checkpoint
from musicvae.verbs.extend import extend

from ..miniatures import little_tune, miniature, tiny_checkpoint, tiny_prior, windows_of
from ..strategies import phrases

CELLS = ("rnn", "lstm")


@pytest.fixture(scope="module", params=CELLS)
def player(request: pytest.FixtureRequest) -> Player:
    """A next-step net with random weights, biased towards few notes."""
    checkpoint = tiny_checkpoint(request.param)
    checkpoint.weights["head.bias"][:] -= 3
    return Player(checkpoint)


@given(
    phrases(max_parts=1).filter(lambda phrase: phrase.steps and phrase.parts),
    st.integers(1, 3),
    st.integers(0, 9),
)
@settings(max_examples=40, deadline=None)
def test_the_phrase_stays_and_whole_bars_follow(
    player: Player, phrase: Phrase, bars: int, seed: int
) -> None:
    """With any meter, pick-up or tempo map, no note or chord is moved, lengthened or lost."""
    longer = extend(player, phrase, bars, sampling=Sampling(1.0, seed))
    (old,), (extended,) = phrase.parts, longer.parts
    old_chords = tuple(change for change in longer.chords if change.step < phrase.steps)
    assert replace(longer, bars=phrase.bars, parts=(), chords=old_chords) == replace(
        phrase, parts=()
    )
    assert longer.bars == phrase.bars + bars
    assert replace(extended, notes=old.notes) == old
    assert tuple(note for note in extended.notes if note.start < phrase.steps) == old.notes


def test_the_new_bars_read_back_and_have_the_accents_of_the_old(player: Player) -> None:
    """Velocities by position in the bar, or their mean where the old bars have no onset."""
    notes = (Note(0, 4, 60, 50), Note(4, 4, 64, 90), Note(12, 4, 62, 90))
    source = Phrase(Meter(), 1, tempos=(Tempo(0, 400_000),), parts=(Part(notes, 40),))
    longer = extend(player, source, 4, sampling=Sampling(1.0, 1))
    assert read_midi(midi_bytes(longer)) == [longer]
    new = [note for note in longer.parts[0].notes if note.start >= source.steps]
    velocities = {0: 50, 4: 90, 12: 90}
    assert new
    assert all(note.velocity == velocities.get(note.start % 16, 77) for note in new)


def test_a_seed_gives_the_same_bars_and_four_begin_with_the_first_two(player: Player) -> None:
    """Another seed gives other bars; temperature 0 needs no seed."""
    tune = little_tune(Meter(3, 4), 3)
    four = extend(player, tune, 4, sampling=Sampling(1.0, 5))
    assert extend(player, tune, 4, sampling=Sampling(1.0, 5)) == four
    assert extend(player, tune, 4, sampling=Sampling(1.0, 6)) != four
    first_two = [
        replace(note, duration=min(note.duration, 4 * 12 - note.start))
        for note in four.parts[0].notes
        if note.start < 4 * 12
    ]
    two = extend(player, tune, 2, sampling=Sampling(1.0, 5))
    assert two.parts[0].notes == tuple(sorted(first_two))
    assert extend(player, tune, 2, sampling=Sampling(0)) == extend(
        player, tune, 2, sampling=Sampling(0)
    )


@pytest.mark.parametrize("meter", [Meter(4, 4), Meter(3, 8)], ids=str)
def test_a_new_bar_follows_from_the_window_it_ends(player: Player, meter: Meter) -> None:
    """Phrases with the same last bars get the same next bar, whatever is before them."""
    tune = little_tune(meter, 4)
    other = little_tune(meter, 5)
    bar = meter.steps_per_bar
    last = cut_phrase(tune, 0, 3 * bar if tune.bars == 4 else bar)
    openings = [Phrase(meter, 1), cut_phrase(other, 0, bar)]
    new_pitches = []
    for opening in openings:
        notes = [note for part in opening.parts for note in part.notes]
        notes += [replace(note, start=note.start + bar) for note in last.parts[0].notes]
        whole = Phrase(meter, 1 + last.bars, parts=(Part(tuple(notes)),))
        longer = extend(player, whole, 1, sampling=Sampling(1.0, 2))
        new_pitches.append([n.pitch for n in longer.parts[0].notes if n.start >= whole.steps])
    assert new_pitches[0] == new_pitches[1]


def test_a_memorized_tune_is_completed() -> None:
    """Given the first bar, an LSTM that was trained on the tune continues with the second."""
    torch.manual_seed(0)
    scale = (60, 62, 64, 65, 67, 69, 71, 72)
    notes = tuple(Note(4 * i, 4, pitch) for i, pitch in enumerate(scale))
    tune = Phrase(Meter(), 2, parts=(Part(notes),))
    config = miniature("lstm")
    config = replace(config, net=replace(config.net, codec="melody", hidden=32, layers=1))
    net = build(config.net)
    codec = CODECS["melody"]
    steps = torch.from_numpy(codec.one_hot(codec.encode(tune)))[None]
    conditioning = torch.tensor(condition_features(tune.meter))[None]
    batch = SequenceBatch(steps, conditioning, torch.tensor([tune.steps]))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
    for _ in range(100):
        optimizer.zero_grad()
        torch.autograd.backward(net.losses(batch).total())
        optimizer.step()
    player = Player(make_checkpoint(net, config, 100))
    assert extend(player, cut_phrase(tune, 0, 16), 1, sampling=Sampling(0)) == tune


@pytest.mark.parametrize("name", ["leadsheet-8bar", "band-8bar", "piano-2bar", "drums-2bar"])
def test_all_parts_and_chords_continue(name: str) -> None:
    """The phrase stays, and the new bars have notes and chords."""
    player = Player(tiny_prior(tiny_checkpoint(name)))
    codec, meter = player.codec, Meter()
    codes = windows_of(codec.name, [meter], player.bars)[0]
    phrase = codec.decode(codes, meter)
    longer = extend(player, phrase, 2, sampling=Sampling(1.0, 4))
    assert longer.bars == phrase.bars + 2
    extended = codec.encode(longer)
    assert np.array_equal(extended[: len(codes)], codes)
    assert codec.onset_mask(extended[len(codes) :]).any()
    if phrase.chords:
        assert longer.chords[: len(phrase.chords)] == phrase.chords


@pytest.mark.parametrize("name", ["melody-2bar", "vae", "autoencoder"])
def test_a_net_that_decodes_windows_cannot_extend(name: str) -> None:
    """The error says which nets can."""
    player = Player(tiny_checkpoint(name))
    with pytest.raises(RequestError, match=r"cannot extend: fit a prior .* preset rnn or lstm"):
        extend(player, little_tune(Meter(), 1), 4)
    context = np.zeros((16, player.codec.channels), np.uint8)
    with pytest.raises(RequestError, match="cannot go on"):
        player.extend(context, Meter(), temperature=0, rng=np.random.default_rng())


@pytest.mark.parametrize("bars", [0, 1_001])
def test_the_number_of_bars_has_bounds(player: Player, bars: int) -> None:
    """From 1 to 1,000."""
    with pytest.raises(RequestError, match=f"1 to 1,000 bars, not {bars}"):
        extend(player, little_tune(Meter(), 1), bars)
