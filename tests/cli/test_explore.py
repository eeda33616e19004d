"""grid, analogy and similar at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicvae.errors import OutputError, RequestError
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import write_midi
from musicvae.theory.meter import Meter

from ..miniatures import little_tune
from .test_commands import Terminal


@pytest.fixture
def terminal(tiny_folder: Path) -> Terminal:
    """A terminal with a tiny model."""
    return Terminal(tiny_folder)


@pytest.fixture
def tunes(tmp_path: Path) -> list[Path]:
    """Four little tunes, two of them waltzes."""
    paths = [tmp_path / "tunes" / f"{name}.mid" for name in "abcd"]
    for seed, path in enumerate(paths):
        write_midi(little_tune(Meter(3 + seed % 2, 4), seed), path)
    return paths


def test_a_grid_is_named_by_row_and_column(
    terminal: Terminal, tunes: list[Path], tmp_path: Path
) -> None:
    """One line per file; a second grid gets its own names; --force overwrites the first."""
    out = tmp_path / "out"
    words: list[str | Path] = ["grid", *tunes, out, "--n", "2"]
    printed = terminal.play(*words)
    names = [f"{row}-{column}.mid" for row in (1, 2) for column in (1, 2)]
    assert [line.split()[0] for line in printed.splitlines()] == [
        str(out / f"grid-{name}") for name in names
    ]
    assert [read_midi(out / f"grid-{n}")[0].meter.numerator for n in names] == [3, 4, 3, 4]
    before = (out / "grid-1-1.mid").read_bytes()
    terminal.play(*words[:-1], "3", "--temperature", "1", "--seed", "3")
    assert sum(path.name.startswith("grid2-") for path in out.iterdir()) == 9
    assert (out / "grid-1-1.mid").read_bytes() == before
    assert "seed 3" in terminal.play(*words, "--temperature", "1", "--seed", "3", "--force")
    assert (out / "grid-1-1.mid").read_bytes() != before
    assert len(list(out.iterdir())) == 4 + 9


def test_a_grid_needs_three_or_four_files_and_a_folder(
    terminal: Terminal, tunes: list[Path], tmp_path: Path
) -> None:
    """The error says which is missing."""
    terminal.play("grid", *tunes[:3], tmp_path / "three", "--n", "2")
    assert len(list((tmp_path / "three").iterdir())) == 4
    with pytest.raises(RequestError, match="three or four corners, not 2"):
        terminal.play("grid", *tunes[:2], tmp_path / "two")
    with pytest.raises(OutputError, match=r"d\.mid is a file; name a folder"):
        terminal.play("grid", *tunes)


def test_an_analogy_is_one_file_and_overwrites_nothing(
    terminal: Terminal, tunes: list[Path], tmp_path: Path
) -> None:
    """It goes into a file, or into a folder under the name of the third file."""
    out = tmp_path / "new"
    for _ in range(2):
        terminal.play("analogy", *tunes[:3], out)
    assert sorted(path.name for path in out.iterdir()) == ["c-2.mid", "c.mid"]
    terminal.play("analogy", *tunes[:3], tmp_path / "x.mid", "--strength", "0", "--no-recipe")
    terminal.play("reconstruct", tunes[2], tmp_path / "y.mid", "--no-recipe")
    assert (tmp_path / "x.mid").read_bytes() == (tmp_path / "y.mid").read_bytes()


def test_a_walk_takes_a_curve(terminal: Terminal, tunes: list[Path], tmp_path: Path) -> None:
    """An unknown curve is refused."""
    terminal.play("interpolate", *tunes[:2], tmp_path / "walk", "--n", "3", "--curve", "ease")
    assert len(list((tmp_path / "walk").iterdir())) == 3
    with pytest.raises(RequestError, match="no curve 'steep'"):
        terminal.play("interpolate", *tunes[:2], tmp_path / "walk", "--curve", "steep")


def test_similar_prints_distance_file_and_bar(terminal: Terminal, tunes: list[Path]) -> None:
    """Nearest first and without the query itself; --same-key transposes nothing."""
    printed = terminal.play("similar", tunes[0], tunes[0].parent, "--n", "2")
    lines = [line for line in printed.splitlines() if "bar" in line]
    assert len(lines) == 2
    assert all(".mid  bar 1, like bar 1" in line for line in lines)
    assert not any("a.mid" in line for line in lines)
    assert "semitones" not in terminal.play("similar", tunes[0], tunes[0].parent, "--same-key")


def test_files_that_cannot_be_used_are_counted_and_named_on_request(
    terminal: Terminal, tunes: list[Path]
) -> None:
    """--reasons gives the reason for each; a folder without other files is reported."""
    (tunes[0].parent / "bad.mid").write_bytes(b"la la la")
    words = ("similar", tunes[0], tunes[0].parent)
    assert "1 file cannot be used (--reasons lists them)" in terminal.play(*words)
    assert "bad.mid: it is not a MIDI file" in terminal.play(*words, "--reasons")
    for path in tunes[1:]:
        path.unlink()
    assert "There is no other file in the folder." in terminal.play(*words)


def test_a_folder_that_cannot_be_written_is_reported(
    terminal: Terminal, tunes: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The matches are printed all the same."""
    monkeypatch.setattr("musicvae.retrieval.search.save", lambda place, rows: False)
    printed = terminal.play("similar", tunes[0], tunes[0].parent)
    assert "cannot be written: it will be read again the next time" in printed
    assert "b.mid  bar 1" in printed
