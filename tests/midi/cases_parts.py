"""Cases about who plays: parts over channels, names, drums, melody, programs, chord symbols."""

from __future__ import annotations

from . import smf
from .case_base import BASS, BEAT, RIGHT, SONG, TRIADS, TUNE, Case, chords, tune
from .smf import PPQ, Event, Line, body, file, meta, play


def song(*tracks: list[Event], kind: int = 1) -> bytes:
    """A file of tracks after the one with tempo and meter; of type 0, all in one."""
    if kind == 0:
        return file([body([event for track in (SONG, *tracks) for event in track])], 0)
    return file([body(SONG), *map(body, tracks)])


def spread_over_channels() -> list[Case]:
    """The notes of one player are on several channels of one track: they are one part."""
    cases = []
    for count in (2, 3, 6, 14):
        for bends in (False, True):
            events: list[Event] = [(0, smf.name("Guitar"))]
            for channel in range(count):
                events.append((0, smf.program(channel, 25)))
            for i, played in enumerate(TUNE):
                channel = i % count if bends else (80 - played[2]) % count
                bend = (round(played[0] * PPQ), bytes([0xE0 | channel, 0, 0x40]))
                events += [*([bend] if bends else []), *play([played], channel)]
            right = RIGHT | {"program": 25, "parts": 1}
            name = f"{count} channels" + (" with bends" if bends else "")
            cases.append(Case(name, song(events), right))
    for every in (2, 4):
        effects: Line = [(start, length / 2, p) for start, length, p in TUNE[::every]]
        events = [*tune(), (0, smf.program(5, 73)), *play(effects, 5, velocity=40)]
        cases.append(Case(f"effects on 1 of {every}", song(events), RIGHT | {"parts": 1}))
    apart = RIGHT | {"parts": 3}
    bass: list[Event] = [(0, smf.program(2, 33)), *play(BASS, 2)]
    cases.append(Case("type 0 stays apart", song(tune(3, title=""), chords(), bass, kind=0), apart))
    return cases


def part_names() -> list[Case]:
    """The name of the melody, in any encoding and event, tells it from busy high strings."""
    busy: Line = [(i / 2, 0.5, 79 + (0, 4, 7, 4)[i % 4]) for i in range(64)]
    low: Line = [(start, length, pitch - 15) for start, length, pitch in TUNE]
    encodings = {
        "ascii": ("Vocals", b"Vocals"),
        "latin-1": ("Mélodie", "Mélodie".encode("latin-1")),
        "shift-jis": ("ボーカル", "ボーカル".encode("shift_jis")),
        "shift-jis melody": ("メロディ", "メロディ".encode("shift_jis")),
        "utf-16": ("Vocals", "Vocals".encode("utf-16")),
        "utf-16-be": ("Vocals", b"\xfe\xff" + "Vocals".encode("utf-16-be")),
    }
    cases = []
    for encoding, (text, data) in encodings.items():
        for kind, event in ((0x03, "track"), (0x04, "instrument")):
            strings = [(0, meta(kind, b"Strings")), (0, smf.program(0, 48)), *play(busy)]
            singer = [(0, meta(kind, data)), (0, smf.program(1, 52)), *play(low, 1)]
            right = RIGHT | {"melody": low, "program": 52, "name": text}
            cases.append(Case(f"{encoding} in {event} name", song(strings, singer), right))
    return cases


