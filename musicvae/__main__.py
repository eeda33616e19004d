"""Entry point of `musicvae` at the command line and of `python -m musicvae`."""

from __future__ import annotations

import signal
import sys
from io import TextIOWrapper


def main() -> None:
    """Run a command; docs/commands.md lists the exit codes."""
    from .cli.printable import printable
    from .errors import MusicVAEError, Terminated

    signals: list[int] = []

    def terminate(number: int, frame: object) -> None:
        signals.append(number)
        raise Terminated

    signal.signal(signal.SIGTERM, terminate)  # so that what is half done is tidied up
    try:
        from .cli import app_for

        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):  # characters that a terminal lacks become ?
                stream.reconfigure(errors="replace")
        app_for(sys.argv[1] if sys.argv[1:] else "")()
    except (MusicVAEError, OSError) as error:
        print(f"musicvae: {printable(error)}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:  # before the command began
        sys.exit(143 if signals else 130)
    except SystemExit as end:  # typer takes every interrupt for Ctrl-C
        sys.exit(143 if signals and end.code == 130 else end.code)


if __name__ == "__main__":
    main()
