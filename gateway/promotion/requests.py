"""Changes as exact upstream requests, in the site's own dialect.

What Jira answers and what it accepts differ: a read gives whole users, options and
versions, a write takes what identifies them. ``written`` makes the one from the other.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import JsonValue

from gateway.promotion.deleting import delete_path
from gateway.promotion.fields import Fields, part, sprint_id
from gateway.promotion.markers import PLACEHOLDER
from gateway.promotion.naming import HISTORY
from gateway.promotion.service import INTERNAL, MADE_INTERNAL
from gateway.promotion.values import RIDER, Request, Upload
from sandbox.contract import merging
from sandbox.contract.shapes import Change, ChangeKind, Flavour, JsonObject

_AGILE = "/rest/agile/1.0"
_TIME_TRACKING = ("originalEstimate", "remainingEstimate")


@dataclass(frozen=True, slots=True)
class SetChange:
    """What is added to a set field and what is taken out, as whole elements."""

    add: tuple[JsonValue, ...]
    remove: tuple[JsonValue, ...]

    @property
    def wants(self) -> JsonObject:
        """How a planned operation says it."""
        return {"add": list(self.add), "remove": list(self.remove)}


def set_change(before: JsonValue, after: JsonValue) -> SetChange:
    """Return how one list becomes the other, as sets."""
    added, removed = merging.set_change(before, after)
    return SetChange(tuple(added), tuple(removed))


@dataclass(frozen=True, slots=True)
class Load:
    """What one edit or transition of an issue carries."""

    scalars: dict[str, JsonValue] = field(default_factory=dict)
    sets: dict[str, SetChange] = field(default_factory=dict)
    #: A comment that travels along: ``body`` and ``visibility``.
    comment: JsonObject | None = None

    @property
    def wants(self) -> dict[str, JsonValue]:
        """How a planned operation says it."""
        found = {**self.scalars, **{name: one.wants for name, one in self.sets.items()}}
        return found if self.comment is None else {**found, RIDER: self.comment}


@dataclass(frozen=True, slots=True)
class Writer:
    """Makes requests for one site."""

    flavour: Flavour
    fields: Fields
    #: Id of the set the changes are from.
    change_set: str
    #: What Jira keeps with the history entry of edits and transitions.
    history: JsonObject | None = None

    @property
    def api(self) -> str:
        """The REST root this site is written through."""
        return "/rest/api/3" if self.flavour is Flavour.CLOUD else "/rest/api/2"

    def written(self, field_id: str, value: JsonValue) -> JsonValue:
        """Return a field's value as Jira takes it in a write."""
        if self.fields.is_sprint(field_id):
            found = sprint_id(value)
            return int(found) if found and found.isdigit() else None
        if self.fields.is_rich(field_id):
            return self.rich(value)
        return reduced(value)

    def rich(self, value: JsonValue) -> JsonValue:
        """Return rich text as this site's dialect writes it."""
        if isinstance(value, str) and self.flavour is Flavour.CLOUD:
            return _document(value)
        return value

    def edit(self, issue_id: str, load: Load) -> Request:
        """Return one PUT that carries all edits of an issue."""
        body = {**self._loaded(load), **self._told()}
        # Not checked again: it is made of values that were.
        return Request.model_construct(method="PUT", path=f"{self.api}/issue/{issue_id}", body=body)

    def create(self, fields: JsonObject) -> Request:
        """Return the POST that makes a new issue."""
        written = {name: self.written(name, value) for name, value in fields.items()}
        body: JsonObject = {"fields": written, "properties": [PLACEHOLDER]}
        return Request(method="POST", path=f"{self.api}/issue", body=body)

    def transition(self, issue_id: str, transition_id: str, load: Load) -> Request:
        """Return the POST that moves an issue through its workflow."""
        body: JsonObject = {"transition": {"id": transition_id}}
        body |= {**self._loaded(load), **self._told()}
        return Request(method="POST", path=f"{self.api}/issue/{issue_id}/transitions", body=body)

    def _loaded(self, load: Load) -> JsonObject:
        """Return the parts of a body that a load comes to."""
        body: JsonObject = {}
        if load.scalars:
            given = load.scalars.items()
            body["fields"] = {name: self.written(name, value) for name, value in given}
        update: JsonObject = {name: _verbs(change) for name, change in load.sets.items()}
        if load.comment is not None:
            said: JsonObject = {"body": self.rich(load.comment.get("body"))}
            if load.comment.get("visibility"):
                said["visibility"] = load.comment["visibility"]
            update[RIDER] = [{"add": said}]
        return {**body, "update": update} if update else body

    def own_comment(
        self, issue_id: str, text: str, *, internal: bool
    ) -> tuple[Request, dict[str, JsonValue]]:
        """Return the POST of a comment of the gateway's own, and what it must read back."""
        body: JsonObject = {"body": self.rich(text)}
        marks: list[JsonValue] = [MADE_INTERNAL] if internal else []
        path = f"{self.api}/issue/{issue_id}/comment"
        request = Request(
            method="POST", path=path, body={**body, "properties": [*marks, PLACEHOLDER]}
        )
        return request, {**body, INTERNAL: True} if internal else body

    def _told(self) -> JsonObject:
        """Return who did it, for Jira's history, and the place of our marker."""
        told: JsonObject = {} if self.history is None else {HISTORY: self.history}
        return {**told, "properties": [PLACEHOLDER]}

    def spoken(self, change: Change) -> Request:
        """Return the request for any other kind of change."""
        return _OTHERS[change.kind](self, change)


