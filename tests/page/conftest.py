"""The fixtures of the browser."""

from ..chromium import browser, page

__all__ = ["browser", "page"]
