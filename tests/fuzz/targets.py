"""What the fuzzer feeds: each target makes an input from a random state, and runs it."""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from musicvae import checkpoint
from musicvae.adapt.apply_attributes import parse_settings
from musicvae.api import inputs
from musicvae.api.model import MusicVAE, load
from musicvae.codecs import CODECS
from musicvae.constraints.parse import parse_constraints
from musicvae.corpus.fast_reader import fast_tracks
from musicvae.corpus.read_file import read_tracks
from musicvae.errors import MidiError
from musicvae.generation.form import parse_form
from musicvae.midi.array_parts import FastPathUnsupported
from musicvae.midi.containers import NotMidi
from musicvae.midi.convert import from_tuples
from musicvae.midi.playback import read_playback
from musicvae.midi.reader import load_bytes, read_midi
from musicvae.score.melody_extraction import find_part
from musicvae.score.phrase import Phrase
from musicvae.score.provenance import parse_recipe
from musicvae.theory.general_midi import parse_program
from musicvae.theory.meter import Meter, parse_meter, to_meter
from musicvae.verbs.replay import replay

from ..miniatures import little_band, tiny_checkpoint, tiny_prior
from . import midi_bytes
from .measure import Disagreement
from .song_targets import (
    make_song_text,
    run_drumify,
    run_humanize,
    run_keys_and_chords,
    run_song,
    run_song_text,
)
from .values import ODD, TOKENS, change_value, mutate_json, random_text, to_json

FAST_CODECS = ("melody", "roll")


@dataclass(frozen=True)
class Target:
    """A function that makes an input, and one that runs it."""

    make: Callable[[Random], Any]
    run: Callable[[Any], object]


def run_playback(data: bytes) -> None:
    """Read what is heard of a file, or refuse it."""
    with suppress(NotMidi):
        read_playback(data)


def run_both_readers(data: bytes) -> None:
    """Raise Disagreement unless both readers give the same notes; neither sees a larger file."""
    load_bytes(data)
    for codec in FAST_CODECS:
        try:
            fast = fast_tracks(data, codec)
        except FastPathUnsupported:
            continue
        try:
            full = read_tracks(data, codec)
        except MidiError:
            full = []
        if not fast:
            continue  # the full reader is asked
        heads = [[(track.meter, track.bars) for track in tracks] for tracks in (fast, full)]
        if heads[0] != heads[1]:
            raise Disagreement(f"{codec}: {heads[0]} or {heads[1]}")
        for one, other in zip(fast, full, strict=True):
            if not np.array_equal(one.encoded(CODECS[codec]), other.encoded(CODECS[codec])):
                raise Disagreement(f"{codec}: other notes in {one.meter}, {one.bars} bars")


@functools.cache
def model(name: str = "melody-2bar") -> MusicVAE:
    """A small model of random weights, with a prior."""
    with tempfile.TemporaryDirectory() as folder:
        checkpoint.save(folder, tiny_prior(tiny_checkpoint(name)))
        return load(folder)


@functools.cache
def made_phrases() -> tuple[Phrase, ...]:
    """Phrases with recipes of several verbs."""
    source = little_band(Meter(4, 4), 0)
    return (
        *model().generate(1, seed=0),
        *model().generate(1, seed=1, bars=4, key="C", density="2-6", humanize=0.5),
        *model().vary(source, 1, seed=2),
        model().extend(source, bars=2, seed=3),
    )


def make_recipe(random: Random) -> tuple[int, str]:
    """The number of a phrase, and its recipe as text, changed."""
    number = random.randrange(len(made_phrases()))
    recipe = made_phrases()[number].recipe
    assert recipe
    about = json.loads(recipe.to_text())
    for _ in range(random.choice((1, 1, 2))):
        if random.random() < 0.6 and isinstance(about, dict) and about.get("options"):
            about["options"] = mutate_json(random, about["options"], ODD[:-3])
        else:
            about = mutate_json(random, about)
    text = to_json(about)
    if random.random() < 0.1:
        text = text[: random.randrange(len(text))] + random.choice(
            ("[" * 5000, "", "\ud800", "1e999")
        )
    return number, text


