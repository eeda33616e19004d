"""The house: which room may import from which, and how long files are."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "musicvae"

ROOMS = (
    *("errors", "deprecation", "arrays", "config", "presets", "progress", "atomic_files"),
    *("nets", "theory", "score", "checkpoint", "midi", "codecs", "plotting"),
    *("constraints", "metrics", "corpus", "engine", "performance", "generation", "retrieval"),
    *("training", "adapt", "verbs", "evaluation", "api", "cli", "", "__main__"),
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
    """Modules of the package that a module imports, wherever in it."""
    path = MODULES[module]
    package = path.parent.relative_to(PACKAGE).parts
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            name = ".".join((*base, *(node.module or "").split("."))).strip(".")
            inside = [f"{name}.{alias.name}".strip(".") for alias in node.names]
            imported |= {one if one in MODULES else name for one in inside}
    return imported - {module}


def test_every_file_stands_in_a_room() -> None:
    """A new folder is entered in the list, at its place."""
    assert {room_of(module) for module in MODULES} == set(ROOMS)


def test_a_room_imports_only_from_lower_rooms() -> None:
    """Nothing imports upwards; only the package's own module names what it loads on first use."""
    upward = [
        f"{module} imports {other}"
        for module in MODULES
        for other in imports(module) - {""}  # the version is asked for from everywhere
        if ROOMS.index(room_of(other)) > ROOMS.index(room_of(module))
    ]
    assert upward == []


def test_no_imports_go_in_a_circle() -> None:
    """Inside a room, too, the files can be read one after the other."""
    graph = {module: imports(module) for module in MODULES if module not in ("", "__main__")}
    for package in (name for name, path in MODULES.items() if path.name == "__init__.py"):
        graph.get(package, set()).discard(package)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(f"a circle: {' -> '.join(error.args[1])}") from None


def test_nets_import_nothing_of_the_house() -> None:
    """The folder works when it is copied into another project."""
    assert all(
        room_of(other) == "nets"
        for module in MODULES
        if room_of(module) == "nets"
        for other in imports(module)
    )


def test_torch_stays_where_nets_are_trained() -> None:
    """No other room imports it, not even inside a function."""
    strangers = []
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            if any(name.partition(".")[0] == "torch" for name in names):
                strangers += [module] if room_of(module) not in WITH_TORCH else []
    assert strangers == []


def test_no_file_is_longer_than_300_lines() -> None:
    """What is longer is two things."""
    lines = {module: len(path.read_text().splitlines()) for module, path in MODULES.items()}
    assert {module: count for module, count in lines.items() if count > 300} == {}
