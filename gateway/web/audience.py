"""Who can read a comment, in words."""

from pydantic import JsonValue

from gateway.web.language import Tongue
from sandbox.contract.shapes import JsonObject

#: The property by which Jira Service Management keeps a comment from customers.
_INTERNAL = "sd.public.comment"


def audience(comment: JsonObject, tongue: Tongue) -> str:
    """Return who can read a comment."""
    if is_internal(comment):
        return tongue.gettext("Only the team; customers cannot see it")
    visibility = _object(comment.get("visibility"))
    name = str(visibility.get("value") or visibility.get("identifier") or "")
    if visibility.get("type") == "role":
        return tongue.gettext("Only people with the role “%(name)s”", name=name)
    if visibility:
        return tongue.gettext("Only members of the group “%(name)s”", name=name)
    return tongue.gettext("Everybody who can see the issue")


def is_internal(comment: JsonObject) -> bool:
    """Return whether customers of a service project do not see a comment."""
    if comment.get("jsdPublic") is False:
        return True
    properties = comment.get("properties")
    for one in properties if isinstance(properties, list) else []:
        if isinstance(one, dict) and one.get("key") == _INTERNAL:
            return _object(one.get("value")).get("internal") is True
    return False


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}
