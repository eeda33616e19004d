"""Clips: from what a verb returns to what is stored, and from there to JSON and to files."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ..api import inputs
from ..api.inputs import Opened
from ..api.sound import render
from ..errors import RequestError
from ..midi.reader import main_phrase, read_midi_data
from ..midi.writer import midi_bytes
from ..notation.files import encode
from ..notation.read_score import score_to_midi
from ..page.music_json import music_json
from ..score.phrase import Phrase
from ..score.song import Song
from ..verbs.reconstruct import Reconstruction
from .library import Clip, clean_name
from .music import midi_of

T = TypeVar("T")

_MADE_BEFORE = re.compile(r" \([a-z]+(?: \d+)?\)$")
"""What `name_of` put after the name of a clip."""

SCORES = (b"PK", b"<?xml", b"<score", b"<!DOCTYPE", b"\xef\xbb\xbf<")
"""How files of MusicXML begin."""

MEDIA_TYPES = {
    "mid": "audio/midi",
    "wav": "audio/wav",
    "musicxml": "application/vnd.recordare.musicxml+xml",
}
"""The kinds of files that a clip can be fetched as, by their endings."""


class Made(NamedTuple):
    """How a clip was made, as it is told in JSON."""

    verb: str | None = None
    model: str | None = None
    seed: int | None = None
    parents: tuple[str, ...] = ()


def phrases_of(result: Any) -> list[Phrase | Song]:
    """The music that a verb returned, whatever form it has."""
    results = result if isinstance(result, list) else [result]
    return [one.phrase if isinstance(one, Reconstruction) else one for one in results]


def clip_of(music: Phrase | Song, name: str, made: Made) -> Clip:
    """A clip from what a verb made, not stored yet."""
    sections = music.sections if isinstance(music, Phrase) else ()
    costs = [section.recipe.cost for section in sections if section.recipe]
    notices = inputs.notices_of([music]) if isinstance(music, Phrase) else music.notices
    about = {
        **made._asdict(),
        "cost": round(sum(costs), 2) if costs else None,
        "notices": list(notices),
    }
    return _with_summary(Clip(clean_name(name), about, {}, midi_bytes(music)))


def uploaded_clip(data: bytes, name: str) -> Clip:
    """A clip from a file that a user dropped: MIDI, or a score where music21 is installed.

    Raises:
        MidiError: it cannot be read.
        MissingExtra: it is a score, and music21 is not installed.
    """
    name = clean_name(Path(name.replace("\\", "/")).name)
    midi = data
    if _is_score(data, name):
        midi = score_to_midi(name, data)
    opened = open_midi(midi, name)
    about = {**Made()._asdict(), "cost": None, "notices": list(opened.notices)}
    return _with_summary(Clip(Path(name).stem or name, about, {}, midi))


def _is_score(data: bytes, name: str) -> bool:
    return data.lstrip().startswith(SCORES) or name.lower().endswith(".abc")


def open_midi(midi: bytes, name: str) -> Opened:
    """The music of a file, whose errors and notices have the name of the clip.

    Raises:
        MidiError: it cannot be read.
    """
    phrases = tuple(inputs.add_notices(phrase, (), name) for phrase in read_midi_data(name, midi))
    return Opened(name, phrases, main_phrase(phrases), midi)


def open_json(music: dict[str, Any]) -> Opened:
    """The music of a clip that is given as JSON.

    Raises:
        RequestError: it has another form.
    """
    name = clean_name(_typed(music, "name", str) or "The clip")
    if "midi" not in music:
        return open_midi(midi_of(music), name)
    try:
        return open_midi(b64decode(_typed(music, "midi", str) or "", validate=True), name)
    except NotBase64:
        raise RequestError(f"{name}: its field midi is no MIDI file as base64.") from None


def posted_clip(posted: dict[str, Any]) -> Clip:
    """A clip from JSON: from its file, if that is in it, or from its music.

    Raises:
        MidiError, RequestError: it cannot be read.
    """
    opened = open_json(posted)
    assert opened.data is not None
    made = Made(
        verb=_typed(posted, "verb", str),
        model=_typed(posted, "model", str),
        seed=_typed(posted, "seed", int),
        parents=tuple(filter(_is_text, _typed(posted, "parents", list) or ())),
    )
    about = {**made._asdict(), "cost": _typed(posted, "cost", float), "notices": []}
    return _with_summary(Clip(opened.name or "Clip", about, {}, opened.data))


def _typed(posted: dict[str, Any], name: str, kind: type[T]) -> T | None:
    """A field of a clip, if it has its type."""
    value = posted.get(name)
    return value if isinstance(value, kind) else None


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def clip_json(clip: Clip, *, notes: bool = True) -> dict[str, Any]:
    """A clip as the API answers it, with its notes or without.

    One that is not stored has its file as base64, so that `posted_clip` can store it as it is.
    """
    music = (clip.music or _music(clip.midi, clip.name)) if notes else clip.summary
    return {
        **music,
        **({} if clip.id else {"midi": b64encode(clip.midi).decode()}),
        "id": clip.id,
        "name": clip.name,
        "starred": clip.starred,
        "trashed": clip.trashed,
        "made": clip.made or None,
        **clip.about,
    }


def file_of(clip: Clip, kind: str) -> bytes:
    """The bytes of a clip as a file: `mid`, `wav` or `musicxml`.

    Raises:
        MidiError: it has no note, or is too long to render.
        RequestError: there is no such kind.
    """
    if kind == "mid":
        return clip.midi
    if kind == "wav":
        return render(open_midi(clip.midi, clip.name)).wav()
    if kind == "musicxml":
        return encode(Path(f"{file_name(clip.name)}.musicxml"), clip.midi).data
    raise RequestError(f"A clip is fetched as {', '.join(MEDIA_TYPES)}, not {kind!r}.")


def file_name(name: str) -> str:
    """The name of a clip as that of a file, on every system, without an ending.

    >>> file_name("a/b: <c>?"), file_name("..."), file_name("con")
    ('a b c', 'clip', 'con_')
    """
    safe = " ".join(re.sub(r'[\\/:*?"<>|]', " ", clean_name(name)).split()).strip(". ")[:100]
    reserved = re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", safe)
    return (f"{safe}_" if reserved else safe) or "clip"


def name_of(verb: str, sources: Sequence[Opened], seed: int | None, number: int, count: int) -> str:
    """The name of a new clip: after the first clip that it was made from, or after its seed."""
    which = f" {number}" if count > 1 else ""
    if not sources:
        return f"{verb} {seed}{which}".replace("generate", "phrase")
    stem = _MADE_BEFORE.sub("", sources[0].name or "clip")
    return f"{stem} ({verb}{which})"


def _music(midi: bytes, name: str) -> dict[str, Any]:
    """The music of a file as JSON, all its sections one after another."""
    first, *others = read_midi_data(name, midi)
    return music_json(replace(first, after=tuple(others)), name)


def _with_summary(clip: Clip) -> Clip:
    """The clip with its music as JSON, and the same without notes."""
    music = _music(clip.midi, clip.name)
    parts = [
        {key: value for key, value in part.items() if key != "notes"} for part in music["parts"]
    ]
    return replace(clip, music=music, summary={**music, "parts": parts})
