"""The form of a piece: a letter for each section; equal letters are the same music."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..arguments import check_text, quote
from ..errors import RequestError
from .seeding import MAX_BARS


@dataclass(frozen=True)
class Form:
    """Sections of equal length.

    Attributes:
        letters: the section at each place, such as AABA.
        bars: of one section.
    """

    letters: str
    bars: int

    @property
    def sections(self) -> str:
        """The distinct letters, in order of appearance."""
        return "".join(dict.fromkeys(self.letters))


def parse_form(form: str | None, bars: int | None, default: int) -> Form:
    """The form of a piece; one section if None.

    Args:
        bars: of the whole piece; `default` for each section if None.

    Raises:
        RequestError: the form is not a row of letters, or the bars do not divide into sections.
    """
    letters = check_text("form", form or "A").strip().upper()
    if not re.fullmatch("[A-Z]+", letters):
        raise RequestError(f"{quote(form)} is no form; write a letter for each section, like AABA.")
    total = default * len(letters) if bars is None else bars
    if not 1 <= total <= MAX_BARS:
        raise RequestError(f"Ask for 1 to {MAX_BARS:,} bars, not {total}.")
    if total % len(letters):
        raise RequestError(
            f"{total} bars are not {len(letters)} equal sections {letters}; "
            f"ask for {-(-total // len(letters)) * len(letters)}."
        )
    return Form(letters, total // len(letters))
