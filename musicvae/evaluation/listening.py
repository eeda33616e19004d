"""A blind listening test: pairs of clips, of which one was generated and one written by people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

import numpy as np

from ..arguments import quote
from ..arrays import IntArray
from ..atomic_files import check_folder, write_atomic
from ..codecs.base import Codec, Codes
from ..corpus.dataset import check_fits
from ..engine import Player
from ..errors import RequestError
from ..midi.writer import write_midi
from ..performance.render import Rendering, render
from ..score.phrase import Phrase
from ..theory.meter import Meter
from .batches import Collection, split_chunks
from .people import spread_rows
from .samples import draw_samples

PAIRS = 20

CLOSED_COLLECTIONS = ("pop909",)
"""Collections of songs that others own: their notes are never handed on."""

ANSWERS = ("pair", "written by people (a or b)", "sure (1 to 5)", "rather hear again (a or b)")
KEY = ("pair", "written by people", "from")


def write_listening_pack(
    player: Player, held_out: Collection, collections: Sequence[str], folder: Path, seed: int
) -> list[Path]:
    """Write 20 pairs of clips, an answer sheet and a key; return their paths.

    The clips of a pair have one meter and are rendered alike: nothing in a file says where it
    comes from. Held-out clips are of 20 pieces.

    Args:
        collections: names of folders in the paths of the pieces, whose music may be handed on.
        seed: chooses the clips and their order.

    Raises:
        RequestError: there are too few such pieces, their music may not be handed on, or the net
            has no prior or reads another codec.
        OutputError: the folder cannot be written.
    """
    check_folder(folder)
    check_fits((player.codec.name, player.bars), (held_out.codec.name, held_out.bars))
    if "generate" not in player.verbs:
        raise RequestError("This net has no prior, so it generates nothing to listen to.")
    rng = np.random.default_rng((seed, 6))
    rows = _choose_rows(held_out, collections, rng)
    person_first = rng.permutation(np.arange(PAIRS) % 2 == 0)
    paths: list[Path] = []
    key: list[tuple[str, str, str]] = []
    for chunk in split_chunks(held_out, rows, seed):
        drawn = draw_samples(player, chunk)
        for index, row in enumerate(chunk.rows):
            clips = [
                _clip(player.codec, codes, chunk.meters[index])
                for codes in (chunk.codes[index], drawn[index])
            ]
            number = f"{len(key) + 1:02}"
            person = "a" if person_first[len(key)] else "b"
            for name, clip in zip("ab", clips if person == "a" else clips[::-1], strict=True):
                paths.append(folder / f"pair-{number}-{name}.mid")
                write_midi(clip, paths[-1])
            key.append((number, person, held_out.pieces.file(row) if held_out.pieces else ""))
    paths += [folder / "answers.csv", folder / "key.csv"]
    _write_table(paths[-2], [ANSWERS, *((number, "", "", "") for number, *_ in key)])
    _write_table(paths[-1], [KEY, *key])
    return paths


def _choose_rows(
    held_out: Collection, collections: Sequence[str], rng: np.random.Generator
) -> IntArray:
    """A window of each of 20 pieces of these collections."""
    closed = [name for name in collections if name in CLOSED_COLLECTIONS]
    if closed:
        raise RequestError(f"The songs of {closed[0]} may not be handed on; name others.")
    if held_out.pieces is None:
        raise RequestError("The data set does not say where its music is from; prepare it again.")
    is_open = [
        not {*collections}.isdisjoint(folders := PurePath(file).parts[:-1])
        and {*CLOSED_COLLECTIONS}.isdisjoint(folders)
        for file in held_out.pieces.files
    ]
    numbers = held_out.pieces.numbers
    rows = spread_rows(numbers, np.array(is_open)[numbers], 1, rng)
    if len(rows) < PAIRS:
        named = ", ".join(map(quote, collections)) or "no collection"
        raise RequestError(
            f"{PAIRS} held-out pieces are needed, and {named} has {len(rows)}: name more folders "
            "whose music may be handed on."
        )
    return rows[:PAIRS]


def _clip(codec: Codec, codes: Codes, meter: Meter) -> Phrase:
    """A window as it sounds; a lead sheet gets the default accompaniment."""
    return render(codec.decode(codes, meter), Rendering.create(codec.name, None))


def _write_table(path: Path, rows: Iterable[Sequence[str]]) -> None:
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(rows)
    write_atomic(path, table.getvalue().encode(errors="surrogateescape"))
