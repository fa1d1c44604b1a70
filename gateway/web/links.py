"""Links in texts of Jira and agents: which may be followed, and where they lead."""

import re
from urllib.parse import urlsplit

from markupsafe import Markup

from gateway.web.reveal import odd, reveal

_SAFE_SCHEMES = frozenset({"http", "https", "mailto"})
_SPACE_OR_CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0\\]")


def safe_href(target: str) -> str | None:
    """Return the target if it may be a link; only http, https and mailto may.

    Spaces, controls and backslashes are refused too: browsers drop or turn them, and
    then follow something else than what was checked. Relative targets would lead into
    the gateway itself.
    """
    if _SPACE_OR_CONTROL.search(target) or odd(target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _SAFE_SCHEMES or (scheme != "mailto" and not parts.netloc):
        return None
    return target


def link(target: str, shown: Markup, css: str = "") -> Markup:
    """Return a link with the host it leads to, or the text with the refused target."""
    href = safe_href(target)
    if href is None:
        return Markup('{} <span class="odd">⟦{}⟧</span>').format(shown, reveal(target))
    return Markup(
        '<a class="{}" href="{}" title="{}" rel="noopener noreferrer nofollow" target="_blank">'
        "{}</a>{}"
    ).format(css, href, href, shown, _host_note(href, shown))


def _host_note(href: str, shown: Markup) -> Markup:
    """Say the host when the link's text does not."""
    host = urlsplit(href).netloc or href.partition(":")[2]
    if host in shown.striptags():
        return Markup("")
    return Markup('<small class="host">({})</small>').format(reveal(host))
