"""Service projects: a comment is internal unless a person confirmed that customers read it."""

from pydantic import JsonValue

from gateway.promotion.fields import fields_of, listed, part
from sandbox.contract.shapes import JsonObject, SiteBaseline

#: Jira Service Management's own property of a comment.
PROPERTY = "sd.public.comment"
#: Among an operation's wants: the comment must be read back as internal.
INTERNAL = "internal"
#: Who lacks it is a customer there: what they say is always public.
AGENT = "SERVICEDESK_AGENT"
NOT_INTERNAL = (
    "The account that writes is no agent of the service project, so its comment could only be "
    "public. Nothing was written."
)
_TYPE = "service_desk"
MADE_INTERNAL: JsonObject = {"key": PROPERTY, "value": {"internal": True}}


def is_service(site: SiteBaseline, project: str) -> bool:
    """Return whether a project is a service project."""
    return any(
        one.get("projectTypeKey") == _TYPE for one in site.projects if one.get("key") == project
    )


def is_service_issue(doc: JsonObject | None) -> bool:
    """Return whether Jira itself says so of an issue."""
    return part(fields_of(doc), "project", "projectTypeKey") == _TYPE


def wants_customers(after: JsonValue) -> bool:
    """Return whether a comment asks in so many words to be read by customers."""
    return _marked(after) is False


def internal(comment: JsonObject) -> bool | None:
    """Return whether a comment, as Jira shows it, is internal; None when it does not say."""
    public = comment.get("jsdPublic")
    return (not public) if isinstance(public, bool) else _marked(comment)


def made_internal(after: JsonObject) -> JsonObject:
    """Return a comment that says it is internal, whatever it said before."""
    others = [one for one in listed(after.get("properties")) if one.get("key") != PROPERTY]
    return {**after, "properties": [*others, MADE_INTERNAL]}


def _marked(comment: JsonValue) -> bool | None:
    """Return what the property says: internal, public, or nothing."""
    for one in listed(part(comment, "properties")):
        if one.get("key") == PROPERTY:
            return part(one.get("value"), "internal") in (True, "true")
    return None
