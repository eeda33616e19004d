"""Pages with the player, and what is heard of music in an OfflineAudioContext."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import musicvae.page
from musicvae.arrays import FloatArray
from musicvae.audio.synthesis import RATE

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = Path(musicvae.page.__file__).with_name("assets") / "player.js"

RENDER = """async ([music, voices, seconds, options, swap]) => {
    const context = new OfflineAudioContext(2, seconds * RATE, RATE);
    const player = new Player(context, voices);
    player.load(music);
    for (const part of options.muted || []) player.mute(part, true);
    player.play(options);
    if (swap) context.suspend(swap.time).then(() => {
        player.swap(swap.music, swap.when);
        context.resume();
    });
    const sound = await context.startRendering();
    const both = [0, 1].map((i) => new Uint8Array(sound.getChannelData(i).buffer));
    return both.map((bytes) => {
        let text = "";
        for (let i = 0; i < bytes.length; i += 32768)
            text += String.fromCharCode(...bytes.subarray(i, i + 32768));
        return btoa(text);
    });
}""".replace("RATE", str(RATE))


def open_player(page: Page) -> None:
    """Load the script of the player into a page."""
    script = SCRIPT.read_text(encoding="utf-8").rpartition("export ")[0]
    page.set_content("<!doctype html><div id=box style='width: 800px'></div>")
    page.add_script_tag(content=f"{script}\nObject.assign(window, {{ Player, drawRoll }});")


def render(
    page: Page, music: Any, voices: Any, seconds: float, swap: Any = None, **options: Any
) -> FloatArray:
    """What the player makes of some music, full scale at 1. `[2, N]`"""
    sides = page.evaluate(RENDER, [music, voices, seconds, options, swap])
    return np.stack([np.frombuffer(base64.b64decode(side), np.float32) for side in sides])


def tune(
    notes: Sequence[Sequence[float]], quarters: float, program: int = 0, *, drum: bool = False
) -> dict[str, Any]:
    """Music JSON of one part in 4/4 at 120 quarters a minute."""
    part = {"name": "", "program": program, "instrument": "", "drum": drum, "notes": notes}
    return {
        **{"name": "tune", "bpm": 120, "tempos": [[0, 120]], "key": None},
        **{"meter": "4/4", "beat": 1, "bar": 4, "meters": [[0, "4/4", 1, 4]], "pickup": 0},
        **{"bars": quarters / 4, "quarters": quarters, "seconds": quarters / 2},
        **{"chords": [], "sections": [], "parts": [part]},
    }
