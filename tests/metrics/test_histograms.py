"""Note F1, histograms of each kind of codec, and their overlap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.codecs import CODECS
from musicvae.metrics.histograms import histograms_of, intersection, note_f1, overlap, split_halves
from musicvae.score.phrase import ChordChange, Note, Part, Phrase
from musicvae.theory.chords import parse_chord
from musicvae.theory.meter import Meter

from ..miniatures import little_tune

MELODY = CODECS["melody"]
HISTOGRAMS = st.dictionaries(st.integers(0, 9), st.integers(1, 50), min_size=1)


@given(HISTOGRAMS, HISTOGRAMS)
def test_intersection_is_symmetric_and_one_only_for_equal_shapes(
    a: dict[int, int], b: dict[int, int]
) -> None:
    """Scaling the counts does not change it."""
    assert intersection(a, b) == pytest.approx(intersection(b, a))
    assert intersection(a, {key: 3 * n for key, n in a.items()}) == pytest.approx(1.0)
    assert 0 <= intersection(a, b) <= 1 + 1e-9


def test_empty_histograms_equal_only_each_other() -> None:
    """Two of them intersect fully, one of them with another not at all."""
    assert (intersection({}, {}), intersection({}, {"C": 1})) == (1.0, 0.0)


def test_note_f1_is_the_harmonic_mean_of_precision_and_recall() -> None:
    """Two of three guesses are right, of four notes: 2 * 2 / (3 + 4); parts are not mixed."""
    truth = Part(tuple(Note(i, 1, 60 + i) for i in range(4)))
    guess = Part((Note(0, 4, 60), Note(1, 2, 61), Note(2, 1, 99)))
    silent = Part()

    def bar(*parts: Part) -> Phrase:
        return Phrase(bars=1, parts=parts)

    assert note_f1(bar(truth), bar(guess)) == pytest.approx(4 / 7)
    assert (note_f1(bar(silent), bar(silent)), note_f1(bar(truth), bar(silent))) == (1.0, 0.0)
    assert note_f1(bar(truth, silent), bar(silent, truth)) == 0.0


def test_a_melody_has_six_histograms() -> None:
    """Two bars of 3/4: C up to G, and an empty bar."""
    notes = (Note(0, 4, 60), Note(4, 8, 67))
    histograms = histograms_of([Phrase(Meter(3, 4), 2, parts=(Part(notes),))], MELODY)
    assert histograms["pitch class"] == {0: 1, 7: 1}
    assert histograms["interval"] == {7: 1}
    assert histograms["duration"] == {1.0: 1, 2.0: 1}
    assert histograms["onset position"] == {(Meter(3, 4), 0): 1, (Meter(3, 4), 4): 1}
    assert histograms["notes per bar"] == {2: 1, 0: 1}
    assert histograms["range"] == {7: 1}
    assert len(histograms) == 6


def test_a_roll_also_has_its_polyphony() -> None:
    """A bar of 2/4: a third for three steps, its lower note for two more, then nothing."""
    notes = (Note(0, 5, 60), Note(0, 3, 64))
    phrase = Phrase(Meter(2, 4), 1, parts=(Part(notes),))
    histograms = histograms_of([phrase], CODECS["piano"])
    assert histograms["polyphony"] == {2: 3, 1: 2, 0: 3}
    assert histograms["interval"] == {4: 1}
    assert len(histograms) == 7


def test_drums_have_their_own_histograms() -> None:
    """Two bars of 2/4: kick and hi-hat together, a hi-hat, and an empty bar."""
    kick, closed, opened = 36, 42, 46
    notes = (Note(0, 1, kick), Note(0, 1, closed), Note(4, 1, opened))
    phrase = Phrase(Meter(2, 4), 2, parts=(Part(notes, is_drum=True),))
    histograms = histograms_of([phrase], CODECS["drums"])
    meter = Meter(2, 4)
    assert histograms["drum"] == {0: 1, 2: 1, 3: 1}
    assert histograms["onset position"] == {
        (meter, 0, "kick"): 1,
        (meter, 0, "hi-hats"): 1,
        (meter, 4, "hi-hats"): 1,
    }
    assert histograms["strokes per bar"] == {3: 1, 0: 1}
    assert histograms["strokes at once"] == {2: 1, 1: 1}
    assert len(histograms) == 4


def test_chords_are_counted_with_the_melody_above_them() -> None:
    """C, then A minor and no chord in the second bar of 2/4; the melody is C, E and a G."""
    meter = Meter(2, 4)
    changes = ((0, parse_chord("C")), (8, parse_chord("Am")), (12, None))
    sheet = Phrase(
        meter,
        2,
        parts=(Part((Note(0, 4, 60), Note(8, 2, 64), Note(12, 4, 67))),),
        chords=tuple(ChordChange(*change) for change in changes),
    )
    histograms = histograms_of([sheet], CODECS["leadsheet"])
    assert histograms["quality, chords"] == {"maj": 1, "min": 1}
    assert histograms["motion, chords"] == {9: 1}
    assert histograms["change position, chords"] == {(meter, 0): 2, (meter, 4): 1}
    assert histograms["changes per bar, chords"] == {1: 1, 2: 1}
    assert histograms["melody above root, chords"] == {0: 4, 7: 2}
    assert len(histograms) == 6 + 5


def test_several_parts_have_the_histograms_of_each_and_their_harmony() -> None:
    """A third above the bass and then a fifth, modulo octaves; drums have no harmony."""
    melody = Part((Note(0, 2, 76), Note(2, 6, 67)))
    bass = Part((Note(0, 4, 48),))
    drums = Part((Note(0, 1, 36),), is_drum=True)
    histograms = histograms_of(
        [Phrase(Meter(2, 4), 1, parts=(melody, bass, drums))], CODECS["trio"]
    )
    assert histograms["harmony, melody and bass"] == {4: 2, 7: 2}
    assert histograms["interval, melody"] == {-9: 1}
    assert histograms["duration, bass"] == {1.0: 1}
    assert histograms["drum, drums"] == {0: 1}
    assert len(histograms) == 6 + 6 + 4 + 1


def test_a_collection_overlaps_fully_with_itself_and_its_halves_less() -> None:
    """The overlap of two halves, the ceiling of any other, is below 1."""
    tunes = [little_tune(Meter(), seed) for seed in range(60)]
    whole = histograms_of(tunes, MELODY)
    assert all(value == pytest.approx(1.0) for value in overlap(whole, whole).values())
    first, second = split_halves(tunes, np.random.default_rng(0))
    assert len(first) == len(second) == 30
    ceiling = overlap(histograms_of(first, MELODY), histograms_of(second, MELODY))
    assert all(0.2 < value < 1 for value in ceiling.values())
