"""Windows cut in batches equal those that are cut and encoded one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from musicvae.codecs import CODECS
from musicvae.codecs.base import Codes
from musicvae.codecs.pitch_range import fit_range
from musicvae.corpus.fast_reader import QuantizedTrack, to_track
from musicvae.corpus.windowing import cut_windows, tune_keys, unusable, window_keys
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.score.windows import join_phrases, split_windows
from musicvae.theory.meter import Meter

from ..miniatures import little_piece
from ..strategies import METERS, phrases

EVERY_CODEC = pytest.mark.parametrize("codec", CODECS)
MELODY, ROLL, BAND = CODECS["melody"], CODECS["roll"], CODECS["band"]


def is_usable(window: Phrase, codec: str) -> bool:
    """Three notes, no rest of more than a bar between onsets, and no part that must play rests."""
    notes = sorted(note for part in window.parts for note in part.notes)
    longest = {note.start: note.end for note in notes}  # sorted: the longest of a start comes last
    ends, starts = [0, *longest.values()], [*longest, window.steps]
    rests = [start - end for start, end in zip(starts, ends, strict=True)]
    silent_part = codec in ("trio", "leadsheet") and not all(part.notes for part in window.parts)
    if codec == "leadsheet":
        silent_part |= not any(change.chord for change in window.chords)
    return len(notes) >= 3 and max(rests) <= window.meter.steps_per_bar and not silent_part


@EVERY_CODEC
@given(meter=st.sampled_from(METERS), seed=st.integers(0, 99), bars=st.integers(1, 4))
def test_windows_are_those_of_the_phrase(codec: str, meter: Meter, seed: int, bars: int) -> None:
    """Codes and keys, in order; each window that is left out has one reason."""
    pieces = [little_piece(codec, meter, seed + i) for i in range(bars)]
    phrase, _ = fit_range(CODECS[codec].select(join_phrases(pieces)), CODECS[codec])
    all_windows = split_windows(phrase, hop=1)
    usable = [window for window in all_windows if is_usable(window, codec)]
    expected = [CODECS[codec].encode(window) for window in usable]
    cuts = list(cut_windows(to_track(phrase, CODECS[codec]), CODECS[codec]))
    actual = [codes for cut in cuts for codes in cut.codes]
    assert len(actual) == len(expected)
    assert all(np.array_equal(one, other) for one, other in zip(actual, expected, strict=True))
    dropped = sum(cut.dropped.total() for cut in cuts)
    assert dropped == len(all_windows) - len(actual)
    keys = [key for cut in cuts for key in cut.keys]
    assert keys == [window_keys(codes[None], phrase.meter, CODECS[codec])[0] for codes in expected]


@pytest.mark.parametrize("codec", ["melody", "roll"])
@given(phrase=phrases(max_parts=1))
def test_windows_of_any_phrase_are_those_of_the_phrase(codec: str, phrase: Phrase) -> None:
    """Including pick-ups, rests and overlapping notes."""
    assume(not phrase.is_silent)
    pitched = replace(phrase.parts[0], is_drum=False)
    selected = CODECS[codec].select(replace(phrase, parts=(pitched,)))
    phrase, _ = fit_range(selected, CODECS[codec])
    expected = [
        CODECS[codec].encode(window)
        for window in split_windows(phrase, hop=1)
        if is_usable(window, codec)
    ]
    track = replace(to_track(phrase, CODECS[codec]), codes=None)
    actual = [codes for cut in cut_windows(track, CODECS[codec]) for codes in cut.codes]
    assert len(actual) == len(expected)
    assert all(np.array_equal(one, other) for one, other in zip(actual, expected, strict=True))


def test_long_windows_start_a_quarter_of_their_length_apart() -> None:
    """Sixteen bars start at bars 0, 4 and 8 of 24; in 2/4, thirty-two."""
    for meter, bars in ((Meter(), 24), (Meter(2, 4), 48)):
        starts = np.arange(0, bars * meter.steps_per_bar, 4)
        track = QuantizedTrack(meter, bars, starts, starts + 4, 60 + starts // 4 % 7)
        (cut,) = cut_windows(track, MELODY, 16)
        assert cut.codes.shape == (3, 16 * bars // 24 * meter.steps_per_bar)
        track_codes = track.encoded(MELODY)
        assert np.array_equal(
            cut.codes[1], track_codes[bars // 6 * meter.steps_per_bar :][: cut.codes.shape[1]]
        )


def test_a_window_in_which_a_part_is_silent_is_left_out() -> None:
    """A trio whose bass rests for two bars."""
    first, second = (little_piece("trio", Meter(), seed) for seed in (1, 2))
    no_bass = replace(
        second, parts=(second.parts[0], replace(second.parts[1], notes=()), second.parts[2])
    )
    codec = CODECS["trio"]
    cuts = cut_windows(to_track(join_phrases([first, no_bass]), codec), codec)
    assert sum(cut.dropped["a part is silent"] for cut in cuts) == 1


def without(phrase: Phrase, *silent: int) -> Phrase:
    """The phrase with these parts silent, and without chords."""
    parts = tuple(
        replace(part, notes=()) if number in silent else part
        for number, part in enumerate(phrase.parts)
    )
    return replace(phrase, parts=parts, chords=())


@pytest.mark.parametrize("silent", [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
def test_any_part_of_a_band_may_rest(silent: tuple[int, ...]) -> None:
    """But one that plays nothing at all has too few notes."""
    phrase = without(little_piece("band", Meter(), 1), *silent)
    (cut,) = cut_windows(to_track(phrase, BAND), BAND)
    if len(silent) == 3:
        assert cut.dropped == {"fewer than three notes in two bars": 1}
    else:
        assert not cut.dropped
        assert np.array_equal(cut.codes[0], BAND.encode(phrase))


def test_a_tune_is_one_tune_whatever_accompanies_it() -> None:
    """In any key; but not where the melody has fewer notes than a window needs."""
    one, other = (little_piece("band", Meter(), seed) for seed in (1, 2))
    with_other_band = replace(one, parts=(one.parts[0], *other.parts[1:]), chords=other.chords)
    up_a_tone = BAND.transpose(BAND.encode(with_other_band), 2)
    alone = BAND.encode(without(one, 1, 2))
    (tune,) = tune_keys(BAND.encode(one)[None], BAND)
    assert tune_keys(np.stack([up_a_tone, alone]), BAND) == [tune, tune]
    assert tune_keys(BAND.encode(other)[None], BAND) != [tune]
    two_notes = replace(one.parts[0], notes=one.parts[0].notes[:2])
    short = [replace(phrase, parts=(two_notes, *phrase.parts[1:])) for phrase in (one, other)]
    assert len(set(tune_keys(np.stack([BAND.encode(phrase) for phrase in short]), BAND))) == 2


def test_a_note_that_began_before_a_window_is_not_in_it() -> None:
    """Nor is its end: the window starts with a rest."""
    notes = [Note(8, 12, 60), *(Note(20 + 2 * i, 2, 64 + i) for i in range(14))]
    phrase = Phrase(bars=3, parts=(Part(tuple(notes)),))
    (cut,) = cut_windows(to_track(phrase, MELODY), MELODY)
    assert cut.codes[1, :4].tolist() == [89] * 4
    (cut,) = cut_windows(to_track(phrase, ROLL), ROLL)
    assert not cut.codes[1, :4].any()


@EVERY_CODEC
def test_a_digest_is_the_same_in_any_key_and_differs_between_meters(codec: str) -> None:
    """Transposition does not change the digest, 3/4 instead of 6/8 does."""
    codes = CODECS[codec].encode(little_piece(codec, Meter(3, 4), 3))
    transposed = CODECS[codec].transpose(codes, 5)
    assert np.array_equal(codes, transposed) == (codec == "drums")
    three, six = Meter(3, 4), Meter(6, 8)

    def key(codes: Codes, meter: Meter) -> list[bytes]:
        return window_keys(codes[None], meter, CODECS[codec])

    assert key(codes, three) == key(transposed, three)
    assert key(codes, three) != key(codes, six)


def test_an_unusable_window_has_a_reason() -> None:
    """Too few notes, or too long a rest at the start, middle or end."""

    def reasons(*notes: Note) -> tuple[bool, bool]:
        track = to_track(Phrase(bars=2, parts=(Part(notes),)), MELODY)
        few, silent = unusable(track, np.array([0]))
        return bool(few[0]), bool(silent[0])

    assert reasons(Note(0, 16, 60), Note(16, 16, 60))[0]
    assert reasons(*(Note(17 + 2 * i, 2, 60) for i in range(4))) == (False, True)
    assert reasons(*(Note(2 * i, 2, 60) for i in range(4))) == (False, True)
    assert reasons(Note(0, 1, 60), Note(1, 1, 60), Note(20, 8, 60)) == (False, True)
    assert reasons(*(Note(4 * i, 4, 60) for i in range(8))) == (False, False)


def test_a_long_track_is_cut_in_several_batches() -> None:
    """Three batches hold all windows."""
    starts = np.arange(0, 16 * 600, 4)
    track = QuantizedTrack(Meter(), 600, starts, starts + 4, np.full_like(starts, 60))
    assert [len(cut.codes) for cut in cut_windows(track, MELODY)] == [256, 256, 87]