def run_recipe(given: tuple[int, str]) -> None:
    """Parse a recipe, and replay the phrase with it."""
    number, text = given
    phrase = made_phrases()[number]
    recipe = parse_recipe(text)
    if recipe:
        recipe = replace(recipe, notes=phrase.fingerprint, model=model().player.digest)
        replay(model().player, replace(phrase, recipe=recipe))


@functools.cache
def checkpoint_bytes() -> tuple[bytes, bytes]:
    """Config and weights of a small checkpoint."""
    with tempfile.TemporaryDirectory() as folder:
        checkpoint.save(folder, tiny_checkpoint())
        config, weights = (Path(folder) / n for n in (checkpoint.CONFIG, checkpoint.WEIGHTS))
        return config.read_bytes(), weights.read_bytes()


def make_checkpoint(random: Random) -> tuple[bytes, bytes]:
    """A config and weights, one of them changed."""
    config, weights = checkpoint_bytes()
    if random.random() < 0.6:
        about = mutate_json(random, json.loads(config))
        config = to_json(about).encode()
        return (
            midi_bytes.change_bytes(random, config) if random.random() < 0.1 else config
        ), weights
    size = int.from_bytes(weights[:8], "little")
    header = mutate_json(random, json.loads(weights[8 : 8 + size]))
    text = to_json(header).encode()
    weights = len(text).to_bytes(8, "little") + text + weights[8 + size :]
    return config, midi_bytes.change_bytes(random, weights) if random.random() < 0.3 else weights


