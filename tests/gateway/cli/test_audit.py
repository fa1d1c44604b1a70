"""``airlock audit`` on both databases: every alteration is named, and rows can be taken away."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.main import main
from gateway.store import audit
from gateway.store.audit import Checkpoint
from gateway.store.database import Database
from sandbox.contract.shapes import JsonObject
from tests.databases import database_url, postgres

__all__ = ["database_url", "postgres"]

MINUTE = 60_000_000
START = 1_793_527_200_000_000  # 2026-11-01T10:00:00Z


@pytest.fixture
def database(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIRLOCK_DATABASE_URL", database_url)
    found = Database(database_url)
    found.migrate()
    with found.write() as conn:
        for number in range(5):
            at = START + number * MINUTE
            body: JsonObject = {"number": number, "words": "좋아요"}
            audit.append(conn, at=at, actor="=eve", kind="fact", body=body)
    yield found
    found.dispose()


def head(database: Database) -> str:
    with database.read() as conn:
        now: Checkpoint = audit.head(conn)
    return f"{now.hash}:{now.seq}"


def alter(database: Database, *statements: str) -> None:
    with database.write() as conn:
        for one in statements:
            conn.exec_driver_sql(one)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["audit", *arguments])
    shown = capsys.readouterr()
    return code, shown.out + shown.err


def test_a_whole_chain_is_said_to_be_so_and_prints_its_head(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = said(capsys, "verify")
    assert code == 0
    assert "5 rows" in text
    assert f"head {head(database)}" in text
    assert "unanchored" in text
    code, text = said(capsys, "verify", "--head", head(database))
    assert code == 0
    assert "unanchored" not in text


SWAPPED = tuple(
    f"UPDATE audit SET seq = {new} WHERE seq = {old}" for old, new in ((2, 9), (3, 2), (9, 3))
)
FLIPPED = """UPDATE audit SET body = '{"number":2,"words":"좋아여"}' WHERE seq = 3"""


@pytest.mark.parametrize(
    ("statements", "names"),
    [
        ((FLIPPED,), "row 3 was altered"),
        (("DELETE FROM audit WHERE seq = 2",), "row 2 is missing"),
        (SWAPPED, "row 2 does not follow"),
        (("DELETE FROM audit WHERE seq = 5",), "ends at row 4, but its head says 5"),
    ],
)
def test_the_first_broken_link_is_named(
    database: Database,
    capsys: pytest.CaptureFixture[str],
    statements: tuple[str, ...],
    names: str,
) -> None:
    alter(database, *statements)
    code, text = said(capsys, "verify")
    assert (code, names in text) == (1, True), text
    code, text = said(capsys, "verify", "--json")
    told = json.loads(text)
    assert (code, told["whole"]) == (1, False)
    assert names in told["fault"]


def test_a_cut_tail_with_a_forged_head_is_seen_only_with_a_remembered_head(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    remembered = head(database)
    alter(
        database,
        "DELETE FROM audit WHERE seq = 5",
        "UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4)",
    )
    code, text = said(capsys, "verify")
    assert code == 0
    assert "unanchored" in text
    code, text = said(capsys, "verify", "--head", remembered)
    assert code == 1
    assert "no longer holds the remembered row 5" in text


def test_an_export_holds_all_that_the_hashes_cover(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = said(capsys, "export")
    rows: list[Any] = [json.loads(line) for line in text.splitlines()]
    assert code == 0
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5]
    assert rows[0]["body"] == {"number": 0, "words": "좋아요"}
    assert [row["prev_hash"] for row in rows[1:]] == [row["hash"] for row in rows[:-1]]
    assert f"{rows[-1]['hash']}:5" == head(database)


def test_a_table_since_a_time_carries_no_formula(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert head(database)
    code, text = said(capsys, "export", "--format", "csv", "--since", "2026-11-01T10:03")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert code == 0
    assert [row["seq"] for row in rows] == ["4", "5"]
    assert {row["actor"] for row in rows} == {"'=eve"}
    assert json.loads(rows[0]["body"])["words"] == "좋아요"


@pytest.mark.parametrize(
    "arguments", [["verify", "--head", "abc"], ["export", "--since", "yesterday"], []]
)
def test_a_wrong_command_line_is_exit_code_two(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["audit", *arguments])
    assert ended.value.code == 2
    assert "usage: airlock audit" in capsys.readouterr().err


def test_looking_makes_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIRLOCK_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    assert said(capsys, "verify")[0] == 1
    assert list(tmp_path.iterdir()) == []
