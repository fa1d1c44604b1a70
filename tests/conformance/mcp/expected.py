"""What the product fails of the official suite as it is, and why that is right.

Only two reasons count: the suite calls a *fixture* by a fixed name (its own tools, resources
and prompts), or the scenario needs a *session* (the product is stateless).
"""

FIXTURE = "calls a tool, resource or prompt that only the suite's own server has"
SESSION = "needs a session: subscriptions, logging or questions back to the client"

_FIXTURES_OF_BOTH = (
    "tools-call-image",
    "tools-call-audio",
    "tools-call-embedded-resource",
    "tools-call-mixed-content",
    "tools-call-with-progress",
    "resources-read-text",
    "resources-read-binary",
    "resources-templates-read",
    "prompts-get-simple",
    "prompts-get-with-args",
    "prompts-get-embedded-resource",
    "prompts-get-with-image",
)

EXPECTED: dict[str, dict[str, str]] = {
    "2025-11-25": {
        **dict.fromkeys(_FIXTURES_OF_BOTH, FIXTURE),
        "tools-call-with-logging": FIXTURE,
        "logging-set-level": SESSION,
        "tools-call-sampling": SESSION,
        "tools-call-elicitation": SESSION,
        "elicitation-sep1034-defaults": SESSION,
        "elicitation-sep1330-enums": SESSION,
        "resources-subscribe": SESSION,
        "resources-unsubscribe": SESSION,
    },
    "2026-07-28": {
        **dict.fromkeys(_FIXTURES_OF_BOTH, FIXTURE),
        "input-required-result-basic-elicitation": FIXTURE,
        "input-required-result-basic-sampling": FIXTURE,
        "input-required-result-basic-list-roots": FIXTURE,
        "input-required-result-request-state": FIXTURE,
        "input-required-result-multiple-input-requests": FIXTURE,
        "input-required-result-multi-round": FIXTURE,
        "input-required-result-non-tool-request": FIXTURE,
        "input-required-result-result-type": FIXTURE,
        "input-required-result-tampered-state": FIXTURE,
        "input-required-result-capability-check": FIXTURE,
    },
}

#: Scenario to how many of its checks call a fixture; the others have to pass. Of
#: ``server-stateless`` two call the tool ``test_missing_capability``.
PARTLY: dict[str, dict[str, int]] = {"2026-07-28": {"server-stateless": 2}}
