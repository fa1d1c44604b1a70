"""A colleague who edits an issue in Jira while an agent works on its shadow.

Reads ``JIRA`` (base URL) and ``JIRA_BASIC`` (``email:token``) of the demo's upstream from
the environment; takes an issue key and a priority as arguments.
"""

import os
import sys

import httpx2


def main(key: str, priority: str) -> None:
    """Change the priority of an issue, as a person would in Jira."""
    name, _, token = os.environ["JIRA_BASIC"].partition(":")
    answer = httpx2.put(
        f"{os.environ['JIRA']}/rest/api/3/issue/{key}",
        json={"fields": {"priority": {"name": priority}}},
        auth=(name, token),
        trust_env=False,
    )
    answer.raise_for_status()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
