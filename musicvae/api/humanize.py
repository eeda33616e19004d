"""humanize: the feel of drummers, or of a performance, and swing, for the notes of a song."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..arguments import check_arguments
from ..config import check_seed
from ..errors import RequestError
from ..midi.reader import main_phrase, read_midi_data
from ..midi.song_events import read_song, song_bytes
from ..midi.song_writer import without_own_texts
from ..performance.groove_template import GrooveTemplate
from ..performance.humanize import check_amount
from ..performance.song_feel import Stretch, change_feel, learn_groove
from ..performance.swing import check_swing, swing_of
from ..score.bar_range import BarsLike, parse_bars
from ..score.melody_extraction import part_numbers
from ..score.phrase import Phrase
from ..score.song import Place, Player
from ..theory.meter import TRIPLET
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
    groove: Music | None = None,
    track: str | int | None = None,
    bars: BarsLike | None = None,
    seed: int | None = None,
    bpm: float = 120.0,
) -> Phrase:
    """Move the notes of some music off the grid as drummers do, or a performance, and swing them.

    Onsets, ends and velocities change, relative to what they were; pitches, the order of the notes
    of each key, and every other event of the file stay. All parts play together.

    Args:
        music: music of any kind.
        amount: 0 changes nothing, 1 deviates as far as drummers do; pitched parts half as far.
        swing: 0 is straight; at 1 the second of two eighths is played on the last third of their
            quarter. Where the music moves in sixteenths, these swing instead.
        groove: a performance, whose mean timing and accents at each step of the bar, of each drum
            where both have drums, take the place of those of drummers. At an amount of 1 the notes
            are where it has them, at 0.5 halfway there from where they were. Its section with most
            notes is read.
        track: the parts to change, by number (from 1) or name, or several: "2+3"; None for all.
        bars: the bars to change: "5-8", (5, 8) or 5, as the file counts them; None for all.
        seed: the same seed gives the same file; of a groove nothing is random.
        bpm: quarters per minute of a file that is timed in seconds.

    Returns:
        the music, as it is read again; `write_midi` and `midi_bytes` give its whole file.

    Raises:
        MidiError, RequestError: the music cannot be read, a number is out of range, it has no such
            track or bars, nothing in it can swing, or has the meter of the groove.
    """
    check_amount(amount)
    check_swing(swing)
    check_seed(seed)
    chosen = None if bars is None else parse_bars(bars)
    template = None if groove is None else _template(groove, bpm)
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
        notices = (*_unswung(stretches, swing), *_ungrooved(stretches, template))
    song = read_song(opened.data)
    changed = change_feel(song, stretches, amount, swing, seed, template)
    if changed != song:
        changed = without_own_texts(changed)
    elif amount or swing:
        notices = (*notices, "there is no note to move in it")
    phrases = read_midi_data(opened.name or "The music", song_bytes(changed), bpm)
    named = inputs.add_notices(Phrase(notices=notices), opened.notices, opened.name).notices
    results = [replace(phrase, place=None, song=changed, notices=named) for phrase in phrases]
    return join_sections(results, phrases.index(main_phrase(phrases)))


def _template(groove: Music, bpm: float) -> GrooveTemplate:
    """The groove of some music, in its section with most notes."""
    opened = as_file(inputs.open(groove, bpm=bpm))
    assert opened.data is not None
    phrase = opened.main
    place = phrase.place or Place(0, 1, ())
    whole = Stretch(phrase, place, place.players, range(phrase.steps))
    return learn_groove(read_song(opened.data), whole)


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


def _ungrooved(stretches: Sequence[Stretch], groove: GrooveTemplate | None) -> tuple[str, ...]:
    """The notice about sections of another meter than a groove.

    Raises:
        RequestError: all are.
    """
    asked = [stretch.phrase for stretch in stretches if stretch.steps]
    others = [phrase for phrase in asked if groove and groove.meter != phrase.meter]
    if not groove or not others:
        return ()
    meters = " and ".join(dict.fromkeys(str(phrase.meter) for phrase in others))
    if len(others) == len(asked):
        swung = groove.meter.steps_per_quarter == TRIPLET
        way_out = "take one in its meter" + ", or swing it (--swing)" * swung
        raise RequestError(f"the groove is in {groove.meter} and this is in {meters}: {way_out}")
    bars = sum(phrase.bars for phrase in others)
    return (f"{bars} of its bars are in {meters} and keep their feel: the groove is not",)
