"""What an agent handed in, held against what it was asked: pure.

Strict, as tests of agents have to be: what is wanted has to be there, and nothing besides. Then
the gate: would its page have told a reviewer that something is wrong?
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.cli.demo_check import short
from sandbox.contract.quoting import stands_in

Json = dict[str, Any]
#: Severities that ask a reviewer to look.
_LOOK = frozenset({"block", "warn"})


@dataclass(frozen=True, slots=True)
class Result:
    """One run of one task by one agent."""

    agent: str
    task: str
    run: int
    #: What is wrong with it, one sentence each; empty: it is right.
    faults: tuple[str, ...]
    #: Ids of flags by which its page asks to look; None: nothing was handed in.
    flags: tuple[str, ...] | None

    @property
    def right(self) -> bool:
        """Whether it is exactly what was asked."""
        return not self.faults


def judge(task: Json, sets: Sequence[Json]) -> tuple[str, ...]:
    """Return what is wrong with the change sets of one run, as ``airlock changes show`` has them.

    ``task`` is one of ``python -m seed_data.experiments``.
    """
    changes = [
        one["change"] for found in sets for issue in found["issues"] for one in issue["changes"]
    ]
    left = list(changes)
    faults = []
    for wanted in task["wanted"]:
        there = next((one for one in left if _is_place(wanted, one)), None)
        if there is None:
            faults.append(f"missing: {_named(wanted)}")
            continue
        left.remove(there)
        faults += _wrong(wanted, there, task["keeps"])
    faults += [f"besides: {_place(one)}" for one in left]
    return tuple(faults)


def _is_place(wanted: Json, change: Json) -> bool:
    if change["kind"] != wanted["kind"] or wanted.get("field") != change["field"]:
        return False
    return bool(wanted.get("issue", change["issue_key"]) == change["issue_key"])


def _wrong(wanted: Json, change: Json, keeps: Iterable[str]) -> Iterator[str]:
    after, place = change["after"], _place(change)
    if "is" in wanted and short(after) != wanted["is"]:
        yield f"wrong: {place} is {short(after)}, not {wanted['is']}"
    if "says" in wanted and not stands_in(wanted["says"], after):
        yield f"wrong: {place} does not say: {wanted['says']}"
    if "parent" in wanted:
        parent = short(after.get("fields", {}).get("parent"))
        if parent != wanted["parent"]:
            yield f"wrong: {place} is made below {parent}, not {wanted['parent']}"
    if wanted.get("field") == "description":
        lost = [one for one in keeps if one not in set(_types(after))]
        if lost:
            yield f"lost: {place} has no {', '.join(lost)} any more"


def _types(value: Any) -> Iterator[str]:
    """Yield the types of a document's nodes."""
    if isinstance(value, list):
        for one in value:
            yield from _types(one)
    elif isinstance(value, dict):
        yield str(value.get("type"))
        yield from _types(value.get("content"))


def _place(change: Json) -> str:
    if change["kind"] == "create":
        # Its key is another one each time.
        return "a new issue"
    return f"{change['issue_key']} {change['field'] or change['kind']}"


def _named(wanted: Json) -> str:
    return " ".join(filter(None, (wanted.get("issue"), wanted.get("field") or wanted["kind"])))


def flags(sets: Iterable[Json]) -> tuple[str, ...] | None:
    """Return the flags by which the pages of a run's sets ask to look; None without a set."""
    found = list(sets)
    seen = [
        flag["id"]
        for one in found
        for flag in (
            *one["flags"],
            *(
                flag
                for issue in one["issues"]
                for each in issue["changes"]
                for flag in each["flags"]
            ),
        )
        if flag["severity"] in _LOOK
    ]
    return tuple(dict.fromkeys(seen)) if found else None


def table(results: Sequence[Result]) -> Iterator[str]:
    """Yield a line for each agent and task, then each agent's and the gate's numbers."""
    pairs = list(dict.fromkeys((one.agent, one.task) for one in results))
    wide = max(len("agent"), *(len(agent) for agent, _ in pairs))
    yield f"{'agent':<{wide}}  {'task':<8}  right  what is wrong"
    for agent, task in pairs:
        own = [one for one in results if (one.agent, one.task) == (agent, task)]
        right = sum(one.right for one in own)
        wrong = Counter(fault for one in own for fault in one.faults)
        said = "; ".join(f"{fault} (×{count})" for fault, count in wrong.items())
        yield f"{agent:<{wide}}  {task:<8}  {f'{right}/{len(own)}':<5}  {said}".rstrip()
    yield ""
    for agent in dict.fromkeys(agent for agent, _ in pairs):
        yield _summary(agent, [one for one in results if one.agent == agent])
    yield from _gate(results)


def _summary(agent: str, own: Sequence[Result]) -> str:
    by_task: dict[str, list[bool]] = {}
    for one in own:
        by_task.setdefault(one.task, []).append(one.right)
    share = sum(one.right for one in own) / len(own)
    always = sum(map(all, by_task.values()))
    runs = max(map(len, by_task.values()))
    return (
        f"{agent}: {share:.0%} of its runs are right (pass@1); {always} of {len(by_task)} tasks "
        f"are right in each of {runs} runs (pass^{runs})"
    )


def _gate(results: Sequence[Result]) -> Iterator[str]:
    wrong = [one for one in results if not one.right and one.flags is not None]
    caught = [one for one in wrong if one.flags]
    right = [one for one in results if one.right and one.flags is not None]
    yield (
        f"the gate: of {len(wrong)} wrong submissions {len(caught)} are flagged or blocked on "
        f"their page; of {len(right)} right ones {sum(bool(one.flags) for one in right)}"
    )
    for agent, task in dict.fromkeys((one.agent, one.task) for one in wrong if not one.flags):
        yield f"  only a person's eye is left: {agent} {task}"
