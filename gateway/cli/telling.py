"""What the command prints: lines, tables, JSON, and troubles as one sentence."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from gateway.cli.opening import TROUBLE, close_gateway, open_gateway
from gateway.operations.context import Gateway


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def say_json(value: Any) -> None:
    """Print a JSON value on one line."""
    say(json.dumps(value, ensure_ascii=False))


def say_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their heads, columns aligned."""
    table = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    for row in table:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def with_gateway(work: Callable[[Gateway], int]) -> int:
    """Open the gateway, work with it, close it; a trouble is one sentence and exit code 1."""
    try:
        gateway = open_gateway()
    except TROUBLE as error:
        sys.stderr.write(f"airlock: {error}\n")
        return 1
    try:
        return work(gateway)
    except TROUBLE as error:
        sys.stderr.write(f"airlock: {error}\n")
        return 1
    finally:
        close_gateway(gateway)
