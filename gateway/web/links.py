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
    """Say where it leads, unless the link's own text is that very place, in plain letters.

    It is not enough that the host stands somewhere in the text: it may stand there as a
    path, or as the name of a person at another host.
    """
    place = _place(href)
    said = shown.striptags().removeprefix("🔗").strip()
    honest = said == place or (not _has_name(href) and (said == href or _says(said, place)))
    if honest and place.isascii():
        return Markup("")
    return Markup('<small class="host">({})</small>').format(_plain(place))


def _place(href: str) -> str:
    """Return the host that a link leads to, with its port, or the address of a mail."""
    if href.lower().startswith("mailto:"):
        return href.partition(":")[2].partition("?")[0]
    parts = urlsplit(href)
    # What stands before an @ is a name, however much it looks like a host.
    return parts.netloc.rpartition("@")[2]


def _has_name(href: str) -> bool:
    """Return whether a name stands before the host, which readers take for the host."""
    return "@" in urlsplit(href).netloc


def _says(said: str, place: str) -> bool:
    """Return whether a text is an address at that place."""
    parts = urlsplit(said)
    return parts.scheme in _SAFE_SCHEMES and parts.netloc == place


def _plain(place: str) -> Markup:
    """Return a host in letters that cannot be taken for others: foreign ones spelled in ASCII."""
    if place.isascii():
        return reveal(place)
    try:
        ascii_place = place.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_place = place.encode("unicode-escape").decode("ascii")
    return Markup('{} = <span class="odd">⟦{}⟧</span>').format(reveal(place), ascii_place)
