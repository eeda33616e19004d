"""What the fuzzer has found, each as small as it gets."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

pytest.importorskip("resource", reason="memory and CPU are not measured on this system")

from ..cpu import HANG_SECONDS
from ..midi import smf
from .measure import measure
from .targets import TARGETS, checkpoint_bytes, made_phrases

HUGE = 10**400
LONG = 10**5000
"""More digits than Python turns into text."""
END = smf.meta(0x2F)


def track(*events: tuple[int, bytes]) -> bytes:
    """A file of one track."""
    return smf.file([smf.body(events)])


def checkpoint_with(part: str | None, **fields: object) -> tuple[bytes, bytes]:
    """The small checkpoint with fields of its config, or of a part of it, replaced."""
    config, weights = checkpoint_bytes()
    about = json.loads(config)
    (about[part] if part else about).update(fields)
    return json.dumps(about).encode(), weights


def recipe_with(**options: object) -> tuple[int, str]:
    """The recipe of a phrase with other options."""
    recipe = made_phrases()[0].recipe
    assert recipe
    about = json.loads(recipe.to_text())
    about["options"] |= options
    return 0, json.dumps(about)


ON, OFF = b"\x90\x43\x50", b"\x80\x43\x00"
MARKER = "C" + "+9" * 28 + "!"
EIGHTHS = [(i / 2, 0.5, 67) for i in range(3000)]
METERS = [(480 * i, smf.meter(3 + i % 2, 2)) for i in range(3000)]

FOUND: dict[str, tuple[str, Any]] = {
    "marker that backtracks": (
        "reader",
        track((0, smf.meta(6, MARKER.encode())), (0, ON), (9, OFF)),
    ),
    "chord that backtracks": ("texts", ("chords", MARKER)),
    "key of many spaces": ("texts", ("key", "C" + " " * 60_000 + "!")),
    "alternating meters": (
        "reader",
        track(*METERS, *smf.play(EIGHTHS)),
    ),
    "pitch struck twice, never let go": ("both readers", track((120, ON), (240, ON))),
    "struck twice, then another let go": (
        "both readers",
        track((0, ON), (480, b"\x80\x42\x00"), (480, ON)),
    ),
    "struck three times, let go once": (
        "both readers",
        track((0, ON), (0, ON), (480, OFF), (480, ON)),
    ),
    "active sensing before a note": ("both readers", track((59, b"\xfe\x00"), (59, ON), (99, OFF))),
    "system exclusive of zeros": (
        "both readers",
        track((120, b"\xf7\x40" + bytes(64)), (120, ON), (120, OFF)),
    ),
    "system exclusive that is longer than the track": (
        "both readers",
        smf.file([smf.body([(0, ON), (0, b"\xf7\x81\x7e" + bytes(250))])]),
    ),
    "meter of 4 over 2 to 33": (
        "both readers",
        smf.file([smf.body([(0, smf.meter(2, 33))]), smf.body([(0, ON), (99, OFF)])]),
    ),
    "net that is a number": ("checkpoints", checkpoint_with(None, net=65504)),
    "step of infinity": ("checkpoints", checkpoint_with(None, step=math.inf)),
    "latent of 0": ("checkpoints", checkpoint_with("net", latent=0)),
    "huge humanize of a recipe": ("recipes", recipe_with(humanize=HUGE)),
    "tempo that is a dict": ("values", ("bpm", {"": None})),
    "huge tempo": ("values", ("bpm", HUGE)),
    "seed that is a pair": ("values", ("seed", (1, 2))),
    "seed of NaN": ("values", ("seed", math.nan)),
    "temperature that is a list": ("values", ("temperature", [1.0])),
    "humanize that is a pair": ("values", ("humanize", (0, 0))),
    "humanize that is text": ("values", ("humanize", "x")),
    "huge humanize": ("values", ("humanize", HUGE)),
    "form that is a pair": ("values", ("form", (1, 4))),
    "form that is bytes": ("values", ("form", b"x")),
    "track that is a pair": ("values", ("track", (0, 4))),
    "track that is bytes": ("values", ("track", b"x")),
    "settings that are numbers": ("values", ("settings", (0.5, 0.5))),
    "settings that are true": ("values", ("settings", True)),
    "settings that are bytes": ("values", ("settings", (b"", 4))),
    "seed of a half": ("values", ("seed", 0.5)),
    "seed of many digits": ("values", ("seed", -LONG)),
    "chord of many beats": ("values", ("chords", [("C", LONG)])),
    "range of many digits": ("values", ("range", (60, LONG))),
    "density of many digits": ("values", ("density", LONG)),
    "polyphony of many digits": ("values", ("max_polyphony", -LONG)),
    "key of many digits": ("values", ("key", LONG)),
    "meter of many digits": ("values", ("meter", (LONG, 4))),
    "program of many digits": ("values", ("program", LONG)),
    "program that is a long text": ("values", ("program", "9" * 5000)),
    "track of many digits": ("values", ("track", LONG)),
    "track that is a long text": ("texts", ("track", "9" * 60_004)),
    "path with a zero byte": ("values", ("music", "\0")),
    "path that is half a character": ("values", ("music", "\ud800")),
    "program that is bytes": ("tuples", ([(0, 1, 60)], (4, 4), 120.0, b"x")),
    "tempo of tuples that is a list": ("tuples", ([(0, 1, 60)], (4, 4), [120], 0)),
    "tempo of tuples that is huge": ("tuples", ([(0, 1, 60)], (4, 4), HUGE, 0)),
    "program of tuples of many digits": ("tuples", ([(0, 1, 60)], (4, 4), 120.0, LONG)),
    "pitch of many digits": ("tuples", ([(0, 1, LONG)], (4, 4), 120.0, 0)),
    "note of many bars": ("tuples", ([(0, LONG, 60)], (4, 4), 120.0, 0)),
    "meter of tuples of many digits": ("tuples", ([(0, 1, 60)], (LONG, 4), 120.0, 0)),
    "pretty_midi, resolution 0": ("pretty_midi", [("resolution", 0, 0)]),
    "pretty_midi, resolution 0.5": ("pretty_midi", [("resolution", 0, 0.5)]),
    "pretty_midi, resolution that is text": ("pretty_midi", [("resolution", 0, "ボーカル")]),
    "pretty_midi, huge resolution": ("pretty_midi", [("resolution", 0, HUGE)]),
    "pretty_midi, program 300": ("pretty_midi", [("program", 0, 300)]),
    "pretty_midi, lyric that is no Latin-1": ("pretty_midi", [("lyric", 0, "ボーカル")]),
    "pretty_midi, name that is no Latin-1": ("pretty_midi", [("name", 0, "ボーカル")]),
    "pretty_midi, start of NaN": ("pretty_midi", [("start", 0, math.nan)]),
}
"""Target and input of each."""


@pytest.mark.parametrize("name", FOUND)
@pytest.mark.filterwarnings("ignore")
def test_what_was_found_is_found_no_more(name: str) -> None:
    """No foreign exception, no hang, little memory."""
    target, given = FOUND[name]
    outcome = measure(TARGETS[target].run, given, HANG_SECONDS)
    assert (outcome.finding, outcome.message if outcome.is_foreign else "") == ("", "")
