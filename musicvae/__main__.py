"""Entry point of `musicvae` at the command line and of `python -m musicvae`."""

from __future__ import annotations

import sys
from io import TextIOWrapper


def main() -> None:
    """Run a command. Exit codes: 0 success, 1 an error, 2 a wrong option, 130 interrupted."""
    from .cli import app
    from .cli.printable import printable
    from .errors import MusicVAEError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # characters that a terminal lacks become ?
            stream.reconfigure(errors="replace")
    try:
        app()
    except (MusicVAEError, OSError) as error:
        print(f"musicvae: {printable(error)}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
