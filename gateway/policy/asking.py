"""Which issues a quoted request is about. Pure.

The request is the agent's claim: what it names can raise a question about a change, and never
answers one.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from gateway.promotion.fields import fields_of, listed, part
from sandbox.contract.shapes import JsonObject

#: A project, or an issue of it, as a word of its own; a Korean particle may follow.
_NAME = re.compile(
    r"(?<![A-Za-z0-9_-])([A-Za-z][A-Za-z0-9_]*)(?:-([0-9]{1,19}))?(?![A-Za-z0-9_]|-[A-Za-z0-9])"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request names."""

    #: Keys of issues.
    issues: frozenset[str] = frozenset()
    #: Keys of projects that stand for themselves: all their issues are meant.
    projects: frozenset[str] = frozenset()

    def covers(self, key: str, doc: JsonObject | None) -> bool:
        """Return whether an issue is named, or linked with one that is, as we read it.

        A request that names no issue of this site tells nothing about any.
        """
        if not self.issues or key in self.issues or key.rpartition("-")[0] in self.projects:
            return True
        return not self.issues.isdisjoint(_linked(fields_of(doc)))


NOTHING = Asked()


@lru_cache(maxsize=256)
def asked(request: str, projects: Collection[str]) -> Asked:
    """Return what of these projects a request names."""
    found = [(one[1], one[2]) for one in _NAME.finditer(request)]
    return Asked(
        issues=frozenset(
            f"{name.upper()}-{number}" for name, number in found if number and _in(name, projects)
        ),
        # Without a number small letters are a word like any other.
        projects=frozenset(name for name, number in found if not number and name in projects),
    )


def _in(name: str, projects: Collection[str]) -> bool:
    return name.upper() in projects


def _linked(fields: JsonObject) -> Iterator[str]:
    """Yield the keys of the issues that an issue is linked with, from both sides."""
    for link in listed(fields.get("issuelinks")):
        yield str(part(link, "inwardIssue", "key"))
        yield str(part(link, "outwardIssue", "key"))
    yield str(part(fields.get("parent"), "key"))
    yield from (str(one.get("key")) for one in listed(fields.get("subtasks")))
    # Data Center keeps an epic's key in a field of its own.
    customs = (one for name, one in fields.items() if name.startswith("customfield_"))
    yield from (one for one in customs if isinstance(one, str))
