"""A database that came out of a backup comes up paused, and looks everything up first.

What was promoted after the backup was made is unknown to it: without this it would be
written a second time. Its tokens, sessions and links are void, and every operation that
is not finished is probed in Jira before anything is written.
"""

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from gateway.operations.context import Gateway
from gateway.review.refusals import RefusedError
from gateway.settings import SettingsError
from gateway.store import audit, doubting, instance, oauth, passwords, people, registry, sites
from gateway.store.instance import Instance, Memory
from gateway.store.outbox import Operation
from sandbox.contract.scope import Refusal

#: Shown on every page and wherever a pause is shown; the finding stands before it.
PAUSED = (
    "This database came out of a backup, so everything is paused. "
    "See 'airlock restore-check' for how to go on."
)
#: So many requests may be on their way at once, over all processes of an installation.
_SENT = 64


@dataclass(frozen=True, slots=True)
class Restored:
    """What is to be said about a database that came out of a backup."""

    finding: str
    at: int
    waiting: bool
    #: Operations that are looked up in Jira before anything of them is sent.
    doubted: int


def check(gateway: Gateway) -> bool:
    """Compare database and file at the start; returns whether it came out of a backup."""
    path = gateway.settings.instance_path
    if path is None:
        return False
    try:
        memory = instance.read_memory(path)
    except instance.UnreadableMemoryError as error:
        raise SettingsError(
            "AIRLOCK_INSTANCE_FILE", f"{error} Put it back, or remove it."
        ) from None
    with gateway.database.write() as conn:
        stored = instance.get(conn)
        if stored is not None and stored.waiting:
            return True
        finding = instance.difference(conn, stored, memory)
        if finding:
            _pause(conn, gateway, stored, finding)
            return True
        if stored is None:
            name = secrets.token_hex(16) if memory is None else memory.instance
            stored = Instance(name)
            instance.put(conn, stored)
        head = audit.head(conn)
    write_down(path, Memory(stored.instance, head.seq, head.hash))
    return False


def remember(gateway: Gateway) -> None:
    """Write down outside the database how far it has come."""
    with gateway.database.read() as conn:
        found = memory_of(conn, gateway)
    keep(gateway, found)


def memory_of(
    conn: Connection, gateway: Gateway, sending: Operation | None = None
) -> Memory | None:
    """Return how far the database has come, with what is about to be sent, to be kept."""
    if gateway.settings.instance_path is None:
        return None
    stored = instance.get(conn)
    if stored is None or stored.waiting:
        return None
    head = audit.head(conn)
    sent = () if sending is None else ((sending.id, sending.fence),)
    return Memory(stored.instance, head.seq, head.hash, sent)


def keep(gateway: Gateway, found: Memory | None) -> None:
    """Write a memory down outside the database; before each write to Jira."""
    path = gateway.settings.instance_path
    if path is not None and found is not None:
        write_down(path, found)


def look(gateway: Gateway) -> Restored | None:
    """Return what is known about a restored backup, or None when there was none."""
    with gateway.database.read() as conn:
        stored = instance.get(conn)
        if stored is None or stored.restored_at is None:
            return None
        doubted = doubting.doubted(conn, gateway.site)
    return Restored(stored.finding, stored.restored_at, stored.waiting, doubted)


def resume(gateway: Gateway, by: str) -> int:
    """Let it go on, because a person says so; returns how much is looked up first."""
    with gateway.database.write() as conn:
        stored = instance.get(conn)
        if stored is None or not stored.waiting:
            raise RefusedError(
                Refusal("restored", "Nothing waits here to go on.", "Nothing has to be done.")
            )
        now = gateway.clock()
        instance.put(conn, replace(stored, resumed_at=now, resumed_by=by))
        for site in sites.names(conn):
            sites.end_pause(conn, site, sites.RESTORED)
        audit.append(conn, at=now, actor=by, kind="restore_resumed", body={})
        waiting, head = doubting.doubted(conn, gateway.site), audit.head(conn)
    path = gateway.settings.instance_path
    if path is not None:
        # What the file remembered was of the other life.
        with instance.locked(path):
            instance.write_memory(path, Memory(stored.instance, head.seq, head.hash))
    return waiting


def is_wary(conn: Connection, sealed_at: int) -> bool:
    """Return whether a set may have been promoted in what the backup does not know."""
    stored = instance.get(conn)
    return stored is not None and stored.restored_at is not None and sealed_at <= stored.restored_at


def _pause(conn: Connection, gateway: Gateway, stored: Instance | None, finding: str) -> None:
    now = gateway.clock()
    if sites.get(conn, gateway.site) is None:
        sites.register(conn, gateway.identity)
    # Gateways of other sites in the same database find it waiting: it is done for them too.
    every = sites.names(conn)
    for site in every:
        sites.pause(conn, site, f"{finding} {PAUSED}", sites.RESTORED)
    tokens = sum(registry.revoke_all(conn, site, now=now) for site in every)
    oauth.drop_codes(conn)
    sessions = people.void_all(conn, now=now)
    passwords.drop_links(conn)
    operations = sum(doubting.doubt_all(conn, site) for site in every)
    name = secrets.token_hex(16) if stored is None else stored.instance
    instance.put(conn, Instance(name, restored_at=now, finding=finding))
    audit.append(
        conn,
        at=now,
        actor="gateway",
        kind="restored",
        body={
            "finding": finding,
            "tokens": tokens,
            "sessions": sessions,
            "operations": operations,
        },
    )


def write_down(path: Path, memory: Memory) -> None:
    """Write a later end down; several threads and processes may want to."""
    with instance.locked(path):
        known = instance.read_memory(path)
        if known is not None and known.instance == memory.instance:
            later = memory if memory.seq >= known.seq else known
            sent = {**dict(known.sent), **dict(memory.sent)}
            memory = replace(later, sent=tuple(sent.items())[-_SENT:])
        if memory != known:
            instance.write_memory(path, memory)
