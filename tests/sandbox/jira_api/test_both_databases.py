"""The Jira door over SQLite and over a real PostgreSQL: the same answers."""

from pathlib import Path

import pytest

from sandbox.contract.shapes import Flavour
from sandbox.operations import intake
from sandbox.operations.context import Role
from tests.sandbox.jira_api.test_every_address import table, walk
from tests.sandbox.jira_api.visitors import TOKEN, registry, visitor
from tests.sandbox.tiny import tiny_sandbox


@pytest.mark.parametrize("flavour", list(Flavour))
def test_an_agent_and_a_person_get_the_same_answers_from_either_database(
    tmp_path: Path, database_url: str, flavour: Flavour
) -> None:
    sandbox = tiny_sandbox(tmp_path, Role.SHADOW, flavour, database_url)
    intake.put_registry(sandbox, registry(flavour))
    reads = [row for row in table(flavour) if row[0] == "GET" and "properties/" not in row[1]]
    client = visitor(sandbox, f"Bearer {TOKEN}")
    assert walk(client, flavour, reads) == {}
    body = {"fields": {"summary": "A name with 한글"}}
    root = "/rest/api/3" if flavour is Flavour.CLOUD else "/rest/api/2"
    assert client.put(f"{root}/issue/AIR-1", json=body).status_code == 204
    found = client.get(f"{root}/issue/AIR-1").json()
    assert found["fields"]["summary"] == "A name with 한글"
    sandbox.database.dispose()