def reduced(value: JsonValue) -> JsonValue:
    """Return a read value reduced to what identifies it in a write."""
    if isinstance(value, list):
        return [reduced(one) for one in value]
    if not isinstance(value, dict) or value.get("type") == "doc":
        return value
    if any(name in value for name in _TIME_TRACKING):
        return {name: value[name] for name in _TIME_TRACKING if name in value}
    if isinstance(value.get("accountId"), str):
        return {"accountId": value["accountId"]}
    # A user on Server: its display name tells it from everything else that has a name.
    names = ("name", "key") if "displayName" in value else ("id", "key", "value", "name")
    for name in names:
        if isinstance(value.get(name), str | int):
            found: JsonObject = {name: value[name]}
            child = value.get("child")
            return {**found, "child": reduced(child)} if isinstance(child, dict) else found
    return value


def _comment(writer: Writer, change: Change) -> Request:
    method, tail = "POST", ""
    if change.kind is ChangeKind.COMMENT_EDIT:
        method, tail = "PUT", f"/{_text(change.after, 'id')}"
    body = _with_properties(change.after)
    body["body"] = writer.rich(part(change.after, "body"))
    if part(change.after, "visibility"):
        body["visibility"] = part(change.after, "visibility")
    path = f"{writer.api}/issue/{change.issue_id}/comment{tail}"
    return Request.model_construct(method=method, path=path, body=_sorted(body))


def _worklog(writer: Writer, change: Change) -> Request:
    body = _with_properties(change.after)
    for name in ("timeSpentSeconds", "started", "visibility"):
        if part(change.after, name) is not None:
            body[name] = part(change.after, name)
    if part(change.after, "comment") is not None:
        body["comment"] = writer.rich(part(change.after, "comment"))
    path = f"{writer.api}/issue/{change.issue_id}/worklog"
    return Request(method="POST", path=path, body=_sorted(body))


def _link(writer: Writer, change: Change) -> Request:
    body: JsonObject = {
        name: reduced(part(change.after, name)) for name in ("type", "inwardIssue", "outwardIssue")
    }
    return Request(method="POST", path=f"{writer.api}/issueLink", body=body)


def _remote_link(writer: Writer, change: Change) -> Request:
    body = dict(change.after) if isinstance(change.after, dict) else {}
    for name in ("id", "self"):
        body.pop(name, None)
    # With a globalId Jira replaces instead of adding: sending twice is harmless.
    body.setdefault("globalId", f"airlock:{writer.change_set}:{change.id}")
    path = f"{writer.api}/issue/{change.issue_id}/remotelink"
    return Request(method="POST", path=path, body=body)


def _watcher(writer: Writer, change: Change) -> Request:
    path = f"{writer.api}/issue/{change.issue_id}/watchers"
    added = part(change.after, "add")
    if added is not None:
        return Request(method="POST", path=path, body=_watcher_name(added))
    name = "accountId" if writer.flavour is Flavour.CLOUD else "username"
    query = {name: _watcher_name(part(change.after, "remove"))}
    return Request(method="DELETE", path=path, query=query)


def _sprint(_writer: Writer, change: Change) -> Request:
    target = sprint_id(change.after)
    path = f"{_AGILE}/backlog/issue" if target is None else f"{_AGILE}/sprint/{target}/issue"
    return Request(method="POST", path=path, body={"issues": [change.issue_id]})


def _attachment(writer: Writer, change: Change) -> Request:
    size = part(change.after, "size")
    upload = Upload(
        sha256=_text(change.after, "sha256"),
        filename=_text(change.after, "filename"),
        size=size if isinstance(size, int) else -1,
        media_type=_text(change.after, "mimeType") or "application/octet-stream",
    )
    path = f"{writer.api}/issue/{change.issue_id}/attachments"
    return Request(method="POST", path=path, upload=upload)


def _delete(writer: Writer, change: Change) -> Request:
    return Request(method="DELETE", path=f"{writer.api}/{delete_path(change)}")


_OTHERS: dict[ChangeKind, Callable[[Writer, Change], Request]] = {
    ChangeKind.COMMENT: _comment,
    ChangeKind.COMMENT_EDIT: _comment,
    ChangeKind.WORKLOG: _worklog,
    ChangeKind.LINK: _link,
    ChangeKind.REMOTE_LINK: _remote_link,
    ChangeKind.WATCHER: _watcher,
    ChangeKind.SPRINT: _sprint,
    ChangeKind.ATTACHMENT: _attachment,
    ChangeKind.DELETE: _delete,
}


def _with_properties(after: JsonValue) -> JsonObject:
    given = part(after, "properties")
    return {"properties": [*(given if isinstance(given, list) else []), PLACEHOLDER]}


def _verbs(change: SetChange) -> list[JsonValue]:
    verbs: list[JsonValue] = [{"add": reduced(one)} for one in change.add]
    return verbs + [{"remove": reduced(one)} for one in change.remove]


def _watcher_name(user: JsonValue) -> str:
    for name in ("accountId", "name", "key"):
        if isinstance(part(user, name), str):
            return str(part(user, name))
    return str(user)


def _text(value: JsonValue, name: str) -> str:
    return str(part(value, name) or "")


def _sorted(body: JsonObject) -> JsonObject:
    """Return a body with the properties last: what people care for stands first."""
    return {**{name: one for name, one in body.items() if name != "properties"}, **body}


def _document(text: str) -> JsonObject:
    paragraphs: list[JsonValue] = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []}
        for line in text.split("\n")
    ]
    return {"type": "doc", "version": 1, "content": paragraphs}
