"""Fetches the files that a change set attaches, and keeps them until they are promoted.

The change set says what the bytes must be; what the sandbox hands out is believed only
when its digest says the same. What cannot be had blocks the approval, nothing else.
"""

import hashlib
import logging

from pydantic import JsonValue

from gateway.operations.context import Gateway
from gateway.promotion.fields import part
from gateway.review.refusals import RefusedError
from gateway.sandbox_link import SandboxLinkError
from gateway.store import files, reviews
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import ChangeKind, ChangeSet

LOG = logging.getLogger(__name__)


def fetch_files(gateway: Gateway, change_set: ChangeSet) -> None:
    """Fetch what a set attaches and is not here yet; raises nothing for what is amiss."""
    wanted = {
        str(part(one.after, "sha256")): one.after
        for one in change_set.changes
        if one.kind is ChangeKind.ATTACHMENT
    }
    if not wanted:
        return
    with gateway.database.read() as conn:
        here = files.held(conn, gateway.site, list(wanted))
    for digest, after in wanted.items():
        if digest not in here:
            _fetch(gateway, digest, after)


def _fetch(gateway: Gateway, digest: str, after: JsonValue) -> None:
    largest, size = gateway.settings.largest_file, part(after, "size")
    if not isinstance(size, int) or not 0 <= size <= largest:
        LOG.warning("file_too_large digest=%s", digest[:64])
        return
    try:
        content = gateway.sandbox.file(str(part(after, "id")), largest)
    except SandboxLinkError:
        LOG.warning("file_not_fetched digest=%s", digest[:64])
        return
    if len(content) != size or hashlib.sha256(content).hexdigest() != digest:
        LOG.warning("file_is_another digest=%s", digest[:64])
        return
    with gateway.database.write() as conn:
        files.put(conn, gateway.site, content, gateway.clock())


def file_of(gateway: Gateway, review_id: int, change_id: str) -> tuple[str, bytes]:
    """Return name and bytes of the file that a change attaches; raises RefusedError."""
    with gateway.database.read() as conn:
        review = reviews.get(conn, review_id)
        found = [
            one.after
            for one in (() if review is None else review.change_set.changes)
            if one.id == change_id and one.kind is ChangeKind.ATTACHMENT
        ]
        digest = str(part(found[0], "sha256")) if found else ""
        content = files.get(conn, gateway.site, digest) if found else None
    if content is None:
        raise RefusedError(
            Refusal(
                "no_file",
                "There is no such file here.",
                "Open the change set again; a file that could not be had blocks its approval.",
            )
        )
    return str(part(found[0], "filename") or "file"), content


def attached(change_set: ChangeSet) -> tuple[str, ...]:
    """Return the digests of the files that a set attaches."""
    return tuple(
        str(part(one.after, "sha256"))
        for one in change_set.changes
        if one.kind is ChangeKind.ATTACHMENT
    )
