"""What is heard of a file: onsets, pitches, pedal, tempos, levels."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.api.sound import render
from musicvae.arrays import FloatArray
from musicvae.audio.loudness import loudness, true_peak
from musicvae.audio.mixer import mix
from musicvae.audio.sound import Sound
from musicvae.audio.synthesis import RATE
from musicvae.errors import MidiError
from musicvae.midi.playback import read_playback
from musicvae.midi.reader import read_midi

from ..midi import smf
from .listening import file_of, heard, mono, onset_near, pitch_of

SCALE = [(n / 2, 0.4, 60 + pitch) for n, pitch in enumerate((0, 2, 4, 5, 7, 9, 11, 12))]


def full_scale(sound: Sound) -> FloatArray:
    """Both channels, `[2, N]`."""
    samples: FloatArray = (sound.samples.T / 32_768).astype(np.float32)
    return samples


@pytest.mark.parametrize("program", [0, 24, 45, 12])
def test_onsets_are_where_the_tempos_put_them(program: int) -> None:
    """Within 5 ms, while the tempo changes twice."""
    tempos = [(0, smf.tempo(100)), (480, smf.tempo(180)), (960, smf.tempo(73))]
    line = [(start, 0.2, pitch) for start, _, pitch in SCALE]
    sound = heard(*tempos, (0, smf.program(0, program)), *smf.play(line))
    quarters = [start for start, _, _ in line]
    wanted = np.interp(quarters, [0, 1, 2, 4], np.cumsum([0, 60 / 100, 60 / 180, 2 * 60 / 73]))
    signal = np.pad(mono(sound), (RATE, 0))
    found = np.array([onset_near(signal, 1 + time) - 1 for time in wanted])
    assert np.abs(found - wanted).max() < 0.005


def test_pitches_are_those_of_the_file() -> None:
    """Within 10 cents, also in chords."""
    sound = mono(heard(*smf.play([(0, 2, 60), (0, 2, 64), (0, 2, 67)])))
    for pitch in (60, 64, 67):
        frequency = 440 * 2 ** ((pitch - 69) / 12)
        assert abs(pitch_of(sound, frequency / 1.02, frequency * 1.02) - pitch) < 0.1


@pytest.mark.parametrize("velocity", [5, 64, 127])
@pytest.mark.parametrize("channel", [0, 9])
def test_everything_is_equally_loud_and_nothing_clips(velocity: int, channel: int) -> None:
    """-16 LUFS within half a unit, true peaks below -1 dB, for soft and loud music and drums."""
    line = [(n / 2, 0.4, 36 + n % 3) for n in range(8)]
    sound = full_scale(heard(*smf.play(line, channel, velocity=velocity)))
    assert abs(loudness(sound) + 16) < 0.5
    assert true_peak(sound) < -1.0


def test_tails_are_kept_and_end_in_silence() -> None:
    """A sound goes on after its last note, and begins and ends near zero."""
    sound = mono(heard(*smf.play([(0, 1, 60)])))
    assert len(sound) > 1.2 * RATE
    assert max(abs(sound[:1].max()), np.abs(sound[-50:]).max()) < 1e-3


def test_the_same_file_gives_the_same_bytes() -> None:
    """Twice, and from a phrase as from its file."""
    data = file_of(*smf.play(SCALE))
    assert render(data).wav() == render(data).wav()
    (phrase,) = read_midi(data)
    assert render(phrase).seconds == pytest.approx(render(data).seconds, abs=0.05)


def test_a_loop_repeats_without_a_click() -> None:
    """It lasts as long as its bars, and the join is as smooth as the rest."""
    line = [(n, 1.0, 60 + 3 * (n % 3)) for n in range(4)]
    sound = heard((0, smf.program(0, 48)), *smf.play(line), end=4 * smf.PPQ, loop=True)
    assert len(sound.samples) == 2 * RATE
    twice = np.concatenate([mono(sound), mono(sound)])
    steps = np.abs(np.diff(twice, 2))
    join = steps[2 * RATE - 100 : 2 * RATE + 100].max()
    assert join <= steps[1_000 : 2 * RATE - 1_000].max() * 1.2


def test_the_pedal_holds_what_is_let_go() -> None:
    """Until it is lifted."""
    note = smf.play([(0, 0.5, 60), (3.9, 0.1, 84)])
    pedal = [(0, bytes([0xB0, 64, 127])), (1440, bytes([0xB0, 64, 0]))]
    dry, held = read_playback(file_of(*note)), read_playback(file_of(*pedal, *note))
    assert [n.end for n in dry.notes] == pytest.approx([0.25, 2.0])
    assert [n.end for n in held.notes] == pytest.approx([1.5, 2.0])


def test_programs_volume_pan_and_bends_are_those_of_the_moment() -> None:
    """A change counts from its tick on."""
    changes = [
        *((0, smf.program(0, 73)), (480, smf.program(0, 40)), (0, bytes([0xB0, 7, 50]))),
        *((480, bytes([0xB0, 7, 100])), (0, bytes([0xB0, 10, 0])), (480, bytes([0xE0, 0, 96]))),
    ]
    playback = read_playback(file_of(*changes, *smf.play([(0, 1, 60), (1, 1, 62)])))
    assert [note.program for note in playback.notes] == [73, 40]
    (strip,) = playback.strips
    assert [strip.gain.at(time) for time in (0.1, 0.6)] == pytest.approx([0.25, 1])
    assert strip.pan == -1
    assert [strip.bend.at(time) for time in (0.1, 0.6)] == pytest.approx([0, 1])
    bent = mono(heard(*changes, *smf.play([(0, 1, 60), (1, 3, 62)])))[round(0.7 * RATE) :]
    assert abs(pitch_of(bent, 290, 330) - 63) < 0.1


def test_what_has_no_note_or_lasts_too_long_is_refused() -> None:
    """In a sentence, before anything is rendered."""
    with pytest.raises(MidiError, match="there is no note in it"):
        render(file_of((0, smf.program(0, 3))))
    with pytest.raises(MidiError, match="it lasts 50 minutes, and at most 20 are rendered"):
        render(file_of(*smf.play([(0, 1, 60), (5_999, 1, 60)])))
    with pytest.raises(MidiError, match="is not a MIDI file"):
        render(b"la la la")


def test_a_melody_is_heard_above_its_chords() -> None:
    """In a channel without a volume, three notes at once are as loud as one."""
    tune = smf.play([(n, 1, 60) for n in range(4)])
    chords = smf.play([(n, 1, pitch) for n in range(4) for pitch in (55, 60, 64)])
    alone = [loudness(mix(read_playback(file_of(*line)))) for line in (tune, chords)]
    assert alone[1] == pytest.approx(alone[0], abs=1.5)


def test_many_held_notes_are_bounded() -> None:
    """Of a thousand notes that are never let go, the mix takes those that a player would."""
    from musicvae.audio.mixer import MAX_VOICES, _ends

    notes = read_playback(
        file_of(*smf.play([(n / 100, 1_000, n % 128) for n in range(1_000)]))
    ).notes
    ends = np.array(_ends(notes))
    starts = np.array([note.start for note in notes])
    assert max(((starts <= t) & (ends > t)).sum() for t in starts) <= MAX_VOICES
