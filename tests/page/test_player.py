"""The player in a browser: pitches, onsets, loops, swaps, and its likeness to the synthesizer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from musicvae.api.sound import render as render_in_python
from musicvae.arrays import FloatArray
from musicvae.audio.loudness import loudness
from musicvae.audio.synthesis import RATE
from musicvae.page.music_json import music_json
from musicvae.page.voices import voices_json
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import Meter

from ..audio.listening import onset_near, pitch_of
from .listening import open_player, render, tune

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

VOICES = voices_json()
SCALE = [[1, 1, 60, 90], [3, 1, 64, 90], [5, 1, 67, 90]]


def hertz(pitch: float) -> float:
    """The frequency of a pitch."""
    return float(440 * 2 ** ((pitch - 69) / 12))


@pytest.fixture(scope="module")
def player(browser: Browser) -> Iterator[Page]:
    """A page with the player."""
    page = browser.new_page()
    open_player(page)
    yield page
    page.close()


@pytest.mark.parametrize("program", [0, 11, 33, 40, 80])
def test_pitches_are_in_tune(player: Page, program: int) -> None:
    """Each note is within 10 cents of its key, for voices of every family."""
    sound = render(player, tune(SCALE, 6, program), VOICES, 3.5).mean(0)
    for start, _, pitch, _ in SCALE:
        heard = sound[round((start / 2 + 0.1) * RATE) : round((start / 2 + 0.45) * RATE)]
        found = pitch_of(heard, hertz(pitch - 0.5), hertz(pitch + 0.5))
        assert found == pytest.approx(pitch, abs=0.1)


@pytest.mark.parametrize("program", [0, 33, None])
def test_onsets_are_on_time(player: Page, program: int | None) -> None:
    """Struck notes and drums begin within 3 ms of their times."""
    notes = [[start, 1, 38, 90] for start, *_ in SCALE] if program is None else SCALE
    music = tune(notes, 6, program or 0, drum=program is None)
    sound = render(player, music, VOICES, 3.5).mean(0)
    for start, *_ in SCALE:
        assert onset_near(sound, start / 2) == pytest.approx(start / 2, abs=0.003)


def test_tempo_changes_move_notes(player: Page) -> None:
    """The third quarter of a bar that slows down after the first comes at its second."""
    music = tune([[0, 1, 60, 90], [2, 1, 72, 90]], 4) | {"tempos": [[0, 120], [1, 60]]}
    sound = render(player, music, VOICES, 2.5).mean(0)
    assert onset_near(sound, 1.5) == pytest.approx(1.5, abs=0.003)


def test_a_loop_repeats_without_a_click(player: Page) -> None:
    """The second and the third turn are the same, and no step at a seam exceeds those within."""
    music = tune([[0, 2, 60, 90], [2, 2, 64, 90]], 4, program=16)
    sound = render(player, music, VOICES, 6.5, loop=True).mean(0)
    turn = 2 * RATE
    second, third = sound[turn : 2 * turn], sound[2 * turn : 3 * turn]
    assert abs(second - third).max() < 1e-3 < abs(second).max() / 100
    steps = abs(np.diff(sound))
    seam = steps[2 * turn - 200 : 2 * turn + 200].max()
    assert seam <= steps[turn + 1000 : 2 * turn - 1000].max()


def octave_up(sound: FloatArray, time: float) -> float:
    """The share of C5 in what is heard of C4 and C5 at a time."""
    heard = sound[round(time * RATE) : round((time + 0.1) * RATE)]
    spectrum = abs(np.fft.rfft(heard * np.hanning(len(heard)), 1 << 16)) ** 2
    frequency = np.fft.rfftfreq(1 << 16, 1 / RATE)
    low, high = (spectrum[abs(frequency / hertz(p) - 1) < 0.03].sum() for p in (60, 72))
    return float(high / (low + high))


@pytest.mark.parametrize(("when", "moment"), [("now", 1.31), ("beat", 1.5), ("bar", 2.0)])
def test_a_swap_is_heard_at_its_time(player: Page, when: str, moment: float) -> None:
    """Up to that beat or bar the old music sounds, from then on the new one."""
    low, high = ([[start, 1, pitch, 90] for start in range(8)] for pitch in (60, 72))
    swap = {"time": 1.3, "when": when, "music": tune(high, 8, 73)}
    sound = render(player, tune(low, 8, 73), VOICES, 3, swap, loop=True).mean(0)
    assert octave_up(sound, moment - 0.15) < 0.2
    assert octave_up(sound, moment + 0.15) > 0.8
    assert abs(np.diff(sound)).max() < 0.1


def test_the_place_is_kept_in_a_swap(player: Page) -> None:
    """New music goes on at the bar that comes next, not at its beginning."""
    rising = tune([[start, 1, 60 + start, 90] for start in range(8)], 8, 73)
    swap = {"time": 1.3, "when": "bar", "music": rising}
    sound = render(player, tune([], 8), VOICES, 3, swap, loop=True).mean(0)
    heard = sound[round(2.1 * RATE) : round(2.4 * RATE)]
    assert pitch_of(heard, hertz(60), hertz(68)) == pytest.approx(64, abs=0.1)


def test_a_muted_part_is_silent(player: Page) -> None:
    """Also in the reverb; the other part is heard."""
    music = tune([[0, 2, 60, 90]], 4)
    music["parts"].append(music["parts"][0] | {"notes": [[2, 2, 72, 90]]})
    sound = render(player, music, VOICES, 2, muted=[0]).mean(0)
    assert abs(sound[: round(0.95 * RATE)]).max() < 1e-4
    assert abs(sound[RATE:]).max() > 0.05


def test_a_closed_hi_hat_ends_an_open_one(player: Page) -> None:
    """As in the synthesizer."""
    alone = render(player, tune([[0, 1, 46, 100]], 4, drum=True), VOICES, 1).mean(0)
    ended: list[list[float]] = [[0, 1, 46, 100], [0.5, 1, 44, 1]]
    choked = render(player, tune(ended, 4, drum=True), VOICES, 1).mean(0)
    late = slice(round(0.3 * RATE), round(0.35 * RATE))  # the hall still rings
    assert (choked[late] ** 2).mean() < (alone[late] ** 2).mean() / 10


EIGHT = tuple(Note(4 * i, 4, 60 + i, 90) for i in range(8))
PHRASES = {
    **{
        name: Phrase(Meter(), 2, parts=(Part(EIGHT, program),))
        for name, program in (("piano", 0), ("guitar", 25), ("strings", 48), ("flute", 73))
    },
    "drums": Phrase(
        Meter(),
        2,
        parts=(
            Part(tuple(Note(4 * i, 1, (36, 42, 38, 42)[i % 4], 90) for i in range(8)), 0, True),
        ),
    ),
}


@pytest.mark.parametrize("name", PHRASES)
def test_it_is_as_loud_as_the_synthesizer(player: Page, name: str) -> None:
    """Within 3 LU, and never clipped."""
    music = json.loads(json.dumps(music_json(PHRASES[name])))
    sound = render(player, music, VOICES, 5)
    reference = render_in_python(PHRASES[name]).samples.T.astype(np.float32) / np.float32(32_768)
    assert loudness(sound) == pytest.approx(loudness(reference), abs=3)
    assert abs(sound).max() < 10 ** (VOICES["levels"]["ceiling"] / 20) + 1e-3


MIDI = """async ([music, voices]) => {
    const events = [];
    const player = new Player(new AudioContext(), voices);
    player.sink = {
        note: (...event) => events.push(event),
        program: (channel, program) => events.push(["program", channel, program]),
    };
    player.load(music);
    const begin = performance.now();
    player.play({ loop: true });
    await new Promise((done) => setTimeout(done, 700));
    player.stop();
    return [events, begin];
}"""


def test_a_sink_gets_midi_ahead_of_time(player: Page) -> None:
    """Notes on the channel of their part, each ended, at times of the page's clock."""
    music: dict[str, Any] = tune([[0, 0.5, 60, 90], [1, 0.5, 64, 80]], 2, 73)
    music["parts"].append({**tune([[0, 1, 36, 99]], 2, drum=True)["parts"][0]})
    events, begin = player.evaluate(MIDI, [music, VOICES])
    notes = [event for event in events if event[0] != "program"]
    assert ["program", 0, 73] in events
    on = [event for event in notes if event[0]]
    assert sorted(event[1:4] for event in on[:2]) == [[0, 60, 90], [9, 36, 99]]
    assert on[2][1:4] == [0, 64, 80]
    assert on[2][4] - on[0][4] == pytest.approx(500, abs=5)
    assert 0 < on[0][4] - begin < 500
    assert sorted((e[1], e[2]) for e in on) == sorted((e[1], e[2]) for e in notes if not e[0])
