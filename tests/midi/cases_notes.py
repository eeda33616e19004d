"""Cases whose notes are as people play and export them: graces, stuck notes, latency, loops."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from . import smf
from .case_base import RIGHT, SONG, TUNE, Case, chords, line, tune, tune_with
from .smf import PPQ, Event, Line, body, file

ONSETS = {"onsets": TUNE, "bpm": 90, "meter": "4/4", "program": 73}
"""Right, without the lengths of the notes."""


def note(start: int, length: int, pitch: int, channel: int = 0) -> list[Event]:
    """One note, in ticks."""
    return [
        (start, bytes([0x90 | channel, pitch, 70])),
        (start + length, bytes([0x80 | channel, pitch, 0])),
    ]


def grace_notes() -> list[Case]:
    """A grace note before the beat, or on it, before the first note of each bar."""
    cases = []
    for interval in (-2, 1, 2, 5):
        for ticks in (10, 30, 59):
            graces = [
                event
                for start, _, pitch in TUNE
                if start % 4 == 0 and start
                for event in note(round(start * PPQ) - ticks, ticks, pitch + interval)
            ]
            name = f"{ticks} ticks, {interval:+}"
            cases.append(Case(f"{name} before", tune_with(*graces), ONSETS))
            late = [event for event in tune() if event[1][0] >> 4 not in (8, 9)]
            for start, length, pitch in TUNE:
                tick, end = round(start * PPQ), round((start + length) * PPQ)
                if start % 4 == 0:
                    late += note(tick, ticks, pitch + interval)
                    tick += ticks
                late += note(tick, end - tick, pitch)
            cases.append(Case(f"{name} on", file([body(SONG), body(late)]), ONSETS))
    return cases


def zero_length_notes() -> list[Case]:
    """A note of no length on the first beat of each bar, above, below or at the tune's pitch."""
    cases = []
    for interval in (-12, -2, 0, 2, 12):
        for first in (True, False):
            extra: list[Event] = []
            for start, _, pitch in TUNE:
                if start % 4 == 0:
                    on, off = note(round(start * PPQ), 0, pitch + interval)
                    extra.append((on[0], on[1] + b"\0" + off[1]))  # one unit: they stay together
            events = [*extra, *tune()] if first else [*tune(), *extra]
            place = "before" if first else "after"
            data = file([body(SONG), body(events)])
            cases.append(Case(f"{interval:+} {place}", data, RIGHT))
    return cases


