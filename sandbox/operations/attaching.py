"""Verbs for files: attaching one, taking one away (role upstream only)."""

import hashlib

from sandbox.contract.shapes import ChangeKind, JsonObject
from sandbox.domain import linking
from sandbox.domain.errors import MissingError
from sandbox.operations.access import allowed, require_upstream, visible, writing
from sandbox.operations.context import Caller, Sandbox
from sandbox.operations.recording import Written, fresh_id, name_part, part_named, put, record
from sandbox.store import attachments


def add_attachment(
    sandbox: Sandbox, caller: Caller, ref: str, filename: str, media_type: str, content: bytes
) -> JsonObject:
    """Attach a file to an issue and return its description."""
    with writing(sandbox, caller) as work:
        issue = visible(work, ref)
        allowed(work, issue, ChangeKind.ATTACHMENT, ("attachment",))
        number, size = fresh_id(work), len(content)
        after, made = linking.add_attachment(
            work.site,
            issue,
            filename,
            media_type,
            size,
            attachment_id=number,
            actor=work.actor,
            now_us=work.now,
        )
        ws_id = "" if work.ws is None else work.ws.id
        attachments.put(work.conn, sandbox.site, ws_id, issue.issue_id, number, media_type, content)
        name_part(work, "attachment", number, issue)
        digest = hashlib.sha256(content).hexdigest()
        wanted: JsonObject = {
            "id": number,
            "filename": filename,
            "size": size,
            "sha256": digest,
            "mimeType": media_type,
        }
        record(work, after, Written(ChangeKind.ATTACHMENT, wanted))
        return made


def delete_attachment(sandbox: Sandbox, caller: Caller, attachment_id: str) -> None:
    """Take a file away (role upstream only)."""
    require_upstream(sandbox)
    with writing(sandbox, caller) as work:
        issue = part_named(work, "attachment", attachment_id)
        if issue is None:
            raise MissingError(missing(attachment_id))
        attachments.drop(work.conn, sandbox.site, attachment_id)
        gone = linking.remove_attachment(
            work.site, issue, attachment_id, actor=work.actor, now_us=work.now
        )
        put(work, gone)


def staged(sandbox: Sandbox, attachment_id: str) -> bytes | None:
    """Return the bytes of a file that an agent staged, for the gateway."""
    with sandbox.database.read() as conn:
        found = attachments.get(conn, sandbox.site, attachment_id)
    return None if found is None else found[1]


def missing(attachment_id: str) -> str:
    """Return what Jira says of an unknown attachment."""
    return f"The attachment with id '{attachment_id}' does not exist"
