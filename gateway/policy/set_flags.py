"""What a reviewer should know of a set as a whole, each with its evidence (see ``flags``)."""

from collections.abc import Iterable

from gateway.policy.policy import Policy
from gateway.policy.projects import project_of
from gateway.review.around import Around
from gateway.review.values import ChangeView, Flag
from sandbox.contract.shapes import ChangeSet

_NOWHERE = Around()
#: So many of those whom Jira may tell are named.
_NAMED = 12


def set_flags(
    change_set: ChangeSet,
    views: Iterable[ChangeView],
    told: Iterable[str],
    policy: Policy,
    *,
    around: Around = _NOWHERE,
    person_name: str = "",
) -> tuple[Flag, ...]:
    """Return the flags of a set as a whole; ``told`` are the names of whom Jira may tell."""
    kept = [one for one in views if one.verdict == "keep"]
    issues = {one.change.issue_key for one in kept}
    found: list[Flag] = []
    if len(issues) > policy.bulk_issues or len(kept) > policy.bulk_changes:
        evidence = {"count": str(len(issues)), "keys": ", ".join(sorted(issues)[:20])}
        found.append(Flag(id="bulk", severity="warn", evidence=evidence))
    people = sorted(told)
    if people:
        names = ", ".join([*people[:_NAMED], *(["…"] if people[_NAMED:] else [])])
        evidence = {"count": str(len(people)), "people": names}
        found.append(Flag(id="notifies", severity="info", evidence=evidence))
    if change_set.tainted:
        found.append(Flag(id="tainted", severity="warn"))
    found += _steered(kept, around)
    found += _stranger(kept, around, person_name)
    return tuple(found)


def _steered(kept: list[ChangeView], around: Around) -> Iterable[Flag]:
    """Flag issues elsewhere whose text speaks to agents and was read before something is kept."""
    last = max((one.change.written_at for one in kept), default=0)
    for one in around.steering:
        if one.read_at <= last:
            evidence = {"elsewhere": one.key, "found": one.found}
            yield Flag(id="injection_read", severity="warn", evidence=evidence)


def _stranger(kept: list[ChangeView], around: Around, name: str) -> Iterable[Flag]:
    """Flag projects in which the person served never had a part in anything."""
    for project in sorted({project_of(one.change.issue_key) for one in kept} & around.strange):
        evidence = {"name": name, "project": project}
        yield Flag(id="not_watcher_team", severity="info", evidence=evidence)
