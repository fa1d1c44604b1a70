"""New issues have no key yet: what a page calls them until Jira gives them one; pure.

Presentation alone. Exact requests, forms and the digest keep the key of the sandbox, and each
``NEW-1`` holds it in its title: another temporary key is another page. It is an element of its
own, so that a text in which somebody wrote "NEW-1" does not look like one.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from markupsafe import Markup

from gateway.promotion.references import is_temporary_key
from gateway.review.values import IssueView
from gateway.web.page_values import FlagLine, Panel, RemarkLine
from gateway.web.reveal import reveal

#: What a sandbox makes; anything else is shown as it came.
_PLAIN = re.compile(r"[A-Z][A-Z0-9_]*-[0-9]{10}")
_NAME = Markup('<abbr class="new-key" title="{}">{}</abbr>')
_TAG = re.compile(r"(<[^>]*>)")


class NewNames:
    """Puts a short name, or the real key once there is one, in place of temporary keys."""

    def __init__(self, issues: tuple[IssueView, ...] = ()) -> None:
        """Count the new issues in the order of the page."""
        new = [(one.changes[0].change.issue_key, one.key) for one in issues if _is_new(one)]
        #: Temporary key to what stands for it.
        self.labels: Mapping[str, str] = {
            key: f"NEW-{number}" if shown == key else shown
            for number, (key, shown) in enumerate(new, start=1)
        }
        #: Short name and temporary key of what Jira has no key for.
        self.waiting = tuple((self.labels[key], key) for key, shown in new if shown == key)
        keys = "|".join(map(re.escape, self.labels))
        self._found = re.compile(rf"(?<![\w-])(?:{keys})(?![\w-])") if keys else None

    def html(self, shown: Markup) -> Markup:
        """Return finished HTML with the names in its texts; no tag or attribute is touched."""
        if self._found is None or not self._found.search(shown):
            return shown
        pieces = _TAG.split(shown)
        pieces[::2] = [self._found.sub(self._name, one) for one in pieces[::2]]
        return Markup("").join(map(Markup, pieces))

    def text(self, shown: str) -> str:
        """Return a text, as HTML where it names a new issue."""
        if isinstance(shown, Markup):
            return self.html(shown)
        if self._found is None or not self._found.search(shown):
            return shown
        return self.html(reveal(shown))

    def texts(self, shown: tuple[str, ...]) -> tuple[str, ...]:
        """Return the same of each."""
        if self._found is None:
            return shown
        return tuple(map(self.text, shown))

    def panels(self, shown: tuple[Panel, ...]) -> tuple[Panel, ...]:
        """Return pieces of a change that call new issues so."""
        if self._found is None:
            return shown
        return tuple(replace(one, html=self.html(one.html)) for one in shown)

    def remarks(self, said: tuple[RemarkLine, ...]) -> tuple[RemarkLine, ...]:
        """Return remarks that do."""
        if self._found is None:
            return said
        return tuple(replace(one, text=self.html(one.text)) for one in said)

    def flags(self, lines: tuple[FlagLine, ...]) -> tuple[FlagLine, ...]:
        """Return flags that do, in their evidence too."""
        if self._found is None:
            return lines
        return tuple(
            replace(
                one,
                sentence=self.html(one.sentence),
                evidence=tuple((name, self.html(value)) for name, value in one.evidence),
            )
            for one in lines
        )

    def _name(self, found: re.Match[str]) -> str:
        key = found.group()
        return str(_NAME.format(key, self.labels[key]))


def short_keys(keys: Collection[str]) -> tuple[str, ...]:
    """Return the keys of a set as lists name them: NEW-1, NEW-2 … for those Jira has not yet."""
    new = [one for one in dict.fromkeys(keys) if _is_made(one)]
    return tuple(f"NEW-{new.index(one) + 1}" if one in new else one for one in keys)


def key_html(key: str, keys: Collection[str]) -> Markup:
    """Return one of the keys of a set as a list names it, with the sandbox's own in its title."""
    label = dict(zip(keys, short_keys(keys), strict=True)).get(key, key)
    return reveal(key) if label == key else _NAME.format(key, label)


def _is_made(key: str) -> bool:
    """Return whether a sandbox made this key."""
    return _PLAIN.fullmatch(key) is not None and is_temporary_key(key)


def _is_new(issue: IssueView) -> bool:
    key = issue.changes[0].change.issue_key if issue.changes else ""
    return issue.new and _is_made(key)
