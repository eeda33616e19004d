"""What the page sends to the loudspeaker, and to MIDI ports."""

from __future__ import annotations

import numpy as np

from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import Meter

from .studio_page import StudioPage, tune

RATE = 44_100

RENDER = """async ([id, rate]) => {
    const { Player } = await import("/static/player.js");
    const get = async (path) => (await fetch(path)).json();
    const [music, voices] = await Promise.all([get(`/api/clips/${id}`), get("/api/voices")]);
    const context = new OfflineAudioContext(2, Math.ceil(music.seconds * rate), rate);
    const player = new Player(context, voices);
    player.load(music);
    player.play({ loop: false });
    const sound = await context.startRendering();
    const [left, right] = [sound.getChannelData(0), sound.getChannelData(1)];
    return Array.from(left, (value, at) => Math.round(1e5 * (value + right[at])));
}"""

PORT = """
    window.sent = [];
    const port = {
        id: "one", name: "Synth",
        send: (data, time) => window.sent.push([...data, time ?? 0, performance.now()]),
    };
    const access = { outputs: new Map([["one", port]]), addEventListener() {} };
    Object.defineProperty(navigator, "requestMIDIAccess", { value: async () => access });
"""


def loudness_of(sound: np.ndarray, pitch: int, start: float, seconds: float = 0.2) -> float:
    """How much of a pitch sounds from a time on."""
    part = sound[round(start * RATE) : round((start + seconds) * RATE)]
    turns = np.arange(len(part)) * 440 * 2 ** ((pitch - 69) / 12) / RATE
    return float(abs(np.exp(-2j * np.pi * turns) @ (part * np.hanning(len(part)))))


def test_the_right_pitches_sound_at_the_right_times(studio_page: StudioPage) -> None:
    """Of 25 pitches, the note that is written is the loudest, and begins where it is written."""
    pitches = (60, 67, 64, 72)
    notes = tuple(Note(8 * i, 4, pitch, 100) for i, pitch in enumerate(pitches))
    phrase = Phrase(parts=(Part(notes=notes, program=73),), meter=Meter(4, 4), bars=2)
    clip = studio_page.add("Scale", phrase)
    page = studio_page.open()
    sound = np.array(page.evaluate(RENDER, [clip["id"], RATE]), float)
    for number, pitch in enumerate(pitches):
        heard = [loudness_of(sound, other, number + 0.1) for other in range(55, 80)]
        assert 55 + int(np.argmax(heard)) == pitch
        full = loudness_of(sound, pitch, number + 0.1, 0.05)
        before = loudness_of(sound, pitch, number - 0.06, 0.05) if number else 0.0
        assert before < 0.1 * full
        assert loudness_of(sound, pitch, number + 0.04, 0.05) > 0.3 * full


def test_a_loop_goes_on_without_end(studio_page: StudioPage) -> None:
    """A bar at 120 quarters a minute is two seconds; it still sounds after them."""
    studio_page.add("Short", tune(1))
    page = studio_page.open("library")
    page.locator(".card-play").click()
    studio_page.wait_playing()
    page.wait_for_function("() => window.studioAudio.player.position() > 3.5")
    page.wait_for_function("() => window.studioAudio.player.position() < 2")
    assert studio_page.is_heard()
    page.keyboard.press("Space")
    studio_page.wait_playing(False)


def test_midi_goes_to_a_port_ahead_of_time(studio_page: StudioPage) -> None:
    """Notes leave before they sound, on the beat to a millisecond; so do 24 clocks a quarter."""
    studio_page.add("Even", tune(2))
    page = studio_page.page
    page.add_init_script(PORT)
    studio_page.open("library")
    field = page.get_by_label("Where notes go")
    page.locator(".card-play").click()
    studio_page.wait_playing()
    field.select_option("?")
    page.locator("option", has_text="Synth").wait_for(state="attached")
    page.keyboard.press("Escape")
    field.select_option("one")
    page.get_by_label("Clock").check()
    page.keyboard.press("Escape")
    page.locator(".play").click()
    studio_page.wait_playing(False)
    page.evaluate("() => (window.sent = [])")
    page.locator(".play").click()
    page.wait_for_function("() => window.sent.filter((m) => (m[0] & 0xf0) === 0x90).length >= 5")
    page.locator(".play").click()
    sent = page.evaluate("() => window.sent")
    ons = [message for message in sent if message[0] & 0xF0 == 0x90]
    assert [message[1] for message in ons[:4]] == [60, 64, 67, 72]
    times = np.array([message[3] for message in ons[:5]])
    assert np.abs(np.diff(times) - 500).max() < 1  # quarters at 120 bpm
    assert min(message[3] - message[4] for message in ons) > 0  # ahead
    clocks = np.array([message[1] for message in sent if message[0] == 0xF8])
    assert len(clocks) > 24
    assert np.abs(np.diff(clocks) - 500 / 24).max() < 1
    assert [message[0] for message in sent if message[0] in (0xFA, 0xFC)] == [0xFA, 0xFC]


def test_midi_is_hidden_where_the_browser_has_none(studio_page: StudioPage) -> None:
    """No field without Web MIDI."""
    studio_page.page.add_init_script(
        'Object.defineProperty(navigator, "requestMIDIAccess", { value: undefined })'
    )
    page = studio_page.open("library")
    assert page.locator(".midi-out").count() == 0
