"""What an agent claims, as its page shows it: what it was asked, and where a change comes from."""

import re

from markupsafe import Markup

from gateway.review.sources import Cited, Proof
from gateway.review.values import ChangeView, ReviewView
from gateway.web.claims import Quoted, SourceLine
from gateway.web.language import N_, Tongue
from gateway.web.links import followed, inside, safe_href
from gateway.web.new_names import NewNames
from gateway.web.reveal import reveal

#: What is filled into a sentence.
_PARTS = re.compile(r"(%\((?:where|words)\)s)")
#: What is said of a source that is not what the agent says.
_TROUBLES = {
    Proof.NEVER: N_("It did not read that before it wrote this."),
    Proof.NO_COMMENT: N_("No such comment was there when we read the issue last."),
}


def quoted(view: ReviewView, tongue: Tongue, names: NewNames) -> Quoted | None:
    """Return what the agent says that it was asked; None where no agent was asked."""
    if view.request is None:
        return None
    text = names.html(reveal(view.request))
    before = view.before
    if before is None or before.request == view.request:
        return Quoted(text)
    label = tongue.gettext("In round %(number)s it quoted", number=before.number)
    return Quoted(text, label, names.html(reveal(before.request)))


def source_lines(view: ChangeView, tongue: Tongue, names: NewNames) -> tuple[SourceLine, ...]:
    """Return a line for each source that the agent names."""
    return tuple(_line(one, tongue, names) for one in view.sources)


def _line(cited: Cited, tongue: Tongue, names: NewNames) -> SourceLine:
    said = tongue.gettext("The agent says that this comes from %(where)s.")
    if cited.words:
        said = tongue.gettext("%(words)s comes from %(where)s, the agent says.")
    parts = {
        "%(where)s": _where(cited, tongue, names),
        "%(words)s": Markup("<q hx-ignore>{}</q>").format(names.html(reveal(cited.words))),
    }
    pieces = [parts.get(one) or reveal(one) for one in _PARTS.split(said)]
    trouble = _TROUBLES.get(cited.proof, "") if cited.issue_key else ""
    if not cited.written:
        trouble = N_("It does not write these words.")
    good = N_("word for word") if cited.verbatim and not trouble else ""
    return SourceLine(
        Markup("").join(pieces), *(tongue.gettext(one) if one else "" for one in (trouble, good))
    )


def _where(cited: Cited, tongue: Tongue, names: NewNames) -> Markup:
    if not cited.issue_key:
        return reveal(tongue.gettext("an issue that you may not see"))
    text = cited.issue_key
    if cited.comment_id:
        text = tongue.gettext("comment %(id)s of %(key)s", id=cited.comment_id, key=cited.issue_key)
    shown, href = names.html(reveal(text)), followed(cited.url)
    if href is None and safe_href(cited.url):
        # Jira on this machine is no link; our own browser shows the issue as Jira has it.
        return Markup('<a href="{}">{}</a>').format(inside(cited.issue_key), shown)
    if href is None:
        return shown
    return Markup('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>').format(
        href, shown
    )
