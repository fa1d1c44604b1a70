"""What requests to the small Jira say, and how it answers what is not there."""

import json
import re
from typing import Any

import httpx2


def about(path: str, body: Any) -> str:
    """Return the id of the issue that a write is about."""
    found = re.match(r"issue/(\d+)", path)
    if found:
        return found[1]
    if path == "issueLink":
        return str(body["inwardIssue"]["id"])
    return str(body["issues"][0]) if "issues" in body else "new"


#: Who reads; "": our account, which sees everything.
SEEN = ("", "stranger", "half")


def as_seen(reads: str, path: str) -> httpx2.Response | None:
    """Return what a "stranger" is shown, or the "half" who sees issues without what they hold."""
    if reads == "stranger" and path == "search/jql":
        return httpx2.Response(200, json={"issues": [], "isLast": True})
    hidden = path.startswith("issue/") and (
        reads == "stranger" or (reads == "half" and path.endswith(("/comment", "/worklog")))
    )
    return missing() if hidden else None


def parsed(request: httpx2.Request) -> Any:
    """Return a request's JSON (of an upload, the file's name and size), else its query."""
    if not request.content:
        return dict(request.url.params)
    if request.headers["content-type"].startswith("multipart/"):
        name = re.search(rb'filename="([^"]+)"', request.content)
        content = request.content.split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0]
        assert name is not None
        return {"filename": name[1].decode(), "size": len(content)}
    return json.loads(request.content)


def shown(value: Any) -> Any:
    """Return a value as a changelog shows it."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return " ".join(value)
    if sprints(value):
        return ", ".join(str(one["name"]) for one in value)
    return value["name"] if isinstance(value, dict) and "name" in value else value


def code(value: Any) -> Any:
    """Return what a changelog says beside it: the ids of sprints, else nothing."""
    return ", ".join(str(one["id"]) for one in value) if sprints(value) else None


def sprints(value: Any) -> bool:
    """Return whether a value is a list of sprints."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def missing() -> httpx2.Response:
    """Return what Jira says of an issue that is not there."""
    words = ["Issue does not exist or you do not have permission to see it."]
    return httpx2.Response(404, json={"errorMessages": words, "errors": {}})
