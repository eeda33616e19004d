"""The layout of the package: which room may import from which, and how long files are."""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "musicvae"

ROOMS = (
    *("errors", "arguments", "deprecation", "arrays", "config", "presets", "progress"),
    *("locks", "bounded_read", "atomic_files"),
    *("nets", "theory", "score", "checkpoint", "midi", "codecs", "plotting"),
    "audio",
    *(
        "constraints",
        "metrics",
        "notation",
        "page",
        "corpus",
        "engine",
        "performance",
        "generation",
    ),
    *("retrieval", "training", "adapt", "verbs", "evaluation", "api", "web", "cli", "", "__main__"),
)
"""From low to high: a room is a folder, or a file by itself; "" is the package's own module."""

WITH_TORCH = {"nets", "training"}
MODULES = {
    ".".join(part for part in path.relative_to(PACKAGE).with_suffix("").parts if part != "__init__")
    or "": path
    for path in sorted(PACKAGE.rglob("*.py"))
}


def room_of(module: str) -> str:
    """`score.phrase` -> `score`."""
    return module.partition(".")[0]


def imports(module: str) -> set[str]:
    """Modules of the package that a module imports, at its top or inside functions."""
    path = MODULES[module]
    package = path.parent.relative_to(PACKAGE).parts
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            name = ".".join((*base, *(node.module or "").split("."))).strip(".")
            members = [f"{name}.{alias.name}".strip(".") for alias in node.names]
            imported |= {member if member in MODULES else name for member in members}
    return imported - {module}


def test_every_file_is_in_a_room() -> None:
    """A new folder needs its place in `ROOMS`."""
    assert {room_of(module) for module in MODULES} == set(ROOMS)


def test_a_room_imports_only_from_lower_rooms() -> None:
    """Nothing imports from a higher room."""
    upward = [
        f"{module} imports {other}"
        for module in MODULES
        for other in imports(module) - {""}  # __version__ may be imported everywhere
        if ROOMS.index(room_of(other)) > ROOMS.index(room_of(module))
    ]
    assert upward == []


def test_there_are_no_circular_imports() -> None:
    """Files within a room do not import each other in a circle either."""
    graph = {module: imports(module) for module in MODULES if module not in ("", "__main__")}
    for package in (name for name, path in MODULES.items() if path.name == "__init__.py"):
        graph.get(package, set()).discard(package)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(f"circular import: {' -> '.join(error.args[1])}") from None


def test_nets_import_only_from_nets() -> None:
    """The folder works when it is copied to another project."""
    assert all(
        room_of(other) == "nets"
        for module in MODULES
        if room_of(module) == "nets"
        for other in imports(module)
    )


def test_torch_stays_where_nets_are_trained() -> None:
    """Other rooms do not import it, not even inside a function."""
    offenders = []
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            if any(name.partition(".")[0] == "torch" for name in names):
                offenders += [module] if room_of(module) not in WITH_TORCH else []
    assert offenders == []


def test_no_file_is_longer_than_300_lines() -> None:
    """A longer file does two things and is split."""
    lines = {
        module: len(path.read_text(encoding="utf-8").splitlines())
        for module, path in MODULES.items()
    }
    assert {module: count for module, count in lines.items() if count > 300} == {}


def test_tests_that_need_posix_are_skipped_elsewhere() -> None:
    """What Windows lacks is used by files that say so, or that are not imported there."""
    lacking = re.compile(
        r"os\.(mkfifo|fork|umask)|signal\.(SIG(KILL|ALRM|VTALRM|PROF|XFSZ)|setitimer)|resource\.\w"
    )
    tests = Path(__file__).parent
    unmarked = [
        str(path.relative_to(tests))
        for path in tests.rglob("*.py")
        if lacking.search(text := path.read_text(encoding="utf-8"))
        and "posix_only" not in text
        and path not in (tests / "faults.py", tests / "cpu.py", tests / "fuzz" / "measure.py")
    ]
    assert unmarked == []
