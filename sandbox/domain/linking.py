"""Links between issues, links to the outside, and attachments."""

from collections.abc import Mapping
from urllib.parse import quote

from pydantic import JsonValue

from sandbox.contract.addresses import PLACEHOLDER
from sandbox.contract.shapes import Flavour, JsonObject
from sandbox.domain import errors
from sandbox.domain.embedded import address, brief, embedded
from sandbox.domain.errors import InvalidError, MissingError, invalid
from sandbox.domain.history import NOTHING, entry, item
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of, objects_of, text_of
from sandbox.domain.site import Site
from sandbox.domain.times import jira_time

#: What a remote link keeps of a request.
_REMOTE_PARTS = ("globalId", "application", "relationship", "object")


def link_type(site: Site, ref: JsonValue) -> JsonObject:
    """Return the link type that ``{"id"}`` or ``{"name"}`` or a text names."""
    written = text_of(ref)
    if isinstance(ref, dict):
        written = text_of(ref.get("id")) or text_of(ref.get("name"))
    found = site.link_type(written) if written else None
    if found is None:
        raise MissingError(errors.no_such_link_type(written))
    return embedded("linktype", found)


def add_link(
    site: Site,
    inward: IssueState,
    outward: IssueState,
    kind: JsonObject,
    link_id: str,
    *,
    actor: JsonObject,
    now_us: int,
) -> tuple[IssueState, IssueState]:
    """Return both issues linked: ``inward`` blocks ``outward`` for a link type Blocks.

    Jira's names are odd: the link starts at ``inwardIssue``, whose JSON then shows the
    other one as ``outwardIssue``. A link that exists already is reported as success.
    """
    if inward.issue_id == outward.issue_id:
        raise InvalidError((errors.LINK_TO_ITSELF,))
    if is_linked(inward, outward, kind):
        return inward, outward
    start = _with_link(site, inward, outward, kind, link_id, "outward", actor=actor, now_us=now_us)
    end = _with_link(site, outward, inward, kind, link_id, "inward", actor=actor, now_us=now_us)
    return start, end


def is_linked(inward: IssueState, outward: IssueState, kind: JsonObject) -> bool:
    """Return whether the same link is there already."""
    return any(
        text_of(object_of(one.get("type")).get("id")) == text_of(kind.get("id"))
        and object_of(one.get("outwardIssue")).get("id") == outward.issue_id
        for one in links_of(inward)
    )


def links_of(issue: IssueState) -> list[JsonObject]:
    """Return the issue's links."""
    return objects_of(issue.fields.get("issuelinks"))


def remove_link(
    site: Site, issue: IssueState, link_id: str, *, actor: JsonObject, now_us: int
) -> IssueState:
    """Return one side of a link without it."""
    gone = [one for one in links_of(issue) if text_of(one.get("id")) == link_id]
    if not gone:
        raise MissingError(errors.no_such_link(link_id))
    left = [one for one in links_of(issue) if one not in gone]
    changed = issue.with_fields({"issuelinks": list(left)})
    shown = item(site, "issuelinks", _shown(gone[0]), NOTHING)
    return entry(changed, [shown], actor=actor, now_us=now_us)


def add_subtask(parent: IssueState, child: IssueState) -> IssueState:
    """Return the parent with a sub-task in its list."""
    listed = objects_of(parent.fields.get("subtasks"))
    others = [one for one in listed if one.get("id") != child.issue_id]
    return parent.with_fields({"subtasks": [*others, brief(child)]})


def remove_subtask(parent: IssueState, child_id: str) -> IssueState:
    """Return the parent without a sub-task that is gone."""
    listed = objects_of(parent.fields.get("subtasks"))
    return parent.with_fields({"subtasks": [one for one in listed if one.get("id") != child_id]})


def add_remote_link(
    site: Site,
    issue: IssueState,
    payload: Mapping[str, JsonValue],
    link_id: str,
    *,
    actor: JsonObject,
    now_us: int,
) -> tuple[IssueState, JsonObject, bool]:
    """Return the issue with a link to the outside, the link, and whether it is new.

    A link with a ``globalId`` that is there already is replaced; what the request does
    not name is then gone, as in Jira.
    """
    _check_remote(payload)
    held = objects_of((issue.extra or {}).get("remote_links"))
    same = _with_global_id(held, payload.get("globalId"))
    number = text_of(same.get("id")) if same else link_id
    link: JsonObject = {
        "id": int(number),
        "self": address(issue.native, "issue", issue.key, "remotelink", number),
        **{name: payload[name] for name in _REMOTE_PARTS if payload.get(name)},
    }
    listed = [link if one is same else one for one in held] + ([] if same else [link])
    changed = issue.with_extra({"remote_links": list(listed)})
    title = text_of(object_of(payload.get("object")).get("title"))
    shown = f'This issue links to "{title} (Web Link)"'
    items = [item(site, "remotelinks", NOTHING, (number, shown))]
    return entry(changed, items, actor=actor, now_us=now_us), link, same is None


