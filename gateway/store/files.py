"""Attached files that wait for their promotion, by the digest of their bytes."""

import hashlib
from collections.abc import Collection

from sqlalchemy import Connection, insert, select

from gateway.store.tables import GatewayTable

_FILE = GatewayTable.metadata.tables["file"]


def put(conn: Connection, site: str, content: bytes, now: int) -> str:
    """Store a file once; returns the hex SHA-256 of its bytes."""
    digest = hashlib.sha256(content).hexdigest()
    if not held(conn, site, [digest]):
        conn.execute(
            insert(_FILE).values(site=site, sha256=digest, content=content, fetched_at=now)
        )
    return digest


def get(conn: Connection, site: str, digest: str) -> bytes | None:
    """Return a file's bytes; None when there is none, or when they are no longer those."""
    query = select(_FILE.c.content).where(_FILE.c.site == site, _FILE.c.sha256 == digest)
    found = conn.execute(query).scalar_one_or_none()
    if found is None or hashlib.sha256(found).hexdigest() != digest:
        return None
    return bytes(found)


def held(conn: Connection, site: str, digests: Collection[str]) -> frozenset[str]:
    """Return which of these files are here."""
    if not digests:
        return frozenset()
    query = select(_FILE.c.sha256).where(_FILE.c.site == site, _FILE.c.sha256.in_(list(digests)))
    return frozenset(conn.execute(query).scalars())
