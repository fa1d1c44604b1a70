"""Sentences that come from the rooms below, in the reader's language.

Rules and promotion write English sentences, some with values in them. Each is listed
here as a text of the catalogue; a sentence that is not listed is shown as it came. A
test collects the sentences of those rooms and asks that every one is here.
"""

import re
from functools import cache

from gateway.web.language import N_, Tongue

#: ``%(…)s`` stands for a value.
SENTENCES: tuple[str, ...] = (
    N_("Jira could not be read just now, so nothing can be compared with it."),
    N_("Somebody changed the same field in Jira. Leave the change out or send it back."),
    N_("A change is blocked by a rule. Leave it out or send it back."),
    N_("Nothing would change in Jira."),
    N_("Only a person who signed in can decide; agents never do."),
    N_("Your role may look, but not do this."),
    N_("Ask somebody who may approve, or an admin for another role."),
    N_("This change set is not in a state in which that can be done."),
    N_("Open it again to see where it stands."),
    N_("This is not what you were shown any more."),
    N_("Look at the change set again, then decide."),
    N_("The agent needs a reason to learn from."),
    N_("Write in a sentence what is wrong."),
    N_("You have approved this already."),
    N_("Somebody else has to approve it too."),
    N_("The agent worked for you, and the policy wants another pair of eyes."),
    N_("Ask somebody else to approve it."),
    N_("Open the change set to see what stands in the way."),
)


def in_tongue(sentence: str, tongue: Tongue) -> str:
    """Return a sentence from below in the reader's language."""
    for text, pattern in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            return tongue.gettext(text, **found.groupdict())
    return sentence


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((text, re.compile(_pattern(text), re.DOTALL)) for text in SENTENCES)


def _pattern(text: str) -> str:
    pieces = re.split(r"%\((\w+)\)s", text)
    return "".join(
        re.escape(piece) if at % 2 == 0 else f"(?P<{piece}>.+?)" for at, piece in enumerate(pieces)
    )
