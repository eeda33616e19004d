"""Key signatures in files: written, read back, and read from files of other programs."""

from __future__ import annotations

import io
from dataclasses import replace

import mido
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from musicvae.midi.key_signatures import key_signature_data, read_key_signature
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Phrase
from musicvae.theory.key_signature import KeySignature

from ..strategies import phrases
from . import smf

SIGNATURES = st.builds(KeySignature, st.integers(-7, 7), st.booleans())
QUARTERS = [(i, 1, 60 + i % 5) for i in range(16)]


@given(phrases(), st.lists(SIGNATURES | st.none(), min_size=2, max_size=2))
@settings(max_examples=40)
def test_a_signature_is_read_back_and_written_again(
    phrase: Phrase, signatures: list[KeySignature | None]
) -> None:
    """Of each section; without one there is none in the file."""
    assume(phrase.bars)
    first, second = (replace(phrase, key_signature=signature) for signature in signatures)
    for written in (first, replace(second, before=(first,))):
        data = midi_bytes(written)
        read = read_midi(data)
        assert [p.key_signature for p in read] == [p.key_signature for p in written.sections]
        assert midi_bytes(replace(read[-1], before=tuple(read[:-1]))) == data


@given(SIGNATURES)
def test_mido_reads_the_same_signature(signature: KeySignature) -> None:
    """As a name, at the start of the first track."""
    data = midi_bytes(Phrase(bars=1, key_signature=signature))
    track = mido.MidiFile(file=io.BytesIO(data)).tracks[0]
    (message,) = [m for m in track if m.type == "key_signature"]
    assert message.key == signature.tonic + "m" * signature.is_minor


@given(st.binary(max_size=4))
def test_any_bytes_are_a_signature_or_none(data: bytes) -> None:
    """One that is read is written as those bytes."""
    signature = read_key_signature(data)
    assert signature is None or key_signature_data(signature) == data[:2]


def test_a_section_of_a_foreign_file_has_the_signature_in_force() -> None:
    """It may change before a section begins; the first one holds from the start on."""
    changes = [(0, smf.meta(0x59, b"\x02\0")), (6 * smf.PPQ, smf.meta(0x59, b"\xfd\1"))]
    meters = [(0, smf.meter(4, 2)), (8 * smf.PPQ, smf.meter(3, 2))]
    data = smf.file([smf.body([*meters, *changes]), smf.body(smf.play(QUARTERS))])
    march, waltz = read_midi(data)
    assert march.key_signature == KeySignature(2)
    assert waltz.key_signature == KeySignature(-3, is_minor=True)
