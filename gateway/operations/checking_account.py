"""``airlock doctor --jira``: what one account may do, in each project and by its token."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from pydantic import JsonValue

from gateway.operations.checking import Checked, fail, ok, warn
from gateway.promotion.deleting import Thing
from gateway.promotion.fields import listed, part
from gateway.promotion.permissions import DELETE_NEEDS
from gateway.promotion.values import Request
from gateway.upstream.client import Upstream
from gateway.upstream.credentials import Credentials
from gateway.upstream.errors import OurFaultError
from sandbox.contract.shapes import Flavour, JsonObject

#: Days before a token's end from which it is worth a line.
_SOON = 14
_ASK = "Ask a Jira administrator for it, or leave such changes out."
_ASK_TO_SEE = "Ask a Jira administrator for Browse Projects."
_READ: dict[str, str] = {"BROWSE_PROJECTS": "see the project"}
#: What promotion needs in each project, with what does not work without it.
_NEEDED: dict[str, str] = {
    **_READ,
    "EDIT_ISSUES": "edit issues",
    "CREATE_ISSUES": "create issues",
    "TRANSITION_ISSUES": "move issues through the workflow",
    "ADD_COMMENTS": "comment",
}
#: What single kinds of change need.
_USEFUL: dict[str, str] = {
    "EDIT_OWN_COMMENTS": "edit its own comments",
    "ASSIGN_ISSUES": "assign issues",
    "LINK_ISSUES": "link issues",
    "WORK_ON_ISSUES": "log work",
    "MANAGE_WATCHERS": "add and remove watchers",
    "SCHEDULE_ISSUES": "set due dates and sprints",
    "CREATE_ATTACHMENTS": "attach files",
}
#: What an undo deletes where that is switched on, and the permissions of which one is enough.
_DELETES: dict[str, tuple[str, ...]] = {
    what: next(iter(DELETE_NEEDS[thing]))
    for what, thing in (
        ("issues", Thing.ISSUE),
        ("its comments", Thing.COMMENT),
        ("its work logs", Thing.WORKLOG),
        ("its attachments", Thing.ATTACHMENT),
    )
}
#: Jira gives these to nearly everybody: of one's own, no harm to others.
_OWN = frozenset({"DELETE_OWN_COMMENTS", "DELETE_OWN_WORKLOGS", "DELETE_OWN_ATTACHMENTS"})
#: What this account had better not have.
_TOO_MUCH: dict[str, str] = {
    "ADMINISTER": "administer all of Jira",
    "ADMINISTER_PROJECTS": "administer the project",
}
#: Scopes of an OAuth or scoped token, with what does not work without them.
_SCOPES_TO_READ = {"read:jira-work": "read issues", "read:jira-user": "know people"}
_SCOPES_TO_WRITE = {"write:jira-work": "write issues"}


def check_projects(
    upstream: Upstream, keys: Iterable[str], name: str, *, writes: bool, deletes: bool
) -> Iterator[Checked]:
    """Yield what the account may do in each project, or may not.

    ``deletes``: an administrator switched deleting on.
    """
    for key in keys:
        try:
            upstream.projects((key,))
        except OurFaultError as error:
            yield scope_missing(f"{name}.{key}", error) or fail(
                f"{name}.{key}",
                f"Project {key} does not exist, or the account may not see it.",
                f"Check AIRLOCK_PROJECTS, or: {_ASK_TO_SEE}",
            )
            continue
        yield from _permissions(upstream, key, f"{name}.{key}", writes=writes)
        if writes:
            yield from _deleting(upstream, key, f"{name}.{key}.deletes", deletes=deletes)


def check_scopes(scopes: str, name: str, *, writes: bool) -> Iterator[Checked]:
    """Yield which scopes a token lacks, where Atlassian told us its scopes."""
    wanted = {**_SCOPES_TO_READ, **(_SCOPES_TO_WRITE if writes else {})}
    given = set(scopes.split())
    lacking = [one for one in wanted if one not in given]
    for one in lacking:
        yield fail(
            f"{name}.scopes",
            f"The token may not {wanted[one]}: the scope {one} is missing.",
            "Add it to ATLASSIAN_OAUTH_SCOPE and to the app, then connect again.",
        )
    if not lacking:
        yield ok(f"{name}.scopes", f"The token has every scope it needs ({', '.join(wanted)}).")


def scope_missing(name: str, error: OurFaultError) -> Checked | None:
    """Return the line for a token without the scope for what was asked, or None."""
    if error.status != 401:
        return None
    return fail(
        name,
        "The token lacks a scope for this question.",
        "Give it read:jira-work and read:jira-user, and write:jira-work if it promotes.",
    )


def check_token(credentials: Credentials, upstream: Upstream, name: str, now: datetime) -> Checked:
    """Say when the token ends, where Jira or the token itself tells."""
    unknown = ok(name, "Jira does not tell when this token ends; note it yourself.")
    if credentials.auth is not None:
        return ok(name, "The token is renewed by itself.")
    if credentials.access_token:
        left = _claimed(credentials.access_token, now)
        return unknown if left is None else _ends(name, left, "The access token")
    if not credentials.personal_token or upstream.flavour is Flavour.CLOUD:
        return unknown
    try:
        answer = upstream.send(Request(method="GET", path="/rest/pat/latest/tokens"))
    except OurFaultError:
        return unknown
    days = [found for one in listed(answer.body) if (found := _days_left(one, now)) is not None]
    if not days:
        return ok(name, "This account's tokens do not end by themselves.")
    return _ends(name, min(days), "The account's token that ends first")


def _ends(name: str, days: float, what: str) -> Checked:
    if days <= 0:
        return fail(name, f"{what} has ended.", "Make a new one in Jira and set it here.")
    sentence = f"{what} ends in {days:.0f} days."
    if days > _SOON:
        return ok(name, sentence)
    return warn(name, sentence, "Make a new one in Jira and set it here before that day.")


def _claimed(token: str, now: datetime) -> float | None:
    """Return the days that a token says of itself; None when it says nothing."""
    try:
        middle = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        until = datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError):
        return None
    return (until - now).total_seconds() / 86_400


def _days_left(token: JsonObject, now: datetime) -> float | None:
    try:
        until = datetime.fromisoformat(str(token.get("expiringAt")))
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    left = (until - now).total_seconds() / 86_400
    return left if left > 0 else None


def _permissions(upstream: Upstream, key: str, name: str, *, writes: bool) -> Iterator[Checked]:
    needed, useful = (_NEEDED, _USEFUL) if writes else (_READ, {})
    have = _had(upstream, key, (*needed, *useful, *_TOO_MUCH))
    lacking = [one for one in needed if one not in have]
    if not lacking:
        may = "see, edit, create, move and comment" if writes else "see issues"
        yield ok(name, f"In {key} the account may {may}.")
    for one in lacking:
        ask = _ASK if writes else _ASK_TO_SEE
        yield fail(name, f"In {key} the account may not {needed[one]} ({one}).", ask)
    for one in (one for one in useful if one not in have):
        yield warn(name, f"In {key} the account may not {useful[one]} ({one}).", _ASK)
    for one in (one for one in _TOO_MUCH if one in have):
        yield warn(
            name,
            f"The account may {_TOO_MUCH[one]} ({one}), which promotion never needs.",
            "Use an account that is no administrator.",
        )


def _deleting(upstream: Upstream, key: str, name: str, *, deletes: bool) -> Iterator[Checked]:
    """Say whether it may delete what an undo would, or may needlessly."""
    asked = sorted({one for groups in _DELETES.values() for one in groups})
    have = _had(upstream, key, asked)
    if not deletes:
        more = [one for one in asked if one in have and one not in _OWN]
        if more:
            yield warn(
                name,
                f"In {key} the account may delete ({', '.join(more)}), but AIRLOCK_DELETES is off, "
                "so it is never needed.",
                "Take it away in Jira's permission scheme.",
            )
        else:
            yield ok(name, f"Deleting is switched off, so nothing of it is needed in {key}.")
        return
    lacking = [what for what, groups in _DELETES.items() if have.isdisjoint(groups)]
    for what in lacking:
        yield fail(
            name,
            f"In {key} the account may not delete {what} ({' or '.join(_DELETES[what])}), and "
            "AIRLOCK_DELETES is on.",
            "Ask a Jira administrator for it, or switch deleting off.",
        )
    if not lacking:
        yield ok(name, f"In {key} the account may delete what an undo takes back.")


def _had(upstream: Upstream, key: str, asked: Iterable[str]) -> frozenset[str]:
    given = upstream.permissions(key, tuple(asked))
    return frozenset(name for name, one in given.items() if _has(one))


def _has(permission: JsonValue) -> bool:
    return part(permission, "havePermission") is True


def header(headers: Mapping[str, str], name: str) -> str:
    """Return a header of an answer, or an empty text."""
    return next((value for one, value in headers.items() if one.lower() == name), "")
