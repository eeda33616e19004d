"""The scripts run and print their tables; their runs are too short to test the figures."""

from __future__ import annotations

import hashlib
import io
import json
import os
import runpy
import sys
import warnings
from contextlib import redirect_stdout
from dataclasses import asdict, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import torch
from scipy.io import savemat

import musicvae
from musicvae import checkpoint
from musicvae.api.model import MusicVAE
from musicvae.codecs import CODECS
from musicvae.corpus.dataset import SPLITS, open_split, save
from musicvae.corpus.pieces import Pieces, store_pieces, store_table
from musicvae.corpus.shards import pack
from musicvae.midi.writer import write_midi
from musicvae.performance.dynamics import apply_dynamics
from musicvae.performance.groove import load_groove
from musicvae.performance.humanize import humanize_phrase
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import Meter
from musicvae.training import train
from musicvae.training.fit_prior import fit_prior

from ..midi import test_limits
from ..miniatures import little_tune, tiny_checkpoint, tiny_prior, windows_of, write_dataset

SCRIPTS = Path(__file__).parents[2] / "scripts"

pytestmark = pytest.mark.slow


def run(*words: str) -> str:
    """Run a script in this process, which has loaded torch already, and return its output."""
    script, printed = SCRIPTS / words[0], io.StringIO()
    with (
        patch.object(sys, "argv", [str(script), *words[1:]]),
        patch.object(sys, "path", [str(script.parent), *sys.path]),
        patch.object(train, "REPORT_EVERY", train.REPORT_EVERY),  # some scripts set another
        redirect_stdout(printed),
        warnings.catch_warnings(action="ignore"),  # they are on standard error
    ):
        runpy.run_path(str(script), run_name="__main__")
    torch.set_num_threads(1)  # some scripts set another number
    return printed.getvalue()


def test_the_playing_benchmark_prints_ratio_memory_and_speed(tmp_path: Path) -> None:
    """With one process of each kind, an empty torch, and a small model in this process."""
    (tmp_path / "torch.py").touch()
    sheets = MusicVAE(tiny_prior(tiny_checkpoint("leadsheet-8bar")))
    models = {
        name: MusicVAE(tiny_prior(tiny_checkpoint(name))) for name in ("drums-2bar", "band-8bar")
    }
    path = os.pathsep.join((str(tmp_path), str(SCRIPTS.parent)))
    with (
        patch.object(musicvae, "load", lambda name=None: models.get(name, sheets)),
        patch.dict(os.environ, PYTHONPATH=path),
    ):
        printed = run("bench/play.py", "--runs", "1")
    for name in ("generate / import torch", "peak", "warm,   1 at once", "drumify", "accompany"):
        assert name in printed


def measured(folder: Path, script: str, codec: str, model: str, *words: str) -> list[str]:
    """What a script prints that measures a small model on windows of as many pieces."""
    data = write_dataset(folder / "data", codec, 4)
    windows = open_split(data, "test")
    pieces = Pieces(np.arange(len(windows)), [str(number) for number in range(len(windows))])
    small = MusicVAE(tiny_prior(tiny_checkpoint(model)))
    with (
        patch("musicvae.api.model.load", lambda _: small),
        patch("musicvae.corpus.dataset.open_split", lambda *_: replace(windows, pieces=pieces)),
        patch("musicvae.generation.infill.PARTICLES", 2),
    ):
        return run(script, str(data), *words).splitlines()


def test_what_is_drawn_into_songs_is_measured(tmp_path: Path) -> None:
    """A row for each kind of bars and of chords; people's own are at the top."""
    words = "measure_song.py", "leadsheet", "leadsheet-8bar", "--n", "18"
    printed = measured(tmp_path, *words)
    assert printed[0] == "18 windows of 18 pieces"
    names = ("people's own", "filled, best of 2", "filled, first draw", "of another window")
    assert [line[:28].strip() for line in printed[2:6]] == list(names)
    assert float(printed[6 + 3][28:35]) >= 0
    assert len(printed) == 12


