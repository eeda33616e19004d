"""MusicVAE in Python: music of any kind in, phrases out, nothing printed."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pytest

import musicvae
from musicvae.api import registry
from musicvae.api.inputs import to_phrase
from musicvae.api.model import MusicVAE, load
from musicvae.api.registry import find_checkpoint
from musicvae.errors import CheckpointError, MidiError, MissingExtra, PresetNotFound, RequestError
from musicvae.theory.meter import Meter

from ..miniatures import little_tune, miniature, tiny_checkpoint, tiny_prior

NOTES = [(0, 1, 60, 90), (1, 1, 64, 80), (2, 2, 67, 80), (4, 4, 65, 90)]


def test_music_of_any_kind_is_the_same_phrase(tmp_path: Path) -> None:
    """A phrase, its bytes, a path, an open file, a pretty_midi object, note tuples."""
    phrase = to_phrase(NOTES)
    data = musicvae.midi_bytes(phrase)
    (tmp_path / "a.mid").write_bytes(data)
    kinds = [
        phrase,
        data,
        tmp_path / "a.mid",
        str(tmp_path / "a.mid"),
        io.BytesIO(data),
        musicvae.to_pretty_midi(phrase),
        musicvae.to_tuples(phrase),
    ]
    assert [to_phrase(kind) for kind in kinds] == [phrase] * len(kinds)


def test_verbs_take_tuples_and_return_phrases(tiny_model: MusicVAE) -> None:
    """Note tuples go in and come out."""
    assert isinstance(tiny_model.generate(1, meter="6/8", seed=1)[0], musicvae.Phrase)
    walk = tiny_model.interpolate(NOTES, little_tune(Meter(3, 4), 1), 2)
    assert [phrase.meter for phrase in walk] == [Meter(4, 4), Meter(3, 4)]
    result = tiny_model.reconstruct(NOTES)
    assert musicvae.to_tuples(walk[0]) == musicvae.to_tuples(result.phrase)
    z = tiny_model.encode(NOTES)
    assert len(tiny_model.decode(z, meter=Meter(4, 4))) == len(z) == 1


@pytest.mark.parametrize(
    ("preset", "names"),
    [
        ("melody-2bar", ["Melody"]),
        ("drums-2bar", ["Drums"]),
        ("piano-2bar", ["Piano"]),
        ("band-8bar", ["Melody", "Bass", "Drums", "Chords"]),
        ("leadsheet-8bar", ["Melody", "Chords", "Bass"]),
    ],
)
def test_every_part_of_new_music_has_a_name(preset: str, names: list[str]) -> None:
    """In the file, too, and when it is replayed."""
    model = MusicVAE(tiny_prior(tiny_checkpoint(preset)))
    decoded = model.decode(np.zeros((1, model.player.latent), np.float32), seed=1)
    for phrase in (*model.generate(1, seed=1), *decoded):
        (read,) = musicvae.read_midi(musicvae.midi_bytes(phrase))
        found = [part.name for part in read.parts]
        assert found == names[: len(found)]
        assert model.replay(phrase).parts == phrase.parts


def test_a_part_of_a_file_keeps_its_name_or_has_none(tiny_model: MusicVAE) -> None:
    """What is made from it, too."""
    for name in ("", "Oboe"):
        part = musicvae.Part((musicvae.Note(0, 4, 60),), name=name)
        source = musicvae.Phrase(bars=2, parts=(part,))
        assert tiny_model.reconstruct(source).phrase.parts[0].name == name


def test_nothing_is_printed(tiny_model: MusicVAE, capfd: pytest.CaptureFixture[str]) -> None:
    """A DAW has no terminal."""
    tiny_model.interpolate(NOTES, NOTES, 2)
    assert capfd.readouterr() == ("", "")


def test_a_file_that_cannot_be_used_is_named(tiny_model: MusicVAE, tmp_path: Path) -> None:
    """Drums only, a missing track, a missing file; music without a file has no name."""
    drums = musicvae.Phrase(bars=1, parts=(musicvae.Part((musicvae.Note(0, 1, 36),), 0, True),))
    musicvae.write_midi(drums, tmp_path / "drums.mid")
    with pytest.raises(RequestError, match=r"drums\.mid: nothing pitched is played in it\."):
        tiny_model.reconstruct(tmp_path / "drums.mid")
    with pytest.raises(RequestError, match=r"^nothing pitched"):
        tiny_model.reconstruct(drums)
    with pytest.raises(RequestError, match=r"drums\.mid: there is no track 'oboe'"):
        tiny_model.reconstruct(tmp_path / "drums.mid", track="oboe")
    with pytest.raises(MidiError, match="no such file"):
        tiny_model.encode(tmp_path / "none.mid")


def test_a_track_of_drums_is_refused_by_a_model_of_pitches(tiny_model: MusicVAE) -> None:
    """Drums are never taken for a melody; the error names a model that reads them."""
    kit = musicvae.Part((musicvae.Note(0, 1, 36), musicvae.Note(4, 1, 38)), 0, True, "kit")
    drums = musicvae.Phrase(bars=2, parts=(kit,))
    for track in ("kit", 1, "1+kit"):
        with pytest.raises(RequestError, match=r"is drums, .* such as drums-2bar \(--model drums"):
            tiny_model.reconstruct(drums, track=track)


def test_a_silent_file_is_reconstructed(tiny_model: MusicVAE) -> None:
    """It has the same bars and meter afterwards."""
    silent = musicvae.Phrase(bars=2, parts=(musicvae.Part(),))
    phrase = tiny_model.reconstruct(musicvae.midi_bytes(silent)).phrase
    assert (phrase.bars, phrase.meter) == (2, silent.meter)


def test_a_model_is_found_by_name_or_by_folder(
    tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name is one of the shipped models; an unknown name lists them."""
    monkeypatch.setattr(registry, "SHIPPED", (tiny_folder.parent,))
    assert find_checkpoint(tiny_folder.name) == find_checkpoint(tiny_folder) == tiny_folder
    with pytest.raises(CheckpointError, match=f"no model 'mozart'.*{tiny_folder.name}"):
        load("mozart")
    assert "melody-2bar" in repr(load(tiny_folder.name))


