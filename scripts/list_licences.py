"""List every package that musicvae needs with its licence, as docs/licences.md shows them.

    .venv/bin/python scripts/list_licences.py > docs/licences.md

The licences are those that the installed packages state about themselves. Packages that only the
development needs (the extras `docs` and `dev`) are left out: no one who runs musicvae gets them.
"""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXTRAS = ("", "plot", "train", "evaluate", "notation", "web")
"""What a user installs: the program itself, and these extras."""

HEADING = """\
# Licences

musicvae is licensed under [Apache-2.0](https://www.apache.org/licenses/LICENSE-2.0). It needs
these packages, which pip installs beside it; none of them is part of its wheel.
`scripts/list_licences.py` wrote this list from what the installed packages say about themselves.
colorama is for Windows only. The torch that PyPI has for Linux brings NVIDIA's CUDA libraries,
under NVIDIA's own terms, and triton (MIT); the build for CPUs does not.
"""
SYSTEMS = (
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
)
"""A package that one of these systems needs is listed."""

FOR_CUDA = ("cuda-", "nvidia-", "triton")
"""Names of what comes with a torch for GPUs; the heading tells of them."""

TITLES = {
    "": "To play, evaluate and search",
    "plot": "To plot: the extra `plot`",
    "train": "To prepare and train: the extra `train`",
    "evaluate": "To tell samples from people's music: the extra `evaluate`",
    "notation": "To read scores: the extra `notation`",
    "web": "For the studio: the extra `web`",
}


def main() -> None:
    """Print the page."""
    print(HEADING.rstrip())
    listed: set[str] = set()
    for extra in EXTRAS:
        packages = {name: found for name, found in closure(extra).items() if name not in listed}
        listed |= packages.keys()
        print(f"\n## {TITLES[extra]}\n\n| package | version | licence |\n|---|---|---|")
        for name, package in sorted(packages.items()):
            print(f"| {name} | {package.version.partition('+')[0]} | {licence(package)} |")


def closure(extra: str) -> dict[str, Distribution]:
    """All installed packages that musicvae with an extra needs, directly or not, by name."""
    found: dict[str, Distribution] = {}
    waiting = [("musicvae", extra)]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        try:
            package = distribution(name)
        except PackageNotFoundError:
            if name == "musicvae":
                raise
            continue  # of another system, and not installed here
        found[name] = package
        for line in package.requires or ():
            needed = Requirement(line)
            if needed.name.startswith(FOR_CUDA):
                continue
            if needed.marker is None or any(
                needed.marker.evaluate({"extra": extra, **system}) for system in SYSTEMS
            ):
                # a package with an extra needs what it needs without, too
                pairs = {(canonicalize_name(needed.name), e) for e in {"", *needed.extras}}
                waiting += pairs - seen
                seen |= pairs
    del found["musicvae"]
    return found


def licence(package: Distribution) -> str:
    """The SPDX expression of a package, or else the short names in its other fields."""
    about = package.metadata
    if expression := about.get("License-Expression"):
        return str(expression)
    classifiers = [
        line.rpartition(" :: ")[2].removesuffix(" License")
        for line in about.get_all("Classifier", [])
        if line.startswith("License :: OSI Approved ::")
    ]
    text = str(about.get("License") or "").strip()
    if text and "\n" not in text and len(text) < 60:
        return re.sub(r"\s+", " ", text)
    return ", ".join(classifiers) or "see the package"


if __name__ == "__main__":
    main()
