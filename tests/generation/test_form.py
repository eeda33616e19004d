"""The text of a form: names, bars, options, energies; what is refused, and how."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.constraints.parse import parse_constraints
from musicvae.errors import RequestError
from musicvae.generation.form import NEUTRAL, EnergyLike, Form, parse_form
from musicvae.generation.layout import lay_out

words = st.sampled_from(["A", "B", "Verse", "Chorus2", "Intro", "Outro"])
sections = st.lists(st.tuples(words, st.integers(1, 9)), min_size=1, max_size=9)


@given(sections, st.sampled_from([" ", "  ", "\n"]))
def test_a_form_has_its_sections_in_order(pairs: list[tuple[str, int]], space: str) -> None:
    """Names in any case; a length may be left out after the first time."""
    lengths = dict(reversed(pairs))
    seen: set[str] = set()
    texts = []
    for name, _ in pairs:
        word = name.lower() if name in seen else name
        texts.append(word if name in seen else f"{word}:{lengths[name]}")
        seen.add(name)
    form = parse_form(space.join(texts), None, 4)
    assert [(s.name, s.bars) for s in form.sections] == [(n, lengths[n]) for n, _ in pairs]
    assert form.starts[0] == 0
    assert form.bars == form.starts[-1] + form.sections[-1].bars


def test_bars_of_the_piece_are_shared_by_sections_without_any() -> None:
    """And without them each has the bars of a window; a variation has those of its original."""
    assert [s.bars for s in parse_form("A A B A'", 16, 2).sections] == [4, 4, 4, 4]
    assert [s.bars for s in parse_form("A B:3 A' B''", None, 8).sections] == [8, 3, 8, 3]


@pytest.mark.parametrize("prime", ["'", "\u2019", "\u2032"])
def test_a_prime_may_be_typed_or_typeset(prime: str) -> None:
    """It is one name."""
    form = parse_form(f"A:4 A{prime}", None, 2)
    assert [section.name for section in form.sections] == ["A", "A'"]
    assert form.sections[1].varied == "A"


def test_options_are_those_of_their_section() -> None:
    """Constraints as text, tempo and cadence."""
    form = parse_form("A:4 B:4[chords=Am:2 F, bpm=132.5, cadence=half]", None, 2)
    assert dict(form.sections[0].words) == {}
    assert dict(form.sections[1].words) == {"chords": "Am:2 F"}
    assert (form.sections[1].bpm, form.sections[1].cadence) == (132.5, "half")


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ("A:0", "A has 0 bars"),
        ("A:8 ?:4", r"'\?:4' is no form; write a letter for each section, like AABA, or names"),
        ("A:8A:8", "is no form"),
        ("A1", "is no form"),
        ("A:4[key=G", "is no form"),
        ("A:600 B:600", "1 to 1,000 bars, not 1,200"),
        ("A:8 A:4", "A has 4 bars, but A before it 8"),
        ("A:8 A':4", "A' has 4 bars, but A before it 8"),
        ("A':8 A:8", "A' is a variation of A: put A before it"),
        ("A:8[tempo=90]", r"'tempo=90' is no option of a section; .*key, bpm"),
        ("A:8[key]", "'key' is no option"),
        ("A:8[key=]", "'key=' is no option"),
        ("A:8[key=C, key=G]", "'key=G' is no option"),
        ("A:8[]", "'' is no option"),
        ("A:8[bpm=fast]", "bpm is a number"),
        ("A:8[bpm=1]", "4 quarters per minute or more"),
        ("A:8[cadence=deceptive]", "cadence of a section is half, full or open"),
        ("A:8[chords=Am] A:8[chords=C]", "write A' for a A with other chords"),
        ("A:8 B:8 A[cadence=half]", "other cadence"),
    ],
)
def test_a_form_that_cannot_be_is_refused(form: str, answer: str) -> None:
    """One sentence says what is wrong, and what would be valid."""
    with pytest.raises(RequestError, match=answer):
        parse_form(form, None, 2)


def test_bars_are_given_once() -> None:
    """By the form or for the piece."""
    with pytest.raises(RequestError, match="leave out --bars"):
        parse_form("A:8 B", 16, 2)
    with pytest.raises(RequestError, match="ask for 18"):
        parse_form("A B C", 16, 2)


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ("A:4 A:4[key=D]", "the key of the first A must be known"),
        ("A:4[key=C] A:4[key=D minor]", "but not from major to minor"),
        ("A:4[key=H]", "Section A: 'H' is no key"),
        ("A:4[key=C, chords=F#]", "Section A: No tone of F# lies in C major"),
        ("A:4[key=C, range=C4-C4] A[key=D]", "A cannot be moved to its other keys"),
    ],
)
def test_keys_and_constraints_of_sections_fit(form: str, answer: str) -> None:
    """One sentence names the section."""
    with pytest.raises(RequestError, match=answer):
        lay_out(parse_form(form, None, 2), parse_constraints())


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_energy_is_for_all_sections_or_for_each(values: list[float]) -> None:
    """As text or as numbers; another count is refused with both."""
    form = " ".join(f"A{number}:4" for number in range(4))
    for energy in (values, ",".join(map(str, values))):
        if len(values) in (1, 4):
            parsed = parse_form(form, None, 2, energy=energy)
            expected = values * 4 if len(values) == 1 else values
            assert [section.energy for section in parsed.sections] == expected
        else:
            with pytest.raises(RequestError, match=rf"{len(values)} values for 4 sections"):
                parse_form(form, None, 2, energy=energy)


@pytest.mark.parametrize("energy", ["", "loud", "1.5", "-0.1", "nan", 2, [], [0.5, "x"], True])
def test_an_energy_is_a_number_from_0_to_1(energy: EnergyLike) -> None:
    """Anything else is refused."""
    with pytest.raises(RequestError, match="number from 0 to 1 for each section"):
        parse_form("A:4 B:4", None, 2, energy=energy)


def test_an_intro_and_an_outro_are_calm() -> None:
    """Unless an energy is asked for; all else is as the model plays it."""

    def energies(form: Form) -> list[float]:
        return [section.energy for section in form.sections]

    text = "intro:4 A:4 outro:4"
    low, middle, end = energies(parse_form(text, None, 2))
    assert low == end < middle == NEUTRAL
    assert energies(parse_form(text, None, 2, energy=1)) == [1, 1, 1]


def test_how_sections_end() -> None:
    """The last one closes; an intro leads on; a cadence is for the others."""

    def ends(text: str, cadence: str | None = None, *, loop: bool = False) -> list[str]:
        layout = lay_out(parse_form(text, None, 2, cadence), parse_constraints(), loop=loop)
        return [layout.music[place.music].cadence for place in layout.places]

    assert ends("intro:4 A:4 B:4") == ["open", "open", "full"]
    assert ends("A:4 B:4 outro:2") == ["open", "open", "full"]
    assert ends("A:4 B:2") == ["open", "open"]
    assert ends("intro:4 A:4 B:4 A':4", "half") == ["open", "half", "half", "full"]
    assert ends("AABA", "half") == ["full", "full", "half", "full"]
    assert ends("intro:4 A:4 B:4", "full") == ["open", "full", "full"]
    assert ends("A:4[cadence=full] B:4[cadence=open]", "half") == ["full", "open"]
    assert ends("A:4[chords=Am] B:4", "half") == ["open", "full"]
    assert ends("A:4 B:4", "half", loop=True) == ["half", "open"]
    with pytest.raises(RequestError, match="A cadence is half or full"):
        parse_form("A", None, 2, "plagal")
