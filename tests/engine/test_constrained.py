"""Every net keeps its rules at any seed and temperature; and the cost of rules."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.arrays import FloatArray
from musicvae.codecs import CODECS
from musicvae.codecs.base import Codes
from musicvae.constraints.compile import compile_rule
from musicvae.constraints.parse import parse_constraints
from musicvae.constraints.spec import Constraints
from musicvae.constraints.step_rule import StepRule
from musicvae.engine import Net, Player
from musicvae.engine.constrained import ConstraintState, bias_for_expected, expected_notes
from musicvae.engine.constraint_cost import log_prob_at_most
from musicvae.errors import RequestError
from musicvae.presets import PRESETS
from musicvae.theory.meter import Meter, parse_meter

from ..miniatures import tiny_checkpoint, tiny_prior, windows_of

METERS = tuple(parse_meter(text) for text in ("4/4", "3/4", "6/8", "5/4", "4/4t", "2/4"))
WITHOUT_Z = ("rnn", "lstm")
EXAMPLES = int(os.environ.get("EXAMPLES", "5"))
"""Hypothesis examples for each net; EXAMPLES=500 searches longer."""

WITH_PRIOR = ("sequence-vae", "melody-2bar", "drums-2bar", "leadsheet-8bar", "band-8bar")
PLAYERS = [(name, False) for name in PRESETS] + [(name, True) for name in WITH_PRIOR]
"""Every net, and a prior for every kind of step: one class, chords too, several parts, a roll."""
EVERY_PLAYER = pytest.mark.parametrize(
    ("name", "prior"), PLAYERS, ids=[f"{name}{'+prior' * prior}" for name, prior in PLAYERS]
)


@cache
def tiny(name: str, prior: bool = False) -> Player:
    """The player of a preset in miniature."""
    model = tiny_checkpoint(name)
    return Player(tiny_prior(model) if prior else model)


KEYS = st.sampled_from([None, "A minor", "Eb", "F# dorian", "C minor pentatonic", "B blues"])
CHORDS = st.sampled_from(
    [None, "Am F C G", "Am:2 D7:1 N.C.:3 G", "Ebmaj7", "F#m7b5:1 Bb:1", "N.C. C7"]
)


@st.composite
def constraints(draw: st.DrawFn, codec: str) -> Constraints:
    """Constraints that a codec can keep in the meters above, some of them tight."""
    options: dict[str, object] = {}
    if codec != "drums":
        options["key"], options["chords"] = draw(KEYS), draw(CHORDS)
        low = draw(st.integers(30, 80))
        semitones = draw(st.sampled_from([3, 7, 12, 30]))
        options["range"] = draw(st.sampled_from([None, f"{low}-{low + semitones}"]))
    if codec in ("roll", "piano"):
        options["max_polyphony"] = draw(st.sampled_from([None, 1, 2, 5]))
    if draw(st.booleans()):
        least = draw(st.integers(0, 8))  # a bar of 2/4 has eight steps
        options["density"] = f"{least}-{least + draw(st.integers(0, 6))}"
    try:
        return parse_constraints(**options)  # type: ignore[arg-type]  # any of them
    except RequestError:  # they contradict each other
        return parse_constraints(density=options.get("density"))  # type: ignore[arg-type]  # text


def rules_of(
    player: Net, constraints: Constraints, bars: int = 0, meters: Sequence[Meter] = METERS
) -> list[StepRule]:
    """A rule for a window in each meter that begins after some bars of a piece."""
    return [
        compile_rule(
            constraints, player.codec, meter, player.steps(meter), bars * meter.steps_per_bar
        )
        for meter in meters
    ]


def generators(seed: int, n: int = len(METERS)) -> list[np.random.Generator]:
    """A generator for each window."""
    return [np.random.default_rng((seed, i)) for i in range(n)]


def sample_windows(
    player: Player,
    rules: list[StepRule] | None,
    seed: int = 0,
    temperature: float = 1.0,
    meters: Sequence[Meter] = METERS,
) -> tuple[FloatArray, list[Codes]]:
    """Draw a z and decode a window in each meter."""
    rngs = generators(seed, len(meters))
    z = player.sample_z(meters, rngs, temperature, rules)
    return z, player.decode(z, meters, temperature=temperature, rngs=rngs, rules=rules)


@pytest.mark.slow
@EVERY_PLAYER
@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
def test_no_rule_is_ever_broken(name: str, prior: bool, data: st.DataObject) -> None:
    """No net breaks a rule, at any temperature, in any meter, at any bar of a piece."""
    player = tiny(name, prior)
    wanted = data.draw(constraints(player.codec.name))
    seed, bars = data.draw(st.integers(0, 2**32)), data.draw(st.integers(0, 5))
    temperature = data.draw(st.sampled_from([0.0, 1.0, 2.0]))
    meters = data.draw(st.lists(st.sampled_from(METERS), min_size=1, max_size=2))
    rules = rules_of(player, wanted, bars, meters)
    z, windows = sample_windows(player, rules, seed, temperature, meters)
    for codes, meter in zip(windows, meters, strict=True):
        phrase = player.codec.decode(codes, meter)
        assert wanted.violations(phrase, player.codec, bars * meter.steps_per_bar) == []
        assert np.array_equal(player.codec.encode(phrase), codes)
    assert np.isfinite(player.cost(z, windows, meters, rules)).all()


@pytest.mark.parametrize("name", ["rnn", "lstm", "melody-2bar", "piano-2bar", "band-8bar"])
@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
def test_no_rule_is_broken_by_a_continuation(name: str, data: st.DataObject) -> None:
    """Whatever the bars before it are, which keep no rules."""
    player = tiny(name, name not in WITHOUT_Z)
    codec = player.codec
    wanted = data.draw(constraints(codec.name))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    meter, bars = data.draw(st.sampled_from(METERS)), data.draw(st.integers(0, 5))
    context = windows_of(codec.name, [meter], player.bars)[0][: -meter.steps_per_bar]
    rule = compile_rule(wanted, codec, meter, meter.steps_per_bar, bars * meter.steps_per_bar)
    bar = player.extend(context, meter, temperature=1.0, rng=rng, rules=[rule])
    assert wanted.violations(codec.decode(bar, meter), codec, bars * meter.steps_per_bar) == []


@EVERY_PLAYER
def test_rules_that_bind_nothing_change_nothing_and_cost_nothing(name: str, prior: bool) -> None:
    """The windows are the same, bit for bit, as without rules."""
    player = tiny(name, prior)
    wide = {} if player.codec.name == "drums" else {"key": "C chromatic", "range": "0-127"}
    rules = rules_of(player, parse_constraints(density="0-9999", **wide))  # type: ignore[arg-type]  # texts
    (z, free), (same, bound) = sample_windows(player, None), sample_windows(player, rules)
    assert np.array_equal(z, same)
    assert all(map(np.array_equal, free, bound))
    assert player.cost(z, bound, METERS, rules).tolist() == [0.0] * len(METERS)


@pytest.mark.parametrize(("name", "options"), [
    ("melody-2bar", {"key": "A minor"}),
    ("melody-2bar", {"density": "2"}),
    ("melody-16bar", {"range": "C4-C5"}),
    ("drums-2bar", {"density": "2-3"}),
    ("leadsheet-8bar", {"chords": "Am F"}),
    ("lstm", {"density": "3-6"}),
    ("piano-2bar", {"key": "C"}),
    ("piano-2bar", {"max_polyphony": 3}),
])  # fmt: skip
def test_rules_that_bind_cost_something(name: str, options: dict[str, object]) -> None:
    """In the mean over windows that were drawn under them."""
    player = tiny(name)
    rules = rules_of(player, parse_constraints(**options))  # type: ignore[arg-type]  # texts
    z, windows = sample_windows(player, rules)
    assert player.cost(z, windows, METERS, rules).mean() > 0.5


@pytest.mark.slow
@EVERY_PLAYER
def test_decoding_with_cost_gives_the_cost_of_the_windows(name: str, prior: bool) -> None:
    """The same windows as without, and the cost that a second pass computes for them."""
    player, meters = tiny(name, prior), METERS[1:3]
    options = {} if player.codec.name == "drums" else {"key": "A minor", "chords": "Am F"}
    rules = rules_of(player, parse_constraints(density="2-6", **options), meters=meters)  # type: ignore[arg-type]  # texts
    z, windows = sample_windows(player, rules, meters=meters)
    rngs = generators(0, len(meters))
    player.sample_z(meters, rngs, 1.0, rules)  # advances the generators to the same state
    same, nats = player.decode_with_cost(z, meters, temperature=1.0, rngs=rngs, rules=rules)
    assert all(map(np.array_equal, windows, same))
    assert nats == pytest.approx(player.cost(z, windows, meters, rules), rel=1e-4)


def test_the_cost_of_a_mask_is_the_chance_of_keeping_to_it() -> None:
    """If a rule allows silence alone, the cost is `-log p(silence)`, summed over the steps."""
    player = tiny("melody-2bar")
    rules = rules_of(player, parse_constraints(range="C4-C4", density="0"))
    z, windows = sample_windows(player, rules)
    logits = player.logits(z, windows, METERS)
    for cost, window_logits in zip(player.cost(z, windows, METERS, rules), logits, strict=True):
        scores = window_logits.astype(float)
        scores[:, 88] = -np.inf  # no note-off, since nothing sounds
        silent = scores[:, 89] - np.log(np.exp(scores).sum(axis=1))
        assert cost == pytest.approx(-silent.sum(), rel=1e-4)


def test_the_probability_of_few_voices_is_the_sum_over_all_such_steps() -> None:
    """Summed one by one for three pitches, each with an onset, sustained or silent."""
    logits = np.random.default_rng(0).normal(size=(1, 6)).astype(np.float32)
    chances = 1 / (1 + np.exp(-logits[0].astype(float)))
    for voices in range(4):
        total = 0.0
        for step in product((0, 1), repeat=6):
            sounding = np.array(step[:3]) | np.array(step[3:])
            if sounding.sum() <= voices:
                total += float(np.where(step, chances, 1 - chances).prod())
        assert log_prob_at_most(logits, np.array([voices]))[0] == pytest.approx(
            np.log(total), abs=1e-6
        )


def test_windows_under_rules_do_not_depend_on_others_of_the_call() -> None:
    """Nor on the rules of the others."""
    player = tiny("melody-2bar")
    by_key = [rules_of(player, parse_constraints(key, density="3-5")) for key in ("C", "F#")]
    mixed = [by_key[i % 2][i] for i in range(len(METERS))]
    separate = [sample_windows(player, rules)[1] for rules in by_key]
    for i, codes in enumerate(sample_windows(player, mixed)[1]):
        assert np.array_equal(codes, separate[i % 2][i])


def test_a_prior_keeps_the_rules() -> None:
    """The windows that it samples satisfy the constraints, at a cost."""
    player = tiny("leadsheet-8bar", True)
    prior = player.prior
    assert prior
    constraints = parse_constraints("C", chords="C F", density="3-6")
    no_z = np.empty((len(METERS), 0), np.float32)
    rules = rules_of(prior, constraints)
    windows = prior.decode(no_z, METERS, temperature=1.0, rngs=generators(3), rules=rules)
    for codes, meter in zip(windows, METERS, strict=True):
        assert constraints.violations(prior.codec.decode(codes, meter), prior.codec) == []
    assert (prior.cost(no_z, windows, METERS, rules) > 0).all()


@pytest.mark.parametrize("name", ["melody", "drums", "roll"])
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), low=st.floats(0.05, 0.9))
def test_a_bias_gives_the_expected_number_of_notes(name: str, seed: int, low: float) -> None:
    """Recomputed from the biased logits; zero where the number is in range without a bias."""
    rng = np.random.default_rng(seed)
    codec = CODECS[name]
    logits = rng.normal(-2, 3, (4, codec.channels)).astype(np.float32)
    counts = compile_rule(parse_constraints(density="1-2"), codec, Meter(), 16).counts
    allowed = rng.random(logits.shape) < 0.5
    allowed[:, :90] = True
    bounds = np.full(4, low), np.full(4, low + 0.05)
    bias = bias_for_expected(logits, allowed, counts, *bounds, codec)
    biased = np.where(allowed, logits + bias[:, None] * counts, -np.inf).astype(float)
    if codec.likelihood == "bernoulli":
        expected = (1 / (1 + np.exp(-biased)))[:, counts > 0].sum(axis=1)
    else:
        expected = np.exp(biased) @ counts / np.exp(biased).sum(axis=1)
    assert (expected > low - 1e-4).all()
    assert (expected < low + 0.05 + 1e-4).all()
    wide = bias_for_expected(logits, allowed, counts, np.zeros(4), np.full(4, 999.0), codec)
    assert not wide.any()


def test_more_notes_than_voices_are_thinned_out_to_the_best() -> None:
    """For a net that gives every key a high logit at every step."""
    checkpoint = tiny_checkpoint("piano-2bar")
    checkpoint.weights["decoder.head.bias"][:] += 20
    player = Player(checkpoint)
    rules = rules_of(player, parse_constraints(max_polyphony=3))
    for codes in sample_windows(player, rules)[1]:
        assert ((codes[:, :88] | codes[:, 88:]).sum(axis=1) == 3).all()


@given(st.sampled_from(["melody", "piano", "leadsheet"]), st.integers(0, 99), st.integers(0, 31))
@settings(deadline=None)
def test_masked_pitches_do_not_change_the_expected_number_of_notes(
    name: str, seed: int, t: int
) -> None:
    """A key and chords change which notes are played, not how many."""
    codec, meter = CODECS[name], Meter()
    rule = compile_rule(parse_constraints("A minor", chords="Am F"), codec, meter, 32)
    state = ConstraintState(codec, [rule] * 3)
    logits = np.random.default_rng(seed).normal(0, 2, (3, codec.channels)).astype(np.float32)
    logits[:, :88] -= 4  # notes are rare
    allowed = codec.allowed(codec.initial_state(3, meter))
    bias, mask = state.bias_and_mask(t, logits, allowed)
    notes = slice(0, codec.heads[0])
    counts = rule.counts[notes]
    free = expected_notes(logits[:, notes], allowed[:, notes], counts, codec)
    bound = expected_notes((logits + bias)[:, notes], mask[:, notes], counts, codec)
    assert np.allclose(bound, free, rtol=1e-3)
    assert (mask.sum(axis=1) < allowed.sum(axis=1)).all()
