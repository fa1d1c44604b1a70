"""Attachments' bytes; what they are called and who made them lies in the issue's JSON."""

from sqlalchemy import Connection, delete, insert, select

from sandbox.store.tables import AttachmentRow, table

_ATTACHMENT = table(AttachmentRow)


def put(  # noqa: PLR0917  # a row has that many columns
    conn: Connection,
    site: str,
    ws_id: str,
    issue_id: str,
    attachment_id: str,
    media_type: str,
    content: bytes,
) -> None:
    """Store a file in place of one with the same id."""
    drop(conn, site, attachment_id)
    conn.execute(
        insert(_ATTACHMENT).values(
            site=site,
            id=attachment_id,
            ws=ws_id,
            issue_id=issue_id,
            media_type=media_type,
            content=content,
        )
    )


def get(conn: Connection, site: str, attachment_id: str) -> tuple[str, bytes] | None:
    """Return a file's media type and bytes."""
    row = conn.execute(
        select(_ATTACHMENT.c.media_type, _ATTACHMENT.c.content).where(
            _ATTACHMENT.c.site == site, _ATTACHMENT.c.id == attachment_id
        )
    ).one_or_none()
    return None if row is None else (row.media_type, row.content)


def drop(conn: Connection, site: str, attachment_id: str) -> None:
    """Remove a file, if it is there."""
    conn.execute(
        delete(_ATTACHMENT).where(_ATTACHMENT.c.site == site, _ATTACHMENT.c.id == attachment_id)
    )
