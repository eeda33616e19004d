"""What may be asked of a phrase: read, refused, written as a rule, and found broken."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.codecs import CODECS, MelodyCodec
from musicvae.constraints.compile import compile_rule
from musicvae.constraints.parse import from_dict, parse_constraints
from musicvae.constraints.spec import Constraints
from musicvae.constraints.step_rule import RuleBatch, metric_weights, water_fill
from musicvae.errors import RequestError
from musicvae.score.phrase import ChordChange, Note, Part, Phrase
from musicvae.theory.chords import QUALITIES, Chord, symbol
from musicvae.theory.keys import SCALES, Key, parse_key
from musicvae.theory.meter import Meter, parse_meter
from musicvae.theory.pitch import NAMES

from ..strategies import METERS

COMMON = Meter(4, 4)


def tune(*pitches: int, each: int = 4) -> Phrase:
    """Notes of one length, end to end, in bars of 4/4."""
    notes = tuple(Note(each * i, each, pitch) for i, pitch in enumerate(pitches))
    return Phrase(COMMON, -(-each * len(notes) // 16), parts=(Part(notes),))


def test_nothing_asked_is_false() -> None:
    """And whatever is asked is true."""
    assert not parse_constraints()
    assert parse_constraints("C")
    assert parse_constraints(density=0)


KEYS = {
    "C": "C D E F G A B",
    "Bb major": "Bb C D Eb F G A",
    "A minor": "A B C D E F F# G G#",
    "A natural minor": "A B C D E F G",
    "a harmonic minor": "A B C D E F G#",
    "F# dorian": "F# G# A B C# D# E",
    "E minor pentatonic": "E G A B D",
    "Am": "A B C D E F F# G G#",
    "am": "A B C D E F F# G G#",
    "Em": "E F# G A B C C# D D#",
    "D ionian": "D E F# G A B C#",
    "d ionian": "D E F# G A B C#",
    "E aeolian": "E F# G A B C D",
}


@pytest.mark.parametrize("text", KEYS)
def test_a_key_has_these_tones(text: str) -> None:
    """Minor admits the raised sixth and seventh, natural minor does not."""
    key = parse_key(text)
    assert key
    names = {"Bb": 10, "Eb": 3, "C": 0, "C#": 1, "D": 2, "D#": 3, "E": 4, "F": 5, "F#": 6}
    names |= {"G": 7, "G#": 8, "A": 9, "B": 11}
    assert key.tones == {names[name] for name in KEYS[text].split()}


@pytest.mark.parametrize("letter", "abcdefg")
@pytest.mark.parametrize("accidental", ["", "#", "b"])
def test_a_bare_lower_case_letter_is_refused(letter: str, accidental: str) -> None:
    """It could be major or minor: the sentence has both; a capital or a scale tells which."""
    name = letter.upper() + accidental
    with pytest.raises(RequestError, match=f"; write {name} or {name} minor\\.$"):
        parse_key(letter + accidental)
    assert str(parse_key(name)) == f"{name} major"
    for minor in (f"{letter}{accidental} minor", f"{letter}{accidental}m", f"{name}m"):
        assert str(parse_key(minor)) == f"{name} minor"
    assert str(parse_key(letter + accidental, "dorian")) == f"{name} dorian"


@pytest.mark.parametrize(("mode", "scale"), [("ionian", "major"), ("aeolian", "natural")])
def test_a_church_mode_is_the_scale_that_it_is_known_as(mode: str, scale: str) -> None:
    """On every tonic, told with it or beside it."""
    for tonic in NAMES:
        one, other = parse_key(f"{tonic} {mode}"), parse_key(tonic, mode)
        assert one
        assert one == other
        assert one.tones == Key(tonic, scale).tones


@pytest.mark.parametrize(("key", "scale", "found"), [
    ("D", "dorian", "D dorian"),
    ("D minor", "dorian", "D dorian"),
    ("A minor", "natural", "A natural"),
    ("A minor", "pentatonic", "A minor-pentatonic"),
    ("G", "mixolydian", "G mixolydian"),
    ("C major", "chromatic", "C chromatic"),
])  # fmt: skip
def test_a_scale_says_more_of_a_key(key: str, scale: str, found: str) -> None:
    """Of its minor or its major."""
    assert str(parse_key(key, scale)) == found


REFUSED = {
    "needs a tonic": {"scale": "dorian"},
    "is no key": {"key": "H minor"},
    "is no scale": {"key": "A weird"},
    "two scales": {"key": "A major", "scale": "dorian"},
    "is no chord": {"chords": "Am Hm"},
    "needs a chord": {"chords": " | "},
    "lasts a beat or more": {"chords": "Am:0"},
    "is no range": {"range": "high"},
    "its lowest note": {"range": "C6-C4"},
    "is no MIDI pitch": {"range": "C4-C12"},
    "is no density": {"density": "many"},
    "the fewest": {"density": "8-4"},
    "1 or more": {"max_polyphony": 0},
    "No tone of F# lies in C major between C4 and C5": {
        "key": "C", "chords": "C F#", "range": "C4-C5",
    },
    "No tone of F# lies in C major:": {"key": "C", "scale": "major", "chords": "D# F#"},
    "No tone of C lies between C#4 and D#4": {"chords": "C", "range": "C#4-D#4"},
    "No note lies in C major between C#4 and C#4": {"key": "C", "range": "61-61"},
}  # fmt: skip


@pytest.mark.parametrize("said", REFUSED)
def test_what_cannot_be_read_or_be_is_refused(said: str) -> None:
    """In one sentence, before anything is drawn."""
    with pytest.raises(RequestError, match=said) as refused:
        parse_constraints(**REFUSED[said])  # type: ignore[arg-type]  # any of them
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("asked", [
    {"key": 5},
    {"key": "C", "scale": ("dorian",)},
    {"chords": 5},
    {"chords": [60]},
    {"chords": [("Am", 2, 3)]},
    {"chords": [("Am", 0.5)]},
    {"chords": [("Am", 0)]},
    {"chords": [("Am", -1)]},
    {"chords": []},
    {"range": 60},
    {"range": (60,)},
    {"range": (60, 61.5)},
    {"range": (-1, 200)},
    {"range": ("C4", "C5")},
    {"density": 2.5},
    {"density": (2, 3, 4)},
    {"density": -1},
    {"density": (0, 99_999)},
    {"max_polyphony": 2.0},
], ids=str)  # fmt: skip
def test_a_value_that_is_none_of_these_is_refused(asked: dict[str, object]) -> None:
    """In one sentence, too."""
    with pytest.raises(RequestError) as refused:
        parse_constraints(**asked)  # type: ignore[arg-type]  # any of them
    assert str(refused.value).endswith(".")


@given(st.data())
def test_what_is_built_is_spelled_so_that_it_can_be_read(data: st.DataObject) -> None:
    """From words, from values or from parts: the same again, and hashable."""
    chord = st.tuples(
        st.builds(Chord, st.integers(0, 11), st.sampled_from(QUALITIES)) | st.none(),
        st.none() | st.integers(1, 999),
    )
    low = data.draw(st.integers(0, 100))
    built = Constraints(
        data.draw(st.none() | st.builds(Key, st.sampled_from(["C", "F#"]), st.just("chromatic"))),
        tuple(data.draw(st.lists(chord, max_size=4))),
        data.draw(st.none() | st.just((low, low + 20))),
        data.draw(st.none() | st.integers(1, 9)),
        data.draw(st.none() | st.just((low, low + 3))),
    )
    again = from_dict(json.loads(json.dumps(built.to_dict())))
    assert again == built
    assert hash(again) == hash(built)
    assert again.to_dict() == built.to_dict()


@pytest.mark.parametrize(("codec", "asked", "said"), [
    ("drums", {"key": "C"}, "--key means nothing to a model of drums"),
    ("drums", {"chords": "C"}, "--chords means nothing"),
    ("drums", {"range": "C4-C5"}, "--range means nothing"),
    ("drums", {"max_polyphony": 2}, "--max-polyphony means nothing"),
    ("melody", {"max_polyphony": 2}, "plays one voice"),
    ("melody", {"density": "17"}, "A bar of 4/4 holds 16 notes at most, not 17"),
    ("drums", {"density": "145"}, "holds 144"),
    ("piano", {"density": "49", "max_polyphony": 3}, "holds 48"),
    ("roll", {"density": "17", "range": "60-60"}, "holds 16"),
    ("melody", {"range": "C-1-C0"}, "No note lies between C-1 and C0 among A0 to C8"),
])  # fmt: skip
def test_what_a_model_cannot_keep_is_refused(
    codec: str, asked: dict[str, object], said: str
) -> None:
    """When the rule is made, in one sentence."""
    constraints = parse_constraints(**asked)  # type: ignore[arg-type]  # any of them
    with pytest.raises(RequestError, match=said):
        compile_rule(constraints, CODECS[codec], COMMON, 32)


def test_what_a_bar_can_hold_is_a_matter_of_meter() -> None:
    """Fourteen notes fit into 4/4, not into 3/4."""
    asked = parse_constraints(density=14)
    assert compile_rule(asked, CODECS["melody"], COMMON, 32).min_notes == 14
    with pytest.raises(RequestError, match="A bar of 3/4 holds 12"):
        compile_rule(asked, CODECS["melody"], Meter(3, 4), 24)


def test_each_breach_is_a_sentence() -> None:
    """With its bar, and what is there in place of what was asked."""
    asked = parse_constraints("A minor", chords="Am", range="C4-C5", density="2-4")
    phrase = tune(69, 70, 72, 74, 76, each=4)
    assert asked.violations(phrase, "melody") == [
        "bar 1: A#4 is not in A minor",
        "bar 1: D5 is not between C4 and C5",
        "bar 2: E5 is not between C4 and C5",
        "bar 2: 1 notes, not 2 to 4",
    ]
    chord = replace(
        tune(60, 64, 67, 72), chords=(ChordChange(0, parse_constraints(chords="C").chords[0][0]),)
    )
    asked = parse_constraints(chords="C:2 G:2")
    assert asked.violations(chord, "leadsheet") == [
        "bar 1: the chord is C, not G",
        "bar 1: the chord is C, not G",
    ]
    assert parse_constraints(chords="F").violations(chord, "melody") == [
        "bar 1: G4 is no tone of F"
    ]
    held = Phrase(COMMON, 1, parts=(Part((Note(0, 3, 60), Note(2, 2, 64))),))
    assert parse_constraints(max_polyphony=1).violations(held, "roll") == [
        "bar 1: 2 pitches sound, not 1"
    ]


def test_drums_have_no_pitch() -> None:
    """Their notes are in every key and over every chord."""
    drums = Phrase(COMMON, 1, parts=(Part((Note(0, 1, 42),), is_drum=True),))
    assert not parse_constraints("C", chords="C").violations(drums, "drums")


STRONG = {
    "4/4": "x.......x.......",
    "3/4": "x...........",
    "6/8": "x...........",
    "5/4": "x...................",
    "2/4": "x.......",
    "12/8": "x...........x...........",
    "4/4t": "x...........x...........",
}


@pytest.mark.parametrize("meter", STRONG)
def test_these_steps_of_a_bar_are_strong(meter: str) -> None:
    """Under one chord: the first, and the middle of four beats."""
    known = parse_meter(meter)
    rule = compile_rule(
        parse_constraints(chords="C"), CODECS["melody"], known, 2 * known.steps_per_bar
    )
    strong = ["." if row.all() else "x" for row in rule.allowed[:, :88]]
    assert "".join(strong) == 2 * STRONG[meter]


def test_a_chord_begins_on_a_strong_step_wherever_it_is() -> None:
    """Two beats of one, one of the next, in a piece that has already begun."""
    asked = parse_constraints(chords="C:2 G:1")
    rule = compile_rule(asked, MelodyCodec(), COMMON, 16, start=16)
    bound = np.flatnonzero(~rule.allowed[:, :88].all(axis=1))
    assert bound.tolist() == [0, 4, 8]  # the fifth beat is the second of C; then G, C, and C still
    tones = [
        {int(pitch + 21) % 12 for pitch in np.flatnonzero(rule.allowed[t, :88])} for t in bound
    ]
    assert tones == [{0, 4, 7}, {7, 11, 2}, {0, 4, 7}]


@given(st.sampled_from(METERS), st.integers(0, 7), st.integers(1, 4))
def test_the_chords_of_a_rule_are_those_of_the_check(meter: Meter, bars: int, beats: int) -> None:
    """A lead sheet that takes whatever the rule lets it breaks nothing, in every meter."""
    codec = CODECS["leadsheet"]
    asked = parse_constraints(chords=f"Am:{beats} F N.C.:1 G")
    start = bars * meter.steps_per_bar
    rule = compile_rule(asked, codec, meter, 2 * meter.steps_per_bar, start)
    step = np.arange(2 * meter.steps_per_bar)
    chord = np.where(step % meter.steps_per_beat == 0, rule.allowed[:, 90:].argmax(axis=1), 109)
    for note in (rule.allowed[:, :88].argmax(axis=1), 87 - rule.allowed[:, 87::-1].argmax(axis=1)):
        codes = np.stack([note, chord], axis=1).astype(codec.dtype)
        phrase = codec.decode(codes, meter)
        assert asked.violations(phrase, codec, start) == []


@given(st.sampled_from(METERS), st.integers(0, 40))
def test_the_pace_adds_up(meter: Meter, notes: int) -> None:
    """If each step has its share of what is left, the bar has all of them, or is full."""
    weights, left = metric_weights(meter), float(notes)
    holds = np.ones((1, meter.steps_per_bar))
    for t in range(meter.steps_per_bar):
        (now,) = water_fill(np.array([left]), holds[:, t:], weights[None, t:])
        assert 0 <= now <= 1 + 1e-9
        left -= now
    assert left == pytest.approx(max(0, notes - meter.steps_per_bar), abs=1e-6)


def test_what_is_foreseen_is_left_as_it_is() -> None:
    """Three notes off the beat, if three are asked for; without foresight the beats have them."""
    rule = RuleBatch([compile_rule(parse_constraints(density=3), MelodyCodec(), COMMON, 16)])
    foreseen, struck = np.zeros((1, 16)), 0
    foreseen[0, [3, 7, 14]] = 1
    for t in range(16):
        (least,), (most,) = rule.expected_range(t, np.array([struck]), foreseen)
        if foreseen[0, t]:
            assert (least, most) == pytest.approx((0.9, 1.5), abs=0.1)
            struck += 1
        else:
            assert least < 0.1
    on_beat, after = (rule.expected_range(t, np.array([0]))[0][0] for t in (0, 1))
    assert on_beat > 3 * after


def test_rules_are_made_once() -> None:
    """The same for each window whose chords stand alike."""
    asked = parse_constraints("C", chords="C G")
    first, later, other = (
        compile_rule(asked, MelodyCodec(), COMMON, 32, start) for start in (0, 64, 16)
    )
    assert first is later
    assert first is not other


@pytest.mark.parametrize("scale", SCALES)
def test_every_scale_has_its_tonic(scale: str) -> None:
    """And is written as it is read."""
    key = Key("Eb", scale)
    assert parse_key(str(key)) == key
    assert 3 in key.tones


def test_chords_keep_their_beats() -> None:
    """Bar lines between them say nothing."""
    asked = parse_constraints(chords="Am:2 | D7:2 G | N.C.")
    assert [(symbol(chord), beats) for chord, beats in asked.chords] == [
        ("Am", 2), ("D7", 2), ("G", None), ("N.C.", None),
    ]  # fmt: skip
    assert isinstance(asked, Constraints)
