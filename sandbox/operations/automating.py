"""Lets the rules of an upstream act after a write, in the same transaction."""

import logging
from dataclasses import replace

from sandbox.contract.shapes import JsonObject
from sandbox.domain.automation import Reach, Rule, act, in_one_entry, reached, triggered
from sandbox.domain.errors import JiraError
from sandbox.domain.issue import IssueState
from sandbox.operations.access import Work, person_json
from sandbox.operations.recording import put
from sandbox.store import issues

log = logging.getLogger("airlock.sandbox")


def follow(work: Work, before: IssueState | None, after: IssueState) -> IssueState:
    """Return the issue after all rules that a write set off; stored when any did something.

    ``before`` is None for a new issue. Where agents work there are no rules.
    """
    if work.ws is not None or not work.sandbox.rules:
        return after
    known = 0 if before is None else len(before.histories)
    found = after
    for rule in triggered(work.sandbox.rules, before, after):
        try:
            actor = person_json(work.site, rule.by) if rule.by else work.actor
            if rule.reach is not Reach.ISSUE:
                _act_beside(work, rule, found, actor)
                continue
            done = act(work.site, rule, found, actor=actor, now_us=work.now)
        except JiraError as error:
            # As in Jira: the write stands, and only the rule's own log says that it failed.
            log.warning("rule_failed name=%s why=%s", rule.name, error)
            continue
        found = done if rule.by else in_one_entry(known, done)
    return after if found is after else put(work, replace(found, base_revision=after.base_revision))


def _act_beside(work: Work, rule: Rule, issue: IssueState, actor: JsonObject) -> None:
    """Let a rule change the issues beside the one that set it off."""
    for name in reached(rule, issue):
        other = issues.find(work.conn, work.view, name)
        if other is None:
            continue
        done = act(work.site, rule, other, actor=actor, now_us=work.now)
        if done is not other:
            put(work, done)
