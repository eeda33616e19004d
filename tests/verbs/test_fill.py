"""fill, harmonize: what is kept, what is new, and how alternatives are drawn."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from musicvae.constraints.parse import parse_constraints
from musicvae.engine import Player
from musicvae.errors import RequestError
from musicvae.generation.seeding import Sampling
from musicvae.generation.source import generated_parts
from musicvae.performance.render import Rendering, render
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.chords import pitch_classes
from musicvae.theory.meter import Meter
from musicvae.verbs.fill import fill
from musicvae.verbs.harmonize import STYLES, harmonize
from musicvae.verbs.replay import replay

from ..miniatures import little_piece, seeded, tiny_checkpoint, tiny_prior
from ..strategies import phrases

WITH_PRIOR = {"melody-2bar": "melody", "drums-2bar": "drums", "leadsheet-8bar": "leadsheet"}
WITH_PRIOR |= {"band-8bar": "band", "piano-2bar": "piano"}
METER = Meter(4, 4)
BAR = METER.steps_per_bar


@cache
def player(name: str = "leadsheet-8bar") -> Player:
    """A small model with a prior of random weights."""
    return Player(tiny_prior(tiny_checkpoint(name)))


def piece(codec: str = "leadsheet", bars: int = 8, meter: Meter = METER) -> Phrase:
    """A little piece that a codec reads."""
    return little_piece(codec, meter, 3, bars)


def outside(phrase: Phrase, start: int, stop: int) -> list[tuple[Note, ...]]:
    """The notes of each part that begin outside some steps."""
    return [
        tuple(note for note in part.notes if not start <= note.start < stop)
        for part in phrase.parts
    ]


def inside(phrase: Phrase, start: int, stop: int) -> list[Note]:
    """The notes of the first part that begin in some steps."""
    return [note for note in phrase.parts[0].notes if start <= note.start < stop]


def as_line(part: Part) -> Part:
    """The part with one note at a time."""
    onsets = {note.start: note for note in part.notes}
    stops = [*sorted(onsets)[1:], part.end]
    notes = (
        replace(onsets[start], duration=min(onsets[start].duration, stop - start))
        for start, stop in zip(sorted(onsets), stops, strict=False)
    )
    return replace(part, notes=tuple(notes))


@pytest.mark.parametrize("name", WITH_PRIOR)
@pytest.mark.parametrize("gap", [(0, 1), (3, 5), (6, 8), (0, 8)], ids=str)
def test_all_outside_a_gap_stays_and_the_gap_is_new(name: str, gap: tuple[int, int]) -> None:
    """At the start, in the middle, at the end and all over; notes, chords, tempo and length."""
    source = piece(WITH_PRIOR[name])
    start, stop = (bar * BAR for bar in gap)
    (filled,) = fill(player(name), source, [(start, stop)], sampling=seeded(1))
    assert outside(filled, start, stop) == outside(source, start, stop)
    assert replace(filled, parts=()) == replace(source, parts=())
    assert inside(filled, start, stop) != inside(source, start, stop)


@settings(max_examples=8)
@given(
    phrases(max_parts=1).filter(lambda phrase: phrase.bars > 1 and phrase.parts),
    st.integers(0, 9),
    st.data(),
)
def test_any_phrase_keeps_what_is_outside(phrase: Phrase, seed: int, data: st.DataObject) -> None:
    """Any meter, pick-up and tempo map: no note of a line is moved, shortened or lost."""
    phrase = replace(phrase, parts=(as_line(phrase.parts[0]),))
    bar, lead = phrase.meter.steps_per_bar, bool(phrase.pickup)
    first = data.draw(st.integers(0, phrase.bars - 1))
    last = data.draw(st.integers(first, phrase.bars - 1))
    start, stop = (first + lead) * bar, (last + 1 + lead) * bar
    begin, end = start - phrase.lead_in, stop - phrase.lead_in
    held = (note for note in phrase.parts[0].notes if note.start < begin and note.end >= end)
    assume(not any(held))  # it leaves no room
    (filled,) = fill(player("melody-2bar"), phrase, [(start, stop)], sampling=seeded(seed))
    assert outside(filled, begin, end) == outside(phrase, begin, end)
    assert replace(filled, parts=()) == replace(phrase, parts=())


def test_a_note_that_sounds_on_is_held_before_new_ones_begin() -> None:
    """In melodies; beside held keys of a piano, others may begin."""
    held = Part((Note(0, 12, 60), Note(BAR - 4, 10, 64), Note(3 * BAR, 4, 62)))
    source = Phrase(METER, 4, parts=(held,))
    for seed in range(3):
        (filled,) = fill(player("melody-2bar"), source, [(BAR, 3 * BAR)], sampling=seeded(seed))
        assert held.notes[1] in filled.parts[0].notes
        assert min(note.start for note in inside(filled, BAR, 3 * BAR)) >= BAR + 6
        (filled,) = fill(player("piano-2bar"), source, [(BAR, 3 * BAR)], sampling=seeded(seed))
        restruck = [note.start for note in inside(filled, BAR, 3 * BAR) if note.pitch == 64]
        assert all(start >= BAR + 6 for start in restruck)


@pytest.mark.parametrize("name", ["melody-2bar", "leadsheet-8bar", "drums-2bar", "band-8bar"])
def test_rhythm_is_kept(name: str) -> None:
    """New pitches or drums begin and end where the old ones do."""
    source = piece(WITH_PRIOR[name])
    (filled,) = fill(player(name), source, [(BAR, 7 * BAR)], sampling=seeded(2), keep="rhythm")
    for old, new in zip(source.parts, filled.parts, strict=True):
        assert {(n.start, n.duration) for n in new.notes} == {
            (n.start, n.duration) for n in old.notes
        }
    assert filled != source


@pytest.mark.parametrize("name", ["melody-2bar", "leadsheet-8bar"])
def test_pitches_are_kept_in_order(name: str) -> None:
    """All of them, also where the gap is longer than a window."""
    source = piece(WITH_PRIOR[name])
    (filled,) = fill(player(name), source, [(BAR, 7 * BAR)], sampling=seeded(2), keep="pitches")
    assert [note.pitch for note in filled.parts[0].notes] == [
        note.pitch for note in source.parts[0].notes
    ]
    assert filled != source


@pytest.mark.parametrize("keep", ["rhythm", "pitches"])
def test_a_piano_keeps_neither(keep: str) -> None:
    """Several notes at once have no one rhythm."""
    with pytest.raises(RequestError, match="several notes at once"):
        fill(player("piano-2bar"), piece("piano"), [(0, BAR)], keep=keep)  # type: ignore[arg-type]


@pytest.mark.parametrize("verb", [fill, harmonize])
def test_alternatives_differ_and_the_likeliest_is_first(verb: object) -> None:
    """From the source, and from each other; their nats grow."""
    made = verb(player(), piece(), [(2 * BAR, 4 * BAR)], 6, seeded(1))  # type: ignore[operator]
    assert len({phrase.fingerprint for phrase in (*made, piece())}) == 7
    nats = [phrase.recipe.options["nats"] for phrase in made]
    assert all(first <= second for first, second in pairwise(nats))


@pytest.mark.parametrize("verb", [fill, harmonize])
def test_more_alternatives_include_the_fewer(verb: object) -> None:
    """Each depends on the seed and its number alone."""
    few, many = (
        verb(player(), piece(), [(2 * BAR, 4 * BAR)], n, seeded(1))  # type: ignore[operator]
        for n in (2, 5)
    )
    assert {phrase.fingerprint for phrase in few} <= {phrase.fingerprint for phrase in many}


def test_fewer_alternatives_than_asked_for_are_said() -> None:
    """One note whose rhythm is kept, in a key of five notes and a narrow range."""
    source = Phrase(METER, 2, parts=(Part((Note(0, 4, 60), Note(BAR, 4, 62))),))
    tight = Sampling(1.0, 1, parse_constraints(key="C", range="C4-F4"))
    made = fill(player("melody-2bar"), source, [(BAR, 2 * BAR)], 9, tight, keep="rhythm")
    assert 0 < len(made) <= 3  # C, E and F; D is there already
    assert all("not 9" in phrase.notices[-1] for phrase in made)
    only = Sampling(1.0, 1, parse_constraints(range="D4-D4"))
    with pytest.raises(RequestError, match="nothing but what is there"):
        fill(player("melody-2bar"), source, [(BAR, 2 * BAR)], 1, only, keep="rhythm")


@pytest.mark.parametrize("name", ["melody-2bar", "leadsheet-8bar", "piano-2bar"])
def test_new_notes_keep_the_constraints(name: str) -> None:
    """Key and range, in the gap alone."""
    constraints = parse_constraints(key="F# major", range="C4-C5")
    sampling = Sampling(1.0, 1, constraints)
    (filled,) = fill(player(name), piece(WITH_PRIOR[name]), [(BAR, 5 * BAR)], 1, sampling)
    assert constraints.key
    new = inside(filled, BAR, 5 * BAR)
    assert new
    assert all(n.pitch % 12 in constraints.key.tones and 60 <= n.pitch <= 72 for n in new)


@pytest.mark.parametrize(
    ("name", "keep"),
    [
        ("melody-2bar", "nothing"),
        ("leadsheet-8bar", "nothing"),
        ("leadsheet-8bar", "rhythm"),
        ("leadsheet-8bar", "pitches"),
        ("drums-2bar", "rhythm"),
        ("piano-2bar", "nothing"),
    ],
)
def test_every_alternative_replays(name: str, keep: str) -> None:
    """From its recipe and its own notes: several gaps, and what was kept of the old notes."""
    source, gaps = piece(WITH_PRIOR[name]), [(BAR, 3 * BAR), (6 * BAR, 8 * BAR)]
    made = fill(player(name), source, gaps, 2, seeded(4), keep=keep)  # type: ignore[arg-type]
    for phrase in made:
        assert replay(player(name), phrase) == phrase


@pytest.mark.parametrize("style", STYLES)
def test_harmonize_keeps_the_notes_and_the_style(style: str) -> None:
    """The melody stays, the chords outside the gap too, and the new ones are of the style."""
    source, gap = piece(), (2 * BAR, 6 * BAR)
    (made,) = harmonize(player(), source, [gap], 1, seeded(1), style=style)
    assert made.parts == source.parts
    assert made.chords != source.chords
    for change in made.chords:
        if gap[0] <= change.step < gap[1]:
            assert change.chord
            assert change.chord.quality in STYLES[style]
    rendered = render(made, Rendering.create("leadsheet", None))
    lead_sheet = generated_parts(player(), rendered)
    assert lead_sheet
    assert replay(player(), lead_sheet) == rendered


@pytest.mark.parametrize(("meter", "beats"), [((4, 4), 4), ((3, 4), 3), ((6, 8), 2)])
def test_harmonize_changes_chords_no_more_often_than_asked(
    meter: tuple[int, int], beats: int
) -> None:
    """One chord a bar changes on bar lines; a bar has no more chords than beats."""
    source = piece(meter=Meter(*meter))
    bar = source.meter.steps_per_bar
    for per_bar in range(1, beats + 1):
        (made,) = harmonize(player(), source, [(0, source.steps)], 1, seeded(1), per_bar=per_bar)
        places = {change.step % bar for change in made.chords}
        assert len(places) <= per_bar
        assert per_bar > 1 or places == {0}
    with pytest.raises(RequestError, match=f"1 to {beats} chords, not {beats + 1}"):
        harmonize(player(), source, [(0, bar)], per_bar=beats + 1)


def test_harmonize_keeps_to_a_key() -> None:
    """All chords of a key, whatever the melody does."""
    constraints = parse_constraints(key="A minor")
    sampling = Sampling(1.0, 1, constraints)
    (made,) = harmonize(player(), piece(), [(0, 8 * BAR)], 1, sampling)
    assert constraints.key
    for change in made.chords:
        assert change.chord
        assert constraints.key.tones.issuperset(pitch_classes(change.chord))


def test_no_chord_sounds_only_before_the_melody() -> None:
    """Two bars of rest may go without one; from the first note on there is a chord."""
    late = tuple(replace(note, start=note.start + 2 * BAR) for note in piece(bars=4).parts[0].notes)
    source = Phrase(METER, 6, parts=(Part(late),))
    for seed in range(2):
        (made,) = harmonize(player(), source, [(0, 6 * BAR)], 1, seeded(seed))
        assert all(change.chord for change in made.chords if change.step >= 2 * BAR)


def test_what_a_model_cannot_do_is_refused() -> None:
    """No prior, no chords, no such style, no such thing to keep."""
    bare = Player(tiny_checkpoint("melody-2bar"))
    for verb in (fill, harmonize):
        with pytest.raises(RequestError, match="This model cannot"):
            verb(bare, piece("melody"), [(0, BAR)])
    with pytest.raises(RequestError, match="cannot harmonize"):
        harmonize(player("melody-2bar"), piece("melody"), [(0, BAR)])
    with pytest.raises(RequestError, match="no style 'baroque': choose plain, pop, jazz, any"):
        harmonize(player(), piece(), [(0, BAR)], style="baroque")
    with pytest.raises(RequestError, match="not 'tempo'"):
        fill(player(), piece(), [(0, BAR)], keep="tempo")  # type: ignore[arg-type]


def test_a_note_longer_than_a_window_ends_where_it_did() -> None:
    """Its end is in bars whose window begins after the note did."""
    notes = (Note(0, 6 * BAR + 4, 60), Note(7 * BAR, 8, 62))
    source = Phrase(METER, 8, parts=(Part(notes),))
    (made,) = harmonize(player(), source, [(0, 8 * BAR)], 1, seeded(1))
    assert made.parts == source.parts
    (filled,) = fill(player("melody-2bar"), source, [(6 * BAR, 8 * BAR)], 1, seeded(1))
    assert filled.parts[0].notes[0] == notes[0]
    assert all(note.start >= 6 * BAR + 4 for note in filled.parts[0].notes[1:])
