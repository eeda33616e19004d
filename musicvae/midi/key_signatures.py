"""Key signatures as meta events: sharps, as a signed byte, and 1 for minor."""

from __future__ import annotations

from ..theory.key_signature import MAX_SHARPS, KeySignature


def read_key_signature(data: bytes) -> KeySignature | None:
    """The key signature of the data of an event; None if there is none such.

    >>> read_key_signature(bytes([0xFD, 1]))
    KeySignature(sharps=-3, is_minor=True)
    """
    if len(data) < 2 or data[1] > 1:
        return None
    sharps = int.from_bytes(data[:1], signed=True)
    return KeySignature(sharps, data[1] == 1) if abs(sharps) <= MAX_SHARPS else None


def key_signature_data(signature: KeySignature) -> bytes:
    """The data of the event of a key signature."""
    return signature.sharps.to_bytes(1, signed=True) + bytes([signature.is_minor])
