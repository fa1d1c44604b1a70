"""``airlock audit``: verify the chain of what people and the gateway did, and take it away.

Only the gateway's database is opened: neither Jira nor the sandbox has to be there.
"""

import argparse
import csv
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from gateway.cli.anchors import append_anchor, broken_anchor, head_line, read_anchors
from gateway.cli.opening import now_us, surroundings
from gateway.cli.telling import say, say_json
from gateway.settings import SettingsError, known_signer, resolved
from gateway.store import audit, audit_reading
from gateway.store.audit import Checkpoint
from gateway.store.audit_reading import Fact, Wanted
from gateway.store.database import Database
from sandbox.contract.shapes import JsonObject

_COLUMNS = ("seq", "at", "actor", "kind", "body", "prev_hash", "hash")
#: A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    verify = verbs.add_parser("verify", help="check every link; exit code 1 when one is broken")
    verify.add_argument(
        "--head",
        type=_checkpoint,
        metavar="HASH:SEQ",
        help="a head that was printed before and kept elsewhere: shows that nothing was cut off",
    )
    verify.add_argument("--json", action="store_true", help="print JSON")
    verify.add_argument(
        "--anchors",
        type=Path,
        metavar="FILE",
        help="a file that 'audit anchor' wrote: every head in it must still be in the chain",
    )
    verify.add_argument(
        "--public-key", default="", metavar="HEX", help="of the signatures; default: our own"
    )
    shown = verbs.add_parser("head", help="print the signed end of the chain, to keep elsewhere")
    shown.add_argument("--json", action="store_true", help="print JSON")
    anchored = verbs.add_parser("anchor", help="add the signed end of the chain to a file")
    anchored.add_argument("file", type=Path, help="keep it where the database's owner cannot write")
    export = verbs.add_parser("export", help="print all rows, oldest first")
    export.add_argument("--format", choices=("jsonl", "csv"), default="jsonl")
    export.add_argument(
        "--since", type=_moment, metavar="ISO", help="from this time on, such as 2026-11-01T09:00"
    )


def run(args: argparse.Namespace) -> int:
    """Do what was asked for."""
    verb: Callable[[Database, argparse.Namespace], int]
    verb = {"verify": _verify, "export": _export, "head": _head, "anchor": _anchor}[args.verb]
    try:
        database = _database()
    except SettingsError as error:
        sys.stderr.write(f"airlock: {error}\n")
        return 1
    try:
        return verb(database, args)
    except (SettingsError, OSError) as error:
        sys.stderr.write(f"airlock: {error}\n")
        return 1
    except SQLAlchemyError as error:
        sys.stderr.write(f"airlock: the audit cannot be read ({type(error).__name__}).\n")
        return 1
    finally:
        database.dispose()


def _verify(database: Database, args: argparse.Namespace) -> int:
    public = args.public_key or (database.signer.public if database.signer else "")
    anchors = [] if args.anchors is None else read_anchors(args.anchors)
    with database.read() as conn:
        fault = audit.verify(conn, args.head, public=public) or broken_anchor(conn, anchors, public)
        head, signed = audit.signed_head(conn), audit.is_signed(conn)
    anchored = args.head is not None or bool(anchors)
    seen = head.head
    if args.json:
        told = {"whole": fault is None, "fault": fault, "rows": seen.seq, "anchored": anchored}
        say_json({**told, "signed": signed and bool(public), "head": f"{seen.hash}:{seen.seq}"})
    elif fault is not None:
        sys.stderr.write(f"airlock: {fault}\n")
    else:
        say(f"The audit is whole: {seen.seq} rows.\nhead {seen.hash}:{seen.seq}")
        say(_signed_line(signed=signed, public=public))
        if not anchored:
            say(
                "unanchored: rows cut off at the end cannot be seen. Keep this head elsewhere "
                "('airlock audit anchor FILE') and give it with --anchors or --head next time."
            )
    return 0 if fault is None else 1


def _signed_line(*, signed: bool, public: str) -> str:
    if not signed:
        return "unsigned: no row was ever signed."
    if not public:
        return "signatures not checked: the key is not here; give it with --public-key."
    return f"signed by the key {public}"


def _head(database: Database, args: argparse.Namespace) -> int:
    with database.read() as conn:
        found = head_line(audit.signed_head(conn), database.signer)
    if args.json:
        say_json(found)
        return 0
    say(f"head {found['hash']}:{found['seq']}\nsignature {found['signature'] or 'none'}")
    say(f"key {found['public_key'] or 'not known here'}")
    return 0


def _anchor(database: Database, args: argparse.Namespace) -> int:
    """Write the end of the chain into a file, then note in the chain that it was."""
    with database.read() as conn:
        fault = audit.verify(conn, public=database.signer.public if database.signer else "")
        found = head_line(audit.signed_head(conn), database.signer)
    if fault is not None:
        sys.stderr.write(f"airlock: {fault} Nothing was anchored.\n")
        return 1
    if database.signer is None:
        raise SettingsError("AIRLOCK_SIGNING_KEY", "is not known here; give it, or the secret key.")
    append_anchor(args.file, found)
    body: JsonObject = {"row": found["seq"], "hash": found["hash"]}
    with database.write() as conn:
        audit.append(conn, at=now_us(), actor="command line", kind="audit_anchored", body=body)
    say(f"Anchored up to row {found['seq']} in {args.file}.")
    return 0


def _export(database: Database, args: argparse.Namespace) -> int:
    facts = _facts(database, Wanted(since=args.since))
    if args.format == "csv":
        table = csv.writer(sys.stdout)
        table.writerow(_COLUMNS)
        for fact in facts:
            table.writerow([_cell(fact, name) for name in _COLUMNS])
        return 0
    for fact in facts:
        say_json({name: getattr(fact, name) for name in _COLUMNS})
    return 0


def _facts(database: Database, wanted: Wanted) -> Iterator[Fact]:
    after = 0
    while True:
        with database.read() as conn:
            facts = audit_reading.chunk(conn, wanted, after=after)
        if not facts:
            return
        yield from facts
        after = facts[-1].seq


def _cell(fact: Fact, name: str) -> str:
    value = getattr(fact, name)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _database() -> Database:
    own, extra = surroundings(os.environ)
    names = resolved({**extra, **own})
    url = names["AIRLOCK_DATABASE_URL"]
    try:
        file = make_url(url).database
    except SQLAlchemyError:
        raise SettingsError("AIRLOCK_DATABASE_URL", "is not the address of a database.") from None
    # Looking must not make an empty database where there is none.
    if url.startswith("sqlite") and not (file and Path(file).is_file()):
        raise SettingsError("AIRLOCK_DATABASE_URL", f"names {file}, which is not there.")
    return Database(url, known_signer(names))


def _checkpoint(text: str) -> Checkpoint:
    found, _, seq = text.partition(":")
    if len(found) != 64 or not seq.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a head as 'audit verify' prints it")
    return Checkpoint(int(seq), found.lower())


def _moment(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 2026-11-01") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return round(at.timestamp() * 1_000_000)
