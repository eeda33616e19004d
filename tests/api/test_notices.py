"""What is not as one would expect is said or refused: silence, repeats, chords outside the key."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from musicvae import checkpoint
from musicvae.api.base import with_notice_of_silence
from musicvae.api.model import MusicVAE
from musicvae.cli import app
from musicvae.errors import RequestError
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import Meter

from ..miniatures import little_piece, little_tune, tiny_checkpoint, tiny_prior

TUNE = little_tune(Meter(), 0)
SILENT = "it has no notes: another seed or a higher temperature may make some"


@cache
def model(preset: str = "melody-2bar") -> MusicVAE:
    """A small model of random weights, with a prior."""
    return MusicVAE(tiny_prior(tiny_checkpoint(preset)))


def test_music_without_notes_has_a_notice() -> None:
    """Of all sections together; an extension if its new bars have none."""
    empty, full = Phrase(bars=2), Phrase(bars=1, parts=(Part((Note(0, 4, 60),)),))
    assert with_notice_of_silence(empty).notices == (SILENT,)
    assert with_notice_of_silence(replace(empty, after=(empty,))).notices == (SILENT,)
    assert with_notice_of_silence(replace(empty, after=(full,))).notices == ()
    assert with_notice_of_silence(full).notices == ()
    (notice,) = with_notice_of_silence(full, 16).notices
    assert notice.startswith("the new bars have no notes")


def test_no_verb_gives_silence_without_a_word() -> None:
    """A density of 0 makes it certain, in every verb that takes one."""
    vae, seed = model(), 1
    results = [
        *vae.generate(1, density="0", seed=seed),
        *vae.vary(TUNE, 1, density="0", seed=seed),
        *vae.interpolate(TUNE, TUNE, 2, density="0", seed=seed),
    ]
    for phrase in results:
        assert phrase.is_silent
        assert SILENT in phrase.notices
    longer = vae.extend(TUNE, 1, density="0", seed=seed)
    assert longer.notices[-1].startswith("the new bars have no notes")
    assert SILENT in vae.replay(midi_bytes(results[0])).notices


def test_a_silent_file_is_said_at_the_terminal(tmp_path: Path) -> None:
    """After the line about the file."""
    checkpoint.save(tmp_path / "model", tiny_prior(tiny_checkpoint()))
    words = ["generate", str(tmp_path / "out"), "--n", "1", "--density", "0", "--seed", "1"]
    result = CliRunner().invoke(app, [*words, "--model", str(tmp_path / "model")])
    assert result.exit_code == 0, result.output
    assert SILENT in result.output


def test_variations_that_cannot_differ_are_refused() -> None:
    """Several with strength 0; one, or at a temperature, or with settings, is made."""
    vae = model()
    with pytest.raises(RequestError, match="With strength 0 all 2 variations are the same: ask"):
        vae.vary(TUNE, 2, strength=0)
    assert len(vae.vary(TUNE, 1, strength=0)) == 1
    assert len(vae.vary(TUNE, 2, strength=0, temperature=1.0, seed=1)) == 2


@pytest.mark.parametrize("verb", ["vary", "generate"])
def test_each_repeat_has_a_notice(verb: str) -> None:
    """It names the earlier one with the same notes; no other result has one."""
    vae = model()
    if verb == "vary":
        results, name = vae.vary(TUNE, 5, strength=0.02, seed=2), "variation"
    else:
        results, name = vae.generate(5, temperature=0.0, seed=2), "phrase"
    notes = [phrase.fingerprint for phrase in results]
    assert len({*notes}) < 5
    for number, phrase in enumerate(results, 1):
        first = notes.index(phrase.fingerprint) + 1
        said = [n for n in phrase.notices if "has the notes of" in n]
        start = f"{name} {number} has the notes of {name} {first}: ask for "
        assert len(said) == (first < number)
        assert all(notice.startswith(start) for notice in said)


@pytest.mark.parametrize("verb", ["generate", "vary", "extend", "interpolate"])
def test_chords_outside_the_key_are_refused(verb: str) -> None:
    """All of them are named, and what to do."""
    piece = little_piece("leadsheet", Meter(), 1, bars=8)
    sources = {"generate": (), "interpolate": (piece, piece)}.get(verb, (piece,))
    with pytest.raises(RequestError) as error:
        getattr(model("leadsheet-8bar"), verb)(*sources, key="E major", chords="Am F C G")
    assert str(error.value) == (
        "F, C and G have one tone each in E major: leave out the key, or choose chords that "
        "belong to it."
    )


@pytest.mark.parametrize(
    ("key", "chords"),
    [
        ("C", "C A7 Dm D7 G7 E7 Am Bb F Fm C7 N.C."),
        ("A minor", "Am E7 F G7 Dm B7 D Bm"),
        ("C pentatonic", "C F G Am Dm"),
    ],
)
def test_chords_that_are_borrowed_are_accepted(key: str, chords: str) -> None:
    """Secondary dominants, and chords of the parallel key."""
    (sheet,) = model("leadsheet-8bar").generate(1, key=key, chords=chords, bars=12, seed=1)
    assert sheet.chords