def melody_among_arpeggios() -> list[Case]:
    """Unnamed tracks: the tune, though an arpeggio or repeated chords are higher and busier."""
    tones = [[24 + p for p in triad] + [36 + triad[0]] for triad in TRIADS]
    figures: dict[str, Line] = {
        "arpeggio": [(i / 2, 0.5, tones[i // 8 % 4][i % 4]) for i in range(64)],
        "up and down": [(i / 2, 0.5, tones[i // 8 % 4][(0, 1, 2, 1)[i % 4]]) for i in range(64)],
        "sixteenths": [(i / 4, 0.25, tones[i // 16 % 4][i % 4]) for i in range(128)],
        "chords": [(i / 2, 0.4, p) for i in range(64) for p in tones[i // 8 % 4]],
    }
    cases = []
    for name, figure in figures.items():
        for first in (True, False):
            for lower in (0, 12):
                notes = [(s, n, p - lower) for s, n, p in TUNE]
                high: list[Event] = [(0, smf.program(3, 73)), *play(figure, 3)]
                low = tune(notes=notes, title="")
                place = f"tune {'first' if first else 'last'}, {lower} lower"
                data = song(low, high) if first else song(high, low)
                cases.append(Case(f"{name}, {place}", data, RIGHT | {"melody": notes}))
    return cases


def joined_tracks() -> list[Case]:
    """`--track 1+2` joins two tracks that share the tune."""
    first = [n for n in TUNE if n[0] % 16 < 8]
    second = [n for n in TUNE if n[0] % 16 >= 8]
    tracks = [tune(0, first, "Upper"), tune(1, second, "Lower"), chords(2)]
    right = RIGHT | {"args": ["--track", "1+2"]}
    return [
        Case("two halves", song(*tracks), right),
        Case("in other order", song(*tracks), RIGHT | {"args": ["--track", "2+1"]}),
    ]


def drums_elsewhere() -> list[Case]:
    """Drums that are not on channel 10 are drums by their name or by what is struck."""
    cases = []
    for title in ("Drums", "Drum Rack", "Percussion", "Schlagzeug", "", "Track 1"):
        for channel in (0, 3):
            kit: list[Event] = [(0, smf.name(title)), *play(BEAT, channel)]
            name = f"{title or 'unnamed'} on {channel + 1}"
            cases.append(Case(name, song(kit), {"drums": BEAT}))
    for title in ("Drums", "Perc"):
        kit = [(0, smf.name(title)), *play(BEAT, 0)]
        cases.append(Case(f"{title} beside a tune", song(tune(), kit), RIGHT | {"drums": BEAT}))
    return cases


def strokes_of_no_class() -> list[Case]:
    """Drum pitches that belong to none of the nine drums: it is said how many."""
    cases = []
    for pitch in (15, 88, 120):
        for count in (1, 12):
            extra: Line = [(2 * i, 0.25, pitch) for i in range(count)]
            right = {"drums": BEAT, "notice": rf"\b{count}\b.*(stroke|drum|note|hit)"}
            cases.append(Case(f"{count} of {pitch}", song(play([*BEAT, *extra], 9)), right))
    return cases


def beyond_the_piano() -> list[Case]:
    """Notes below A0 or above C8 stay where they are, or it is said what moved by octaves."""
    cases = []
    for semitones in (-60, -48, 36, 44):
        moved: Line = [(s, n, min(127, max(0, p + semitones))) for s, n, p in TUNE]
        right = RIGHT | {"melody": moved, "or_notice": "octave"}
        cases.append(Case(f"{semitones:+}", song(tune(notes=moved)), right))
    return cases


def programs_that_change() -> list[Case]:
    """The instrument changes inside a track: each program comes back where it was."""
    cases = []
    for bars in ((4,), (2, 4), (2, 4, 6)):
        changes = [(4 * bar, (40, 56, 11)[i]) for i, bar in enumerate(bars)]
        events = tune() + [(quarter * PPQ, smf.program(0, n)) for quarter, n in changes]
        right = {key: RIGHT[key] for key in ("melody", "bpm", "meter")}
        programs = {"programs": [[0, 73], *map(list, changes)], "or_notice": "program|instrument"}
        cases.append(Case(f"{len(bars)} changes", song(events), right | programs))
    return cases


def many_tracks() -> list[Case]:
    """As many parts are listed as tracks play, also beyond sixteen."""
    cases = []
    for count in (16, 17, 40):
        tracks = [
            [(0, smf.name(f"Part {i}")), (0, smf.program(i % 16, 40)), *play(TUNE[: 3 + i], i % 16)]
            for i in range(count)
        ]
        cases.append(Case(f"{count}", song(*tracks), {"parts": count}))
    return cases


PROGRESSION = ["G", "Em7", "C", "D7", "G", "Bm", "Am7b5", "D7"]


def marked(texts: list[tuple[float, str]], kind: int = 0x06) -> bytes:
    """A file of the tune with texts at some quarters."""
    events = [(round(at * PPQ), meta(kind, text.encode())) for at, text in texts]
    return file([body([*SONG, *events]), body(tune())])


def chord_symbols() -> list[Case]:
    """Chord symbols among other texts are read; words, and letters of sections, are no chords."""
    symbols: list[tuple[float, str]] = [(4.0 * bar, s) for bar, s in enumerate(PROGRESSION)]
    sections: list[tuple[float, str]] = [(0, "Intro"), (8, "A_Verse"), (16, "Refrain")]
    right = RIGHT | {"chords": PROGRESSION}
    none = RIGHT | {"nochords": True}
    letters: list[tuple[float, str]] = [(8.0 * i, letter) for i, letter in enumerate("ABCA")]
    cases = [Case(f"kind {kind}", marked(symbols, kind), right) for kind in (1, 5, 6)]
    for count in (1, 2, 3):
        few = sorted([*sections[:count], *symbols])
        cases.append(Case(f"with {count} section names", marked(few), right))
        only = RIGHT | {"chords": PROGRESSION[1 : 1 + count]}  # the first could be a letter
        cases.append(Case(f"{count} alone", marked(symbols[1 : 1 + count]), only))
    words = [(float(i), word) for i, word in enumerate(("Am", " Ende", " des", " Ta", "ges", "C"))]
    return [
        *cases,
        Case("with a lyric", marked([*symbols, (30, "la la")]), right),
        Case("rehearsal letters", marked(letters), none),
        Case("words", marked(words, 5), none),
    ]


XF_ROOTS = {"G": 0x35, "Em7": 0x33, "C": 0x31, "D7": 0x32, "Bm": 0x37, "Am7b5": 0x36}
XF_TYPES = {"G": 0, "Em7": 10, "C": 0, "D7": 19, "Bm": 8, "Am7b5": 11}
"""Yamaha XF: root and accidental (3 is natural), and type, of each chord."""


def xf_chords() -> list[Case]:
    """Yamaha XF chord events: FF 7F 43 7B 01, root, type, bass root, bass type."""
    cases = []
    for bass in (b"\x7f\x7f", b"\x31\x00"):
        for kind in (0, 1):
            events = [
                (
                    4 * bar * PPQ,
                    meta(0x7F, bytes([0x43, 0x7B, 1, XF_ROOTS[s], XF_TYPES[s]]) + bass),
                )
                for bar, s in enumerate(PROGRESSION)
            ]
            right = RIGHT | {"chords": PROGRESSION}
            name = f"type {kind}, bass {bass.hex()}"
            cases.append(Case(name, song(tune(), events, kind=kind), right))
    return cases