def test_the_shipped_model_comes_with_the_package() -> None:
    """It generates four different phrases."""
    four = musicvae.load().generate(4, seed=1)
    assert len({musicvae.midi_bytes(phrase) for phrase in four}) == 4
    assert not any(phrase.is_silent for phrase in four)


def test_the_shipped_model_interpolates_between_tunes(tunes: Path) -> None:
    """Each phrase from 4/4 to 6/8 reads back from its file and is reconstructed."""
    model = musicvae.load()
    walk = model.interpolate(tunes / "twinkle.mid", tunes / "greensleeves.mid", 4)
    for phrase in walk:
        assert musicvae.read_midi(musicvae.midi_bytes(phrase)) == [phrase]
        assert model.reconstruct(phrase).accuracy > 0.7
    assert model.reconstruct(tunes / "twinkle.mid").note_f1 > 0.7


def test_training_without_torch_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An unknown preset lists the known ones."""
    with pytest.raises(PresetNotFound, match="melody-2bar"):
        musicvae.train("nocturne", data=tmp_path, out=tmp_path)
    monkeypatch.setitem(sys.modules, "musicvae.training.train", None)
    with pytest.raises(MissingExtra, match=r"torch.*musicvae\[train\]"):
        musicvae.train(data=tmp_path, out=tmp_path)


def test_prepare_train_and_evaluate_follow_one_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of MIDI files leads to figures, with a preset in miniature."""
    monkeypatch.setattr("musicvae.api.builders.find_preset", miniature)
    for seed in range(40):
        phrase = little_tune(Meter(), seed)
        musicvae.write_midi(phrase, tmp_path / "midi" / f"{seed}.mid")
    about = musicvae.prepare([tmp_path / "midi"], tmp_path / "data", workers=1)
    assert about["codec"] == "melody"
    out = musicvae.train(
        "melody-2bar", data=tmp_path / "data", out=tmp_path / "net", steps=1, batch=4
    )
    evaluation = musicvae.evaluate(out, data=tmp_path / "data", split="train", limit=4, pairs=4)
    assert evaluation.windows == 4
    assert evaluation.figures["KL, nats"] > 0
    with pytest.raises(RequestError, match="no split 'exam'"):
        musicvae.evaluate(out, data=tmp_path / "data", split="exam")


def test_z_is_one_row_a_window(tiny_model: MusicVAE, tunes: Path) -> None:
    """Twelve bars are six two-bar windows."""
    z = tiny_model.encode(tunes / "twinkle.mid")
    assert z.shape == (6, 5)
    assert z.dtype == np.float32


def test_a_model_lists_its_attributes() -> None:
    """Those that `vary` can set, sliders among them."""
    assert "density" in musicvae.load("melody-2bar").attributes
    assert MusicVAE(tiny_checkpoint()).attributes == ()
