"""Commands at the terminal: files, messages, exit codes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import mido
import pytest
from typer.testing import CliRunner

from musicvae import checkpoint
from musicvae.cli import app
from musicvae.errors import MusicVAEError, OutputError, RequestError, TrainingError
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import write_midi
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import Meter

from ..miniatures import little_band, little_tune, miniature, tiny_checkpoint, tiny_prior


class Terminal:
    """Runs commands, and raises the errors of the package that they raise."""

    def __init__(self, model: Path) -> None:
        self.model = str(model)

    def __call__(self, *words: str | Path) -> str:
        """Run a command and return what it prints."""
        result = CliRunner().invoke(app, [str(word) for word in words])
        if isinstance(result.exception, MusicVAEError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    def play(self, *words: str | Path) -> str:
        """Run a verb with the tiny model."""
        return self(*words, "--model", self.model)


@pytest.fixture
def terminal(tiny_folder: Path) -> Terminal:
    """A terminal with a tiny model."""
    return Terminal(tiny_folder)


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    """A little waltz in a file."""
    write_midi(little_tune(Meter(3, 4), 1), tmp_path / "waltz.mid")
    return tmp_path / "waltz.mid"


@pytest.fixture
def tiny_presets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Presets in miniature; `test_examples` trains one in its full size."""
    monkeypatch.setattr("musicvae.api.builders.find_preset", miniature)


def test_generate_writes_the_same_bytes_for_the_same_seed(
    terminal: Terminal, tmp_path: Path
) -> None:
    """The folder is created, and its name does not matter."""
    for name in ("one", "two"):
        terminal.play("generate", tmp_path / name, "--n", "3", "--seed", "4", "--meter", "6/8")
    files = [sorted((tmp_path / name).iterdir()) for name in ("one", "two")]
    assert [path.name for path in files[0]] == [f"phrase-0{i}.mid" for i in (1, 2, 3)]
    assert [p.read_bytes() for p in files[0]] == [p.read_bytes() for p in files[1]]
    assert read_midi(files[0][0])[0].meter == Meter(6, 8)


