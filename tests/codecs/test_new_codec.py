"""A codec that is new to the house: its own file and a line in the table are enough."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from musicvae.adapt import sliders
from musicvae.codecs import CODECS
from musicvae.codecs.base import (
    UNBOUNDED,
    Codec,
    Codes,
    SinglePart,
    SoundingState,
    fold_octaves,
    one_hot_classes,
)
from musicvae.codecs.track_selection import Selector, select_melody
from musicvae.constraints.compile import compile_rule
from musicvae.constraints.parse import parse_constraints
from musicvae.corpus.read_file import read_piece, tracks_of
from musicvae.corpus.windowing import cut_windows
from musicvae.engine import Player
from musicvae.errors import RequestError
from musicvae.evaluation.evaluate import evaluate
from musicvae.metrics.attributes import ATTRIBUTES, attributes_of
from musicvae.metrics.copies import CopyIndex
from musicvae.metrics.histograms import histograms_of
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.score.windows import join_phrases
from musicvae.theory.meter import Meter

from ..evaluation.collection import windows
from ..miniatures import RAGGED, little_band, tiny_checkpoint

PACKAGE = Path(__file__).parents[2] / "musicvae"


@dataclass(frozen=True)
class StaccatoCodec(SinglePart):
    """Two octaves, one class a step: a pitch sounds for that step (0 to 23), or none (24)."""

    name: str = "staccato"
    select: Selector = field(default=select_melody, repr=False)

    likelihood: ClassVar[str] = "categorical"
    channels: ClassVar[int] = 25
    heads: ClassVar[tuple[int, ...]] = (25,)
    dtype: ClassVar[np.dtype[np.uint8]] = np.dtype(np.uint8)
    pitches: ClassVar[range] = range(60, 84)
    REST: ClassVar[int] = 24
    rest: ClassVar[Codes] = np.array(24, dtype=np.uint8)

    def encode(self, phrase: Phrase) -> Codes:
        codes = np.full(phrase.steps, self.REST, dtype=np.uint8)
        for note in phrase.parts[0].notes if phrase.parts else ():
            codes[note.start] = fold_octaves(note.pitch, 60, 83) - 60
        return codes

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        steps = np.flatnonzero(self.onset_mask(codes))
        notes = tuple(Note(int(step), 1, 60 + int(codes[step])) for step in steps)
        return Phrase(meter, len(codes) // meter.steps_per_bar, parts=(Part(notes),))

    def one_hot(self, codes: Codes) -> NDArray[np.float32]:
        return one_hot_classes(codes, self.channels)

    def transpose_range(self, codes: Codes) -> tuple[int, int]:
        struck = codes[self.onset_mask(codes)]
        return (
            (int(struck.min()), 23 - int(struck.max())) if len(struck) else (UNBOUNDED, UNBOUNDED)
        )

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        down, up = self.transpose_range(codes)
        moved = np.where(self.onset_mask(codes), codes.astype(int) + semitones, codes)
        return moved.astype(self.dtype) if -down <= semitones <= up else codes

    def normalize_key(self, codes: Codes) -> Codes:
        lowest = np.where(self.onset_mask(codes), codes, 255).min(axis=1, keepdims=True)
        return np.where(self.onset_mask(codes), codes - lowest, codes)

    def drop_carried_notes(self, codes: Codes) -> Codes:
        return codes

    def onsets(self, codes: Codes) -> Codes:
        return codes

    def onset_mask(self, codes: Codes) -> NDArray[np.bool_]:
        return np.asarray(codes < self.REST)

    def initial_state(self, n: int, meter: Meter) -> SoundingState:
        return np.zeros(n, dtype=bool)

    def unknown_state(self, n: int, meter: Meter) -> SoundingState:
        return self.initial_state(n, meter)

    def allowed(self, sounding: SoundingState) -> NDArray[np.bool_]:
        return np.ones((len(sounding), self.channels), dtype=bool)

    def advance(self, sounding: SoundingState, step: Codes) -> tuple[Codes, SoundingState]:
        return step, sounding

    def canonicalize(self, codes: Codes) -> Codes:
        return codes


@pytest.fixture
def staccato(monkeypatch: pytest.MonkeyPatch) -> Codec:
    """The codec, entered in the table."""
    codec = StaccatoCodec()
    monkeypatch.setitem(CODECS, codec.name, codec)
    return codec


def test_a_file_becomes_its_windows(staccato: Codec, tmp_path: Path) -> None:
    """Its voice is selected and cut, the quick way and the careful one giving the same."""
    band = join_phrases([little_band(Meter(), seed) for seed in range(3)])
    data = midi_bytes(band)
    (careful,) = tracks_of(data, "staccato")
    (quick,) = tracks_of(data.replace(b"musicvae:", b"somebody:"), "staccato")
    assert quick.codes is None
    assert np.array_equal(quick.encoded(staccato), careful.encoded(staccato))
    cuts = [cut.codes for cut in cut_windows(quick, staccato)]
    (file := tmp_path / "band.mid").write_bytes(data)
    _, rows = read_piece(str(file), "staccato", 2)
    assert 0 < len(rows) <= sum(map(len, cuts))
    (phrase,) = read_midi(data)
    assert np.array_equal(cuts[0][0], staccato.encode(staccato.select(phrase))[:32])


def test_what_it_decodes_is_measured(staccato: Codec) -> None:
    """As any melody is: by histograms, attributes and sliders."""
    phrases = [staccato.decode(codes, meter) for codes, meter in windows("staccato").windows]
    melody = CODECS["melody"]
    assert histograms_of(phrases, staccato).keys() == histograms_of(phrases, melody).keys()
    assert attributes_of(staccato) == ATTRIBUTES
    assert (
        sliders.slider_figures(phrases[0], staccato).keys()
        == sliders.slider_figures(phrases[0], melody).keys()
    )


def test_a_copy_in_another_key_is_found(staccato: Codec) -> None:
    """And what is none is not."""
    first, *rest = [codes for codes, meter in windows("staccato").windows if meter == Meter()]
    down, up = staccato.transpose_range(first)
    moved = staccato.transpose(first, up or -down)
    assert CopyIndex(staccato, np.stack([first, *rest])).contains_copy(moved)
    assert not CopyIndex(staccato, np.stack(rest)).contains_copy(moved)


@pytest.mark.parametrize("meter", RAGGED, ids=str)
def test_a_net_of_it_keeps_to_constraints(staccato: Codec, meter: Meter) -> None:
    """Key, chords, range and density; what one voice cannot keep to is refused."""
    asked = parse_constraints(key="Am", chords="Am F", range="C4-A5", density="2-3")
    player = Player(tiny_checkpoint("melody-2bar", codec="staccato"))
    rule = compile_rule(asked, staccato, meter, player.steps(meter))
    z, rngs = np.ones((1, player.latent), np.float32), [np.random.default_rng(0)]
    (codes,) = player.decode(z, [meter], temperature=1.0, rngs=rngs, rules=[rule])
    phrase = staccato.decode(codes, meter)
    assert len(phrase.parts[0].notes) >= 2 * phrase.bars
    assert asked.violations(phrase, "staccato") == []
    with pytest.raises(RequestError, match="it plays one voice"):
        compile_rule(parse_constraints(max_polyphony=2), staccato, meter, player.steps(meter))


def test_a_net_of_it_is_evaluated_like_a_melody(staccato: Codec) -> None:
    """With the same figures, copies and the cost under an n-gram model among them."""
    found = {}
    for name in ("melody", staccato.name):
        player = Player(tiny_checkpoint("melody-2bar", codec=name))
        evaluation = evaluate(player, windows(name, 12), windows(name, 12, first=50), pairs=2)
        assert evaluation.parts == ()
        found[name] = evaluation.figures.keys()
    assert found["staccato"] == found["melody"]


def test_no_room_asks_which_codec_it_has() -> None:
    """No `isinstance` of a codec and no comparison with a codec's name; the codec tells."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
                assert "Codec" not in ast.unparse(node.args[1]), f"{path}: {ast.unparse(node)}"
            if isinstance(node, ast.Compare):
                sides = [side for side in ast.walk(node) if isinstance(side, ast.Constant)]
                names = {side.value for side in sides} & CODECS.keys()
                assert not names, f"{path}: {ast.unparse(node)}"
