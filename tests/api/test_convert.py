"""convert: music of any kind as a file of any kind."""

from __future__ import annotations

from pathlib import Path

import pytest

import musicvae
from musicvae.atomic_files import SCORE_ENDINGS
from musicvae.errors import MidiError, RequestError
from musicvae.midi.writer import midi_bytes
from musicvae.notation.files import encode, title_of
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import Meter

from ..midi import smf
from ..midi.songs import song_file

DATA = song_file(1)


@pytest.mark.parametrize("ending", [*SCORE_ENDINGS, ".MusicXML"])
def test_the_ending_says_what_is_written(ending: str, tmp_path: Path) -> None:
    """A score; with another ending the MIDI file as it is."""
    out = tmp_path / f"song{ending}"
    musicvae.convert(DATA, out)
    assert out.read_bytes() == encode(out, DATA).data != DATA
    musicvae.convert(DATA, tmp_path / "song.mid")
    assert (tmp_path / "song.mid").read_bytes() == DATA


def test_music_without_a_file_is_written(tmp_path: Path) -> None:
    """A phrase, and note tuples."""
    phrase = musicvae.from_tuples([(0, 1, 60), (1, 1, 64)])
    for music in (phrase, [(0, 1, 60), (1, 1, 64)]):
        musicvae.convert(music, tmp_path / "a.abc")
        assert "C4 E4 z8 |]" in (tmp_path / "a.abc").read_text(encoding="utf-8")


def test_what_does_not_stand_in_the_score_is_returned(tmp_path: Path) -> None:
    """Notes shorter than the grid, with the name of the score; else nothing."""
    fast = [(i / 8, 1 / 8, 60 + i % 5) for i in range(64)]
    phrase = musicvae.from_tuples([(i / 2, 1 / 2, 60) for i in range(64)])
    track = [(0, smf.meter(4, 2)), *smf.play(fast, 0, 480, 80)]
    out = tmp_path / "a.musicxml"
    notices = musicvae.convert(smf.file([smf.body(track)], 1, 480), out)
    assert notices
    assert all(notice.startswith(f"{out}: ") for notice in notices)
    assert musicvae.convert(phrase, out) == ()


def test_write_midi_writes_midi_only(tmp_path: Path) -> None:
    """The name of a score is refused, with the function that writes one."""
    for ending in SCORE_ENDINGS:
        with pytest.raises(RequestError, match=r"named like a score.*musicvae\.convert"):
            musicvae.write_midi(musicvae.Phrase(), tmp_path / f"a{ending}")


@pytest.mark.parametrize(
    "phrase", [Phrase(), Phrase(Meter(), 1), Phrase(Meter(), 0, 0, parts=(Part(),))]
)
def test_no_score_is_written_of_no_music(phrase: Phrase, tmp_path: Path) -> None:
    """It is refused, and there is no file."""
    with pytest.raises(MidiError, match="no note"):
        musicvae.convert(phrase, tmp_path / "a.abc")
    assert not (tmp_path / "a.abc").exists()


def test_the_title_is_that_of_the_file_or_else_its_name(tmp_path: Path) -> None:
    """The first track of a type 1 file without notes has it, and the only one of type 0."""
    name, notes = (0, smf.name("A Tune")), smf.play([(0.0, 1.0, 60)], 0, 480, 80)
    conductor, part = smf.body([name]), smf.body([(0, smf.name("Flute")), *notes])
    titled = smf.file([conductor, part], 1, 480)
    assert title_of(titled) == "A Tune"
    assert title_of(smf.file([smf.body([name, *notes])], 0, 480)) == "A Tune"
    assert title_of(smf.file([part], 1, 480)) == ""
    assert title_of(midi_bytes(Phrase(Meter(), 1, parts=(Part((Note(0, 4, 60),)),)))) == ""
    for data, title in ((titled, "A Tune"), (smf.file([part], 1, 480), "song")):
        musicvae.convert(data, tmp_path / "song.abc")
        assert f"T:{title}\n" in (tmp_path / "song.abc").read_text(encoding="utf-8")


def test_a_verb_keeps_the_title_of_a_song(tmp_path: Path) -> None:
    """It stands in the new file, too."""
    name, notes = (0, smf.name("A Tune")), smf.play([(0.0, 1.0, 60)], 0, 480, 80)
    data = smf.file([smf.body([name]), smf.body(notes)], 1, 480)
    assert title_of(midi_bytes(musicvae.transpose(data, by=2))) == "A Tune"
