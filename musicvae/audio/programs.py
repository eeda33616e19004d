"""Which voice plays each General MIDI program."""

from __future__ import annotations

from .held_voices import HELD
from .struck_voices import STRUCK
from .voice import Voice

VOICES: dict[str, Voice] = STRUCK | HELD
"""All voices by name."""

_RUNS: tuple[tuple[int, str], ...] = (
    *((0, "piano"), (4, "electric piano")),
    *((6, "harpsichord"), (8, "celesta"), (9, "glockenspiel"), (10, "celesta")),
    *((11, "vibraphone"), (12, "marimba"), (14, "bells"), (15, "dulcimer")),
    *((16, "organ"), (19, "church organ"), (20, "accordion"), (22, "harmonica")),
    *((23, "accordion"), (24, "nylon guitar"), (25, "steel guitar"), (26, "electric guitar")),
    *((28, "muted guitar"), (29, "distortion guitar"), (31, "electric guitar")),
    *((32, "acoustic bass"), (33, "electric bass"), (38, "synth bass")),
    *((40, "solo strings"), (44, "tremolo strings"), (45, "pizzicato"), (46, "harp")),
    *((47, "timpani"), (48, "strings"), (49, "slow strings"), (50, "strings")),
    *((51, "slow strings"), (52, "choir"), (55, "orchestra hit")),
    *((56, "brass"), (59, "muted brass"), (60, "brass"), (61, "brass section")),
    *((64, "sax"), (68, "oboe"), (71, "clarinet"), (72, "flute"), (75, "pan flute")),
    *((78, "whistle"), (79, "flute")),
    *((80, "square lead"), (81, "saw lead"), (82, "whistle"), (83, "saw lead")),
    *((85, "choir"), (86, "saw lead"), (87, "synth bass")),
    *((88, "glass pad"), (89, "warm pad"), (90, "bright pad"), (91, "choir")),
    *((92, "glass pad"), (93, "bright pad"), (94, "warm pad"), (95, "bright pad")),
    *((96, "glass pad"), (97, "bright pad"), (98, "glass pad"), (99, "bright pad")),
    *((100, "glass pad"), (101, "warm pad"), (102, "glass pad"), (103, "bright pad")),
    *((104, "sitar"), (105, "banjo"), (106, "koto"), (108, "kalimba"), (109, "bagpipe")),
    *((110, "solo strings"), (111, "oboe"), (112, "bells"), (113, "wood block")),
    *((114, "steel drum"), (115, "wood block"), (116, "melodic tom"), (119, "reverse cymbal")),
    *((120, "muted guitar"), (121, "noise"), (123, "whistle"), (125, "noise"), (127, "blast")),
)
"""First program of each run of programs with one voice, and the name of the voice."""


def _by_program() -> tuple[str, ...]:
    names: list[str] = []
    ends = [*(start for start, _ in _RUNS[1:]), 128]
    for (start, name), end in zip(_RUNS, ends, strict=True):
        names += [name] * (end - start)
    return tuple(names)


PROGRAM_VOICES = _by_program()
"""Name of the voice of each program, from 0. `[128]`"""


def voice_of(program: int) -> Voice:
    """The voice of a General MIDI program, 0 to 127."""
    return VOICES[PROGRAM_VOICES[program]]