def test_what_is_drawn_for_bands_is_measured(tmp_path: Path) -> None:
    """A row for each kind of bass and drums; people's own are at the top."""
    printed = measured(tmp_path, "measure_song.py", "band", "band-8bar", "--n", "18")
    assert printed[12].endswith("windows of 18 pieces")
    rows = printed[14:]
    assert [line[:28].strip() for line in rows] == [
        "people's own",
        "accompany",
        "of another window",
    ]
    assert all(0 <= float(share) <= 1 for line in rows for share in line[28:].split())


def test_how_drums_follow_a_rhythm_is_measured(tmp_path: Path) -> None:
    """A row for each kind of drums; people's own are at the top."""
    printed = measured(tmp_path, "measure_drumify.py", "trio", "drums-2bar", "--n", "4")
    assert printed[0] == "4 windows"
    assert [line[:28].strip() for line in printed[2:5]] == [
        "people's own",
        "people's, of another window",
        "drawn without a rhythm",
    ]
    assert all(-1 <= float(line[28:34]) <= 1 for line in printed[2:])
    assert len(printed) == 8


def test_the_form_of_songs_is_measured() -> None:
    """A row for each energy and for each pair of sections."""
    drums = MusicVAE(tiny_prior(tiny_checkpoint("drums-2bar")))
    with patch("musicvae.api.model.load", lambda _: drums):
        printed = run("measure_form.py", "--n", "2").splitlines()
    assert [line.split(":")[0].strip() for line in printed[-3:]] == [
        "A and A'",
        "A' and A''",
        "A and B",
    ]
    assert [float(line[6:11].strip(" :")) for line in printed[:-3]] == [0, 0.25, 0.5, 0.75, 1]


def test_the_benchmark_of_limits_prints_how_soon_each_file_is_refused() -> None:
    """A row for each kind of file, here of small ones."""
    with patch.object(test_limits, "MANY", 2_000):
        lines = run("bench/limits.py").splitlines()[1:]
    assert [line[:20].strip() for line in lines] == list(test_limits.HOSTILE)
    assert all(float(line[26:33]) >= 0 for line in lines)


def test_the_training_benchmark_prints_phrases_a_second() -> None:
    """At least in single precision, which every processor supports."""
    assert "fp32: " in run("bench/train.py", "--batch", "2", "--updates", "1")


def test_the_benchmark_of_presets_prints_a_row_for_each() -> None:
    """The preset that the others are compared with always comes first."""
    printed = run("bench/presets.py", "--seconds", "0.01", "--presets", "rnn", "drums-2bar")
    rows = [line.split(" | ") for line in printed.splitlines()[2:]]
    assert [row[0] for row in rows] == ["| `melody-2bar`", "| `rnn`", "| `drums-2bar`"]
    assert [row[1] for row in rows] == ["32,000", "4,000", "9,000"]
    assert rows[0][-1] == "1.00 |"
    assert all(float(row[3]) > 0 for row in rows)


@pytest.fixture
def drummers(tmp_path: Path) -> Path:
    """Twelve bars humanized with 14 seeds: ten performances for training, four for test."""
    eighths = [Note(2 * i, 1, pitch) for i in range(96) for pitch in (36 if i % 4 else 38, 42)]
    written = Phrase(bars=12, parts=(Part(tuple(eighths), is_drum=True),))
    rows = ["midi_filename,split"]
    for seed in range(14):
        write_midi(humanize_phrase(apply_dynamics(written), 1.0, seed), tmp_path / f"{seed}.mid")
        rows.append(f"{seed}.mid,{'train' if seed < 10 else 'test'}")
    (tmp_path / "info.csv").write_text("\n".join(rows))
    return tmp_path


def test_learn_feel_recovers_the_spread_of_its_data(drummers: Path) -> None:
    """The table has all keys; the spread of single notes is about that of the generator."""
    out = drummers / "learned.json"
    assert "10 performances" in run("learn_feel.py", str(drummers), "--out", str(out))
    timing = json.loads(out.read_text())["timing"]
    expected = asdict(load_groove()[0])
    assert timing.keys() == expected.keys()
    assert timing["stroke"] == pytest.approx(expected["stroke"], rel=0.3)


