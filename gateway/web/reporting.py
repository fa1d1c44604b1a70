"""The report of a promotion, as Markdown to paste into an issue, a pull request or a chat. Pure.

It names issues and fields, and says what became of each; it quotes no issue's text.
"""

import re
from collections.abc import Iterator, Mapping

from gateway.promotion.states import OpState
from gateway.review.states import State
from gateway.review.values import ChangeView, OperationView, ReviewView
from gateway.web.language import Tongue
from gateway.web.links import safe_href
from gateway.web.new_names import NewNames
from gateway.web.reveal import spelled
from gateway.web.sentences import KINDS, OPERATION_STATES, STATES
from gateway.web.told import in_tongue
from sandbox.contract.shapes import ChangeKind

#: States of a set whose promotion is over, for now at least.
_OVER = frozenset({State.PROMOTED, State.PARTLY_PROMOTED, State.FAILED})
#: By these Markdown, wiki text or a chat would take words for more than they are.
_SIGNS = re.compile(r"[\\`*_\[\]<>#|~!&]|:(?=//)|(?<=www)\.", re.IGNORECASE)
#: Wherever the report is pasted, an agent's words call nobody.
_CALL = {ord("@"): "＠"}


def is_over(state: State) -> bool:
    """Return whether there is something to report."""
    return state in _OVER


def report(view: ReviewView, tongue: Tongue, public_url: str) -> str:
    """Return what became of a set's promotion; ``public_url`` is where people find us."""
    return "\n".join(_lines(view, tongue, public_url)) + "\n"


def _lines(view: ReviewView, tongue: Tongue, public_url: str) -> Iterator[str]:
    done = sum(one.state is OpState.APPLIED for one in view.operations)
    written = tongue.gettext(
        "%(done)s of %(all)s requests written", done=done, all=len(view.operations)
    )
    yield f"## [CS-{view.id}]({public_url}/cs/{view.id}) {plain(view.title)}"
    yield ""
    yield f"**{tongue.gettext(STATES[view.state])}**: {written}."
    yield ""
    changes = {one.change.id: one for issue in view.issues for one in issue.changes}
    names = NewNames(view.issues).labels
    for operation in view.operations:
        yield f"- {_operation(operation, changes, names, tongue)}"
    for one in changes.values():
        if one.verdict != "keep":
            told = tongue.gettext("left out")
            key = one.change.issue_key
            yield f"- {plain(names.get(key, key))} {_title(one, tongue)}: {told}"
    yield ""
    yield _who(view, tongue)


def _operation(
    view: OperationView,
    changes: dict[str, ChangeView],
    names: Mapping[str, str],
    tongue: Tongue,
) -> str:
    planned, receipt = view.planned, view.receipt
    own = names.get(planned.issue_key, planned.issue_key)
    key = plain((receipt and receipt.upstream_key) or own)
    url = safe_href(receipt.url) if receipt is not None else None
    issue = f"[{key}](<{url}>)" if url and not set(url) & set("<> \n") else key
    carried = [changes[one] for one in planned.change_ids if one in changes]
    what = ", ".join(dict.fromkeys(_title(one, tongue) for one in carried))
    line = f"{issue} {what or tongue.gettext(KINDS[planned.kind])}: "
    line += tongue.gettext(OPERATION_STATES[view.state])
    trouble = in_tongue(view.trouble, tongue)
    return f"{line}. {plain(trouble)}" if trouble else line


def _title(view: ChangeView, tongue: Tongue) -> str:
    if view.change.kind is ChangeKind.EDIT:
        return plain(view.field_name or view.change.field or "")
    return tongue.gettext(KINDS[view.change.kind])


def _who(view: ReviewView, tongue: Tongue) -> str:
    parts = [
        tongue.gettext(
            "%(agent)s for %(person)s",
            agent=plain(view.agent),
            person=plain(view.person_name or view.person),
        )
    ]
    if view.decided_by:
        name = plain(view.decided_by_name or view.decided_by)
        parts.append(tongue.gettext("Decided by %(name)s", name=name))
    if view.digest:
        parts.append(f"{tongue.gettext('Approval digest')} `{view.digest[:12]}`")
    return " · ".join(parts)


def plain(text: str) -> str:
    """Return somebody's words on one line, as words and nothing else, with nothing unseen."""
    words = spelled(" ".join(text.split())).translate(_CALL)
    return _SIGNS.sub(r"\\\g<0>", words)