def fast_notes() -> list[Case]:
    """Notes nearer together than the grid: none is lost, or it is said how many are."""
    cases = []
    for name, per_quarter in (("32nds", 8), ("quintuplets", 5), ("septuplets", 7), ("64ths", 16)):
        for bars in ((2,), (2, 6), (0, 1, 2, 3)):
            slow = [n for n in TUNE if n[0] // 4 not in bars]
            length = Fraction(1, per_quarter)
            fast: Line = [
                (float(4 * bar + i * length), float(length), 67 + (0, 2, 4, 5, 7)[i % 5])
                for bar in bars
                for i in range(2 * per_quarter)
            ]
            notes = sorted([*slow, *fast])
            right = {"onsets": notes, "or_notice": r"\d+ .*note|\d+ notes"}
            data = tune_with(notes=notes)
            cases.append(Case(f"{name} in {len(bars)} bars", data, right))
    return cases


def stuck_notes() -> list[Case]:
    """A note that never ends, or lasts while the tune goes by: the tune is read."""
    cases = []
    for pitch in (40, 96, 103):
        for bar in (0, 2, 5):
            start = 4 * bar * PPQ
            for name, off in (("never", None), ("late", 32 * PPQ)):
                if off and bar == 5:  # only eleven notes come and go while it lasts
                    continue
                events = note(start, (off or start) - start, pitch)
                data = tune_with(*events[: 2 if off else 1], end=32 * PPQ)
                # it begins with a note of the tune, and may stand in its place for one beat
                right = ONSETS | {"or_notice": "1 note .* ended at the next onset"}
                cases.append(Case(f"{pitch} in bar {bar} ends {name}", data, right))
    return cases


def latency() -> list[Case]:
    """Every onset is late, or early, by the same time and a little chance: it is taken out."""
    cases = []
    for ticks in (25, 40, 50, 60, -40):
        for jitter in (0, 12):
            for seed in range(2):
                random = Random(seed)
                late: Line = [
                    (start + (480 + ticks + random.randint(-jitter, jitter)) / PPQ, length * 0.9, p)
                    for start, length, p in TUNE
                ]
                data = file([body(SONG), body(tune(notes=late))])
                # the whole tune stands one quarter later, so that an early note has room
                right = {"onsets": [(s + 1, n, p) for s, n, p in TUNE], "meter": "4/4"}
                cases.append(Case(f"{ticks:+} ticks, jitter {jitter}, seed {seed}", data, right))
    return [case for case in cases if "jitter 0, seed 1" not in case.name]


def swing() -> list[Case]:
    """Eighths of which the second is late: every onset is kept, each in its own place."""
    cases = []
    scale = (67, 69, 71, 72, 74, 76, 78)
    for share in (0.58, 0.62, 2 / 3):
        swung: Line = [(i // 2 + (share if i % 2 else 0), 0.3, scale[i * 3 % 7]) for i in range(64)]
        thirds = {"onsets": [(s // 1 + (2 / 3 if s % 1 else 0), n, p) for s, n, p in swung]}
        straight = {"onsets": [(s // 1 + (1 / 2 if s % 1 else 0), n, p) for s, n, p in swung]}
        right = thirds if share > 0.65 else straight | {"or": thirds}
        cases.append(Case(f"{share:.0%}", tune_with(notes=swung), right))
    return cases


def triplets() -> list[Case]:
    """Triplets of eighths throughout, in short and in long bars."""
    cases = []
    scale = (67, 69, 71, 72, 74, 76, 78)
    for numerator, power in ((2, 2), (3, 2), (4, 2), (5, 2), (6, 2), (2, 1), (3, 1), (2, 0)):
        quarters = 4 * numerator // 2**power
        notes: Line = [(i / 3, 1 / 3, scale[i * 3 % 7]) for i in range(3 * 2 * quarters)]
        song = [(0, smf.tempo(90)), (0, smf.meter(numerator, power))]
        right = {"onsets": notes, "meter": f"{numerator}/{2**power}", "or_notice": "triplet"}
        cases.append(
            Case(f"in {numerator}_{2**power}", file([body(song), body(tune(notes=notes))]), right)
        )
    return cases


def mixed_beats() -> list[Case]:
    """Some beats in triplets, others in sixteenths: no note is moved by more than it must."""
    cases = []
    for bars in ((3,), (1, 5), (0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 6, 7)):
        notes: list[tuple[float, float, int]] = []
        for beat in range(32):
            parts = 3 if beat // 4 in bars else 4
            notes += [(beat + i / parts, 1 / parts, 67 + (beat + 2 * i) % 7) for i in range(parts)]
        right = {"onsets": notes, "within": 1 / 12, "or_notice": r"\d+ .*notes|triplet"}
        cases.append(Case(f"{len(bars)} bars of 8 in triplets", tune_with(notes=notes), right))
    return cases


def loops() -> list[Case]:
    """A loop of four bars with a bar of rest at its start, its end or both keeps its length."""
    cases = []
    for first, last in ((0, 3), (1, 4), (1, 3), (2, 3)):
        notes = [n for n in TUNE if 4 * first <= n[0] < 4 * last]
        data = file([body(SONG, 16 * PPQ), body(tune(notes=notes), 16 * PPQ)])
        right = {"onsets": notes, "bars": 4, "or_notice": "empty|rest|silen"}
        cases.append(Case(f"music in bars {first} to {last}", data, right))
    return cases


def overhang() -> list[Case]:
    """The last note ends a few ticks after the last bar line: that is no bar."""
    cases = []
    for ticks in (1, 5, 20, 55, 70, 100):
        *most, (start, length, pitch) = TUNE
        notes = [*most, (start, length + ticks / PPQ, pitch)]
        cases.append(Case(f"{ticks} ticks", tune_with(notes=notes), RIGHT | {"bars": 8}))
    return cases


def _eighths(start: float, quarters: float) -> list[tuple[float, float, int]]:
    """Eighths that fill some quarters; the last takes what remains."""
    count = int(quarters * 2)
    lengths = [0.5] * (count - 1) + [quarters - (count - 1) / 2]
    return line(*((n, (79, 78, 76, 74)[i % 4]) for i, n in enumerate(lengths)), start=start)


def meters_that_change() -> list[Case]:
    """A bar in another meter, or several, stand in the tune: all of it is read, or it is said."""
    cases = []
    for numerator, power in ((1, 2), (3, 2), (2, 2), (7, 3), (13, 5)):
        for bar in (2, 4, 6):
            for bars in (1, 4):
                extra = bars * 4 * numerator / 2**power
                notes: list[tuple[float, float, int]] = [n for n in TUNE if n[0] < 4 * bar]
                notes += _eighths(4 * bar, extra)
                notes += [(s + extra, n, p) for s, n, p in TUNE if s >= 4 * bar]
                change, back = round(4 * bar * PPQ), round((4 * bar + extra) * PPQ)
                song = [*SONG, (change, smf.meter(numerator, power)), (back, smf.meter(4, 2))]
                melody = tune(notes=notes, title="Melody")
                data = file([body(song), body(melody), body(chords())])
                right = {"onsets": notes, "or_notice": "bar|meter|section"}
                name = f"{bars} of {numerator}_{2**power} after bar {bar}"
                cases.append(Case(name, data, right))
    return cases
