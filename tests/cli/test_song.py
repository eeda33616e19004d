"""Commands on files of several tracks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from musicvae import checkpoint
from musicvae.cli import app
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import write_midi

from ..midi.songs import note_events, other_events, song_file
from ..miniatures import tiny_checkpoint, tiny_prior

END = 10**6


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """A song of three parts in a file."""
    path = tmp_path / "song.mid"
    path.write_bytes(song_file(2))
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A small model with a prior, in a folder."""
    checkpoint.save(tmp_path / "model", tiny_prior(tiny_checkpoint()))
    return tmp_path / "model"


def run(*words: str | Path) -> str:
    """Run a command that succeeds; what it prints."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("verb", ["vary", "extend", "reconstruct"])
def test_a_command_writes_the_whole_song(verb: str, song: Path, model: Path) -> None:
    """It says how many other parts were kept; `replay` gives the same bytes."""
    out = song.parent / "out"
    output = run(verb, song, out, "--seed", "1", "--model", model)
    assert "2 other parts kept" in output
    for path in out.iterdir():
        data = path.read_bytes()
        assert other_events(data) == other_events(song.read_bytes())
        assert note_events(data, [1, 9], 0, END) == note_events(song.read_bytes(), [1, 9], 0, END)
    again = run("replay", path, song.parent / "again.mid", "--model", model)
    assert "identical, byte for byte" in again


def test_only_and_bars_write_some_bars_of_the_new_part_alone(song: Path, model: Path) -> None:
    """The file has that part and those bars, and nothing is kept."""
    out = song.parent / "out.mid"
    words = ("--bars", "3-4", "--only", "--seed", "1", "--model", model)
    assert "kept" not in run("reconstruct", song, out, *words)
    (phrase,) = read_midi(out)
    assert (phrase.bars, len(phrase.parts)) == (2, 1)


def test_without_recipe_the_song_has_no_text_of_ours(song: Path, model: Path) -> None:
    """Other programs and `replay` find nothing."""
    out = song.parent / "out.mid"
    run("reconstruct", song, out, "--no-recipe", "--model", model)
    assert b"musicvae" not in out.read_bytes()


def test_drums_are_read_by_a_model_of_drums(song: Path) -> None:
    """The command chooses it for a track of drums, and for a file of drums alone, and says so."""
    out = song.parent / "out"
    said = "drums are read by the model drums-2bar"
    assert said in run("vary", song, out, "--n", "1", "--track", "Drums", "--seed", "1")
    alone = song.parent / "alone.mid"
    run("reconstruct", song, alone, "--track", "Drums", "--only", "--no-recipe")
    assert said in run("reconstruct", alone, song.parent / "again.mid")
    assert said not in run("reconstruct", song, song.parent / "lead.mid", "--track", "Lead")


def test_melody_bass_and_drums_are_read_by_a_model_of_a_band(song: Path) -> None:
    """The command chooses it where drums and two other parts play, unless a track is named."""
    out, said = song.parent / "out.mid", "are read by the model band-8bar"
    assert said in run("reconstruct", song, out, "--bars", "1-2")
    assert said not in run("reconstruct", song, out, "--bars", "1-2", "--track", "Lead", "--force")
    (trio,) = read_midi(song)
    duo = song.parent / "duo.mid"
    write_midi(replace(trio, parts=tuple(p for p in trio.parts if not p.is_drum)), duo)
    assert said not in run("reconstruct", duo, out, "--bars", "1-2", "--force")


def test_drumify_writes_drums_beside_the_other_parts(song: Path) -> None:
    """Or alternatives in place of the old ones; the same seed gives the same bytes."""
    first, second = song.parent / "one.mid", song.parent / "two.mid"
    output = run("drumify", song, first, "--bars", "1-2")
    assert "3 other parts kept" in output
    assert "its drums play on beside the new ones" in output
    seed = output.rsplit("seed ", 1)[1].split(",")[0]
    run("drumify", song, second, "--bars", "1-2", "--seed", seed)
    assert first.read_bytes() == second.read_bytes()
    assert "byte for byte" in run("replay", first, song.parent / "again.mid")
    choices = song.parent / "choices.mid"
    output = run("drumify", song, choices, "--bars", "1", "--replace", "--n", "2")
    assert "2 other parts kept" in output
    assert (song.parent / "choices-02.mid").exists()


def test_humanize_writes_the_song_with_other_times(song: Path) -> None:
    """The same seed gives the same bytes; without deviations there is no seed to print."""
    first, second = song.parent / "one.mid", song.parent / "two.mid"
    output = run("humanize", song, first, "--track", "Lead", "--swing", "0.5")
    seed = output.rsplit("seed ", 1)[1].split()[0]
    run("humanize", song, second, "--track", "Lead", "--swing", "0.5", "--seed", seed)
    assert first.read_bytes() == second.read_bytes()
    assert other_events(first.read_bytes()) == other_events(song.read_bytes())
    assert note_events(first.read_bytes(), [0], 0, END) != note_events(
        song.read_bytes(), [0], 0, END
    )
    groove = song.parent / "groove.mid"
    assert "seed" not in run("humanize", song, groove, "--groove", first)
    assert groove.read_bytes() != song.read_bytes()
    straight = run("humanize", song, song.parent / "three.mid", "--amount", "0")
    assert "seed" not in straight
    assert "kept" not in straight
