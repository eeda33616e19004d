"""Programs by number and by name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from musicvae.errors import RequestError
from musicvae.theory.general_midi import parse_program, program_name


def test_a_name_is_read_as_it_is_said() -> None:
    """However it is written; so is the number."""
    for number in range(128):
        name = program_name(number)
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
    """Its beginning, or a word of it."""
    assert parse_program(piece) == number


@pytest.mark.parametrize("wanted", ["Acustic Base", "zzz", ""])
def test_what_is_no_program_is_one_sentence_with_three_that_are(wanted: str) -> None:
    """Those that are spelled most like it."""
    with pytest.raises(RequestError, match=r"There is no program .* similar: .*, .*, .*\.$") as e:
        parse_program(wanted)
    assert repr(wanted) in str(e.value)


def test_the_nearest_names_are_proposed() -> None:
    """One letter wrong."""
    with pytest.raises(RequestError, match=r"similar: .*Acoustic Bass"):
        parse_program("Acustic Bass")
    with pytest.raises(RequestError, match=r"in the names of \d+ programs; choose one of them: Ac"):
        parse_program("piano")


@pytest.mark.parametrize("number", [-1, 128, "128", "-1"])
def test_a_number_out_of_range_is_refused(number: str | int) -> None:
    """There are 128."""
    with pytest.raises(RequestError, match="from 0 to 127"):
        parse_program(number)


def test_a_number_needs_no_library() -> None:
    """The names load where one is said."""
    words = "import sys; from musicvae.theory.general_midi import parse_program as p; p('32'); p(5)"
    code = f"{words}; sys.exit('pretty_midi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert done.returncode == 0
