"""Verbs that read: issues, searches, transitions, and what the site has.

All of an agent's reads are journalled: a reviewer is told what it had seen before it
wrote. Nothing here changes anything.
"""

from dataclasses import dataclass

from sandbox.contract.scope import readable
from sandbox.contract.shapes import Dialect, JsonObject, Scope
from sandbox.domain import workflow
from sandbox.domain.errors import MissingError, no_such_project
from sandbox.domain.issue import IssueState
from sandbox.domain.jql.catalogue import Catalogue
from sandbox.domain.jql.checked import Checked
from sandbox.domain.jql.checker import check
from sandbox.domain.jql.parser import parse
from sandbox.domain.parts import objects_of, text_of
from sandbox.domain.screens import edit_screen
from sandbox.domain.site import Site
from sandbox.operations.access import (
    Work,
    note_read,
    person_json,
    searched,
    site_of,
    site_seen,
    unseen,
    visible,
)
from sandbox.operations.access import reading as opened
from sandbox.operations.attaching import missing
from sandbox.operations.context import Caller, Sandbox
from sandbox.operations.recording import part_named
from sandbox.operations.showing import Eyes, shown, shown_text
from sandbox.store import attachments, issues
from sandbox.store import search as searching

#: Issues among which keys are completed.
_RECENT = 500


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search."""

    issues: tuple[IssueState, ...]
    #: How many there are in all; ``None`` when nobody asked.
    total: int | None
    warnings: tuple[str, ...] = ()


def site(sandbox: Sandbox) -> Site:
    """Return the site's metadata."""
    return site_of(sandbox)


def seen_site(sandbox: Sandbox, caller: Caller) -> Site:
    """Return the site's metadata as the caller's scope shows it."""
    return site_seen(sandbox, caller)


def issue(
    sandbox: Sandbox, caller: Caller, ref: str, *, fields: tuple[str, ...] | None = None
) -> IssueState:
    """Return an issue as the caller sees it; ``fields`` names what the door will show."""
    with opened(sandbox, caller) as work:
        found = visible(work, ref)
        note_read(work, found.key, fields or ("*all",))
        return _shown(work, found)


def issue_text(sandbox: Sandbox, caller: Caller, ref: str, dialect: Dialect) -> str:
    """Return an issue's whole JSON as text, with addresses still as placeholders."""
    with opened(sandbox, caller) as work:
        stored = issues.text(work.conn, work.view, ref, dialect)
        if stored is None:
            raise unseen(sandbox, caller, ref)
        note_read(work, stored.key)
        eyes = _eyes(work)
        return stored.text if eyes is None else shown_text(stored.text, eyes)


def search(
    sandbox: Sandbox,
    caller: Caller,
    jql: str,
    *,
    offset: int = 0,
    limit: int = 50,
    want_total: bool = True,
    fields: tuple[str, ...] | None = None,
) -> Found:
    """Return one page of the issues that a JQL query finds within the caller's scope."""
    with opened(sandbox, caller) as work:
        checked = _checked(work, jql)
        view = searched(work)
        found = searching.find(work.conn, view, checked, offset=offset, limit=limit)
        total = searching.total(work.conn, view, checked) if want_total else None
        for one in found:
            note_read(work, one.key, fields or ("*navigable",), "search")
        return Found(tuple(_shown(work, one) for one in found), total, checked.warnings)


def count(sandbox: Sandbox, caller: Caller, jql: str) -> int:
    """Return how many issues a JQL query finds within the caller's scope."""
    with opened(sandbox, caller) as work:
        return searching.total(work.conn, searched(work), _checked(work, jql))


def recent_keys(sandbox: Sandbox, caller: Caller, start: str, limit: int) -> list[str]:
    """Return keys that start so, newest change first. A key alone is not a read issue."""
    with opened(sandbox, caller) as work:
        checked = _checked(work, "ORDER BY updated DESC")
        found = searching.find(work.conn, work.view, checked, offset=0, limit=_RECENT)
    return [one.key for one in found if one.key.startswith(start.upper())][:limit]


def transitions(
    sandbox: Sandbox, caller: Caller, ref: str, *, noted: bool = True
) -> list[JsonObject]:
    """Return the transitions that an issue offers now, with their fields.

    Not ``noted`` when the caller is not shown them: then it has read nothing.
    """
    with opened(sandbox, caller) as work:
        found = visible(work, ref)
        if noted:
            note_read(work, found.key, ("status",))
        return workflow.available(work.site, found)


def edit_meta(sandbox: Sandbox, caller: Caller, ref: str) -> JsonObject:
    """Return the metadata of the fields that the caller may edit on an issue."""
    with opened(sandbox, caller) as work:
        screen = edit_screen(work.site, visible(work, ref))
        scope = caller.scope
        return {
            name: meta for name, meta in screen.items() if scope is None or readable(scope, name)
        }


def projects(sandbox: Sandbox, caller: Caller) -> list[JsonObject]:
    """Return the projects in the caller's scope."""
    found = (_project(one, caller.scope) for one in site_of(sandbox).baseline.projects)
    return [one for one in found if one is not None]


def project(sandbox: Sandbox, caller: Caller, ref: str) -> JsonObject:
    """Return a project by key or id; one out of scope does not exist."""
    known = site_of(sandbox).project(ref)
    found = None if known is None else _project(known, caller.scope)
    if found is None:
        raise MissingError(no_such_project(ref))
    return found


def person(sandbox: Sandbox, caller: Caller) -> JsonObject:
    """Return the user that the caller is, or works for."""
    return person_json(site_of(sandbox), caller.person)


def attachment(sandbox: Sandbox, caller: Caller, attachment_id: str) -> tuple[JsonObject, bytes]:
    """Return a file's description and bytes."""
    with opened(sandbox, caller) as work:
        owner = part_named(work, "attachment", attachment_id)
        stored = attachments.get(work.conn, sandbox.site, attachment_id)
        if owner is None or stored is None:
            raise MissingError(missing(attachment_id))
        note_read(work, owner.key, ("attachment",))
        listed = objects_of(_shown(work, owner).fields.get("attachment"))
        described = [one for one in listed if text_of(one.get("id")) == attachment_id]
        if not described:
            raise MissingError(missing(attachment_id))
        return described[0], stored[1]


def _shown(work: Work, found: IssueState) -> IssueState:
    eyes = _eyes(work)
    return found if eyes is None else shown(found, eyes)


def _eyes(work: Work) -> Eyes | None:
    scope = work.caller.scope
    if scope is None:
        return None
    return Eyes(work.site, scope, lambda ids: issues.keys_of(work.conn, work.view, ids))


def _checked(work: Work, jql: str) -> Checked:
    scope = work.caller.scope
    catalogue = Catalogue.of(
        work.site,
        person=work.caller.person,
        now_us=work.now,
        hidden_fields=lambda name: scope is not None and not readable(scope, name),
    )
    return check(parse(jql), catalogue)


def _project(found: JsonObject, scope: Scope | None) -> JsonObject | None:
    """Return a project with the issue types in scope; None when it is not in scope."""
    if scope is None:
        return found
    if text_of(found.get("key")) not in scope.projects:
        return None
    allowed = scope.issue_types
    if allowed is None or "issueTypes" not in found:
        return found
    types = [
        one
        for one in objects_of(found["issueTypes"])
        if {text_of(one.get("id")), text_of(one.get("name"))} & set(allowed)
    ]
    return {**found, "issueTypes": list(types)}
