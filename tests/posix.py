"""A mark for tests that need what POSIX systems have and Windows has not."""

from __future__ import annotations

import os

import pytest


def posix_only(reason: str) -> pytest.MarkDecorator:
    """Skip a test on Windows, and say what is missing there."""
    return pytest.mark.skipif(os.name == "nt", reason=f"Windows has no {reason}")
