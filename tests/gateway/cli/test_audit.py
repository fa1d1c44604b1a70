"""``airlock audit`` on both databases: every alteration is named, and rows can be taken away."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.main import main
from gateway.promotion.signing import head_text, is_good, signer_of
from gateway.store import audit
from gateway.store.audit import Checkpoint
from gateway.store.database import Database
from sandbox.contract.shapes import JsonObject
from tests.gateway.databases import database_url, postgres

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


KEY = "the key of this installation"


@pytest.fixture
def signed(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The same database, written on by a gateway that signs."""
    monkeypatch.setenv("AIRLOCK_SECRET_KEY", KEY)
    found = Database(database_url, signer_of(KEY.encode()))
    with found.write() as conn:
        audit.append(conn, at=START, actor="eve", kind="fact", body={})
    found.dispose()
    return database


def test_a_signed_head_can_be_checked_by_whoever_has_the_public_key(
    signed: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = json.loads(said(capsys, "head", "--json")[1])
    assert f"{told['hash']}:{told['seq']}" == head(signed)
    assert is_good(told["signature"], head_text(told["seq"], told["hash"]), told["public_key"])
    assert "signed by the key" in said(capsys, "verify")[1]
    monkeypatch.delenv("AIRLOCK_SECRET_KEY")
    assert "signatures not checked" in said(capsys, "verify")[1]
    assert said(capsys, "verify", "--public-key", told["public_key"])[0] == 0
    code, text = said(capsys, "verify", "--public-key", signer_of(b"thief").public)
    assert (code, "another key" in text) == (1, True)


def test_rows_that_were_added_without_the_key_are_seen(
    signed: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with signed.write() as conn:
        # A whole new end, hashes and all, by somebody who has the database alone.
        audit.append(conn, at=START, actor="eve", kind="review_approve", body={"review": 1})
    code, text = said(capsys, "verify")
    assert (code, "row 7 is not signed" in text) == (1, True)
    assert said(capsys, "anchor", "heads.jsonl")[0] == 1
    assert not Path("heads.jsonl").exists()


def test_an_anchor_shows_a_cut_tail_and_a_fork(
    signed: Database, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        code, text = said(capsys, "anchor", "heads.jsonl")
        assert code == 0, text
    anchors = [json.loads(line) for line in Path("heads.jsonl").read_text("utf-8").splitlines()]
    assert [one["seq"] for one in anchors] == [6, 7]
    code, text = said(capsys, "verify", "--anchors", "heads.jsonl")
    assert (code, "unanchored" in text) == (0, False)
    alter(
        signed,
        "DELETE FROM audit WHERE seq > 6",
        "UPDATE audit_head SET seq = 6, hash = (SELECT hash FROM audit WHERE seq = 6)",
    )
    # Cut back to a row that is signed: only what was kept elsewhere can tell.
    assert said(capsys, "verify")[0] == 0
    cut = said(capsys, "verify", "--anchors", "heads.jsonl")
    assert (cut[0], "anchored row 7" in cut[1]) == (1, True)
    forked = Database(database_url, signer_of(KEY.encode()))
    with forked.write() as conn:
        audit.append(conn, at=START, actor="eve", kind="fact", body={"another": "history"})
        audit.append(conn, at=START, actor="eve", kind="fact", body={})
    forked.dispose()
    assert said(capsys, "verify")[0] == 0
    fork = said(capsys, "verify", "--anchors", "heads.jsonl")
    assert (fork[0], "anchored row 7" in fork[1]) == (1, True)


def test_a_file_without_heads_anchors_nothing(
    signed: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert head(signed)
    for content in ("", "no head", '{"seq": 1}', "[]"):
        Path("heads.jsonl").write_text(content, encoding="utf-8")
        assert said(capsys, "verify", "--anchors", "heads.jsonl")[0] == 1
    assert said(capsys, "verify", "--anchors", "nowhere.jsonl")[0] == 1
