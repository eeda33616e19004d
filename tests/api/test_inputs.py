"""Each file is read once, and the model that made it is found by its recipe."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from musicvae import checkpoint
from musicvae.api import inputs, registry
from musicvae.api.inputs import Music
from musicvae.api.model import MusicVAE, load
from musicvae.cli import app
from musicvae.errors import RequestError
from musicvae.midi import reader as midi
from musicvae.midi.limits import Limits
from musicvae.midi.parser import Score, parse
from musicvae.midi.writer import midi_bytes, write_midi
from musicvae.presets import EXTENSION_MODEL, RECONSTRUCTION_MODEL
from musicvae.theory.meter import Meter

from ..miniatures import little_tune, tiny_checkpoint, tiny_prior


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with three tunes and a clip; the models of the package are tiny."""
    model = tiny_prior(tiny_checkpoint())
    for name in (RECONSTRUCTION_MODEL, EXTENSION_MODEL):
        checkpoint.save(tmp_path / "models" / name, model)
    monkeypatch.setattr(registry, "SHIPPED", (tmp_path / "models",))
    monkeypatch.chdir(tmp_path)
    for seed, name in enumerate("abc"):
        write_midi(little_tune(Meter(), seed, 4), f"{name}.mid")
        write_midi(little_tune(Meter(3, 4), seed, 4), f"library/{name}.mid")
    write_midi(MusicVAE(model).generate(1, seed=1)[0], "clip.mid")
    return tmp_path


COMMANDS = (
    "interpolate a.mid b.mid out --n 2",
    "vary a.mid out --n 1",
    "extend a.mid out --bars 1",
    "reconstruct a.mid out",
    "grid a.mid b.mid c.mid out --n 2",
    "analogy a.mid b.mid c.mid out",
    "similar a.mid library",
    "vary clip.mid out --n 1",
    "replay clip.mid again.mid",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_reads_each_file_once(
    command: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finding its model, reporting on it and playing it share the same reading."""
    times_read: Counter[bytes] = Counter()

    def counted(data: bytes, bpm: float, limits: Limits) -> list[Score]:
        times_read[data] += 1
        return parse(data, bpm, limits)

    monkeypatch.setattr(midi, "parse", counted)
    result = CliRunner().invoke(app, command.split(), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    names = [word for word in command.split() if word.endswith(".mid") and (here / word).exists()]
    sources = [name for name in names if name != "again.mid"]
    assert [times_read[Path(name).read_bytes()] for name in sources] == [1] * len(sources)


def test_opened_music_works_like_the_file_itself(here: Path) -> None:
    """Every verb takes it; errors name the file."""
    model = load(RECONSTRUCTION_MODEL)
    a, b = (inputs.open(Path(f"{name}.mid")) for name in "ab")
    assert inputs.open(a) is a
    assert (a.name, a.main) == ("a.mid", inputs.to_phrase("a.mid"))
    assert model.interpolate(a, b, 2) == model.interpolate("a.mid", "b.mid", 2)
    assert model.extend(a, 1, seed=1) == model.extend(midi_bytes(a.main), 1, seed=1)
    with pytest.raises(RequestError, match=r"^a\.mid: there is no track 'oboe'"):
        model.vary(a, track="oboe")
    with pytest.raises(RequestError, match=r"^a\.mid: it carries no recipe"):
        model.replay(a)


def test_the_model_that_made_a_file_is_found(here: Path) -> None:
    """It is a model of the package that made all of the files; otherwise there is none."""
    clip, tune = inputs.open("clip.mid"), inputs.open("a.mid")
    folder = registry.find_maker(clip, clip)
    assert folder
    assert folder.parent == here / "models"
    assert registry.find_maker(clip, tune) is None
    assert registry.find_maker(tune) is None
    assert checkpoint.stored_digest(folder) == checkpoint.load(folder).digest


def test_a_clip_carries_the_notices_of_its_source(tiny_model: MusicVAE, tunes: Path) -> None:
    """What was not read of a file is said with its name, once, on every phrase made from it."""
    opened = inputs.open(sorted(tunes.glob("*.mid"))[0])
    marked = replace(opened, main=replace(opened.main, notices=("tune.mid: a bar was left out",)))
    for phrase in tiny_model.vary(marked, 2, strength=0.1):
        assert phrase.notices == ("tune.mid: a bar was left out",)


@pytest.mark.parametrize("as_music", [bytes, io.BytesIO], ids=["bytes", "stream"])
def test_music_without_a_path_takes_a_name(
    as_music: Callable[[bytes], Music], tiny_model: MusicVAE
) -> None:
    """Notices and errors begin with it, as they do with the path of a file."""
    data = midi_bytes(replace(little_tune(Meter(), 1), notices=()))
    edited = data.replace(b"musicvae:", b"somebody:")[:-40]  # cut off: this is said
    opened = inputs.open(as_music(edited), name="the pipe")
    assert opened.name == "the pipe"
    assert opened.notices
    assert all(notice.startswith("the pipe: ") for notice in opened.main.notices)
    with pytest.raises(RequestError, match=r"^the pipe: there is no track 'oboe'"):
        tiny_model.vary(opened, track="oboe")
