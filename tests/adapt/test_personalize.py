"""A personal model generates music like some files; all else is as it was."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import musicvae
from musicvae import checkpoint as checkpoints
from musicvae.adapt import personalize as module
from musicvae.adapt import sliders as slider_module
from musicvae.adapt.personalize import Personal, model_card, personalize, read_windows
from musicvae.adapt.refit_head import ROUNDS
from musicvae.api import registry
from musicvae.api.model import MusicVAE
from musicvae.api.registry import SHIPPED
from musicvae.checkpoint import ATTRIBUTE, Checkpoint, prior_of
from musicvae.cli import app
from musicvae.codecs.base import Codec
from musicvae.engine import Player
from musicvae.errors import DatasetError, MusicVAEError, OutputError, RequestError
from musicvae.midi.writer import midi_bytes, write_midi
from musicvae.progress import Report
from musicvae.theory.meter import Meter

from ..miniatures import little_band, little_tune, tiny_checkpoint, tiny_prior

BARS = 12
SAMPLES = 8


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Few windows, lengths and samples, so that the tests are quick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slider_module, "MAX_SLIDER_WINDOWS", 4)
        patch.setattr(slider_module, "LENGTHS", (1.0, 4.0))
        patch.setattr(module, "SAMPLES", SAMPLES)
        yield


@pytest.fixture(scope="module")
def base() -> Checkpoint:
    """A model with a prior and an attribute."""
    model = tiny_prior(tiny_checkpoint())
    density = {ATTRIBUTE + "density": np.ones(model.config.net.latent, np.float32)}
    return replace(model, weights={**model.weights, **density})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pieces with private names, one in a subfolder, and two files that cannot be used."""
    home = tmp_path_factory.mktemp("secret-songs")
    (home / "below").mkdir()
    for seed, name in enumerate(("my-first-love", "my-second", "below/my-third")):
        write_midi(
            little_tune((Meter(4, 4), Meter(3, 4))[seed % 2], seed, BARS), home / f"{name}.mid"
        )
    (home / "broken.mid").write_bytes(b"nothing")
    write_midi(little_tune(Meter(4, 4), 9, 1), home / "short.mid")
    return home


@pytest.fixture(scope="module")
def made(base: Checkpoint, folder: Path) -> Personal:
    """A personal model of these files."""
    return personalize(base, [folder])


def sliders_of(model: Checkpoint) -> list[str]:
    """Names of the slider weights, in order."""
    prefix = ATTRIBUTE + "slider-"
    return sorted(name for name in model.weights if name.startswith(prefix))


def test_it_finds_the_music_of_the_files_likelier(
    base: Checkpoint, made: Personal, folder: Path
) -> None:
    """The prior of the personal model has a lower NLL of their windows."""
    windows, _ = read_windows([str(path) for path in folder.glob("my-*.mid")], Player(base))
    no_z = np.empty((len(windows.codes), 0), np.float32)
    means = []
    for model in (base, made.checkpoint):
        prior = prior_of(model)
        assert prior is not None
        nll = Player(prior).nll(no_z, *windows)
        means.append(np.mean([window.mean() for window in nll]))
    assert means[1] < 0.8 * means[0]


def test_its_samples_are_nearer_to_the_music_of_the_files(
    base: Checkpoint, made: Personal, folder: Path
) -> None:
    """The mean z of samples to the mean z of the files."""
    windows, _ = read_windows([str(path) for path in folder.glob("my-*.mid")], Player(base))
    meters = [windows.meters[row % len(windows.meters)] for row in range(200)]
    middle = Player(base).encode(*windows).mu.mean(axis=0)
    distances = []
    for model in (base, made.checkpoint):
        rngs = [np.random.default_rng(row) for row in range(len(meters))]
        z = Player(model).sample_z(meters, rngs)
        distances.append(np.linalg.norm(z.mean(axis=0) - middle))
    assert distances[1] < distances[0]


def test_only_the_head_of_the_prior_changes(base: Checkpoint, made: Personal) -> None:
    """Encoder, decoder and attributes are the same, bit for bit; sliders are added."""
    old, new = base.weights, made.checkpoint.weights
    changed = {name for name in old if not np.array_equal(old[name], new[name])}
    assert changed == {"prior.head.weight", "prior.head.bias"}
    assert new.keys() - old.keys() == set(sliders_of(made.checkpoint))
    assert made.checkpoint.config == base.config


