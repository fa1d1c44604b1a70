"""Where Atlassian's documents and Jira differ, and Jira is right."""

#: Document to request to why its answer does not fit.
EXPECTED: dict[str, dict[str, str]] = {
    "data-center-10.3": {
        "POST /rest/api/2/issue/AIR-1/remotelink": "a new link is answered with 201, as on Cloud",
    },
}
