"""A new codec needs its own file and an entry in `CODECS`, and nothing else."""

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
from musicvae.codecs.pitch_range import fit_range
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
    """Two octaves, one class a step: a pitch for that step alone (0 to 23), or a rest (24)."""

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
        pitches = codes[self.onset_mask(codes)]
        if not len(pitches):
            return UNBOUNDED, UNBOUNDED
        return int(pitches.min()), 23 - int(pitches.max())

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
    """The codec, entered in `CODECS`."""
    codec = StaccatoCodec()
    monkeypatch.setitem(CODECS, codec.name, codec)
    return codec


def test_a_file_becomes_its_windows(staccato: Codec, tmp_path: Path) -> None:
    """The fast path and the full reader select and cut the same windows."""
    band = join_phrases([little_band(Meter(), seed) for seed in range(3)])
    data = midi_bytes(band)
    (full,) = tracks_of(data, "staccato")
    (fast,) = tracks_of(data.replace(b"musicvae:", b"somebody:"), "staccato")
    assert fast.codes is None
    assert np.array_equal(fast.encoded(staccato), full.encoded(staccato))
    cuts = [cut.codes for cut in cut_windows(fast, staccato)]
    (file := tmp_path / "band.mid").write_bytes(data)
    _, rows = read_piece(str(file), "staccato", 2)
    assert 0 < len(rows) <= sum(map(len, cuts))
    (phrase,) = read_midi(data)
    selected, _ = fit_range(staccato.select(phrase), staccato)
    assert np.array_equal(cuts[0][0], staccato.encode(selected)[:32])


def test_its_phrases_are_measured(staccato: Codec) -> None:
    """Histograms, attributes and sliders are those of a melody."""
    phrases = [staccato.decode(codes, meter) for codes, meter in windows("staccato").windows]
    melody = CODECS["melody"]
    assert histograms_of(phrases, staccato).keys() == histograms_of(phrases, melody).keys()
    assert attributes_of(staccato) == ATTRIBUTES
    assert (
        sliders.slider_features(phrases[0], staccato).keys()
        == sliders.slider_features(phrases[0], melody).keys()
    )


def test_a_copy_in_another_key_is_found(staccato: Codec) -> None:
    """Without its original in the index it is not a copy."""
    first, *rest = [codes for codes, meter in windows("staccato").windows if meter == Meter()]
    down, up = staccato.transpose_range(first)
    moved = staccato.transpose(first, up or -down)
    assert CopyIndex(staccato, np.stack([first, *rest])).contains_copy(moved)
    assert not CopyIndex(staccato, np.stack(rest)).contains_copy(moved)


@pytest.mark.parametrize("meter", RAGGED, ids=str)
def test_its_model_satisfies_constraints(staccato: Codec, meter: Meter) -> None:
    """Key, chords, range and density; a limit of polyphony is refused."""
    constraints = parse_constraints(key="Am", chords="Am F", range="C4-A5", density="2-3")
    player = Player(tiny_checkpoint("melody-2bar", codec="staccato"))
    rule = compile_rule(constraints, staccato, meter, player.steps(meter))
    z, rngs = np.ones((1, player.latent), np.float32), [np.random.default_rng(0)]
    (codes,) = player.decode(z, [meter], temperature=1.0, rngs=rngs, rules=[rule])
    phrase = staccato.decode(codes, meter)
    assert len(phrase.parts[0].notes) >= 2 * phrase.bars
    assert constraints.violations(phrase, "staccato") == []
    with pytest.raises(RequestError, match="plays one note at a time"):
        compile_rule(parse_constraints(max_polyphony=2), staccato, meter, player.steps(meter))


def test_its_model_is_evaluated_like_a_melody_model(staccato: Codec) -> None:
    """With the same figures, including copies and the cost under an n-gram model."""
    figures = {}
    for name in ("melody", staccato.name):
        player = Player(tiny_checkpoint("melody-2bar", codec=name))
        evaluation = evaluate(player, windows(name, 12), windows(name, 12, first=50), pairs=2)
        assert evaluation.parts == ()
        figures[name] = evaluation.figures.keys()
    assert figures["staccato"] == figures["melody"]


def test_no_module_checks_which_codec_it_has() -> None:
    """No `isinstance` with a codec and no comparison with its name: codecs have properties."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
                assert "Codec" not in ast.unparse(node.args[1]), f"{path}: {ast.unparse(node)}"
            if isinstance(node, ast.Compare):
                sides = [side for side in ast.walk(node) if isinstance(side, ast.Constant)]
                names = {side.value for side in sides} & CODECS.keys()
                assert not names, f"{path}: {ast.unparse(node)}"
