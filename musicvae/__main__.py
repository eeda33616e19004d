"""`musicvae` at the command line, and `python -m musicvae`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run a command. Exit codes: 0 done, 1 it cannot be done, 2 a wrong option, 130 interrupted."""
    from .cli import app
    from .errors import MusicVAEError

    try:
        app()
    except MusicVAEError as error:
        print(f"musicvae: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
