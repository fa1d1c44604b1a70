"""What operations keep in memory between calls, and how it is forgotten.

A sandbox's database belongs to one process, so that everything which changes it passes
here. Entries lie in groups; forgetting a group replaces it, and a reader that was still
loading stores its (now old) value in the group that is no longer looked at.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar, cast

from sandbox.operations.context import Sandbox

T = TypeVar("T")


class Group(StrEnum):
    """What is forgotten together."""

    SITE = "site"
    REVISION = "revision"
    REGISTRY = "registry"
    WORKSPACES = "workspaces"


def remembered(sandbox: Sandbox, group: Group, key: str, load: Callable[[], T]) -> T:
    """Return what is in memory, else load and keep it; None is never kept."""
    held = cast("dict[str, T]", sandbox.cache.setdefault(group, {}))
    found = held.get(key)
    if found is not None:
        return found
    loaded = load()
    if loaded is not None:
        held[key] = loaded
    return loaded


def forget(sandbox: Sandbox, *groups: Group) -> None:
    """Forget what was loaded before a change; call it after the commit."""
    for group in groups:
        sandbox.cache[group] = {}