def test_the_benchmark_of_feel_prints_its_tables(drummers: Path) -> None:
    """Performances generated with the spreads are more likely under them."""
    printed = run("bench/feel.py", str(drummers)).splitlines()
    assert printed[0].startswith("4 performances held out")
    rows = [line.split() for line in printed if line.startswith(("offset", "velocity"))]
    assert [len(row) for row in rows[:4]] == [4] * 4
    assert len(rows) == 8
    for _, plain, _, joint in rows[:2]:
        assert float(joint) < float(plain)


@pytest.fixture
def rolls(tmp_path: Path) -> Path:
    """A data set in the published format: cells of rolls, of 70 to 72 frames."""
    cells = {}
    for split in ("train", "valid", "test"):
        cells[f"{split}data"] = np.empty((1, 3), dtype=object)
        for row in range(3):
            roll = np.zeros((70 + row, 88), dtype=np.uint8)
            roll[:, 40 + row] = 1
            cells[f"{split}data"][0, row] = roll
    savemat(tmp_path / "Drones.mat", cells)
    return tmp_path


def test_the_polyphony_benchmark_prints_a_figure_for_each_net(rolls: Path) -> None:
    """Exact for language models; a bound and an importance-weighted estimate for the others."""
    words = ("--data", "Drones", "--minutes", "0.01", "--hidden", "8", "--samples", "2")
    printed = run("benchmark_polyphony.py", str(rolls), *words)
    for net in ("rnn", "lstm"):
        assert f"Drones {net}: test " in printed
    for net in ("sequence-vae", "stepwise-vae"):
        (line,) = [text for text in printed.splitlines() if f"Drones {net}: test " in text]
        assert "importance-weighted, K = 2" in line
        assert "bound" in line


def test_the_table_of_nets_has_a_row_for_each(tmp_path: Path) -> None:
    """Markdown, from a folder of MIDI; a figure that a net does not have is a dash."""
    for seed in range(60):
        write_midi(little_tune(Meter(), seed), tmp_path / f"{seed}.mid")
    nets = ("lstm", "vae", "music-vae")
    words = ("--codecs", "roll", "--steps", "1", "--batch", "4", "--limit", "4", "--nets")
    rows = run("compare_nets.py", str(tmp_path), *words, *nets).strip().splitlines()[-3:]
    assert [row.split()[1] for row in rows] == list(nets)
    assert all(row.count("|") == 11 for row in rows)
    assert "| - |" in rows[0]
    assert "| - | - |" not in rows[2]


def test_the_preparing_benchmark_prints_both_speeds_and_their_ratio(tunes: Path) -> None:
    """On the tunes in data/tunes."""
    printed = run("bench/prepare.py", str(tunes), "--sample", "2", "--workers", "1")
    for name in ("pretty_midi: ", "prepare: ", "prepare / pretty_midi: "):
        assert name in printed


def test_the_trade_off_is_printed_and_drawn(tmp_path: Path) -> None:
    """A line for each model with N(0, I), and one with the fitted prior."""
    model, data = tiny_checkpoint(), write_dataset(tmp_path / "data")
    checkpoint.save(tmp_path / "plain", model)
    fitted = fit_prior(model, data, steps=1).checkpoint
    checkpoint.save(tmp_path / "fitted", fitted)
    models = [str(tmp_path / name) for name in ("plain", "fitted")]
    words = ("--prior", models[1], "--data", str(data), "-o", str(tmp_path / "balance.png"))
    printed = run("trade_off.py", *models, *words, "--limit", "4").splitlines()
    assert [line.split(", ")[2].split(":")[0] for line in printed] == 2 * [
        "z ~ N(0",
        "z of a fitted prior",
    ]
    assert all("comes back" in line and "overlap" in line for line in printed)
    assert (tmp_path / "balance.png").read_bytes().startswith(b"\x89PNG")


