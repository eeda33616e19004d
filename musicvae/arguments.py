"""Checks of arguments and options; each error says which one it is and what it may be.

Ranges that depend on the music or the net are checked where they are used. Here it is made sure
that an argument has its type, that a whole number fits 64 bits, and that a text has a length
that can be worked on.
"""

from __future__ import annotations

import inspect
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from numbers import Integral, Real
from typing import Any, ParamSpec, TypeVar

from .errors import RequestError

_KEYWORD = inspect.Parameter.KEYWORD_ONLY

Check = Callable[[str, object], Any]
"""Takes the name of an argument and its value, and returns the value to use."""

P = ParamSpec("P")
R = TypeVar("R")

MAX_SYMBOL = 64
"""Characters of the longest key, scale, chord symbol, meter, range or density."""

MAX_TEXT = 1_000
"""Characters of the longest text of any other option."""

MAX_PATH, MAX_FILE_NAME = 4_095, 255
"""Bytes of the longest path, and of the longest name in it, that file systems hold."""

MAX_SHOWN = 60
"""Characters of a value that an error quotes."""

MAX_WHOLE = 2**63 - 1
"""Largest whole number that an argument may be."""

MAX_SEED = 2**128 - 1
"""Largest seed; a seed that is drawn has 128 bits."""


def quote(value: object) -> str:
    """The value as an error quotes it: as Python writes it, shortened.

    >>> quote("A minor"), quote("x" * 100)[-7:]
    ("'A minor'", 'xxx ...')
    """
    try:
        text = repr(value)
    except Exception:  # a number of 5,000 digits, or an object whose repr fails
        return f"a {type(value).__name__} that is too large to show"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]} ..."


def check_whole(name: str, value: object, largest: int = MAX_WHOLE) -> int:
    """A whole number as an int; True, False and 4.0 are none.

    Raises:
        RequestError: it is something else, or does not fit 64 bits.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise RequestError(f"{name} is a whole number, not {quote(value)}.")
    whole = int(value)
    if not -MAX_WHOLE <= whole <= largest:
        bits = largest.bit_length()
        raise RequestError(f"{name} is a whole number of at most {bits} bits, not {quote(value)}.")
    return whole


def check_number(name: str, value: object) -> float | int:
    """A number as a float, or as the int that it is; it may be infinite or NaN.

    Raises:
        RequestError: it is something else, or an int that no float can hold.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise RequestError(f"{name} is a number, not {quote(value)}.")
    return check_whole(name, value) if isinstance(value, Integral) else float(value)


def check_seed(name: str, value: object) -> int:
    """A seed: a whole number from 0 on, of at most 128 bits.

    Raises:
        RequestError: it is something else.
    """
    seed = check_whole(name, value, MAX_SEED)
    if seed < 0:
        raise RequestError(f"A seed is a whole number from 0 on, not {seed}.")
    return seed


def check_text(name: str, value: object, limit: int = MAX_TEXT) -> str:
    """A text of at most `limit` characters.

    Raises:
        RequestError: it is something else, or longer.
    """
    if not isinstance(value, str):
        raise RequestError(f"{name} is text, not {quote(value)}.")
    if len(value) > limit:
        raise RequestError(f"{name} has at most {limit:,} characters, not {len(value):,}.")
    return value


def check_path(name: str, value: object) -> Any:
    """A path that a system can open: text or a `Path`, without a NUL or half a character.

    Raises:
        RequestError: it is something else.
    """
    if not isinstance(value, str | os.PathLike):
        raise RequestError(f"{name} is a path, not {quote(value)}.")
    try:
        data = os.fsencode(value)
    except UnicodeEncodeError:
        data = b"\0"
    if b"\0" in data:
        raise RequestError(f"{quote(os.fspath(value))} is no path: it has a character of no file.")
    names = data.replace(os.fsencode(os.sep), b"/").split(b"/")
    if len(data) > MAX_PATH or max(map(len, names)) > MAX_FILE_NAME:
        raise RequestError(f"{quote(os.fspath(value))} is no path: it is longer than any.")
    return value


def _check_flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise RequestError(f"{name} is True or False, not {quote(value)}.")
    return value


def _check_paths(name: str, value: object) -> Any:
    if isinstance(value, str | bytes | os.PathLike) or not isinstance(value, Iterable):
        raise RequestError(f"{name} are paths in a list, not {quote(value)}.")
    return [check_path(name, path) for path in value]


def _check_list(name: str, value: object) -> Any:
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise RequestError(f"{name} are several pieces of music in a list, not {quote(value)}.")
    return list(value)


def _check_text_or_whole(name: str, value: object) -> str | int:
    """A track or program, by name or by number."""
    if isinstance(value, str):
        return check_text(name, value)
    if isinstance(value, Integral) and not isinstance(value, bool):
        return check_whole(name, value)
    raise RequestError(f"{name} is a name or a whole number, not {quote(value)}.")


