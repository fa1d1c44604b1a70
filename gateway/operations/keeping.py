"""Keeping what was read: compared with what is stored, stored under a revision, pushed on.

The gateway keeps baselines as Jira told them; the sandbox gets the same without the
upstream's address. What the sandbox did not confirm is pushed again the next time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.operations.context import Gateway
from gateway.operations.whole_issue import Whole, whole_issue
from gateway.protection.addresses import shape_inward
from gateway.sandbox_link import NotThereError
from gateway.store import baselines, sites
from gateway.upstream.client import Upstream
from sandbox.contract.addresses import Address
from sandbox.contract.shapes import IssueBaseline, JsonObject, SiteBaseline


@dataclass(frozen=True, slots=True)
class Compared:
    """What was read beside what was stored."""

    new: tuple[Whole, ...] = ()
    changed: tuple[Whole, ...] = ()
    gone: tuple[str, ...] = ()


def read_whole(
    gateway: Gateway, upstream: Upstream, docs: Iterable[JsonObject], *, anew: bool = False
) -> tuple[Whole, ...]:
    """Return whole issues; what Jira does not inline is asked only when an issue changed.

    With ``anew`` it is asked in any case: not every change of it is seen at the issue.
    """
    found: dict[str, Whole] = {}
    for doc in docs:
        issue_id = str(doc.get("id"))
        with gateway.database.read() as conn:
            known = baselines.latest(conn, gateway.site, issue_id)
        # A page of a search may repeat an issue that moved between pages.
        found[issue_id] = whole_issue(upstream, doc, None if anew else known)
    return tuple(found.values())


def compare(gateway: Gateway, wholes: Sequence[Whole]) -> Compared:
    """Return which issues are new, and which say something else than what is stored."""
    read = {one.issue_id: baselines.content_digest(_baseline(gateway, one, 0)) for one in wholes}
    with gateway.database.read() as conn:
        known = baselines.digests(conn, gateway.site, read)
    return Compared(
        tuple(one for one in wholes if one.issue_id not in known),
        tuple(
            one
            for one in wholes
            if one.issue_id in known and known[one.issue_id] != read[one.issue_id]
        ),
    )


def store(conn: Connection, gateway: Gateway, compared: Compared) -> None:
    """Store what changed under one new revision."""
    if not (compared.new or compared.changed or compared.gone):
        return
    revision = sites.next_revision(conn, gateway.site)
    for one in (*compared.new, *compared.changed):
        baselines.put(conn, _baseline(gateway, one, revision))
    baselines.mark_gone(conn, gateway.site, compared.gone, revision, gateway.clock())


def push(
    gateway: Gateway, metadata: SiteBaseline | None = None, *, everything: bool = False
) -> None:
    """Push metadata and what the sandbox has not confirmed, without the upstream's address.

    Before the first metadata nothing is pushed: without them no issue can be shown. A
    sandbox that has none (any more) gets everything.
    """
    with gateway.sandbox.pushing:
        with gateway.database.read() as conn:
            stored = sites.get(conn, gateway.site)
        if stored is None or stored.baseline is None:
            return
        try:
            _push(gateway, metadata, -1 if everything else stored.pushed_revision)
        except NotThereError:
            _push(gateway, stored.baseline, -1)
        with gateway.database.write() as conn:
            sites.set_pushed(conn, gateway.site, stored.revision)


def _browse_url(gateway: Gateway, metadata: SiteBaseline) -> str:
    """Return where people see issues, for answers to agents; the one address told in clear."""
    if not gateway.settings.browse_links:
        return ""
    told = str(metadata.server_info.get("baseUrl") or "")
    return (told or gateway.identity.base_url).rstrip("/")


def _push(gateway: Gateway, metadata: SiteBaseline | None, start: int) -> None:
    address = Address(gateway.identity.base_url)
    with gateway.database.read() as conn:
        issues = baselines.newer(conn, gateway.site, start)
        gone = baselines.gone_after(conn, gateway.site, start)
    if metadata is not None:
        shown = _browse_url(gateway, metadata)
        inward = shape_inward(metadata, address).model_copy(update={"browse_url": shown})
        gateway.sandbox.put_site(inward)
    gateway.sandbox.put_issues(shape_inward(one, address) for one in issues)
    gateway.sandbox.remove_issues(gone)


def _baseline(gateway: Gateway, whole: Whole, revision: int) -> IssueBaseline:
    return IssueBaseline(
        site=gateway.site,
        issue_id=whole.issue_id,
        key=whole.key,
        revision=revision,
        fetched_at=gateway.clock(),
        dialect=gateway.identity.dialect,
        doc=whole.doc,
        extra=whole.extra,
    )
