"""A Jira of a few endpoints inside the test's process, for faults a real one seldom shows.

Writes are counted in ``effects``; ``faults`` says what goes wrong with the next writes.
"""

import copy
import re
from collections.abc import Callable
from typing import Any

import httpx2

from gateway.promotion.values import MARKER_KEY
from sandbox.contract.shapes import ChangeKind
from tests.gateway.operations.small_wire import SEEN, about, as_seen, code, missing, parsed, shown
from tests.gateway.promotion.world import DOING, DONE, TODO, doc
from tests.invariants import Effect

#: The account that the gateway writes as.
GATE = {"accountId": "gate", "displayName": "Gate"}
_STEPS: dict[str, dict[str, Any]] = {"1": {"11": DOING}, "3": {"21": DONE, "31": TODO}, "10": {}}


class SmallJira:
    """Issues and all kinds of writes that the gateway makes, with faults."""

    def __init__(self) -> None:
        """Start with AIR-1 and AIR-2."""
        self.issues: dict[str, dict[str, Any]] = {}
        #: Account ("": the one that asks) to permission to ids of issues and projects; None: it
        #: will not tell.
        self.allowed: dict[str, dict[str, set[str]]] | None = None
        self.properties: dict[str, dict[str, Any]] = {}
        self.effects: list[tuple[str, str]] = []
        #: What was really written, for ``tests.invariants``.
        self.journal: list[Effect] = []
        #: What goes wrong with the next writes, in turn; "" is nothing.
        self.faults: list[str] = []
        #: The same for the writes about one issue ("new": those that make one).
        self.faults_of: dict[str, list[str]] = {}
        #: Writes whose client is gone ("late") and that were not done yet.
        self.travelling: list[tuple[str, str, Any]] = []
        #: The account that the gateway writes as.
        self.account: dict[str, Any] = GATE
        #: What goes wrong with every read (see ``as_seen``), or "".
        self.reads = ""
        #: Whether our account is an agent of service projects; None: it will not tell.
        self.agent: bool | None = None
        #: Called just before a write is done.
        self.before_write: Callable[[], None] = lambda: None
        #: Called just after a write is done.
        self.after_write: Callable[[], None] = lambda: None
        self._next = 20_000
        #: Number of the next new key; a gap is an issue that was moved away.
        self.first_key = 3
        #: Status id to the transitions that it offers.
        self.steps = copy.deepcopy(_STEPS)
        self._beside: dict[tuple[str, str], list[Any]] = {}
        #: Whether searches go by key as `gateway.operations.sweeping` asks; else all, newest first.
        self.by_key = False
        #: Every query, and every path that was read.
        self.queries: list[str] = []
        self.asked: list[str] = []
        #: Ids that the search does not find, and keys that it does not know the next time.
        self.hidden: set[str] = set()
        self.unknown: set[str] = set()
        self.add(doc())
        self.add(doc("AIR-2", "10002", summary="Another"))

    def http(self) -> httpx2.Client:
        """Return a client that reaches this Jira and nothing else."""
        return httpx2.Client(transport=httpx2.MockTransport(self.respond))

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
                "from": code(issue["fields"].get(name)),
                "to": code(value),
                "fromString": shown(issue["fields"].get(name)),
                "toString": shown(value),
            }
            for name, value in fields.items()
        ]
        number = self._number()
        issue["fields"].update(fields)
        issue["changelog"]["histories"].append(
            {
                "id": str(number),
                "created": f"2026-11-02T10:00:{number % 60:02}.000+0000",
                "author": self.account if by == "Gate" else {"displayName": by},
                "items": items,
            }
        )

    def respond(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request."""
        path = request.url.path.removeprefix("/jira/rest/api/3/")
        body = parsed(request)
        if request.method == "GET" or path in ("search/jql", "permissions/check"):
            said = as_seen(self.reads, path)
            if said is not None or self.reads not in SEEN:
                return said or self._fault(self.reads)
            self.asked.append(path)
            if path == "permissions/check":
                return self._check(body)
            return self._search(body) if path == "search/jql" else self._read(path)
        faults = self.faults_of.get(about(path, body)) or self.faults
        fault = faults.pop(0) if faults else ""
        if fault == "late":
            self.travelling.append((request.method, path, body))
            return self._fault("lost")
        if fault and not fault.startswith("after"):
            return self._fault(fault)
        self.before_write()
        response = self._write(request.method, path, body)
        self.after_write()
        return self._fault(fault.removeprefix("after ")) if fault else response

    def arrive(self) -> None:
        """Do what was still travelling when its client was gone."""
        for method, path, body in self.travelling:
            self._write(method, path, body)
        self.travelling.clear()

    def _check(self, body: Any) -> httpx2.Response:
        """Say what somebody may do; only an administrator's account may ask."""
        if self.allowed is None:
            return self._fault("403")
        held = self.allowed.get(body.get("accountId", ""), {})
        rows = [
            {
                "permission": name,
                "issues": [one for one in asked["issues"] if str(one) in held.get(name, ())],
                "projects": [one for one in asked["projects"] if str(one) in held.get(name, ())],
            }
            for asked in body["projectPermissions"]
            for name in asked["permissions"]
        ]
        return httpx2.Response(200, json={"globalPermissions": [], "projectPermissions": rows})

    def _fault(self, fault: str) -> httpx2.Response:
        if fault == "lost":
            raise httpx2.ReadTimeout("no answer")
        if fault == "unreachable":
            raise httpx2.ConnectError("no way")
        headers = {"Retry-After": "0"} if fault == "429" else {}
        words = {"errorMessages": [f"fault {fault}"], "errors": {}}
        return httpx2.Response(int(fault), json=words, headers=headers)

    def _read(self, path: str) -> httpx2.Response:
        if path == "myself":
            return httpx2.Response(200, json={"accountId": self.account["accountId"]})
        if path == "mypermissions" and self.agent is not None:
            told = {"SERVICEDESK_AGENT": {"havePermission": self.agent}}
            return httpx2.Response(200, json={"permissions": told})
        found = re.fullmatch(r"issue/([^/]+)(?:/(\w+))?", path)
        issue = self._find(found.group(1)) if found else None
        part = self._part(issue, found.group(2)) if found and issue else None
        return missing() if part is None else httpx2.Response(200, json=part)

    def _search(self, body: Any) -> httpx2.Response:
        jql = body["jql"]
        self.queries.append(jql)
        strange = {key for key in self.unknown if f'"{key}"' in jql}
        if strange:
            self.unknown -= strange
            words = ["An issue with that key does not exist for field 'key'."]
            return httpx2.Response(400, json={"errorMessages": words, "errors": {}})
        found = [one for one in self.issues.values() if one["id"] not in self.hidden]
        found.sort(key=lambda one: -int(one["id"]))
        if self.by_key:
            found.sort(key=lambda one: int(one["key"].rpartition("-")[2]))
            last = re.search(r'key > "\w+-(\d+)"', jql)
            if last:
                least = int(last[1])
                found = [one for one in found if int(one["key"].rpartition("-")[2]) > least]
            listed = re.search(r"key in \((.*?)\)", jql)
            if listed:
                every = self.issues.values()
                found = [one for one in every if f'"{one["key"]}"' in listed[1]]
            if "project not in" in jql:
                found = []
            for name in ("key", "id"):
                one = re.search(rf'AND {name} = "([^"]+)"', jql)
                if one:
                    found = [issue for issue in found if issue[name] == one[1]]
        return httpx2.Response(200, json={"issues": found, "isLast": True})

    def _part(self, issue: Any, name: str | None) -> Any:
        if name is None:
            return {**issue, "properties": self.properties.get(issue["id"], {})}
        if name == "transitions":
            steps = self.steps[issue["fields"]["status"]["id"]]
            return {
                "transitions": [{"id": one, "name": one, "to": to} for one, to in steps.items()]
            }
        if name in ("watchers", "remotelink"):
            every = self.beside(issue["id"], name)
            return {"watchers": every} if name == "watchers" else every
        if name not in ("comment", "worklog"):
            return None
        every = issue["fields"].get(name, {}).get(f"{name}s", [])
        return {f"{name}s": every, "startAt": 0, "maxResults": 100, "total": len(every)}

    def beside(self, issue_id: str, name: str) -> list[Any]:
        """Return an issue's watchers or remote links, to be read or added to."""
        return self._beside.setdefault((issue_id, name), [])

    def _write(self, method: str, path: str, body: Any) -> httpx2.Response:
        makes = {"issue": self._create, "issueLink": self._link}.get(path)
        if method == "POST" and makes is not None:
            return makes(body)
        sprint = re.fullmatch(r"/jira/rest/agile/1.0/(?:sprint/(\d+)|backlog)/issue", path)
        if sprint:
            return self._planned(sprint[1], body)
        alone = re.fullmatch(r"(issueLink|attachment)/(\d+)", path)
        if alone:
            return self._deleted_alone(alone[1], alone[2])
        found = re.fullmatch(r"issue/(\d+)(?:/(\w+)(?:/(\d+))?)?", path)
        issue = self._find(found.group(1)) if found else None
        if found is None or issue is None:
            return missing()
        self.effects.append((method, path))
        return self._write_to(issue, method, found[2], found[3], body)

    def _write_to(
        self, issue: Any, method: str, part: str | None, old: str | None, body: Any
    ) -> httpx2.Response:
        if part == "watchers" or (part == "remotelink" and method == "POST"):
            return self._beside_it(issue, part, body)
        if part in ("comment", "worklog", "attachments", "remotelink"):
            return self._part_of(method, issue, part, old, body)
        if method == "DELETE":
            del self.issues[issue["id"]]
            self._note(ChangeKind.DELETE, issue, {}, {})
            return httpx2.Response(204)
        given = body.get("properties", []) if isinstance(body, dict) else []
        marker = {one["key"]: one["value"] for one in given}
        self.properties.setdefault(issue["id"], {}).update(marker)
        self._edit(issue, body, marker, moves=part == "transitions")
        return httpx2.Response(204)

    def _part_of(
        self, method: str, issue: Any, part: str, old: str | None, body: Any
    ) -> httpx2.Response:
        if part == "attachments":
            return self._attached(issue, body)
        if method == "DELETE":
            return self._deleted(issue, part, str(old))
        return self._told(issue, part, old, body)

    def _edit(self, issue: Any, body: Any, marker: Any, *, moves: bool) -> None:
        changed = dict(body.get("fields", {}))
        if moves:
            steps = self.steps[issue["fields"]["status"]["id"]]
            changed = {"status": steps[body["transition"]["id"]], **changed}
        update = dict(body.get("update", {}))
        said = [verb["add"] for verb in update.pop("comment", [])]
        for name, verbs in update.items():
            values = list(issue["fields"].get(name) or [])
            for verb in verbs:
                values = [one for one in values if one != verb.get("remove")]
                values += [verb["add"]] if "add" in verb else []
            changed[name] = values
        kind = ChangeKind.TRANSITION if moves else ChangeKind.EDIT
        self._note(kind, issue, {**changed, **({"comment": said[0]} if said else {})}, marker)
        for one in said:
            told = {**one, "id": str(self._number()), "author": self.account}
            issue["fields"]["comment"]["comments"].append(told)
        self.edit(issue["id"], "Gate", **changed)

    def _create(self, body: Any) -> httpx2.Response:
        number = self._number()
        key = f"AIR-{self.first_key + sum(method == 'CREATE' for method, _ in self.effects)}"
        self.effects.append(("CREATE", key))
        known: Any = doc()
        project = known["fields"]["project"]
        made = doc(key, str(number), **{**body["fields"], "project": project})
        marker = {one["key"]: one["value"] for one in body["properties"]}
        self._note(ChangeKind.CREATE, {"id": str(number), "fields": {}}, body["fields"], marker)
        self.add(made)
        self.properties[str(number)] = marker
        return httpx2.Response(201, json={"id": str(number), "key": key})

    def _link(self, body: Any) -> httpx2.Response:
        ends = [self.issues[body[name]["id"]] for name in ("inwardIssue", "outwardIssue")]
        self.effects.append(("POST", "issueLink"))
        kind: Any = body["type"]
        for here, name, there in zip(
            ends, ("outwardIssue", "inwardIssue"), ends[::-1], strict=True
        ):
            link = {"id": str(self._number()), "type": kind}
            other = {"id": there["id"], "key": there["key"]}
            here["fields"]["issuelinks"].append({**link, name: other})
        self._note(ChangeKind.LINK, ends[0], {}, {})
        return httpx2.Response(201)

    def _beside_it(self, issue: Any, name: str, body: Any) -> httpx2.Response:
        if name == "watchers":
            verb, user = (
                ("remove", body) if isinstance(body, dict) else ("add", {"accountId": body})
            )
            self._note(ChangeKind.WATCHER, issue, {verb: user}, {})
            watching = self.beside(issue["id"], name)
            watching[:] = [one for one in watching if one != user]
            watching += [user] if verb == "add" else []
            return httpx2.Response(204)
        self._note(ChangeKind.REMOTE_LINK, issue, {"globalId": body["globalId"]}, {})
        links = self.beside(issue["id"], name)
        made = {**body, "id": self._number()}
        links[:] = [one for one in links if one["globalId"] != body["globalId"]] + [made]
        return httpx2.Response(201, json={"id": made["id"]})

    def _planned(self, sprint: str | None, body: Any) -> httpx2.Response:
        for name in body["issues"]:
            issue = self._find(name)
            self.effects.append(("POST", f"sprint/{sprint}"))
            self._note(ChangeKind.SPRINT, issue, {"sprint": sprint}, {})
            planned = None if sprint is None else [{"id": int(sprint), "name": "S"}]
            self.edit(issue["id"], "Gate", customfield_10020=planned)
        return httpx2.Response(204)

    def _attached(self, issue: Any, body: Any) -> httpx2.Response:
        made = {**body, "id": str(self._number()), "author": self.account}
        self._note(ChangeKind.ATTACHMENT, issue, body, {})
        issue["fields"].setdefault("attachment", []).append(made)
        return httpx2.Response(200, json=[made])

    def _deleted(self, issue: Any, part: str, old: str) -> httpx2.Response:
        every = self._parts(issue, part)
        if old not in [str(one["id"]) for one in every]:
            return missing()
        every[:] = [one for one in every if str(one["id"]) != old]
        self._note(ChangeKind.DELETE, issue, {}, {})
        return httpx2.Response(204)

    def _parts(self, issue: Any, part: str) -> list[Any]:
        fields: dict[str, Any] = issue["fields"]
        if part == "remotelink":
            return self.beside(issue["id"], part)
        nested = part in ("comment", "worklog")
        holder = fields.setdefault(part, {}) if nested else fields
        name = f"{part}s" if nested else {"issueLink": "issuelinks"}.get(part, part)
        found: list[Any] = holder.setdefault(name, [])
        return found

    def _deleted_alone(self, part: str, old: str) -> httpx2.Response:
        """Delete what has an address of its own, below no issue."""
        for issue in self.issues.values():
            if old in [str(one["id"]) for one in self._parts(issue, part)]:
                return self._deleted(issue, part, old)
        return missing()

    def _told(self, issue: Any, name: str, old: str | None, body: Any) -> httpx2.Response:
        every = issue["fields"].setdefault(name, {f"{name}s": []})[f"{name}s"]
        given = body.get("properties", [])
        marker = {one["key"]: one["value"] for one in given}
        wrote = {key: value for key, value in body.items() if key != "properties"}
        kinds = {"comment": ChangeKind.COMMENT, "worklog": ChangeKind.WORKLOG}
        if old is not None:
            one = next(one for one in every if one["id"] == old)
            self._note(ChangeKind.COMMENT_EDIT, issue, wrote, marker, one)
            one |= body
            return httpx2.Response(200, json=one)
        self._note(kinds[name], issue, wrote, marker)
        one = {**body, "id": str(self._number()), "author": self.account}
        every.append(one)
        return httpx2.Response(201, json=one)

    def _note(
        self, kind: ChangeKind, issue: Any, wrote: Any, marker: Any, before: Any = None
    ) -> None:
        known = issue["fields"] if before is None else before
        replaced = {name: copy.deepcopy(known[name]) for name in wrote if name in known}
        self.journal.append(
            Effect(kind, issue["id"], copy.deepcopy(wrote), replaced, marker.get(MARKER_KEY))
        )

    def _find(self, ref: str) -> Any:
        if ref in self.issues:
            return self.issues[ref]
        return next((one for one in self.issues.values() if one["key"] == ref), None)

    def _number(self) -> int:
        self._next += 1
        return self._next
