"""Text from a file as it is printed: nothing in it can steer the terminal."""

from __future__ import annotations

from unicodedata import category


def printable(text: object) -> str:
    r"""The text in one line, with each character that is not printed written as Python writes it.

    Those are control characters, such as the escape that begins a colour or moves the cursor,
    line breaks, characters that turn the direction of the text, and halves of characters.

    >>> printable("Flute\x1b[2J\nBass"), printable("Für Elise")
    ('Flute\\x1b[2J\\nBass', 'Für Elise')
    """
    return "".join(
        char if char.isprintable() or category(char) == "Zs" else repr(char)[1:-1]
        for char in str(text)
    )