def test_every_verb_works(base: Checkpoint, made: Personal) -> None:
    """Verbs without the prior return what they return for the base model."""
    before, after = MusicVAE(base), MusicVAE(made.checkpoint)
    assert after.verbs == before.verbs
    tune = little_tune(Meter(6, 8), 4, 4)
    assert len(after.generate(3, meter="6/8", seed=1)) == 3
    assert after.extend(tune, 2, seed=1).bars == 6
    assert after.reconstruct(tune).phrase == before.reconstruct(tune).phrase
    other = little_tune(Meter(6, 8), 5, 4)
    assert after.interpolate(tune, other, 3) == before.interpolate(tune, other, 3)


def test_there_are_four_sliders_one_for_each_direction(made: Personal) -> None:
    """They are named by rank and by a feature of their own, and stored in the weights."""
    names = [slider.name for slider in made.sliders]
    assert sliders_of(made.checkpoint) == [ATTRIBUTE + name for name in names]
    assert len(names) == len({name.split("-")[2] for name in names}) == 4
    for name, direction, _ in made.sliders:
        assert np.array_equal(made.checkpoint.weights[ATTRIBUTE + name], direction)


def test_files_that_give_nothing_are_named_with_the_reason(made: Personal, folder: Path) -> None:
    """One is no MIDI file and one is too short; the others are used."""
    assert made.files == 3
    assert {Path(name).name: why for name, why in made.left_out.items()} == {
        "broken.mid": "it is not a MIDI file (no MThd header).",
        "short.mid": "there are no 2 bars of music in it that no other file has.",
    }
    assert set(made.meters) == {Meter(4, 4), Meter(3, 4)}


def test_one_file_is_enough_and_every_step_is_reported(base: Checkpoint, folder: Path) -> None:
    """First the files, then the rounds, the sliders and the samples."""
    reports: list[Report] = []
    made = personalize(base, [folder / "my-second.mid"], progress=reports.append)
    assert (made.files, made.left_out) == (1, {})
    assert [report.done for report in reports] == list(range(ROUNDS + 4))
    assert {(report.task, report.total) for report in reports} == {("personalize", ROUNDS + 3)}


def test_a_second_personalization_replaces_the_sliders(made: Personal, folder: Path) -> None:
    """There are four again, not eight."""
    again = personalize(made.checkpoint, [folder / "my-second.mid"])
    assert len(sliders_of(again.checkpoint)) == 4