def _check_bars(name: str, value: object) -> Any:
    """A number of bars, or ranges of them in any form that `score.bar_range` reads."""
    if isinstance(value, str):
        return check_text(name, value, MAX_SYMBOL)
    if isinstance(value, list):
        return [_check_bars(name, bars) for bars in value]
    if isinstance(value, tuple) and len(value) == 2:
        return tuple(check_whole(name, bar) for bar in value)
    return check_whole(name, value)


def _check_settings(name: str, value: object) -> dict[str, float]:
    if not isinstance(value, Mapping):
        raise RequestError(
            f"{name} are amounts by name, like {{'density': 1}}, not {quote(value)}."
        )
    return {check_text(name, key): check_number(name, amount) for key, amount in value.items()}


def _check_programs(name: str, value: object) -> Any:
    if not isinstance(value, str | Mapping):
        raise RequestError(
            f"{name} are instruments by part, like {{'melody': 'flute'}}, not {quote(value)}."
        )
    return value


def _check_weights(name: str, value: object) -> dict[str, float]:
    if not isinstance(value, Mapping):
        raise RequestError(f"{name} are numbers by folder, like {{'midi': 2}}, not {quote(value)}.")
    return {str(check_path(name, key)): check_number(name, w) for key, w in value.items()}


def _check_vectors(name: str, value: object) -> Any:
    """An array of numbers in single precision; what overflows becomes infinite."""
    import numpy as np

    try:
        with np.errstate(over="ignore"):
            return np.asarray(value, np.float32)
    except (TypeError, ValueError, OverflowError):
        raise RequestError(f"{name} is an array of numbers, not {quote(value)}.") from None


def _check_callable(name: str, value: object) -> Any:
    if not callable(value):
        raise RequestError(f"{name} is a function, not {quote(value)}.")
    return value


def _within(check: Check, least: float, largest: float) -> Check:
    """The check, and that the number lies in a range that does not depend on music or net."""

    def check_range(name: str, value: object) -> Any:
        number = check(name, value)
        if not least <= number <= largest:
            raise RequestError(f"{name} is from {least:,} to {largest:,}, not {quote(value)}.")
        return number

    return check_range


CHECKS: Mapping[str, Check] = {
    **dict.fromkeys(("bars", "bars_b"), _check_bars),
    **dict.fromkeys(("n", "pairs", "importance", "workers"), check_whole),
    **dict.fromkeys(("bpm", "temperature", "humanize", "strength", "timeout"), check_number),
    **{"by": _within(check_whole, -127, 127)},
    **dict.fromkeys(("amount", "swing"), check_number),
    **dict.fromkeys(("limit", "steps", "batch"), _within(check_whole, 1, 10**9)),
    **dict.fromkeys(("devices", "num_nodes"), _within(check_whole, 1, 100_000)),
    **dict.fromkeys(("learning_rate", "beta", "free_nats"), _within(check_number, 0, 10**6)),
    **dict.fromkeys(("reject_fraction",), check_number),
    **{
        "patience": _within(check_whole, 0, 10**9),
        "max_minutes": _within(check_number, 0, math.inf),
    },
    **dict.fromkeys(("form", "pattern", "curve", "codec", "split", "preset", "style"), check_text),
    **dict.fromkeys(("precision",), check_text),
    **dict.fromkeys(("data", "out", "start_from", "trained_on", "folder", "path"), check_path),
    **dict.fromkeys(("name_or_path", "model"), check_path),
    **dict.fromkeys(("sources", "folders"), _check_paths),
    **dict.fromkeys(("loop", "any_key", "resume", "only"), _check_flag),
    **dict.fromkeys(("track", "track_b", "program"), _check_text_or_whole),
    **{"programs": _check_programs},
    **{"seed": check_seed, "settings": _check_settings, "z": _check_vectors},
    **{"weights": _check_weights, "per_piece": _within(check_whole, 1, 10**9)},
    **{"progress": _check_callable, "corners": _check_list},
}
"""The check of each argument by its name, which means the same in every function."""


def check_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function to check its arguments by `CHECKS`; numbers of numpy become Python's.

    None passes where it is the default.
    """
    signature = inspect.signature(function)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:
            return function(*args, **kwargs)  # Python's own error names the function
        for name, value in bound.arguments.items():
            optional = signature.parameters[name].default is None
            if name in CHECKS and not (value is None and optional):
                bound.arguments[name] = CHECKS[name](name, value)
        return function(*bound.args, **bound.kwargs)

    call.__signature__ = _with_every_keyword(function, signature)  # type: ignore[attr-defined]  # read by inspect and help
    return call


def _with_every_keyword(
    function: Callable[..., object], signature: inspect.Signature
) -> inspect.Signature:
    """The signature with the keywords of `**options: Unpack[Keywords]` one by one, default None."""
    parameters = []
    for parameter in signature.parameters.values():
        unpacked = re.fullmatch(r"Unpack\[(\w+)\]", str(parameter.annotation))
        if unpacked:
            keywords = function.__globals__[unpacked[1]].__annotations__
            for name, kind in keywords.items():
                text = getattr(kind, "__forward_arg__", kind)  # as other annotations are
                keyword = inspect.Parameter(name, _KEYWORD, default=None, annotation=text)
                parameters.append(keyword)
        else:
            parameters.append(parameter)
    return signature.replace(parameters=parameters)
