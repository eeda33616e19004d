"""The blind listening test gives nothing away, and hands on only what may be handed on."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicvae.corpus.pieces import Pieces
from musicvae.engine import Player
from musicvae.errors import RequestError
from musicvae.evaluation.listening import PAIRS, write_listening_pack
from musicvae.evaluation.midi_folder import FolderWindows
from musicvae.midi.reader import read_midi

from ..miniatures import tiny_checkpoint
from .collection import windows


def held_out(codec: str = "melody") -> FolderWindows:
    """Windows of fifty pieces in two folders, and of some closed songs below one of them."""
    files = [f"music/{('folk', 'other')[number % 2]}/{number}.mid" for number in range(50)]
    files += [f"music/folk/pop909/{number}.mid" for number in range(10)]
    return replace(windows(codec, n=60), pieces=Pieces(np.arange(60), files))


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


@pytest.mark.parametrize("codec", ["melody", "drums", "leadsheet"])
def test_a_pack_is_blind_and_its_key_is_right(codec: str, tmp_path: Path) -> None:
    """Clips carry no recipe; as many people come first as second; people's clips are held out."""
    collection = held_out(codec)
    player = Player(tiny_checkpoint("melody-2bar", codec=codec))
    paths = write_listening_pack(player, collection, ["folk"], tmp_path, seed=1)
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    key = read(tmp_path / "key.csv")
    assert len(key) == PAIRS == len(read(tmp_path / "answers.csv"))
    assert sum(row["written by people"] == "a" for row in key) == PAIRS // 2
    assert len({row["from"] for row in key}) == PAIRS
    rows = {collection.pieces.file(row): row for row in range(60)} if collection.pieces else {}
    for row in key:
        assert "/folk/" in row["from"]
        assert "pop909" not in row["from"]
        clips = {name: read_midi(tmp_path / f"pair-{row['pair']}-{name}.mid")[0] for name in "ab"}
        assert clips["a"].meter == clips["b"].meter
        assert clips["a"].recipe is clips["b"].recipe is None
        original, meter = collection.windows[rows[row["from"]]]
        decoded = player.codec.decode(original, meter)
        mine = clips[row["written by people"]].parts[0]
        assert [(n.start, n.pitch) for n in mine.notes] == [
            (n.start, n.pitch) for n in decoded.parts[0].notes
        ]


def test_the_same_seed_writes_the_same_pack(tmp_path: Path) -> None:
    """Byte for byte; another seed does not."""
    player, packs = Player(tiny_checkpoint()), {}
    for name, seed in (("once", 1), ("again", 1), ("other", 2)):
        paths = write_listening_pack(player, held_out(), ["folk", "other"], tmp_path / name, seed)
        packs[name] = [path.read_bytes() for path in paths]
    assert packs["once"] == packs["again"] != packs["other"]


@pytest.mark.parametrize(
    ("collections", "reason"),
    [
        ([], "no collection has 0"),
        (["nowhere"], "'nowhere' has 0"),
        (["pop909"], "may not be handed on"),
    ],
)
def test_music_that_may_not_be_handed_on_is_refused(
    collections: list[str], reason: str, tmp_path: Path
) -> None:
    """Nothing is written."""
    with pytest.raises(RequestError, match=reason):
        write_listening_pack(Player(tiny_checkpoint()), held_out(), collections, tmp_path, 0)
    assert not list(tmp_path.iterdir())


def test_what_has_no_samples_or_no_pieces_gives_no_pack(tmp_path: Path) -> None:
    """An autoencoder, and a data set that does not know its pieces."""
    autoencoder = Player(tiny_checkpoint("autoencoder"))
    with pytest.raises(RequestError, match="has no prior"):
        write_listening_pack(autoencoder, windows("roll"), ["folk"], tmp_path, 0)
    with pytest.raises(RequestError, match="prepare it again"):
        write_listening_pack(Player(tiny_checkpoint()), windows(), ["folk"], tmp_path, 0)