def run_checkpoint(given: tuple[bytes, bytes]) -> None:
    """Load a checkpoint, and generate with it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in zip((checkpoint.CONFIG, checkpoint.WEIGHTS), given, strict=True):
            (Path(folder) / name).write_bytes(data)
        loaded = load(folder)
        if "generate" in loaded.verbs:
            loaded.generate(1, seed=0)


TEXT_PARSERS: dict[str, Callable[[Any], object]] = {
    "chords": lambda value: parse_constraints(chords=value),
    "key": lambda value: parse_constraints(key=value),
    "scale": lambda value: parse_constraints(key="A", scale=value),
    "range": lambda value: parse_constraints(range=value),
    "density": lambda value: parse_constraints(density=value),
    "max_polyphony": lambda value: parse_constraints(max_polyphony=value),
    "meter": lambda value: parse_meter(value) if isinstance(value, str) else to_meter(value),
    "program": parse_program,
    "settings": lambda value: parse_settings([value] if isinstance(value, str) else value),
    "form": lambda value: parse_form(value, None, 2),
    "cadence": lambda value: parse_form("A:4 B:4", None, 2, cadence=value),
    "energy": lambda value: parse_form("A:4 B:4", None, 2, energy=value),
    "track": lambda value: find_part(little_band(Meter(4, 4), 0), value),
    "bpm": lambda value: model().generate(1, seed=0, bpm=value),
    "seed": lambda value: model().generate(1, seed=value),
    "temperature": lambda value: model().generate(1, seed=0, temperature=value),
    "humanize": lambda value: model().generate(1, seed=0, humanize=value),
    "music": inputs.open,
}


def make_text(random: Random) -> tuple[str, str]:
    """A parser and a text."""
    kind = random.choice(sorted(TOKENS))
    return kind, random_text(random, kind)


def make_value(random: Random) -> tuple[str, object]:
    """A parser or an option, and a Python value."""
    kind = random.choice(sorted(TEXT_PARSERS))
    value = random.choice(ODD)
    return kind, random.choice((value, value, [value], (value, value), (value, 4), [("C", value)]))


def run_parser(given: tuple[str, Any]) -> None:
    """Parse a text or a value."""
    kind, value = given
    TEXT_PARSERS[kind](value)


def make_tuples(random: Random) -> tuple[list[Any], Any, Any, Any]:
    """Note tuples, meter, tempo and program; at least one of them is odd."""
    notes: list[Any] = [(i / 2, 0.5, 60 + i % 7, 80) for i in range(random.choice((0, 1, 4, 30)))]
    given: list[Any] = [notes, (4, 4), 120.0, 0]
    for _ in range(random.choice((1, 1, 2))):
        if notes and random.random() < 0.6:
            at = random.randrange(len(notes))
            note = [*notes[at]] if isinstance(notes[at], (list, tuple)) and notes[at] else [0]
            note[random.randrange(len(note))] = change_value(random, note[0], ODD)
            notes[at] = random.choice((tuple(note), tuple(note), note[:-1], random.choice(ODD)))
        else:
            place = random.randrange(1, 4)
            given[place] = change_value(random, given[place], ODD)
    return given[0], given[1], given[2], given[3]


def run_tuples(given: tuple[Any, Any, Any, Any]) -> None:
    """Make a phrase of note tuples."""
    notes, meter, bpm, program = given
    from_tuples(notes, meter, bpm=bpm, program=program)


def make_pretty_midi(random: Random) -> list[tuple[str, int, Any]]:
    """Changes to a `PrettyMIDI`: an attribute, the number of the note, and an odd value."""
    attributes = (
        *("start", "end", "pitch", "velocity", "name", "program", "is_drum", "tempo", "numerator"),
        *("denominator", "time", "resolution", "lyric", "bend", "control"),
    )
    return [
        (random.choice(attributes), random.randrange(4), random.choice((*ODD, "ボーカル", -5, 300)))
        for _ in range(random.choice((1, 1, 2, 3)))
    ]


def run_pretty_midi(changes: list[tuple[str, int, Any]]) -> None:
    """Open a `PrettyMIDI` after some changes; what pretty_midi itself refuses counts as refused."""
    import pretty_midi

    midi = pretty_midi.PrettyMIDI()
    part = pretty_midi.Instrument(73, name="Flute")
    part.notes = [pretty_midi.Note(80, 60 + i, i / 2, (i + 1) / 2) for i in range(8)]
    midi.instruments.append(part)
    sign = pretty_midi.TimeSignature(4, 4, 0)
    midi.time_signature_changes.append(sign)
    for attribute, number, value in changes:
        if attribute in ("start", "end", "pitch", "velocity"):
            setattr(part.notes[number], attribute, value)
        elif attribute in ("name", "program", "is_drum"):
            setattr(part, attribute, value)
        elif attribute in ("numerator", "denominator", "time"):
            setattr(sign, attribute, value)
        elif attribute == "resolution":
            midi.resolution = value
        elif attribute == "lyric":
            lyric = pretty_midi.Lyric("la", 0)
            lyric.text = value
            midi.lyrics.append(lyric)
        elif attribute == "bend":
            bend = pretty_midi.PitchBend(0, 0)
            bend.pitch = value
            part.pitch_bends.append(bend)
        elif attribute == "control":
            part.control_changes.append(pretty_midi.ControlChange(64, value, 0))
    inputs.open(midi)


TARGETS = {
    "reader": Target(midi_bytes.mutate, read_midi),
    "both readers": Target(midi_bytes.mutate, run_both_readers),
    "recipes": Target(make_recipe, run_recipe),
    "checkpoints": Target(make_checkpoint, run_checkpoint),
    "texts": Target(make_text, run_parser),
    "values": Target(make_value, run_parser),
    "tuples": Target(make_tuples, run_tuples),
    "pretty_midi": Target(make_pretty_midi, run_pretty_midi),
    "songs": Target(midi_bytes.mutate, lambda data: run_song(model(), data)),
    "harmony": Target(midi_bytes.mutate, run_keys_and_chords),
    "humanize": Target(midi_bytes.mutate, run_humanize),
    "drums": Target(midi_bytes.mutate, lambda data: run_drumify(model("drums-2bar"), data)),
    "playback": Target(midi_bytes.mutate, run_playback),
    "song texts": Target(make_song_text, lambda state: run_song_text(model(), state)),
}


def make_input(name: str, seed: int, index: int) -> Any:
    """The input of a target with a number; it depends on nothing else."""
    return TARGETS[name].make(Random(f"{name} {seed} {index}"))
