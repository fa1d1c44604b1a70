"""Whom Jira may tell of a set, as far as we know them; its own scheme decides. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from gateway.policy import texts
from gateway.policy.facts import user_id
from gateway.promotion.fields import fields_of, part
from gateway.review.values import ChangeView
from sandbox.contract.shapes import ChangeKind, JsonObject

#: Fields of an issue that hold somebody who is told.
_HOLDERS = ("assignee", "reporter")


@dataclass(frozen=True, slots=True)
class Known:
    """What we know of people."""

    #: Issue id to the issue in Jira now.
    issues: Mapping[str, JsonObject] = field(default_factory=dict)
    #: Issue id to who watched it when we read it.
    watchers: Mapping[str, Sequence[JsonObject]] = field(default_factory=dict)
    #: Everybody of the site.
    users: Sequence[JsonObject] = ()


def mailed(issue_id: str, changes: Iterable[ChangeView], known: Known) -> dict[str, str]:
    """Return account to name of whom Jira may tell of the kept changes of one issue."""
    kept = [one for one in changes if one.verdict == "keep"]
    if not kept:
        return {}
    people = [*_of_issue(fields_of(known.issues.get(issue_id)))]
    people += [*known.watchers.get(issue_id, ()), *(user for one in kept for user in _wanted(one))]
    found = {account: _name(user) for user in people if (account := user_id(user))}
    mentioned = {
        account
        for one in kept
        for value in (one.wants, part(one.wants, "body"))
        for account in texts.mentions(value)
    } - set(found)
    return found | (_names(mentioned, known.users) if mentioned else {})


def _of_issue(fields: Mapping[str, JsonValue]) -> Iterator[JsonValue]:
    yield from (fields.get(name) for name in _HOLDERS)


def _wanted(view: ChangeView) -> Iterator[JsonValue]:
    """Yield whom a change makes one of those who are told."""
    if view.change.kind is ChangeKind.CREATE:
        yield from _of_issue(fields_of(view.wants if isinstance(view.wants, dict) else None))
    elif view.change.kind is ChangeKind.WATCHER:
        yield part(view.wants, "add")
    elif view.change.field in _HOLDERS:
        yield view.wants


def _names(accounts: set[str], users: Iterable[JsonObject]) -> dict[str, str]:
    known = {account: _name(user) for user in users if (account := user_id(user)) in accounts}
    return {account: known.get(account, account) for account in sorted(accounts)}


def _name(user: JsonValue) -> str:
    return str(part(user, "displayName") or user_id(user) or "")