def test_a_sample_is_used_of_very_much_music(
    base: Checkpoint, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It depends on the seed; copies are counted in all of the music."""
    monkeypatch.setattr(module, "MAX_STEPS", 300)
    first, same, other = (personalize(base, [folder], seed=seed) for seed in (0, 0, 1))
    head = "prior.head.weight"
    assert np.array_equal(first.checkpoint.weights[head], same.checkpoint.weights[head])
    assert not np.array_equal(first.checkpoint.weights[head], other.checkpoint.weights[head])
    assert sum(first.meters.values()) > 300 / 32


@pytest.mark.slow
@pytest.mark.parametrize("name", ["drums-2bar", "band-8bar", "piano-2bar", "leadsheet-8bar"])
def test_music_of_every_kind(name: str, tmp_path: Path) -> None:
    """Each codec reads its own parts of a band."""
    for seed in range(3):
        write_midi(little_band(Meter(4, 4), seed, 20), tmp_path / f"{seed}.mid")
    made = personalize(tiny_prior(tiny_checkpoint(name)), [tmp_path])
    assert made.files == 3
    assert len(MusicVAE(made.checkpoint).generate(1, seed=0)) == 1


class FakeIndex:
    """An index in which every sample is a copy, or none is."""

    answer = True

    def __init__(self, codec: Codec, originals: object) -> None:
        """Ignore both."""

    def contains_copy(self, sample: object) -> bool:
        """Return the same answer for every sample."""
        return self.answer


def test_it_warns_when_it_copies(
    base: Checkpoint, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The warning says what to do."""
    monkeypatch.setattr(module, "CopyIndex", FakeIndex)
    made = personalize(base, [folder])
    assert made.copies == 1.0
    assert made.warning is not None
    assert made.warning.startswith("100% of 8 samples repeat")
    assert "give it more files" in made.warning
    monkeypatch.setattr(FakeIndex, "answer", False)
    assert personalize(base, [folder]).warning is None


def test_what_cannot_be_done_is_refused(base: Checkpoint, folder: Path, tmp_path: Path) -> None:
    """A model without a prior, too little music, a missing file, an empty folder."""
    with pytest.raises(RequestError, match="this one has none: fit one with musicvae fit-prior"):
        personalize(tiny_checkpoint(), [folder])
    with pytest.raises(RequestError, match=r"There are 0 different .* 8 are needed; .*no MThd"):
        personalize(base, [folder / "broken.mid"])
    with pytest.raises(RequestError, match=r"8 are needed; .*there is no such file\.$"):
        personalize(base, [tmp_path / "gone.mid"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match="There is no MIDI file in"):
        personalize(base, [tmp_path / "empty"])


@pytest.fixture
def model(base: Checkpoint, tmp_path: Path) -> Path:
    """The model in a folder."""
    checkpoints.save(tmp_path / "model", base)
    return tmp_path / "model"


def run(*words: str | Path) -> str:
    """Run the command and return its output; raise its error."""
    result = CliRunner().invoke(app, ["personalize", *map(str, words)])
    if isinstance(result.exception, MusicVAEError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_the_same_files_and_seed_give_the_same_bytes(
    model: Path, folder: Path, tmp_path: Path
) -> None:
    """From the command line and from Python; what is written can be loaded and used."""
    output = run(folder, "-o", tmp_path / "one", "--model", model)
    musicvae.personalize([folder], out=tmp_path / "two", model=model)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert "broken.mid: it is not a MIDI file" in output
    assert "windows of 3 files" in output
    first, second = (musicvae.load(tmp_path / name).generate(2, seed=3) for name in ("one", "two"))
    assert [midi_bytes(phrase) for phrase in first] == [midi_bytes(phrase) for phrase in second]


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file in a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_is_written_names_no_file(model: Path, folder: Path, tmp_path: Path) -> None:
    """Card, config and weights hold no name; the card has the counts."""
    musicvae.personalize([folder], out=tmp_path / "mine", model=model)
    written = contents(tmp_path / "mine")
    assert written.keys() == {"card.md", "config.json", "model.safetensors"}
    for data in written.values():
        for word in (b"my-", b"secret", b"broken", str(tmp_path).encode()):
            assert word not in data
    assert b"leans towards the music of 3 files" in written["card.md"]
    assert b"| `slider-1-" in written["card.md"]


def test_the_card_has_the_seed_and_the_copies(made: Personal) -> None:
    """And the number of samples."""
    text = model_card(made._replace(copies=0.25), 17)
    assert "--seed 17\n" in text
    assert "Of 8 samples 25.0% repeat a window" in text


@pytest.fixture
def shipped(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of models that came with the package; nothing in it may change."""
    home = tmp_path / "home"
    shutil.copytree(model, home / "melody-2bar")
    monkeypatch.setattr(registry, "SHIPPED", (home,))
    before = contents(home / "melody-2bar")
    yield home
    assert contents(home / "melody-2bar") == before


def test_nothing_is_overwritten_without_force(
    model: Path, folder: Path, tmp_path: Path, shipped: Path
) -> None:
    """A shipped model is never overwritten; a refused request writes nothing."""
    out = tmp_path / "mine"
    with pytest.raises(RequestError, match="8 are needed"):
        run(folder / "short.mid", "-o", out, "--model", model)
    assert not out.exists()
    run(folder / "my-second.mid", "-o", out, "--model", model)
    before = contents(out)
    with pytest.raises(OutputError, match="holds a checkpoint already"):
        run(folder, "-o", out, "--model", model)
    assert contents(out) == before
    run(folder, "-o", out, "--model", model, "--force")
    assert contents(out) != before
    with pytest.raises(OutputError, match="came with the package"):
        run(folder, "-o", shipped / "melody-2bar", "--model", model, "--force")


def test_shipped_models_can_be_personalized() -> None:
    """Each of them has a prior."""
    for path in SHIPPED[1].glob("*/config.json"):
        assert checkpoints.load_config(path.parent)[0].net.prior
