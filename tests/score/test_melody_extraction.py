"""Finding melody and bass by name, by notes or by choice of the user, as single lines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from musicvae.errors import RequestError
from musicvae.score.melody_extraction import (
    find_bass,
    find_melody,
    find_part,
    melody_number,
    part_numbers,
    skyline,
)
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.score.pianoroll import part_to_roll

from ..strategies import phrases

TUNE = tuple(Note(2 * i, 2, pitch) for i, pitch in enumerate([72, 74, 76, 77, 79, 77, 76, 74] * 2))
CHORDS = tuple(Note(8 * i, 8, pitch) for i in range(4) for pitch in (48, 52, 55))
BASS = tuple(Note(4 * i, 4, pitch) for i, pitch in enumerate([36, 43, 36, 43, 41, 36, 43, 36]))


def band(tune: str = "", chords: str = "", bass: str = "") -> Phrase:
    """Bass, chords, a tune with these names, and drums."""
    parts = (
        Part(BASS, 33, name=bass),
        Part(CHORDS, 0, name=chords),
        Part(TUNE, 73, name=tune),
        Part(TUNE, 0, is_drum=True, name="melody of drums"),
    )
    return Phrase(bars=2, parts=parts)


def test_without_names_the_part_that_moves_like_a_tune_is_taken() -> None:
    """The tune plays single high notes in steps; drums are never the melody."""
    assert find_melody(band()).notes == TUNE


def test_a_name_decides_before_the_notes_do() -> None:
    """A part called vocals is the melody, whatever its notes are."""
    assert find_melody(band(tune="Flute", chords="Piano", bass="Lead Vocals")).notes == BASS


@pytest.mark.parametrize("track", [1, "1", "ba", "BASS"])
def test_the_user_may_choose_the_track(track: str | int) -> None:
    """A number from 1 or a part of its name selects it, whatever names and notes say."""
    assert find_melody(band(tune="Melody", bass="Bass"), track).notes == BASS


@pytest.mark.parametrize("track", [0, 5, "oboe"])
def test_an_unknown_track_is_an_error_that_lists_the_tracks(track: str | int) -> None:
    """The message has number and name of each."""
    with pytest.raises(RequestError, match="2 'Piano'"):
        find_melody(band(chords="Piano"), track)


LINE = (72, 74, 76, 77, 79, 77, 76, 74, 72, 71, 72, 74, 76, 74)
LENGTHS = (4, 2, 2, 4, 4, 8, 4, 2, 2)


def tune_at(lowest: int, bars: int = 8) -> Part:
    """A tune in steps and several lengths, whose lowest note is one semitone below."""
    notes: list[Note] = []
    for i in range(8 * bars):
        start = notes[-1].end if notes else 0
        if start + 8 > 16 * bars:
            break
        pitch = LINE[i % len(LINE)] - 72 + lowest
        notes.append(Note(start, LENGTHS[i % len(LENGTHS)], pitch))
    return Part(tuple(notes))


FIGURES = {
    "arpeggio": [(2 * i, 2, (0, 4, 7, 12)[i % 4]) for i in range(64)],
    "arpeggio in sixteenths": [(i, 1, (0, 3, 7, 3)[i % 4]) for i in range(128)],
    "arpeggio of changing chords": [
        (2 * i, 2, (0, 4, 7, 12, 16, 12, 7, 4)[i % 8] + (0, 5, -3, 2)[i // 16]) for i in range(64)
    ],
    "alberti bass": [(2 * i, 2, (0, 7, 4, 7)[i % 4] + (0, 5, 7, 0)[i // 16]) for i in range(64)],
    "tremolo of octaves": [(i, 1, 12 * (i % 2)) for i in range(128)],
    "repeated chords": [(2 * i, 1, by) for i in range(64) for by in (0, 4, 7)],
    "repeated note": [(4 * i, 4, 12) for i in range(32)],
    "stuck note": [(0, 128, 12)],
    "a few bars of a line": [(100 + 2 * i, 2, i % 5) for i in range(8)],
}


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("lowest", [52, 60, 72])
def test_a_figure_is_not_the_tune_however_high_it_is(figure: str, lowest: int) -> None:
    """Beside a tune, in either order of the parts; neither has a name."""
    tune = tune_at(lowest)
    for height in (60, 72, 84):
        notes = tuple(Note(start, length, height + by) for start, length, by in FIGURES[figure])
        for parts in ((tune, Part(notes)), (Part(notes), tune)):
            assert find_melody(Phrase(bars=8, parts=parts)).notes == tune.notes


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Melody",
            "Mélodie",
            "Melodía",
            "me\u0301lodie",
            "MELODIA",
            "Lead Vocals",
            "Vox",
            "Solo 1",
        ),
        *("Gesang", "Singstimme", "Voix", "Chant", "Voz", "Canto", "Voce", "Zang", "Sång", "Wokal"),
        *("Śpiew", "Zpěv", "ének", "мелодия", "Вокал", "μελωδία", "メロディ", "主旋律", "ボーカル"),
        *("Solo 1", "歌", "人声", "人聲", "멜로디", "보컬"),
    ],
)
def test_a_melody_is_called_so_in_many_languages(name: str) -> None:
    """The part with that name is the melody beside one that resembles a tune more."""
    low = Part(tuple(Note(8 * i, 8, 40) for i in range(16)), 0, name=name)
    assert melody_number(Phrase(bars=8, parts=(tune_at(72), low))) == 2


@pytest.mark.parametrize(
    "name",
    [
        *("Backing Vocals", "Lead Guitar", "Solo Bass", "Gitarre Solo", "Chitarra solista solo"),
        *("Background vox", "ギター ソロ melody", "Piano (vocal score)"),
    ],
)
def test_an_accompaniment_called_like_a_melody_comes_second(name: str) -> None:
    """A part with a melody name alone is taken before it."""
    parts = (replace(tune_at(76), name=name), replace(tune_at(60), name="Vocals"))
    assert melody_number(Phrase(bars=8, parts=parts)) == 2
    assert melody_number(Phrase(bars=8, parts=(parts[0], tune_at(60)))) == 1


@pytest.mark.parametrize(
    ("track", "numbers"),
    [
        *[(2, [2]), ("2", [2]), ("piano", [1]), ("Piano RH", [1]), ("LH", [2]), ("A+B", [3])],
        *[("1+2", [1, 2]), ("2+1", [2, 1]), ("RH+LH", [1, 2]), (" rh + 3 ", [1, 3])],
        *[("2+2", [2]), ("1+2+3", [1, 2, 3])],
    ],
)
def test_a_track_is_a_number_a_name_or_several_joined(track: str | int, numbers: list[int]) -> None:
    """With + between them; a + in the exact name of a track belongs to the name."""
    names = ("Piano RH", "Piano LH", "A+B")
    parts = tuple(Part((Note(i, 1, 60 + i),), i, name=name) for i, name in enumerate(names))
    phrase = Phrase(bars=1, parts=parts)
    assert part_numbers(phrase, track) == numbers
    part = find_part(phrase, track)
    assert {*part.notes} == {note for number in numbers for note in parts[number - 1].notes}
    assert (part.program, part.name) == (numbers[0] - 1, names[numbers[0] - 1])


@pytest.mark.parametrize("track", ["", "+", "1+", "+2", "1+oboe", "1+4", "9+1", 0, -1, 4])
def test_a_piece_that_names_no_track_is_an_error(track: str | int) -> None:
    """An empty piece, too; the error lists the tracks."""
    with pytest.raises(RequestError, match=r"there are: 1 'bass', 2 'x', 3 'y'"):
        part_numbers(Phrase(parts=tuple(Part(name=name) for name in ("bass", "x", "y"))), track)


def test_joined_parts_keep_the_steps_at_which_notes_were_lost() -> None:
    """Those of all of them, in order."""
    parts = (Part((Note(0, 4, 60),), lost=(3, 9)), Part((Note(0, 4, 72),), lost=(5,)))
    assert find_part(Phrase(bars=1, parts=parts), "1+2").lost == (3, 5, 9)


def test_drums_alone_have_no_melody() -> None:
    """The error says that nothing is pitched."""
    with pytest.raises(RequestError, match="nothing pitched"):
        find_melody(Phrase(bars=2, parts=(Part(TUNE, is_drum=True),)))


def test_the_skyline_of_chords_is_their_top() -> None:
    """The skyline has the highest note of each chord."""
    assert [note.pitch for note in skyline(CHORDS)] == [55] * 4


def test_a_note_below_a_higher_one_is_dropped_unless_it_follows_it_legato() -> None:
    """Accompaniment below a long note is dropped; a descending legato line is kept."""
    assert skyline([Note(0, 8, 72), Note(2, 2, 60)]) == (Note(0, 8, 72),)
    assert skyline([Note(0, 3, 72), Note(2, 4, 71)]) == (Note(0, 2, 72), Note(2, 4, 71))


@given(phrases())
@settings(max_examples=60, deadline=None)
def test_a_skyline_is_one_line_and_its_own_skyline(phrase: Phrase) -> None:
    """No two notes sound at once, and a second pass changes nothing."""
    for part in phrase.parts:
        line = skyline(part.notes)
        assert skyline(line) == line
        assert (part_to_roll(Part(line), phrase.steps) > 0).sum(axis=1).max(initial=0) <= 1


LOW_FIFTHS = tuple(note for i in range(4) for note in (Note(8 * i, 8, 40), Note(8 * i, 8, 47)))


def bass_of(*parts: Part) -> Part:
    """The bass of a phrase of these parts and the tune, which is the melody."""
    return find_bass(Phrase(bars=2, parts=(*parts, Part(TUNE, 73))), Part(TUNE, 73))


def test_a_bass_is_found_by_its_program_or_its_name() -> None:
    """Of two, the one with more notes; a lower part without a bass program does not count."""
    low = Part(tuple(Note(8 * i, 8, 24) for i in range(4)), 19)
    assert bass_of(low, Part(BASS, 33)).notes == BASS
    assert bass_of(low, Part(BASS, 58, name="Kontrabass")).notes == BASS
    assert bass_of(Part(LOW_FIFTHS[::2], 32), Part(BASS, 33)).notes == BASS


def test_without_a_named_bass_the_lowest_part_is_the_bass() -> None:
    """It must be low enough and pitched; else the bass is an empty part."""
    kit = Part(tuple(Note(4 * i, 1, 36) for i in range(8)), is_drum=True, name="bass drum")
    assert bass_of(Part(CHORDS), Part(BASS, 19), kit) == Part(BASS, 19)
    high = tuple(Note(8 * i, 8, 64) for i in range(4))
    assert bass_of(Part(high), kit).notes == ()
    assert bass_of(Part(high), kit).program == 33


def test_the_bass_is_the_lowest_line_and_never_the_melody() -> None:
    """It has one note at a time; a part with the notes of the melody does not count."""
    assert bass_of(Part(LOW_FIFTHS, 33)).notes == LOW_FIFTHS[::2]
    assert bass_of(Part(TUNE, 33)).notes == ()
    alone = Part(BASS, 33)
    assert find_bass(Phrase(bars=2, parts=(alone,)), alone).notes == ()