def remove_remote_link(
    site: Site, issue: IssueState, link_id: str, *, actor: JsonObject, now_us: int
) -> IssueState:
    """Return the issue without a link to the outside."""
    held = objects_of((issue.extra or {}).get("remote_links"))
    gone = [one for one in held if text_of(one.get("id")) == link_id]
    if not gone:
        raise MissingError(f"No remote link with id '{link_id}' exists.")
    changed = issue.with_extra({"remote_links": [one for one in held if one not in gone]})
    items = [item(site, "remotelinks", (link_id, ""), NOTHING)]
    return entry(changed, items, actor=actor, now_us=now_us)


def add_attachment(
    site: Site,
    issue: IssueState,
    filename: str,
    media_type: str,
    size: int,
    *,
    attachment_id: str,
    actor: JsonObject,
    now_us: int,
) -> tuple[IssueState, JsonObject]:
    """Return the issue with a file described in it, and the file's JSON."""
    attachment: JsonObject = {
        "self": address(issue.native, "attachment", attachment_id),
        "id": attachment_id,
        "filename": filename,
        "author": embedded("user", actor),
        "created": jira_time(now_us),
        "size": size,
        "mimeType": media_type,
        "content": _content(site, issue, attachment_id, filename),
    }
    held = objects_of(issue.fields.get("attachment"))
    changed = issue.with_fields({"attachment": [*held, attachment]})
    items = [item(site, "attachment", NOTHING, (attachment_id, filename))]
    return entry(changed, items, actor=actor, now_us=now_us), attachment


def remove_attachment(
    site: Site, issue: IssueState, attachment_id: str, *, actor: JsonObject, now_us: int
) -> IssueState:
    """Return the issue without a file's description."""
    held = objects_of(issue.fields.get("attachment"))
    gone = [one for one in held if text_of(one.get("id")) == attachment_id]
    left = [one for one in held if one not in gone]
    changed = issue.with_fields({"attachment": list(left)})
    sides = [(attachment_id, text_of(one.get("filename"))) for one in gone]
    items = [item(site, "attachment", side, NOTHING) for side in sides]
    return entry(changed, items, actor=actor, now_us=now_us)


def _with_link(
    site: Site,
    issue: IssueState,
    other: IssueState,
    kind: JsonObject,
    link_id: str,
    direction: str,
    *,
    actor: JsonObject,
    now_us: int,
) -> IssueState:
    link: JsonObject = {
        "id": link_id,
        "self": address(issue.native, "issueLink", link_id),
        "type": dict(kind),
        f"{direction}Issue": brief(other),
    }
    changed = issue.with_fields({"issuelinks": [*links_of(issue), link]})
    items = [item(site, "issuelinks", NOTHING, _shown(link))]
    return entry(changed, items, actor=actor, now_us=now_us)


def _shown(link: JsonObject) -> tuple[str, str]:
    """Return how the changelog shows a link: ``This issue blocks ABC-2``."""
    direction = "outward" if "outwardIssue" in link else "inward"
    key = text_of(object_of(link.get(f"{direction}Issue")).get("key"))
    return key, f"This issue {text_of(object_of(link.get('type')).get(direction))} {key}"


def _check_remote(payload: Mapping[str, JsonValue]) -> None:
    target = payload.get("object")
    if not isinstance(target, dict):
        raise invalid("object", errors.is_required("'object'"))
    problems = {
        name: errors.is_required(f"'{name}'")
        for name in ("url", "title")
        if not text_of(target.get(name))
    }
    if problems:
        raise InvalidError(errors=problems)


def _with_global_id(held: list[JsonObject], global_id: JsonValue) -> JsonObject | None:
    if not global_id:
        return None
    return next((one for one in held if one.get("globalId") == global_id), None)


def _content(site: Site, issue: IssueState, attachment_id: str, filename: str) -> str:
    if site.flavour is Flavour.CLOUD:
        return address(issue.native, "attachment", "content", attachment_id)
    return f"{PLACEHOLDER}/secure/attachment/{attachment_id}/{quote(filename)}"
