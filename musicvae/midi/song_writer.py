"""Write phrases into their song: their notes take the place of those that they were read from.

All else stays as it is, event for event. The new events of one tick stand around those that were
there, so that the file that is read, and written again with the same phrases, has the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import RequestError
from ..score.phrase import Part, Phrase
from ..score.song import MAX_DIVISION, Event, Place, Player, Song
from ..theory.chords import symbols
from ..theory.meter import MAX_TEMPO, RESOLUTION
from .drum_tracks import DRUM_CHANNEL
from .events import MARKER, NOTE_ON, PROGRAM_CHANGE, SEQUENCER_SPECIFIC, SET_TEMPO, TEXT, TRACK_NAME
from .note_ticks import note_ticks
from .own_format import RECIPE, SIGNATURE
from .song_events import END, SongNote, free_channels, meta_data, meta_event, song_bytes
from .song_notes import NewNote, TrackEditor
from .song_text import SONG, is_chord_symbol, song_text
from .yamaha_xf import PREFIX

OWN_TEXTS = tuple(prefix.encode() for prefix in (SONG, RECIPE, SIGNATURE))


def write_into_song(sections: Sequence[Phrase]) -> bytes:
    """The file of a song with phrases in it, each at its place.

    Phrases without a place are what was read of the song, which is then written as it is.

    Raises:
        RequestError: a part has to be added, and no channel is free for it.
    """
    songs = [section.song for section in sections if section.song]
    sections = [section for section in sections if section.song and section.place]
    if not sections:
        return song_bytes(songs[0])
    song, sections = _with_resolution(sections)
    tracks = [TrackEditor(events) for events in song.tracks]
    for track in tracks:
        track.remove(_is_own_text)
    _scale_tempos(song, tracks, sections[0])
    players = _Players(song, tracks)
    played = []
    for section, place in _placed(sections):
        playing = [players.of(part, place) for part in section.parts]
        played.append((section, place, playing))
        _take_out(tracks, section, place, playing)
        if place.has_chords:
            _write_chords(tracks, section, place)
    for section, place, playing in played:
        _put_in(tracks, section, place, playing)
    kept = frozenset().union(*(place.kept for _, place, _ in played))
    for number, track in enumerate(tracks):
        track.make_room(number, kept)
    for section, place, playing in played:
        if section.recipe:
            text = song_text(section, place, playing, tracks)
            tracks[0].texts.append(meta_event(TEXT, text.encode()))
    return song_bytes(replace(song, tracks=tuple(track.events() for track in tracks)))


def _placed(sections: Sequence[Phrase]) -> list[tuple[Phrase, Place]]:
    return [(section, section.place) for section in sections if section.place]


def _with_resolution(sections: Sequence[Phrase]) -> tuple[Song, list[Phrase]]:
    """The song and the places in a resolution that holds all steps, and all offsets if there are.

    All ticks are multiplied by a whole number, so nothing moves in time.
    """
    song = sections[0].song
    assert song is not None
    has_offsets = any(
        n.offset for section in sections for part in section.parts for n in part.notes
    )
    least = max(
        RESOLUTION if has_offsets else 2 * section.meter.steps_per_quarter for section in sections
    )
    quarter = min(place.quarter for _, place in _placed(sections))
    factor = song.factor_for(least, quarter)
    song = song.finer(factor)
    moved = (
        replace(section, song=song, place=place.finer(factor))
        for section, place in _placed(sections)
    )
    return song, [*moved]


def without_own_texts(song: Song) -> Song:
    """The song without what this package writes about its notes."""
    tracks = (
        tuple((tick, event) for tick, event in track if not _is_own_text(event))
        for track in song.tracks
    )
    return replace(song, tracks=tuple(tracks))


def _is_own_text(event: bytes) -> bool:
    """Return True for the texts that this package writes about its files."""
    data = meta_data(event, TEXT)
    return data is not None and data.startswith(OWN_TEXTS)


def _scale_tempos(song: Song, tracks: Sequence[TrackEditor], phrase: Phrase) -> None:
    """Multiply all tempos so that the song has the tempo of a phrase at its place."""
    assert phrase.place is not None
    old, new = phrase.place.tempo, phrase.tempos[0].microseconds
    if old == new or song.division > MAX_DIVISION:
        return
    scaled = 0
    for track in tracks:
        for index, (tick, event) in enumerate(track.kept):
            data = meta_data(event, SET_TEMPO)
            if data is not None and len(data) == 3 and any(data):
                tempo = max(1, min(MAX_TEMPO, round(int.from_bytes(data) * new / old)))
                track.kept[index] = (tick, meta_event(SET_TEMPO, tempo.to_bytes(3)))
                scaled += 1
    if not scaled:
        tracks[0].kept.insert(0, (0, meta_event(SET_TEMPO, new.to_bytes(3))))


class _Players:
    """Who plays the parts of the phrases, those that are added to the song among them."""

    def __init__(self, song: Song, tracks: list[TrackEditor]) -> None:
        self._song, self._tracks = song, tracks
        self._added: dict[tuple[str, bool], Player] = {}

    def of(self, part: Part, place: Place) -> Player | None:
        """The player of the first source of a part, or a new one; None for a silent new part."""
        numbers = [*part.sources, *(n for name, n in place.accompaniment if name == part.name)]
        if numbers:
            return place.players[numbers[0]]
        key = part.name, part.is_drum
        if part.notes and key not in self._added:
            self._added[key] = self._add(part, place)
        return self._added.get(key)

    def _add(self, part: Part, place: Place) -> Player:
        """A new track for a part, or a free channel of the only track of a file of type 0 or 2.

        Raises:
            RequestError: there is no such channel.
        """
        free = free_channels(track.kept for track in self._tracks)
        free = [channel for channel in free if (channel == DRUM_CHANNEL) == part.is_drum]
        number = place.players[0].track if place.players else 0
        if self._song.kind == 1:
            number = len(self._tracks)
            name = meta_event(TRACK_NAME, part.name.encode())
            self._tracks.append(TrackEditor([(0, name), (0, END)]))
            free = free or [DRUM_CHANNEL if part.is_drum else number % DRUM_CHANNEL]
        if not free:
            raise RequestError(
                f"no channel is free for the part {part.name!r}: write the new part alone (--only)"
            )
        program = bytes([PROGRAM_CHANGE | free[0], part.program])
        self._tracks[number].kept.insert(1 if self._song.kind == 1 else 0, (0, program))
        return Player(number, (free[0],))


def _take_out(
    tracks: Sequence[TrackEditor],
    section: Phrase,
    place: Place,
    playing: Sequence[Player | None],
) -> None:
    """Remove the notes of all players of a phrase in its steps, but for those that are kept."""
    read = [
        place.players[source]
        for number, part in enumerate(section.parts)
        for source in part.sources
        if number not in place.given
    ]
    played = [
        player for number, player in enumerate(playing) if player and number not in place.given
    ]
    for player in {*read, *played}:

        def is_replaced(note: SongNote, track: int = player.track) -> bool:
            key = track, note.channel, note.start, note.pitch
            return _is_replaced(section, place, note.start) and key not in place.kept

        tracks[player.track].remove_notes(player.channels, is_replaced)


def _is_replaced(section: Phrase, place: Place, tick: int) -> bool:
    """Return True for a tick at which what stands in the file is replaced."""
    step = place.step(tick, section.meter.steps_per_quarter)
    return 0 <= step < section.steps and place.is_new(step)


def _put_in(
    tracks: Sequence[TrackEditor],
    section: Phrase,
    place: Place,
    playing: Sequence[Player | None],
) -> None:
    """Add the new notes of all parts of a phrase to the tracks of their players."""
    for number, (part, player) in enumerate(zip(section.parts, playing, strict=True)):
        if player and number not in place.given:
            track = tracks[player.track]
            track.add_notes(player.channels[0], _new_notes(part, section, place))
            for _, stop in place.new or ():
                end = place.tick(stop, section.meter.steps_per_quarter)
                track.last = max(track.last, end)


def _new_notes(part: Part, section: Phrase, place: Place) -> list[NewNote]:
    """The notes of a part from the first new step on, in ticks of the file."""
    scale = place.quarter / RESOLUTION
    notes = []
    for note, on, off in note_ticks(part, section):
        if place.is_new(note.start):
            start, end = (place.start + round(tick * scale) for tick in (on, off))
            notes.append(NewNote(start, max(end, start + 1), note.pitch, note.velocity))
    return notes


def _write_chords(tracks: Sequence[TrackEditor], section: Phrase, place: Place) -> None:
    """Replace the chord symbols in the new steps of a phrase by its chords, as markers.

    If the song goes on, the symbol that was in force after them is written there again.
    """
    grid = section.meter.steps_per_quarter

    def is_old(tick: int, event: bytes) -> bool:
        if not _is_replaced(section, place, tick):
            return False
        specific = meta_data(event, SEQUENCER_SPECIFIC)
        return is_chord_symbol(event) or (specific is not None and specific.startswith(PREFIX))

    restored = _symbol_after(tracks, section, place)
    for track in tracks:
        track.kept = [(tick, event) for tick, event in track.kept if not is_old(tick, event)]
    names = symbols(change.chord for change in section.chords)
    for change, name in zip(section.chords, names, strict=True):
        if place.is_new(change.step):
            tick = place.tick(change.step, grid)
            tracks[0].markers.append((tick, meta_event(MARKER, name.encode())))
    tracks[0].markers += restored


def _symbol_after(tracks: Sequence[TrackEditor], section: Phrase, place: Place) -> list[Event]:
    """The chord symbol in force at the end of a phrase, there; none if one stands there already."""
    grid = section.meter.steps_per_quarter
    end = place.tick(section.steps, grid)
    steps = [
        (place.step(tick, grid), event)
        for track in tracks
        for tick, event in track.kept
        if is_chord_symbol(event)
    ]
    before = [(step, event) for step, event in steps if step < section.steps]
    goes_on = any(
        tick >= end and event[0] & 0xF0 == NOTE_ON for track in tracks for tick, event in track.kept
    )
    is_told = place.is_written or any(step == section.steps for step, _ in steps)
    if not before or not goes_on or is_told:
        return []
    return [(end, max(before, key=lambda symbol: symbol[0])[1])]
