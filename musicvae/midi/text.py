"""Decoding of names and other texts in MIDI files, which do not say how they are encoded."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]+")
"""Kana and kanji of full width."""

_CONTROLS = re.compile(rb"[\x80-\x9f]")
"""Control characters in Latin-1; first bytes of kana and common kanji in Shift-JIS."""


def decode_text(data: bytes) -> str:
    """Decode UTF-16 with a byte order mark, UTF-8, Shift-JIS, or else Latin-1.

    Latin-1 accepts any bytes, and Shift-JIS many words with accents. A text is Shift-JIS if its
    kana and kanji stand in runs, of two characters on average, or alone without other letters.

    >>> [decode_text("Flöte".encode(code)) for code in ("utf-8", "utf-16", "latin-1")]
    ['Flöte', 'Flöte', 'Flöte']
    >>> decode_text("メロディ".encode("shift-jis"))
    'メロディ'
    """
    if data.startswith((BOM_UTF16_BE, BOM_UTF16_LE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.removeprefix(BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        pass
    japanese = _decode_japanese(data)
    return data.decode("latin-1") if japanese is None else japanese


def _decode_japanese(data: bytes) -> str | None:
    """The text in Shift-JIS; None if the bytes are none or more likely Latin-1."""
    if not _CONTROLS.search(data):
        return None
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError:
        return None
    runs = _JAPANESE.findall(text)
    letters = sum(map(len, runs))
    is_alone = letters == len("".join(text.split())) > 0
    return text if runs and (letters >= 2 * len(runs) or is_alone) else None
