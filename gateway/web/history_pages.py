"""The history: what people and the gateway did, to read and to take away."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.operations import history
from gateway.store.audit_reading import Fact
from gateway.web.dependencies import GatewayDep, PersonDep, ReviewerDep, TongueDep
from gateway.web.history_filter import HistoryQuery, read
from gateway.web.presenting_history import present_history
from gateway.web.templating import page

router = APIRouter()
HistoryQueryDep = Annotated[HistoryQuery, Query()]

_COLUMNS = ("row", "time", "who", "kind", "change set", "values", "hash")
#: A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@router.get("/history")
def show(
    request: Request,
    gateway: GatewayDep,
    person: PersonDep,
    tongue: TongueDep,
    query: HistoryQueryDep,
) -> Response:
    """Show one page of the history, newest first."""
    asked = read(query)
    found = history.look(gateway, person, asked.wanted, before=query.before, check=query.check)
    shown = present_history(found, query, asked, person, tongue)
    return page(request, "history.html", tongue, person, page=shown)


@router.get("/history.csv")
def as_csv(gateway: GatewayDep, person: ReviewerDep, query: HistoryQueryDep) -> Response:
    """Hand the history out as a table, in the order of the chain."""
    facts = history.export(gateway, person, read(query).wanted)
    return _attached(_csv(facts), "text/csv; charset=utf-8", "airlock-history.csv")


@router.get("/history.jsonl")
def as_jsonl(gateway: GatewayDep, person: ReviewerDep, query: HistoryQueryDep) -> Response:
    """Hand the history out with all that the hashes cover, so that anybody can check them."""
    facts = history.export(gateway, person, read(query).wanted)
    return _attached(_jsonl(facts), "application/x-ndjson", "airlock-history.jsonl")


def _attached(lines: Iterator[str], media_type: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines, media_type=media_type, headers=headers)


def _csv(facts: Iterable[Fact]) -> Iterator[str]:
    # The mark in front makes spreadsheets read Korean right.
    yield "\ufeff" + _row(_COLUMNS)
    for fact in facts:
        review = fact.body.get("review")
        name = f"CS-{review}" if isinstance(review, int) else ""
        values = json.dumps(fact.body, ensure_ascii=False, sort_keys=True)
        yield _row((fact.seq, _instant(fact.at), fact.actor, fact.kind, name, values, fact.hash))


def _row(cells: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([_harmless(str(cell)) for cell in cells])
    return text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _jsonl(facts: Iterable[Fact]) -> Iterator[str]:
    for fact in facts:
        whole = {
            "seq": fact.seq,
            "at": fact.at,
            "actor": fact.actor,
            "kind": fact.kind,
            "body": fact.body,
            "prev_hash": fact.prev_hash,
            "hash": fact.hash,
        }
        yield json.dumps(whole, ensure_ascii=False) + "\n"


def _instant(microseconds: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    return moment.isoformat(timespec="microseconds")
