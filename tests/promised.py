"""Whether the tests that a promise names are there."""

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent

#: Files below this folder, without their ending, to their tests that show a promise.
Shown = Mapping[str, tuple[str, ...]]


def named(tests: Iterable[str]) -> Shown:
    """Return tests written as ``file::name``, without the ``test_`` of the name, by their file."""
    found: dict[str, tuple[str, ...]] = {}
    for one in tests:
        file, _, test = one.partition("::")
        found[file] = (*found.get(file, ()), f"test_{test}")
    return found


def missing(shown: Shown) -> list[tuple[str, str]]:
    """Return each named test that is not there, with its file."""
    every = [(file, test) for file, tests in shown.items() for test in tests]
    return [one for one in every if one[1] not in _tests(one[0])]


@cache
def _tests(file: str) -> frozenset[str]:
    found = ast.parse((ROOT / f"{file}.py").read_text(encoding="utf-8")).body
    return frozenset(one.name for one in found if isinstance(one, ast.FunctionDef))
