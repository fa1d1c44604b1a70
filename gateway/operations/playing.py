"""Playing another person in the demo: somebody changes Jira while a set waits, on demand.

It goes through the control door of the sandbox that plays Jira, never through
``gateway.upstream``: what promotes must have no way to act as somebody else. Outside the
demo there is no such door (``opening.open_stage``), and no page that leads here.
"""

from gateway.identity.agents import account_id
from gateway.operations import browsing, intake
from gateway.operations.context import Gateway
from gateway.review.people import Person
from gateway.review.refusals import RefusedError, UnknownIssueError
from gateway.sandbox_link import SandboxLink, SandboxLinkError
from gateway.store import audit, sites
from gateway.upstream.errors import UpstreamError
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import JsonObject


def stage_of(gateway: Gateway) -> SandboxLink | None:
    """Return the control door of the sandbox that plays Jira; None outside the demo."""
    return gateway.stage if gateway.demo and gateway.settings.demo else None


def cast(gateway: Gateway) -> tuple[tuple[str, str], ...]:
    """Return account and name of the people who can be played, by name."""
    with gateway.database.read() as conn:
        metadata = sites.metadata(conn, gateway.site)
    users = () if metadata is None else metadata.users
    service = gateway.upstream.account.id
    named = ((account_id(one) or "", str(one.get("displayName") or "")) for one in users)
    people = [one for one in named if one[0] not in ("", service)]
    return tuple(sorted(people, key=lambda one: one[1]))


def priorities(gateway: Gateway) -> tuple[tuple[str, str], ...]:
    """Return id and name of the priorities that there are."""
    with gateway.database.read() as conn:
        metadata = sites.metadata(conn, gateway.site)
    listed = () if metadata is None else metadata.priorities
    return tuple((str(one.get("id")), str(one.get("name"))) for one in listed)


def play(
    gateway: Gateway, person: Person, key: str, as_whom: str, fields: JsonObject, comment: str
) -> None:
    """Have somebody edit an issue in the demo's Jira; raises UnknownIssueError, RefusedError."""
    stage = stage_of(gateway)
    found = browsing.issue(gateway, person, key)
    if stage is None or found.now is None:
        raise UnknownIssueError(key)
    if as_whom not in dict(cast(gateway)):
        raise RefusedError(
            Refusal("play", "There is no such person to play.", "Choose one of the list.")
        )
    if not fields and not comment:
        raise RefusedError(
            Refusal("play", "Nothing was filled in, so nothing was changed.", "Fill in a field.")
        )
    try:
        stage.play(as_whom, found.issue_id, fields, comment)
        with gateway.database.write() as conn:
            body: JsonObject = {"issue": key, "as": as_whom}
            at = gateway.clock()
            audit.append(conn, at=at, actor=person.person, kind="demo_played", body=body)
        intake.refresh(gateway, [found.issue_id])
    except (SandboxLinkError, UpstreamError) as error:
        raise RefusedError(
            Refusal("play", "The demo's Jira did not take it.", str(error.sentence))
        ) from error
