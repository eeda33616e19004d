"""humanize: the timing and loudness of drummers, and swing, for the notes of a song."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..arguments import check_arguments
from ..config import check_seed
from ..errors import RequestError
from ..midi.reader import main_phrase, read_midi_data
from ..midi.song_events import read_song, song_bytes
from ..midi.song_writer import without_own_texts
from ..performance.humanize import check_amount
from ..performance.song_feel import Stretch, change_feel
from ..performance.swing import check_swing, swing_of
from ..score.bar_range import BarsLike, parse_bars
from ..score.melody_extraction import part_numbers
from ..score.phrase import Phrase
from ..score.song import Place, Player
from . import inputs
from .inputs import Music, Opened, naming
from .sections import join_sections
from .songs import as_file, steps_of_bars

NO_SWING = (
    "swing moves the second of two eighths, which is not in triplets, 6/8 and bars of odd eighths"
)


@check_arguments
def humanize(
    music: Music,
    amount: float = 1.0,
    *,
    swing: float = 0.0,
    track: str | int | None = None,
    bars: BarsLike | None = None,
    seed: int | None = None,
    bpm: float = 120.0,
) -> Phrase:
    """Move the notes of some music off the grid as drummers do, and swing them.

    Onsets, ends and velocities change, relative to what they were; pitches, the order of the notes
    of each key, and every other event of the file stay. All parts play together.

    Args:
        music: music of any kind.
        amount: 0 changes nothing, 1 deviates as far as drummers do; pitched parts half as far.
        swing: 0 is straight; at 1 the second of two eighths is played on the last third of their
            quarter. Where the music moves in sixteenths, these swing instead.
        track: the parts to change, by number (from 1) or name, or several: "2+3"; None for all.
        bars: the bars to change: "5-8", (5, 8) or 5, as the file counts them; None for all.
        seed: the same seed gives the same file.
        bpm: quarters per minute of a file that is timed in seconds.

    Returns:
        the music, as it is read again; `write_midi` and `midi_bytes` give its whole file.

    Raises:
        MidiError, RequestError: the music cannot be read, a number is out of range, it has no such
            track or bars, or nothing in it can swing.
    """
    check_amount(amount)
    check_swing(swing)
    check_seed(seed)
    chosen = None if bars is None else parse_bars(bars)
    opened = as_file(inputs.open(music, bpm=bpm))
    assert opened.data is not None
    with naming(opened):
        players = _players(opened, track)
        every = [range(phrase.steps) for phrase in opened.phrases]
        steps = every if chosen is None else steps_of_bars(opened, chosen)
        stretches = [
            Stretch(phrase, phrase.place or Place(0, 1, ()), players, some)
            for phrase, some in zip(opened.phrases, steps, strict=True)
        ]
        notices = _unswung(stretches, swing)
    song = read_song(opened.data)
    changed = change_feel(song, stretches, amount, swing, seed)
    if changed != song:
        changed = without_own_texts(changed)
    elif amount or swing:
        notices = (*notices, "there is no note to move in it")
    phrases = read_midi_data(opened.name or "The music", song_bytes(changed), bpm)
    named = inputs.add_notices(Phrase(notices=notices), opened.notices, opened.name).notices
    results = [replace(phrase, place=None, song=changed, notices=named) for phrase in phrases]
    return join_sections(results, phrases.index(main_phrase(phrases)))


def _players(opened: Opened, track: str | int | None) -> set[Player]:
    """Who plays the parts that are asked for.

    Raises:
        RequestError: there is no such part, or it has no notes.
    """
    main = opened.main
    if track is None:
        return {one for phrase in opened.phrases if phrase.place for one in phrase.place.players}
    numbers = [number - 1 for number in part_numbers(main, track)]
    parts = (phrase.parts[number:][:1] for phrase in opened.phrases for number in numbers)
    if not any(part.notes for found in parts for part in found):
        raise RequestError(f"track {track!r} has no notes")
    assert main.place is not None
    return {main.place.players[number] for number in numbers}


def _unswung(stretches: Sequence[Stretch], swing: float) -> tuple[str, ...]:
    """The notice about sections that cannot swing.

    Raises:
        RequestError: none can.
    """
    asked = [stretch.phrase for stretch in stretches if stretch.steps]
    straight = [phrase for phrase in asked if swing and swing_of(phrase, swing) is None]
    if not straight:
        return ()
    if len(straight) == len(asked):
        raise RequestError(f"nothing in it can swing: {NO_SWING}")
    bars = sum(phrase.bars for phrase in straight)
    return (f"{bars} of its bars were not swung: {NO_SWING}",)
