"""Songs and their texts, changed: the verbs and `replay` on files that are not clean."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from random import Random

from musicvae.api import inputs
from musicvae.api.harmony import mark_chords
from musicvae.api.humanize import humanize
from musicvae.api.model import MusicVAE
from musicvae.api.transposition import transpose
from musicvae.errors import MidiError
from musicvae.midi.reader import read_midi
from musicvae.midi.song_events import meta_data, meta_event, read_song, song_bytes, song_notes
from musicvae.midi.song_text import SONG
from musicvae.midi.writer import midi_bytes
from musicvae.score.song import Event, Song

from ..midi.songs import song_file
from . import midi_bytes as fuzzed
from .measure import Disagreement
from .values import ODD, mutate_json, to_json

MAX_BARS = 64


def run_song(model: MusicVAE, data: bytes) -> None:
    """Extend a file, or fill a bar, and replay it; raise Disagreement if it is not the same."""
    opened = inputs.open(data)
    if sum(phrase.bars for phrase in opened.phrases) > MAX_BARS:
        return  # a model takes long for it
    random = Random(len(data))
    verb = random.choice(("extend", "reconstruct", "fill"))
    if verb == "extend":
        phrase = model.extend(opened, 1, seed=1)
    elif verb == "fill":
        phrase = model.fill(opened, random.randint(1, 4), seed=1)[0]
    else:
        phrase = model.reconstruct(opened).phrase
    written = midi_bytes(phrase)
    read_midi(written)
    if model.player.latent and midi_bytes(model.replay(written)) != written:
        raise Disagreement("a song is not replayed as it was written")


def run_drumify(model: MusicVAE, data: bytes) -> None:
    """Write drums into a file and replay them; raise Disagreement if they are not the same."""
    opened = inputs.open(data)
    if sum(phrase.bars for phrase in opened.phrases) > MAX_BARS:
        return  # a model takes long for it
    random = Random(len(data))
    bar, replaced = random.randint(1, 4), random.random() < 0.5
    written = midi_bytes(model.drumify(opened, bars=bar, replace=replaced, seed=1)[0])
    read_midi(written)
    if midi_bytes(model.replay(written)) != written:
        raise Disagreement("drums are not replayed as they were written")


def run_keys_and_chords(data: bytes) -> None:
    """Transpose a file and mark its chords; raise Disagreement if other events are lost."""
    marked = mark_chords(data)
    before = [_count_kept(track) for track in read_song(data).tracks]
    for song in (marked, transpose(data, by=len(data) % 255 - 127)):
        if read_song(midi_bytes(song)) != song:
            raise Disagreement("a song is not read back as it was written")
        if [_count_kept(track) for track in song.tracks] != before:
            raise Disagreement("events are added or lost")


def _count_kept(track: Sequence[Event]) -> int:
    return sum(meta_data(event, 6) is None for _, event in track)


def run_humanize(data: bytes) -> None:
    """Humanize a file; raise Disagreement if a note is lost, or it cannot be read again."""
    opened = inputs.open(data)
    random = Random(len(data))
    try:
        groove = random.choice((None, None, opened))
        played = humanize(opened, random.choice((0.5, 4.0)), seed=1, groove=groove)
    except MidiError as error:
        raise Disagreement("what was humanized cannot be read") from error
    if keys_of(midi_bytes(played)) != keys_of(data):
        raise Disagreement("a note was lost")


def keys_of(data: bytes) -> list[list[tuple[int, int]]]:
    """Channel and pitch of the notes of each track, sorted."""
    tracks = read_song(data).tracks
    return [sorted((n.channel, n.pitch) for n in song_notes(t, range(16))) for t in tracks]


@functools.cache
def written_song(model: MusicVAE, verb: str) -> Song:
    """A song with a new part."""
    if verb == "fill":
        return read_song(midi_bytes(model.fill(song_file(1), "3-4", seed=1)[0]))
    return read_song(midi_bytes(model.vary(song_file(1), 1, bars="3-4", seed=1)[0]))


def make_song_text(random: Random) -> str:
    """Changes of the text about a new part, as a state of `random`."""
    return str(random.random())


def run_song_text(model: MusicVAE, state: str) -> None:
    """Replay and vary a song whose text about its new part was changed."""
    random = Random(state)
    song = written_song(model, random.choice(("vary", "fill")))
    tick, event = song.tracks[0][0]
    text = meta_data(event, 1)
    assert text is not None
    about = json.loads(text.removeprefix(SONG.encode()))
    for _ in range(random.choice((1, 1, 2))):
        about = mutate_json(random, about, ODD[:-3])
    changed = meta_event(1, SONG.encode() + to_json(about).encode(errors="replace"))
    track = ((tick, changed), *song.tracks[0][1:])
    data = song_bytes(Song(song.kind, song.division, (track, *song.tracks[1:])))
    if random.random() < 0.1:
        data = fuzzed.change_bytes(random, data)
    midi_bytes(model.vary(data, 1, seed=1)[0])
    midi_bytes(model.replay(data))
