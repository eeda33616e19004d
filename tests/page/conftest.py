"""The fixtures of the browser, for this folder too."""

from ..web.conftest import browser, page

__all__ = ["browser", "page"]
