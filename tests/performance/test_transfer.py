"""Performance transfer: what happens to chords."""

from __future__ import annotations

from hypothesis import given, settings

from musicvae.performance.transfer import scale_tempo, transfer_performance
from musicvae.score.phrase import ChordChange, Note, Part, Phrase
from musicvae.score.windows import cut_phrase
from musicvae.theory.chords import Chord
from musicvae.theory.meter import Meter

from ..strategies import phrases

C, F, G = Chord(0), Chord(5), Chord(7)


@given(phrases())
@settings(max_examples=100, deadline=None)
def test_a_phrase_with_its_own_performance_has_its_own_chords(phrase: Phrase) -> None:
    """The rest that fills a pick-up up to a bar is removed again, for chords as for notes."""
    if not phrase.parts:
        return
    whole = cut_phrase(phrase, 0, phrase.steps + phrase.lead_in)
    assert transfer_performance(whole, phrase).chords == phrase.chords


def test_chords_move_with_the_notes() -> None:
    """A chord that begins before the pick-up sounds in it; without chords the old ones stay."""
    part = Part((Note(0, 4, 60),))
    shape = Phrase(Meter(3, 4), 2, 4, parts=(part,), chords=(ChordChange(4, C),))
    new = (ChordChange(0, F), ChordChange(12, G), ChordChange(36, C))
    played = transfer_performance(Phrase(Meter(3, 4), 4, parts=(part,), chords=new), shape)
    assert played.chords == (ChordChange(0, F), ChordChange(4, G))
    assert transfer_performance(Phrase(Meter(3, 4), 3, parts=(part,)), shape).chords == shape.chords


def test_a_tempo_leaves_chords_alone() -> None:
    """Chords are counted in steps, not in time."""
    phrase = Phrase(bars=1, chords=(ChordChange(4, C),))
    assert scale_tempo(phrase, 2.0).chords == phrase.chords
