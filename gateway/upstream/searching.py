"""Searching, page by page: Cloud goes on by a token, Data Center by a number."""

from collections.abc import Callable, Iterator

from gateway.upstream.errors import OurFaultError, UnreadableError
from gateway.upstream.paging import objects
from gateway.upstream.sound import sound_issue
from sandbox.contract.shapes import JsonObject

#: How many rows one page asks for; Jira clamps silently.
PAGE = 100
#: Pages of one question before we call it endless (tokens can repeat: JRACLOUD-95368).
MOST_PAGES = 10_000

#: Asks for one page; takes the body of the request.
Asked = Callable[[JsonObject], JsonObject]


def by_token(jql: str, asked: Asked) -> Iterator[JsonObject]:
    """Yield whole issues of a Cloud site."""
    body: JsonObject = {"jql": jql, "fields": ["*all"], "expand": "changelog", "maxResults": PAGE}
    for _ in range(MOST_PAGES):
        page = asked(body)
        yield from _issues(page)
        token = page.get("nextPageToken")
        if not token or page.get("isLast") is True:
            return
        if token == body.get("nextPageToken"):
            raise UnreadableError("Jira repeats a page of a search without end.")
        body = {**body, "nextPageToken": token}


def by_number(jql: str, asked: Asked) -> Iterator[JsonObject]:
    """Yield whole issues of a Data Center."""
    body: JsonObject = {"jql": jql, "fields": ["*all"], "expand": ["changelog"], "maxResults": PAGE}
    start = 0
    for _ in range(MOST_PAGES):
        page = asked({**body, "startAt": start})
        found = _issues(page)
        yield from found
        start += len(found)
        if not found or start >= int(str(page.get("total") or 0)):
            return


def first_key(jql: str, asked: Asked) -> str | None:
    """Return the key of a query's first issue, asked alone and without what is in it."""
    rows = asked({"jql": jql, "fields": ["summary"], "maxResults": 1}).get("issues")
    found = objects(rows)
    key = found[0].get("key") if found else None
    if not isinstance(rows, list) or (rows and not isinstance(key, str)):
        raise UnreadableError("Jira's answer to a search is not a list of issues.")
    return key if isinstance(key, str) else None


def about(asked: Callable[[], JsonObject]) -> int | None:
    """Return the number that a Jira answers to how many there are; None when it will not say."""
    try:
        answer = asked()
    except (OurFaultError, UnreadableError):
        return None
    found = answer.get("count", answer.get("total"))
    return found if isinstance(found, int) else None


def _issues(page: JsonObject) -> list[JsonObject]:
    """Return the issues of a page, all of them or none."""
    rows = page.get("issues")
    found = objects(rows)
    if not isinstance(rows, list) or len(found) != len(rows):
        raise UnreadableError("Jira's answer to a search is not a list of issues.")
    return [sound_issue(one) for one in found]
