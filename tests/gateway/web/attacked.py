"""A gateway in whose database one text stands wherever a text can come from outside."""

from dataclasses import replace
from urllib.parse import urlencode

from gateway.agents_settings import OAuth
from gateway.identity.people import admit
from gateway.operations import remarking, reviewing
from gateway.review.people import Person, Role
from gateway.store import registry, sites
from sandbox.contract.shapes import Change, ChangeKind, Shadow, Source
from tests.gateway.promotion.world import (
    ANN,
    PERSON,
    change,
    change_set,
    create,
    doc,
    edit,
    site,
)
from tests.gateway.web.oauth_desk import BACK, CHALLENGE, RESOURCE
from tests.gateway.web.visit import ORIGIN, Visit
from tests.spoofing import every_place

#: Where a client program sends the browser; which client it is, the attack tells.
CONSENT = "/oauth/authorize"
#: Of the first review nothing is decided; the second was promoted, the third is approved.
PATHS = (
    "/",
    "/together?pick=1:0000000000000000000000000000000000000000000000000000000000000000",
    "/cs/1",
    "/cs/2",
    "/cs/2/run",
    "/cs/2/undo",
    "/cs/3/promote",
    "/cs/3/dry-run",
    "/cs/1/issue/10001/fields",
    "/cs/1/changes/c1/rule",
    "/history",
    "/history?cs=CS-1&what=decisions",
    "/agents",
    "/people",
    "/jira",
    "/settings",
    "/oauth/grants",
    "/sandbox",
    "/sandbox/AIR-1",
    "/sandbox/AIR-1?view=shadow",
    "/sandbox/AIR-1?view=after",
    "/notifications",
    "/windows",
    "/flags",
    "/account/password",
    "/sign-in",
    "/sign-in/password?link=x",
    "/cs/404",
)


def attack(visit: Visit, word: str, some: str) -> str:
    """Put a word wherever it can stand, and sign in an admin of that name.

    Returns the address of the consent page that a client of that name asks for.

    ``some`` is the shorter word, for documents.
    """
    house, gateway = visit.house, visit.house.gateway
    for issue in house.jira.issues.values():
        issue["fields"] |= {"summary": word, "description": every_place(some), "labels": [word]}
    ann = Person(person="ann", name=word, role=Role.ADMIN, jira_account=PERSON)
    admit(gateway, ann, by=word)
    oauth = OAuth(issuer=ORIGIN, resource=RESOURCE, clients=("local",))
    accounts = replace(gateway.settings.people, local_accounts=True)
    gateway.settings = replace(gateway.settings, oauth=oauth, people=accounts)
    plain = site()
    named = [{**one, "name": word} for one in plain.fields]
    project = {"id": "100", "key": "AIR", "name": word}
    with gateway.database.write() as conn:
        registry.add_agent(conn, word, now=1, by=word)
        more = {"fields": named, "projects": [project], "users": [{**ANN, "displayName": word}]}
        sites.put_metadata(conn, plain.model_copy(update=more))
    held = doc(summary=word, description=every_place(some), labels=[word])
    shadow = {"workspace": "ws-1", "agent": word, "task": word, "issue_id": "10001"}
    house.door.shadows = [Shadow.model_validate({**shadow, "key": "AIR-1", "doc": held})]
    sources = {"c1": (Source(issue_key=word, comment_id=word), Source(issue_key="AIR-1"))}
    given = {"title": word, "reason": word, "request": word, "sources": sources}
    house.arrive(change_set(*_changes(word, some), **given))
    comment = change(ChangeKind.COMMENT, {"id": "9", "body": every_place(some)})
    other = {"id": "c2", "issue_id": "10002", "issue_key": "AIR-2"}
    done = (comment, edit("priority", {"id": "2", "name": word}, **other))
    promoted = house.arrive(change_set(*done, number=2, title=word))
    approved = house.arrive(change_set(edit("labels", [word], **other), number=3, title=word))
    visit.sign_in("ann")
    digest = reviewing.view(gateway, promoted).digest
    reviewing.approve(gateway, "eve", promoted, digest)
    reviewing.promote(gateway, "eve", promoted, digest)
    reviewing.approve(gateway, "eve", approved, reviewing.view(gateway, approved).digest)
    for said in (word, f"@{word}"):
        remarking.say(gateway, ann, 1, "c1", said[:2000])
    house.promote_all()
    return asked_by(visit, word)


def asked_by(visit: Visit, name: str) -> str:
    """Register a client of that name; returns where it sends the browser."""
    body = {"client_name": name, "redirect_uris": ["http://127.0.0.1/callback"]}
    client = visit.http.post("/oauth/register", json=body).json()["client_id"]
    query = {
        "response_type": "code", "client_id": client, "redirect_uri": BACK, "state": name[:900],
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        "scope": "jira:read jira:stage", "resource": RESOURCE,
    }  # fmt: skip
    return f"{CONSENT}?{urlencode(query, errors='surrogatepass')}"


def visited(visit: Visit, word: str, some: str) -> dict[str, str]:
    """Attack a gateway; returns its pages, and what it answers to forms with the word."""
    consent = attack(visit, word, some)
    digest = visit.digest(1)
    visit.post("/cs/1/changes/c1", verdict="reject", words=word[:1900], digest=digest)
    pages = {
        "stale": visit.post("/cs/1/send-back", words=word[:1900], digest="0" * 64),
        "refused": visit.post(
            "/cs/1/changes/c1/value", choice="edit", text=word, digest=digest, seen="x"
        ),
        "people": visit.post("/people", name=word[:200], shown=word[:200], roles=word[:200]),
        "tokens": visit.post(
            "/agents/tokens", agent=word[:200], person=word[:200], days=word[:200]
        ),
    }
    pages |= {path: visit.get(path) for path in PATHS} | {CONSENT: visit.get(consent)}
    pages["no project"] = visit.post(
        "/oauth/consent", request=sealed(pages[CONSENT].text), decision="allow"
    )
    return {name: answer.text for name, answer in pages.items()}


def sealed(page: str) -> str:
    """Return what a consent page keeps of the request it asks about."""
    return page.split('name="request" value="')[1].split('"', maxsplit=1)[0]


def _changes(word: str, some: str) -> tuple[Change, ...]:
    file = {"id": "9", "filename": word, "mimeType": word, "size": 3, "sha256": "a" * 64}
    comment = {"id": "9", "body": every_place(some), "visibility": {"type": "role", "value": word}}
    move = {"status": {"id": "3", "name": word}, "transition": {"id": "11", "name": word}}
    work = {"id": "9", "timeSpentSeconds": 60, "started": word, "comment": every_place(some)}
    remote = {"object": {"url": word, "title": word}}
    return (
        edit("summary", f"{word}!", before=word),
        edit("description", every_place(some), id="c2"),
        edit("labels", [word, "x"], id="c3"),
        edit("priority", {"id": "1", "name": word}, id="c4"),
        edit("assignee", {"accountId": word, "displayName": word}, id="c5"),
        change(ChangeKind.COMMENT, comment, id="c6"),
        change(ChangeKind.ATTACHMENT, file, id="c7"),
        change(ChangeKind.TRANSITION, move, id="c8"),
        change(ChangeKind.WORKLOG, work, id="c9"),
        change(ChangeKind.REMOTE_LINK, remote, id="c10"),
        create(summary=word, description=every_place(some), customfield_1={"value": word}),
    )
