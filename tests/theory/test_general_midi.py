"""General MIDI programs by number and by name."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pretty_midi import program_to_instrument_name

from musicvae.errors import RequestError
from musicvae.theory.general_midi import parse_program, parse_programs


def test_a_name_or_a_number_is_parsed() -> None:
    """Case, spaces and hyphens do not matter; numbers may be text."""
    for number in range(128):
        name = program_to_instrument_name(number)
        for text in (name, f" {name.upper().replace('-', ' ')} ", str(number), number):
            assert parse_program(text) == number


@pytest.mark.parametrize(
    ("piece", "number"),
    [
        ("flut", 73),
        ("acoustic bass", 32),
        ("Honky", 3),
        ("fretless", 35),
        ("violin", 40),
        ("sitar", 104),
    ],
)
def test_a_piece_of_a_name_is_enough_where_no_other_has_it(piece: str, number: int) -> None:
    """The beginning or a word of a name selects its program."""
    assert parse_program(piece) == number


@pytest.mark.parametrize("wanted", ["Acustic Base", "zzz", ""])
def test_an_unknown_program_is_one_sentence_with_three_suggestions(wanted: str) -> None:
    """The suggestions are the names spelled most like it."""
    with pytest.raises(RequestError, match=r"There is no program .* similar: .*, .*, .*\.$") as e:
        parse_program(wanted)
    assert repr(wanted) in str(e.value)


def test_the_nearest_names_are_suggested() -> None:
    """A misspelled name gets the right one; an ambiguous part gets some of its names."""
    with pytest.raises(RequestError, match=r"similar: .*Acoustic Bass"):
        parse_program("Acustic Bass")
    with pytest.raises(RequestError, match=r"in the names of \d+ programs; choose one of them: Ac"):
        parse_program("piano")


@pytest.mark.parametrize("number", [-1, 128, "128", "-1"])
def test_a_number_out_of_range_is_refused(number: str | int) -> None:
    """Programs are 0 to 127."""
    with pytest.raises(RequestError, match="from 0 to 127"):
        parse_program(number)


def test_a_number_needs_no_library() -> None:
    """pretty_midi is loaded only to look up a name."""
    words = "import sys; from musicvae.theory.general_midi import parse_program as p; p('32'); p(5)"
    code = f"{words}; sys.exit('pretty_midi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert done.returncode == 0


def test_programs_of_several_parts_are_parsed() -> None:
    """As text or as a mapping; names of parts are in any case."""
    text = " Melody = flute,bass=33 , chords=Acoustic Guitar (nylon)"
    named: dict[str, str | int] = {"melody": "flute", "Bass": 33, "chords": 24}
    assert parse_programs(text) == parse_programs(named) == {"melody": 73, "bass": 33, "chords": 24}
    assert parse_programs(None) == {}


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("melody", "Programs are written like melody=flute,bass=33, not 'melody'."),
        ("melody=flute,", "Programs are written like melody=flute,bass=33, not 'melody=flute,'."),
        ("=flute", "Programs are written like melody=flute,bass=33, not '=flute'."),
        ("bass=1,Bass=2", "The part bass has two programs; give it one."),
        ("bass=128", "A program is a General MIDI number from 0 to 127, not 128."),
    ],
)
def test_what_is_no_list_of_programs_is_refused(wanted: str, sentence: str) -> None:
    """In one sentence."""
    with pytest.raises(RequestError) as error:
        parse_programs(wanted)
    assert str(error.value) == sentence


def test_an_unknown_program_of_a_part_has_suggestions() -> None:
    """As a program alone has."""
    with pytest.raises(RequestError, match=r"no program 'floot'.*similar: Flute"):
        parse_programs("melody=floot")
