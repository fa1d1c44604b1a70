"""Heads of the audit in a file of their own: one JSON line each, oldest first.

Kept where the owner of the database cannot write, such a file proves that nothing before
its last head was altered or cut off, and that there is only one history.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from gateway.promotion.signing import Signer, head_text, is_good
from gateway.settings import SettingsError
from gateway.store import audit
from gateway.store.audit import Checkpoint, SignedHead
from sandbox.contract.shapes import JsonObject


def head_line(found: SignedHead, signer: Signer | None) -> JsonObject:
    """Return a head as it stands in a file."""
    at = datetime.fromtimestamp(found.at / 1_000_000, UTC)
    return {
        "seq": found.head.seq,
        "hash": found.head.hash,
        "at": at.isoformat(timespec="seconds"),
        "signature": found.signature,
        "public_key": "" if signer is None else signer.public,
    }


def append_anchor(path: Path, head: JsonObject) -> None:
    """Add a head to a file; raises OSError."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(head) + "\n")


def read_anchors(path: Path) -> list[JsonObject]:
    """Return the heads in a file; raises OSError, and SettingsError for another kind of file."""
    found: list[JsonObject] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            head = json.loads(line)
            Checkpoint(int(head["seq"]), str(head["hash"]))
        except (ValueError, TypeError, KeyError):
            raise SettingsError("--anchors", f"{path}: line {number} is no head.") from None
        found.append(head)
    if not found:
        raise SettingsError("--anchors", f"{path} holds no head.")
    return found


def broken_anchor(conn: Connection, heads: Iterable[JsonObject], public: str) -> str | None:
    """Return a sentence about the first head that is not part of the chain, or None."""
    for head in heads:
        known = Checkpoint(int(str(head["seq"])), str(head["hash"]))
        if not audit.holds(conn, known):
            return f"The audit no longer holds the anchored row {known.seq}."
        signature = str(head.get("signature") or "")
        if (
            public
            and signature
            and not is_good(signature, head_text(known.seq, known.hash), public)
        ):
            return f"The anchor of row {known.seq} was not signed by this installation."
    return None
