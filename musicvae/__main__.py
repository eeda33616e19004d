"""Entry point of `musicvae` at the command line and of `python -m musicvae`."""

from __future__ import annotations

import signal
import sys
from io import TextIOWrapper


def main() -> None:
    """Run a command; docs/commands.md lists the exit codes."""
    from .cli.printable import printable
    from .errors import MusicVAEError, Terminated

    def terminate(number: int, frame: object) -> None:
        raise Terminated

    signal.signal(signal.SIGTERM, terminate)  # so that what is half done is tidied up
    try:
        from .cli import app

        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):  # characters that a terminal lacks become ?
                stream.reconfigure(errors="replace")
        app()
    except (MusicVAEError, OSError) as error:
        print(f"musicvae: {printable(error)}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt as stop:  # before the command began
        sys.exit(143 if isinstance(stop, Terminated) else 130)


if __name__ == "__main__":
    main()