def test_a_random_seed_is_printed_and_repeats(terminal: Terminal, tmp_path: Path) -> None:
    """The printed seed gives the same file."""
    output = terminal.play("generate", tmp_path / "one", "--n", "1")
    seed = output.split("seed ")[1].split(",")[0]
    terminal.play("generate", tmp_path / "two", "--n", "1", "--seed", seed)
    first, second = (tmp_path / name / "phrase-01.mid" for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


def test_a_second_run_overwrites_nothing_unless_forced(terminal: Terminal, tmp_path: Path) -> None:
    """The numbering continues; --force starts again."""
    for _ in range(2):
        terminal.play("generate", tmp_path, "--n", "1", "--seed", "1")
    assert len(list(tmp_path.iterdir())) == 2
    before = (tmp_path / "phrase-01.mid").read_bytes()
    terminal.play("generate", tmp_path, "--n", "1", "--seed", "2", "--force")
    assert len(list(tmp_path.iterdir())) == 2
    assert (tmp_path / "phrase-01.mid").read_bytes() != before


def test_interpolate_walks_and_reconstruct_reads_each_step(
    terminal: Terminal, tmp_path: Path, tune: Path
) -> None:
    """The walk goes from 3/4 to 4/4; every output file can be an input."""
    write_midi(little_tune(Meter(), 5), tmp_path / "march.mid")
    out = tmp_path / "walk"
    output = terminal.play(
        "interpolate", tune, tmp_path / "march.mid", out, "--n", "4", "--temperature", "0.5"
    )
    files = sorted(out.iterdir())
    assert [path.name for path in files] == [f"waltz-to-march-0{i}.mid" for i in range(1, 5)]
    assert "seed" in output
    for path in files:
        assert "accuracy" in terminal.play("reconstruct", path, tmp_path / "back.mid")


def test_reconstruct_does_not_write_over_its_input(
    terminal: Terminal, tmp_path: Path, tune: Path
) -> None:
    """The output gets a number after its name."""
    before = tune.read_bytes()
    output = terminal.play("reconstruct", tune, tune, "--temperature", "1", "--seed", "2")
    assert tune.read_bytes() == before
    assert (tmp_path / "waltz-2.mid").exists()
    assert "note F1" in output
    assert "seed 2" in output


def test_reconstruct_into_a_folder_keeps_the_name(
    terminal: Terminal, tmp_path: Path, tune: Path
) -> None:
    """A path without an extension is a folder, whether it exists or not."""
    (tmp_path / "there").mkdir()
    for name in ("there", "new"):
        terminal.play("reconstruct", tune, tmp_path / name)
        assert [path.name for path in (tmp_path / name).iterdir()] == ["waltz.mid"]


def test_a_file_that_changes_meter_is_reported(
    terminal: Terminal, tmp_path: Path, tune: Path
) -> None:
    """A verb of several files names the section that it reads; others read them all."""
    file = mido.MidiFile()
    track = mido.MidiTrack()
    file.tracks.append(track)
    for numerator in (4, 3):
        track.append(mido.MetaMessage("time_signature", numerator=numerator, denominator=4))
        for _ in range(2 * numerator):
            track.append(mido.Message("note_on", note=60))
            track.append(mido.Message("note_off", note=60, time=480))
    file.save(tmp_path / "two.mid")
    output = terminal.play("reconstruct", tmp_path / "two.mid", tmp_path / "back.mid")
    assert "changes meter" not in output
    assert len(read_midi(tmp_path / "back.mid")) == 2
    words = ("interpolate", tune, tmp_path / "two.mid", tmp_path / "walk", "--n", "2")
    output = terminal.play(*words, "--track", "1", "--track-b", "1")
    assert "two.mid changes meter: of 2 sections, number 1" in output
    assert "2 of 4 bars" in output
    assert "waltz.mid changes" not in output
    output = terminal.play("similar", tmp_path / "two.mid", tmp_path, "--track", "1")
    assert "two.mid changes meter: of 2 sections, number 1" in output


def test_a_file_of_several_sections_is_written_whole(terminal: Terminal, tmp_path: Path) -> None:
    """Each has its line in the summary; extend adds to the last; --no-recipe leaves none."""
    first, second = (little_tune(Meter(n, 4), n) for n in (4, 3))
    write_midi(replace(first, after=(second,)), tmp_path / "two.mid")
    output = terminal.play(
        "vary", tmp_path / "two.mid", tmp_path / "out", "--n", "1", "--no-recipe"
    )
    assert "2 bars of 4/4, then 2 bars of 3/4 at" in output
    (path,) = (tmp_path / "out").iterdir()
    assert [(p.meter, p.recipe) for p in read_midi(path)] == [
        (Meter(4, 4), None),
        (Meter(3, 4), None),
    ]
    terminal.play("vary", tmp_path / "two.mid", tmp_path / "made", "--n", "1")
    (path,) = (tmp_path / "made").iterdir()
    terminal.play("replay", path, tmp_path / "again.mid")
    assert (tmp_path / "again.mid").read_bytes() == path.read_bytes()


def test_info_shows_sections_parts_and_drums(terminal: Terminal, tmp_path: Path) -> None:
    """And a notice about strokes of no class; the number of a part is the same in each section."""
    band = little_band(Meter(4, 4), 1)
    odd = Part((Note(0, 1, 15), Note(4, 1, 36)), is_drum=True, name="odd")
    waltz = little_tune(Meter(3, 4), 1)
    write_midi(replace(band, parts=(*band.parts, odd), after=(waltz,)), tmp_path / "band.mid")
    output = terminal("info", tmp_path / "band.mid")
    assert "section 1: 2 bars of 4/4" in output
    assert "section 2: 2 bars of 3/4" in output
    assert "drums: 17 strokes" in output
    assert "band.mid: 1 drum stroke on no General MIDI drum (MIDI pitch 15) left out" in output


def test_a_midi_file_in_place_of_a_folder_is_refused(
    terminal: Terminal, tmp_path: Path, tune: Path
) -> None:
    """Every verb that writes several files says what to type instead."""
    out, before = tmp_path / "out.mid", sorted(tmp_path.iterdir())
    for words in (
        *(("generate", out), ("vary", tune, out)),
        *(("interpolate", tune, tune, out), ("grid", tune, tune, tune, out)),
    ):
        with pytest.raises(OutputError, match=r"a folder is meant: type .*/out/$"):
            terminal.play(*words)
    with pytest.raises(OutputError, match=r"a folder is meant: type .*/out/$"):
        terminal("personalize", tune, "-o", out, "--model", terminal.model)
    assert sorted(tmp_path.iterdir()) == before


def test_info_describes_drums_without_a_melody(terminal: Terminal, tmp_path: Path) -> None:
    """It lists the parts and says that there is no melody."""
    kit = Part((Note(0, 1, 36),), is_drum=True, name="kit")
    write_midi(Phrase(bars=1, parts=(kit,)), tmp_path / "kit.mid")
    output = terminal("info", tmp_path / "kit.mid")
    assert "1 bar of 4/4" in output
    assert "no melody: nothing pitched" in output


def test_extend_writes_the_file_and_more(tmp_path: Path, tune: Path) -> None:
    """Next-step nets and nets with a prior extend; other nets refuse."""
    terminal = Terminal(tmp_path / "lstm")
    checkpoint.save(tmp_path / "lstm", tiny_checkpoint("lstm"))
    checkpoint.save(tmp_path / "bare", tiny_checkpoint())
    out = tmp_path / "longer.mid"
    printed = terminal.play("extend", tune, out, "--bars", "3", "--seed", "5")
    assert "seed 5" in printed
    assert read_midi(out)[0].bars == read_midi(tune)[0].bars + 3
    checkpoint.save(tmp_path / "fitted", tiny_prior(tiny_checkpoint()))
    more = tmp_path / "more.mid"
    terminal("extend", tune, more, "--model", tmp_path / "fitted")
    assert read_midi(more)[0].bars == read_midi(tune)[0].bars + 4
    with pytest.raises(RequestError, match="cannot extend: fit a prior"):
        terminal("extend", tune, out, "--model", tmp_path / "bare")


def test_info_describes_a_file(terminal: Terminal, tmp_path: Path, tune: Path) -> None:
    """Sections, parts, the melody, and its piano roll."""
    output = terminal("info", tune)
    assert "2 bars of 3/4" in output
    assert "melody: (no name)" in output
    assert "|.#=" in output or "|#" in output
    with pytest.raises(RequestError, match=r"waltz\.mid: there is no track 7 in it"):
        terminal("info", tune, "--track", "7")


def test_info_describes_a_model(terminal: Terminal) -> None:
    """It takes a folder or a name, and prints the card of a shipped model."""
    assert "generate, vary, interpolate, reconstruct" in terminal("info", terminal.model)
    assert "# melody-2bar" in terminal("info", "melody-2bar")


@pytest.mark.usefixtures("tiny_presets")
def test_prepare_train_and_evaluate_follow_one_another(terminal: Terminal, tmp_path: Path) -> None:
    """A folder of MIDI files becomes a model that plays."""
    for seed in range(60):
        write_midi(little_tune(Meter(), seed), tmp_path / "midi" / f"{seed}.mid")
    data, net = tmp_path / "data", tmp_path / "net"
    (tmp_path / "midi" / "bad.mid").write_bytes(b"no")
    output = terminal("prepare", tmp_path / "midi", "-o", data, "--workers", "1")
    assert "windows" in output
    assert "1 file " in output
    assert "it is not a MIDI file" in output
    with pytest.raises(OutputError, match="holds a data set already"):
        terminal("prepare", tmp_path / "midi", "-o", data)
    settings = ("--steps", "2", "--batch", "4", "--precision", "fp32", "--max-minutes", "1")
    terminal("train", "--data", data, "-o", net, *settings)
    terminal("train", "--data", data, "-o", net, "--resume")
    with pytest.raises(TrainingError, match=r"begun with batch 4 \(not 8\)"):
        terminal("train", "--data", data, "-o", net, "--resume", "--batch", "8")
    output = terminal("fit-prior", net, "--data", data, "--steps", "2")
    assert "nats of a window of valid" in output
    few = ("--model", net, "--split", "train", "--limit", "4", "--pairs", "4")
    assert "KL, nats" in terminal("evaluate", "--data", data, *few)
    output = terminal("evaluate", "--data", data, *few, "--json", "--plots", tmp_path / "pictures")
    assert '"windows": 4' in output
    assert len(list((tmp_path / "pictures").iterdir())) == 3
    table = terminal("evaluate", "--data", tmp_path / "midi", *few)
    assert "left out: copies, n-gram cost: there is no training set" in table


@pytest.mark.usefixtures("tiny_presets")
def test_a_trio_is_prepared_trained_on_and_evaluated(terminal: Terminal, tmp_path: Path) -> None:
    """--codec and --from work, and figures are printed for each part."""
    for seed in range(20):
        write_midi(little_band(Meter(), seed, 4), tmp_path / "midi" / f"{seed}.mid")
    data, net, on = (tmp_path / name for name in ("data", "net", "on"))
    terminal("prepare", tmp_path / "midi", "-o", data, "--codec", "trio", "--workers", "1")
    settings = ("--data", data, "--steps", "1", "--batch", "4")
    terminal("train", *settings, "-o", net, "--codec", "trio")
    terminal("train", *settings, "-o", on, "--from", net)
    assert checkpoint.load(on).config == checkpoint.load(net).config
    few = ("--data", data, "--model", on, "--split", "train", "--limit", "4", "--pairs", "4")
    table = terminal("evaluate", *few)
    assert all(part in table for part in ("melody", "bass", "drums"))
    long = tmp_path / "long"
    words = ("prepare", tmp_path / "midi", "-o", long, "--codec", "trio", "--bars", "4")
    terminal(*words, "--workers", "1")
    with pytest.raises(TrainingError, match="prepare it again with --bars 2"):
        terminal("train", "--data", long, "-o", tmp_path / "none", "--from", net)
    with pytest.raises(RequestError, match="windows of 2 bars, the data set holds 4"):
        terminal("evaluate", "--model", net, "--data", long)


def test_prepare_says_how_to_continue_after_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 130."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("musicvae.corpus.prepare.prepare", interrupted)
    result = CliRunner().invoke(app, ["prepare", str(tmp_path), "-o", str(tmp_path / "data")])
    assert result.exit_code == 130
    assert "The same command continues from here" in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("generate", "out", "--modle", "x"),
        ("generate", "out", "--n", "0"),
        ("generate", "out", "--n", "99999999999999999999"),
        ("generate", "out", "--temperature", "-1"),
        ("generate", "out", "--seed", "-1"),
        ("interpolate", "a.mid", "b.mid"),
        ("dance", "a.mid"),
    ],
)
def test_a_wrong_option_is_exit_code_2(words: tuple[str, ...]) -> None:
    """The usage is printed."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 2
    assert "Usage" in result.output


def test_a_file_in_place_of_a_folder_is_one_sentence(terminal: Terminal, tune: Path) -> None:
    """The file stays as it was."""
    before = tune.read_bytes()
    with pytest.raises(OutputError, match="is a file"):
        terminal.play("generate", tune)
    assert tune.read_bytes() == before
