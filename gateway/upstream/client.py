"""The real Jira, Cloud (REST v3) or Data Center (REST v2): every question we ask of it.

URLs are made of the configured base address and ids only. Issues are asked for by id:
a key changes when an issue moves, and then names another project's rules.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import cast
from urllib.parse import quote

import httpx2
from pydantic import JsonValue

from gateway.promotion.values import MARKER_KEY, Request
from gateway.upstream.credentials import Credentials
from gateway.upstream.direct import Direct
from gateway.upstream.errors import OurFaultError, UnreadableError
from gateway.upstream.introduction import (
    Account,
    account_of,
    flavour_of,
    is_cloud,
    sandbox_wanted,
    site_of,
)
from gateway.upstream.limits import Limits
from gateway.upstream.line import Line, Trust, account_names
from gateway.upstream.paging import objects, page_of
from gateway.upstream.searching import MOST_PAGES, PAGE, about, by_number, by_token, first_key
from gateway.upstream.sound import sound_issue
from gateway.upstream.stranger import Expected
from gateway.upstream.wire import LONGEST_EXCHANGE, Answer, Ask, Wire
from sandbox.contract.addresses import Address
from sandbox.contract.shapes import Flavour, JsonObject


@dataclass(frozen=True, slots=True)
class Upstream:
    """A connection to the real Jira as one account."""

    http: httpx2.Client
    #: Where requests go.
    address: Address
    flavour: Flavour
    expected: Expected = field(default_factory=Expected)
    #: Seconds of throttling that a read may wait out before it gives up.
    patience: float = 0.0
    sleep: Callable[[float], None] = time.sleep
    #: Where people open issues; None: where requests go.
    site: Address | None = None
    account: Account = field(default_factory=Account)
    limits: Limits = field(default_factory=Limits)
    #: Whole seconds that a write may take.
    write_within: float = LONGEST_EXCHANGE
    trust: Trust = field(default_factory=Trust)
    #: The short way, for all that it can do; None: ``http`` does everything.
    direct: Direct | None = None

    @classmethod
    def connect(
        cls,
        credentials: Credentials,
        *,
        demo: bool = False,
        test_upstream: str | None = None,
        http: httpx2.Client | None = None,
        limits: Limits | None = None,
        write_within: float = LONGEST_EXCHANGE,
    ) -> "Upstream":
        """Find out which Jira this is and who we are there; refuses the wrong kind.

        A demo's upstream must be a sandbox; any other gateway's must not, unless the
        process environment names that very loopback address as a test upstream.
        """
        expected = Expected(sandbox=sandbox_wanted(credentials, demo, test_upstream))
        upstream = cls(
            http or credentials.http(),
            credentials.address,
            Flavour.SERVER,
            expected,
            write_within=write_within,
            direct=None if http is not None else credentials.direct(),
        )
        try:
            # A gateway starts also while its site rests: two questions are all it asks.
            known = upstream._introduced(credentials.site_url)
            return replace(known, limits=limits or Limits())
        except BaseException:
            upstream.close()
            raise

    @property
    def browse(self) -> Address:
        """Where people open this Jira."""
        return self.site or self.address

    def confirm(self) -> Answer:
        """Make sure of who we are; raises IdentityLostError when that is another."""
        return self._line.confirm()

    def _introduced(self, site_url: str | None) -> "Upstream":
        """Return the same connection, knowing which Jira this is and who we are there."""
        direct = site_url in (None, self.address.url)
        told = {} if direct and is_cloud(self.address.host) else self.server_info()
        flavour = flavour_of(self.address.host, told)
        known = replace(self, flavour=flavour, site=site_of(self.address, site_url, told))
        answer = known.confirm()
        body = answer.body if isinstance(answer.body, dict) else {}
        expected = replace(self.expected, account=account_names(body), named=answer.named)
        return replace(known, expected=expected, account=account_of(body))

    def patient(self, seconds: float = 120.0) -> "Upstream":
        """Return the same connection, with reads that wait when Jira throttles them."""
        return replace(self, patience=seconds)

    def close(self) -> None:
        """Close all connections."""
        self.http.close()
        if self.direct is not None:
            self.direct.close()

    # Writing -------------------------------------------------------------------------

    def send(self, request: Request, content: bytes | None = None, by: float = inf) -> Answer:
        """Send one planned request; see ``gateway.upstream.errors`` for what may go wrong.

        ``content``: its upload's bytes; ``by``: not after that, by ``steady``.
        """
        method, upload, file = request.method.upper(), request.upload, None
        if upload is not None and content is not None:
            file = (upload.filename, upload.media_type, content)
        ask = Ask(method, request.path, request.query, request.body, method == "GET", file, by)
        return self._line.send(ask)

    # Who and what this Jira is -------------------------------------------------------

    def server_info(self) -> JsonObject:
        """Return version, deployment type and base URL."""
        return self._object("serverInfo")

    def myself(self) -> JsonObject:
        """Return the account we are connected as."""
        return self._object("myself")

    def permissions(self, project: str, names: tuple[str, ...]) -> dict[str, JsonValue]:
        """Return which of these permissions our account has in a project, by name."""
        return self.permissions_at({"projectKey": project}, names)

    def permissions_at(self, place: Mapping[str, str], names: Sequence[str]) -> JsonObject:
        """Return which of these permissions our account has at a place, by name."""
        found = self._object("mypermissions", {**place, "permissions": ",".join(names)})
        held = found.get("permissions")
        return held if isinstance(held, dict) else {}

    def check_permissions(self, asked: JsonObject) -> JsonObject:
        """Return where somebody has which permissions (Cloud)."""
        return self._asked("POST", f"{self._api}/permissions/check", body=asked)

    def holders(self, query: Mapping[str, str]) -> list[JsonObject]:
        """Return people that a query names and who have a permission at a place."""
        return self._list("user/permission/search", query)

    def viewers(self, query: Mapping[str, str]) -> list[JsonObject]:
        """Return people that a query names and who see an issue."""
        return self._list("user/viewissue/search", query)

    def fields(self) -> list[JsonObject]:
        """Return all system and custom fields."""
        return self._list("field")

    def issue_types(self) -> list[JsonObject]:
        """Return all issue types."""
        return self._list("issuetype")

    def statuses(self) -> list[JsonObject]:
        """Return all statuses."""
        return self._list("status")

    def priorities(self) -> list[JsonObject]:
        """Return all priorities in their order."""
        return self._list("priority")

    def resolutions(self) -> list[JsonObject]:
        """Return all resolutions."""
        return self._list("resolution")

    def link_types(self) -> list[JsonObject]:
        """Return all issue link types."""
        return objects(self._object("issueLinkType").get("issueLinkTypes"))

    def projects(self, keys: tuple[str, ...]) -> list[JsonObject]:
        """Return these projects, each with issue types, components and versions."""
        return [self._object(f"project/{_segment(key)}") for key in keys]

    def project_statuses(self, project: str) -> list[JsonObject]:
        """Return a project's issue types, each with the statuses of its workflow."""
        return self._list(f"project/{_segment(project)}/statuses")

    def users(self, project: str) -> list[JsonObject]:
        """Return who may be assigned issues of a project."""
        found: list[JsonObject] = []
        for start in range(0, MOST_PAGES * PAGE, PAGE):
            query = {"project": project, "startAt": str(start), "maxResults": str(PAGE)}
            page = self._list("user/assignable/search", query)
            found += page
            if len(page) < PAGE:
                break
        return found

    def create_meta(self, project_id: str, type_id: str) -> dict[str, JsonObject]:
        """Return the fields of the create screen, by field id."""
        path = f"issue/createmeta/{_segment(project_id)}/issuetypes/{_segment(type_id)}"
        # Cloud calls the list ``fields``, Data Center ``values``.
        rows = self._pages(path, "fields", "values")
        return {str(row.get("fieldId") or row.get("key")): row for row in rows}

    def edit_meta(self, issue_id: str) -> dict[str, JsonObject]:
        """Return the fields that may be edited on one issue, by field id."""
        found = self._object(f"issue/{_segment(issue_id)}/editmeta").get("fields")
        return cast("dict[str, JsonObject]", found) if isinstance(found, dict) else {}

    def boards(self, project: str) -> list[JsonObject]:
        """Return the boards of a project."""
        query = {"projectKeyOrId": project}
        return list(self._pages("board", "values", query=query, root=_AGILE))

    def sprints(self, board_id: str) -> list[JsonObject]:
        """Return the sprints of a board; a Kanban board has none."""
        path = f"board/{_segment(board_id)}/sprint"
        return list(self._pages(path, "values", root=_AGILE))

    def filters(self) -> list[JsonObject]:
        """Return our account's favourite filters."""
        return self._list("filter/favourite")

    # Issues --------------------------------------------------------------------------

    def search(self, jql: str) -> Iterator[JsonObject]:
        """Yield whole issues with their changelog, in a stable order."""
        if not re.search(r"\border\s+by\b", jql, re.IGNORECASE):
            jql = f"{jql} ORDER BY key ASC".strip()
        if self._cloud:
            path = f"{self._api}/search/jql"
            return by_token(jql, lambda body: self._asked("POST", path, body=body))
        return by_number(jql, lambda body: self._asked("POST", f"{self._api}/search", body=body))

    def first_key(self, jql: str) -> str | None:
        """Return the key of the first issue of a query, and read nothing else."""
        end = "/search/jql" if self._cloud else "/search"
        return first_key(jql, lambda body: self._asked("POST", self._api + end, body=body))

    def count(self, jql: str) -> int | None:
        """Return about how many issues a query finds; None when Jira does not say."""
        end = "/search/approximate-count" if self._cloud else "/search"
        body: JsonObject = {"jql": jql} if self._cloud else {"jql": jql, "maxResults": 0}
        return about(lambda: self._asked("POST", self._api + end, body=body))

    def issue(self, issue_id: str) -> JsonObject | None:
        """Return one whole issue with changelog and marker; None when Jira has none."""
        query = {"fields": "*all", "expand": "changelog", "properties": MARKER_KEY}
        try:
            return sound_issue(self._object(f"issue/{_segment(issue_id)}", query), issue_id)
        except OurFaultError as error:
            # A proxy's 404 page is no evidence that an issue is gone: Jira gives a reason.
            if error.status == 404 and (error.messages or error.errors):
                return None
            raise

    def changelog(self, issue_id: str) -> list[JsonObject]:
        """Return all of an issue's history, oldest first (Cloud; Server has it inline)."""
        return list(self._pages(f"issue/{_segment(issue_id)}/changelog", "values"))

    def comments(self, issue_id: str) -> list[JsonObject]:
        """Return all comments of an issue."""
        return list(self._pages(f"issue/{_segment(issue_id)}/comment", "comments"))

    def comment(self, issue_id: str, comment_id: str) -> JsonObject | None:
        """Return one comment with its properties; None when Jira has none."""
        path = f"issue/{_segment(issue_id)}/comment/{_segment(comment_id)}"
        return self._maybe(f"{self._api}/{path}", {"expand": "properties"})

    def service_comment(self, issue_id: str, comment_id: str) -> JsonObject | None:
        """Return a comment as Service Management knows it; None when it knows none."""
        return self._maybe(
            f"/rest/servicedeskapi/request/{_segment(issue_id)}/comment/{_segment(comment_id)}"
        )

    def worklogs(self, issue_id: str) -> list[JsonObject]:
        """Return all worklogs of an issue."""
        return list(self._pages(f"issue/{_segment(issue_id)}/worklog", "worklogs"))

    def watchers(self, issue_id: str) -> list[JsonObject]:
        """Return who watches an issue."""
        return objects(self._object(f"issue/{_segment(issue_id)}/watchers").get("watchers"))

    def remote_links(self, issue_id: str) -> list[JsonObject]:
        """Return an issue's links to other places."""
        return self._list(f"issue/{_segment(issue_id)}/remotelink")

    def transitions(self, issue_id: str) -> list[JsonObject]:
        """Return what Jira offers for one issue now, with the transition screens' fields."""
        path = f"issue/{_segment(issue_id)}/transitions"
        return objects(self._object(path, {"expand": "transitions.fields"}).get("transitions"))

    def issue_property(self, issue_id: str, key: str) -> JsonValue:
        """Return the value of an issue's property, or None."""
        return self._property(f"issue/{_segment(issue_id)}/properties/{_segment(key)}")

    def comment_property(self, comment_id: str, key: str) -> JsonValue:
        """Return the value of a comment's property, or None."""
        return self._property(f"comment/{_segment(comment_id)}/properties/{_segment(key)}")

    # How it is asked -----------------------------------------------------------------

    @property
    def _cloud(self) -> bool:
        return self.flavour is Flavour.CLOUD

    @property
    def _line(self) -> Line:
        rest = self.expected, self.site, self.write_within, self.direct
        wire = Wire(self.http, self.address, *rest)
        myself = f"{self._api}/myself"
        return Line(wire, myself, self.limits, self.patience, self.sleep, self.trust)

    def _property(self, path: str) -> JsonValue:
        found = self._maybe(f"{self._api}/{path}")
        return None if found is None else found.get("value")

    def _maybe(self, path: str, query: Mapping[str, str] | None = None) -> JsonObject | None:
        """Return an object, or None when Jira answers that there is none."""
        try:
            return self._asked("GET", path, query)
        except OurFaultError as error:
            if error.status == 404:
                return None
            raise

    def _pages(
        self,
        path: str,
        *names: str,
        query: Mapping[str, str] | None = None,
        root: str | None = None,
    ) -> Iterator[JsonObject]:
        start = 0
        for _ in range(MOST_PAGES):
            paged = {**(query or {}), "startAt": str(start), "maxResults": str(PAGE)}
            page = page_of(self._asked("GET", f"{root or self._api}/{path}", paged), names, start)
            yield from page.rows
            if page.last:
                return
            start = page.next_start
        raise UnreadableError("Jira's pages do not end.")

    @property
    def _api(self) -> str:
        return "/rest/api/3" if self._cloud else "/rest/api/2"

    def _object(self, path: str, query: Mapping[str, str] | None = None) -> JsonObject:
        return self._asked("GET", f"{self._api}/{path}", query)

    def _list(self, path: str, query: Mapping[str, str] | None = None) -> list[JsonObject]:
        body = self._body("GET", f"{self._api}/{path}", query)
        if not isinstance(body, list):
            raise UnreadableError(f"Jira's answer to {path} is not a list.")
        return objects(body)

    def _asked(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: JsonValue = None,
    ) -> JsonObject:
        found = self._body(method, path, query, body)
        if not isinstance(found, dict):
            raise UnreadableError(f"Jira's answer to {path} is not an object.")
        return found

    def _body(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: JsonValue = None,
    ) -> JsonValue:
        return self._line.read(Ask(method, path, query or {}, body, reads=True)).body


_AGILE = "/rest/agile/1.0"


def _segment(name: str) -> str:
    """Return an id as one path segment, so that it cannot lead anywhere else."""
    return quote(name, safe="")