def test_methods_of_personalizing_are_compared(tmp_path: Path) -> None:
    """On the first files of a split, with the others of their kind to compare with."""
    checkpoint.save(tmp_path / "model", tiny_prior(tiny_checkpoint()))
    (tmp_path / "bach").mkdir()
    rows = ["file,sha256,split,windows"]
    for seed in range(11):
        file = tmp_path / "bach" / f"{seed}.mid"
        write_midi(little_tune(Meter(4, 4), seed, 6), file)
        rows.append(f"{file},,valid,5")
    (tmp_path / "pieces.csv").write_text("\n".join(rows))
    words = ("--data", str(tmp_path), "--model", str(tmp_path / "model"), "--n", "8")
    printed = run("measure_personal.py", *words, "--cases", "10 chorale tunes")
    assert "10 chorale tunes: 50 windows" in printed
    assert len([line for line in printed.splitlines() if ", copies " in line]) == 6
    for method in ("the model", "z of a linear VAE of 16", "a prior that leans"):
        assert f"  {method}" in printed


def test_windows_of_full_bands_are_kept(tmp_path: Path) -> None:
    """Those in which three parts play, with their pieces; not where bass and drums rest."""
    codec, data, out = CODECS["band"], tmp_path / "data", tmp_path / "full"
    windows = windows_of("band", [Meter()] * 6)
    for number, window in enumerate(windows):
        window[:, 1 : 1 + number % 3] = codec.rest[1 : 1 + number % 3]
    packed = pack(codec, np.array(windows), 2), np.full((6, 3), 4, np.uint8)
    splits = {split: [packed] for split in SPLITS}
    save(data, codec, 2, splits, {})
    store_table(data, {"file": [str(number) for number in range(6)]})
    for split in SPLITS:
        store_pieces(data, split, np.arange(6))
    printed = run("keep_full_windows.py", str(data), "-o", str(out))
    assert printed == f"{out}: 4 train, 4 valid, 4 test\n"
    for split in SPLITS:
        kept = open_split(out, split)
        assert kept.pieces
        assert kept.pieces.numbers.tolist() == [0, 1, 3, 4]
        assert np.array_equal(kept.window(3), windows[4])


def test_the_search_benchmark_prints_times_by_size() -> None:
    """A line for each size of the index."""
    words = ("--windows", "100", "2000", "--latent", "4", "--runs", "1")
    lines = run("bench/similar.py", *words).splitlines()
    assert [line.split(" windows")[0].strip() for line in lines] == ["100", "2,000"]
    assert all("96 directions" in line for line in lines)


def test_search_distances_are_compared(tmp_path: Path) -> None:
    """Three distances, in one key and in all, for each kind of query; held-out pieces only."""
    for seed in range(4):
        write_midi(little_tune(Meter(), seed, 4), tmp_path / f"{seed}.mid")
    held_out = tmp_path / "held-out.txt"
    held_out.write_text(hashlib.sha256((tmp_path / "2.mid").read_bytes()).hexdigest())
    checkpoint.save(tmp_path / "net", tiny_checkpoint())
    words = (str(tmp_path / "net"), str(tmp_path), "--held-out", str(held_out))
    first, *lines = run("compare_distances.py", *words).splitlines()
    assert first.endswith("windows of 4 files, 3 questions")
    assert len(lines) == 3 * 2 * 3
    assert all(line.endswith("among ten 1.000") for line in lines)  # there are but four files


def test_analogies_are_measured(tmp_path: Path) -> None:
    """For a transposition and for removing notes."""
    for seed in range(4):
        write_midi(little_tune(Meter(), seed), tmp_path / f"{seed}.mid")
    checkpoint.save(tmp_path / "net", tiny_checkpoint())
    words = (str(tmp_path / "net"), str(tmp_path), "--pairs", "3")
    printed = run("measure_analogies.py", *words)
    assert all(f"up {by:2} semitones: note F1 " in printed for by in (1, 2, 5, 7, 12))
    assert "every other note left out: " in printed


def test_a_soak_prints_memory_and_growth(tmp_path: Path) -> None:
    """A row for each part of the calls, then one line about the growth."""
    checkpoint.save(tmp_path / "net", tiny_prior(tiny_checkpoint()))
    lines = run("soak.py", "--calls", "9", "--model", str(tmp_path / "net")).splitlines()
    assert all(line.endswith(" MB") for line in lines[:-1])
    assert lines[-1].startswith("grown by ")
