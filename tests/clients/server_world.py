"""A Data Center house for clients that decide by the host name that they met one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.house import House, empty_house

_SITE = """
[[users]]
name = "jiwoo"
key = "JIRAUSER10100"
display_name = "김지우"
email = "jiwoo@shop.example"
tokens = ["token-of-jiwoo"]

[[projects]]
key = "OPS"
name = "운영"
lead = "jiwoo"
components = ["Deploy"]
versions = ["1.0"]
"""


@contextmanager
def server_house(folder: Path, more: str = "") -> Iterator[House]:
    """Build a house with a Data Center Jira that has three issues of one person."""
    with empty_house(
        folder, flavour="server", site="ops", more=more + _SITE, projects="OPS"
    ) as built:
        built.open()
        built.connect("token-of-jiwoo")
        with built.jira() as http:
            for number in range(3):
                fields: dict[str, Any] = {
                    "project": {"key": "OPS"},
                    "issuetype": {"name": "Task"},
                    "summary": f"배포 작업 {number}",
                    "description": f"h2. Step {number}\n\n* one\n* two",
                    "assignee": {"name": "jiwoo"},
                }
                http.post("/rest/api/2/issue", json={"fields": fields}).raise_for_status()
        built.take_in()
        yield built
