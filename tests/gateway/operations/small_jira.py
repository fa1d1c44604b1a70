"""A Jira of a few endpoints inside the test's process, for faults a real one seldom shows.

Writes are counted in ``effects``; ``faults`` says what goes wrong with the next writes.
"""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import httpx2

from tests.gateway.promotion.world import BASE_URL, DOING, DONE, TODO, doc

_STEPS = {"1": {"11": DOING}, "3": {"21": DONE, "31": TODO}, "10": {}}


class SmallJira:
    """Issues, edits, transitions, comments and properties, with faults."""

    def __init__(self) -> None:
        """Start with AIR-1 and AIR-2."""
        self.issues: dict[str, dict[str, Any]] = {}
        self.properties: dict[str, dict[str, Any]] = {}
        self.effects: list[tuple[str, str]] = []
        #: What goes wrong with the next writes, in turn; "" is nothing.
        self.faults: list[str] = []
        #: What goes wrong with every read, or "".
        self.reads = ""
        #: Called just before a write is done.
        self.before_write: Callable[[], None] = lambda: None
        #: Called just after a write is done.
        self.after_write: Callable[[], None] = lambda: None
        self._next = 20_000
        self.add(doc())
        self.add(doc("AIR-2", "10002", summary="Another"))

    def http(self) -> httpx2.Client:
        """Return a client that reaches this Jira and nothing else."""
        return httpx2.Client(transport=httpx2.MockTransport(self._answer))

    def add(self, issue: Any) -> None:
        """Put an issue in."""
        self.issues[str(issue["id"])] = copy.deepcopy(issue)

    def field(self, issue_id: str, name: str) -> Any:
        """Return a field's value."""
        return self.issues[issue_id]["fields"].get(name)

    def edit(self, issue_id: str, by: str, **fields: Any) -> None:
        """Edit an issue as somebody else would."""
        issue = self.issues[issue_id]
        items = [
            {
                "field": name,
                "fieldId": name,
                "fromString": _shown(issue["fields"].get(name)),
                "toString": _shown(value),
            }
            for name, value in fields.items()
        ]
        number = self._number()
        issue["fields"].update(fields)
        issue["changelog"]["histories"].append(
            {
                "id": str(number),
                "created": f"2026-11-02T10:00:{number % 60:02}.000+0000",
                "author": {"displayName": by},
                "items": items,
            }
        )

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path.removeprefix("/jira/rest/api/3/")
        body = json.loads(request.content) if request.content else {}
        if request.method == "GET" or path == "search/jql":
            if self.reads:
                return self._fault(self.reads)
            return self._read(path)
        fault = self.faults.pop(0) if self.faults else ""
        if fault and not fault.startswith("after"):
            return self._fault(fault)
        self.before_write()
        response = self._write(request.method, path, body)
        self.after_write()
        return self._fault(fault.removeprefix("after ")) if fault else response

    def _fault(self, fault: str) -> httpx2.Response:
        if fault == "lost":
            raise httpx2.ReadTimeout("no answer")
        if fault == "unreachable":
            raise httpx2.ConnectError("no way")
        headers = {"Retry-After": "0"} if fault == "429" else {}
        words = {"errorMessages": [f"fault {fault}"], "errors": {}}
        return httpx2.Response(int(fault), json=words, headers=headers)

    def _read(self, path: str) -> httpx2.Response:
        if path == "search/jql":
            newest = sorted(self.issues.values(), key=lambda one: -int(one["id"]))
            return httpx2.Response(200, json={"issues": newest, "isLast": True})
        if path == "myself":
            return httpx2.Response(200, json={"accountId": "gate"})
        found = re.fullmatch(r"issue/([^/]+)(?:/(\w+))?", path)
        issue = self._find(found.group(1)) if found else None
        part = self._part(issue, found.group(2)) if found and issue else None
        return _missing() if part is None else httpx2.Response(200, json=part)

    def _part(self, issue: Any, name: str | None) -> Any:
        if name is None:
            return {**issue, "properties": self.properties.get(issue["id"], {})}
        if name == "transitions":
            steps = _STEPS[issue["fields"]["status"]["id"]]
            return {
                "transitions": [{"id": one, "name": one, "to": to} for one, to in steps.items()]
            }
        empty = {"watchers": {"watchers": []}, "remotelink": [], "worklog": {"worklogs": []}}
        if name in empty:
            return empty[name]
        every = issue["fields"]["comment"]["comments"]
        return {"comments": every, "startAt": 0, "maxResults": 100, "total": len(every)}

    def _write(self, method: str, path: str, body: Any) -> httpx2.Response:
        if (method, path) == ("POST", "issue"):
            return self._create(body)
        found = re.fullmatch(r"issue/(\d+)(?:/(\w+))?", path)
        issue = self._find(found.group(1)) if found else None
        if found is None or issue is None:
            return _missing()
        self.effects.append((method, path))
        marker = {one["key"]: one["value"] for one in body.get("properties", [])}
        if found.group(2) == "comment":
            return self._comment(issue, body, marker)
        self.properties.setdefault(issue["id"], {}).update(marker)
        if found.group(2) == "transitions":
            status = _STEPS[issue["fields"]["status"]["id"]][body["transition"]["id"]]
            self.edit(issue["id"], "Gate", status=status, **body.get("fields", {}))
            return httpx2.Response(204)
        changed = dict(body.get("fields", {}))
        for name, verbs in body.get("update", {}).items():
            values = list(issue["fields"].get(name) or [])
            for verb in verbs:
                values = [one for one in values if one != verb.get("remove")]
                values += [verb["add"]] if "add" in verb else []
            changed[name] = values
        self.edit(issue["id"], "Gate", **changed)
        return httpx2.Response(204)

    def _create(self, body: Any) -> httpx2.Response:
        number = self._number()
        key = f"AIR-{3 + sum(method == 'CREATE' for method, _ in self.effects)}"
        self.effects.append(("CREATE", key))
        self.add(doc(key, str(number), **body["fields"]))
        self.properties[str(number)] = {one["key"]: one["value"] for one in body["properties"]}
        return httpx2.Response(201, json={"id": str(number), "key": key})

    def _comment(self, issue: Any, body: Any, marker: Any) -> httpx2.Response:
        properties = [{"key": name, "value": value} for name, value in marker.items()]
        comment = {**body, "id": str(self._number()), "properties": properties}
        issue["fields"]["comment"]["comments"].append(comment)
        return httpx2.Response(201, json=comment)

    def _find(self, ref: str) -> Any:
        if ref in self.issues:
            return self.issues[ref]
        return next((one for one in self.issues.values() if one["key"] == ref), None)

    def _number(self) -> int:
        self._next += 1
        return self._next


def _shown(value: Any) -> Any:
    return value["name"] if isinstance(value, dict) and "name" in value else value


def _missing() -> httpx2.Response:
    words = ["Issue does not exist or you do not have permission to see it."]
    return httpx2.Response(404, json={"errorMessages": words, "errors": {}})


#: So that a test can say where this Jira is.
URL = BASE_URL
