"""Links in texts of Jira and agents: which may be followed, and where they lead."""

import re
import unicodedata
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import quote, unquote, urlsplit

from markupsafe import Markup

from gateway.web.reveal import odd, reveal

_SAFE_SCHEMES = frozenset({"http", "https", "mailto"})
#: Browsers take it for the full stop of a host.
_IDEOGRAPHIC_STOP = "\N{IDEOGRAPHIC FULL STOP}"
#: Parts of an IPv4 address, and the highest one.
_PARTS, _MOST = 4, 2**32 - 1
_HEX, _OCTAL, _DECIMAL = map(re.compile, ("0x[0-9a-f]*", "0[0-7]+", "[0-9]+"))
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


def followed(target: str) -> str | None:
    """Return the target if a page may lead there.

    Not to this machine: browsers send a host's cookies to each of its ports, so whatever
    listens beside a gateway on loopback would be sent the reviewer's session.
    """
    href = safe_href(target)
    return None if href is None or leads_home(href) else href


def leads_home(href: str) -> bool:
    """Return whether a browser would look for the host on its own machine, however spelled."""
    if href.lower().startswith("mailto:"):
        return False
    given = urlsplit(href).netloc.rpartition("@")[2]
    host = unicodedata.normalize("NFKC", unquote(given)).lower().replace(_IDEOGRAPHIC_STOP, ".")
    host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    host = host.removesuffix(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address is not None and (address.is_loopback or address.is_unspecified)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a browser takes a host for; None: it is a name."""
    if ":" in host:
        try:
            return ip_address(host)
        except ValueError:
            return None
    *first, last = host.split(".")
    numbers = [*map(_number, first), _number(last)]
    if len(numbers) > _PARTS or None in numbers:
        return None
    value = 0
    for place, number in enumerate(one or 0 for one in numbers[:-1]):
        value += number << 8 * (_PARTS - 1 - place)
    value += numbers[-1] or 0
    return IPv4Address(value) if value <= _MOST else None


def _number(text: str) -> int | None:
    """Return a part of an address, in any of the three bases that browsers read."""
    for pattern, base in ((_HEX, 16), (_OCTAL, 8), (_DECIMAL, 10)):
        if pattern.fullmatch(text):
            return int(text.removeprefix("0x") or "0", base)
    return None


def inside(key: str) -> str:
    """Return where our own pages show an issue."""
    return f"/sandbox/{quote(key, safe='')}"


def preview(key: str, review_id: int) -> str:
    """Return where our own pages show an issue as it would be after a change set."""
    return f"{inside(key)}?view=after&set={review_id}"


def file_of(review_id: int, change_id: str) -> str:
    """Return where the file that a change attaches is handed out."""
    return f"/cs/{review_id}/files/{quote(change_id, safe='')}"


def link(target: str, shown: Markup, css: str = "") -> Markup:
    """Return a link with the host it leads to, or the text with the refused target."""
    href = safe_href(target)
    if href is None:
        return Markup('{} <span class="odd">⟦{}⟧</span>').format(shown, reveal(target))
    if leads_home(href):
        note = Markup("") if shown.striptags() == href else _where(href)
        return Markup('<span class="{}">{}</span>{}').format(css, shown, note)
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


def _where(href: str) -> Markup:
    return Markup(' <small class="host">({})</small>').format(reveal(href))


def _plain(place: str) -> Markup:
    """Return a host in letters that cannot be taken for others: foreign ones spelled in ASCII."""
    if place.isascii():
        return reveal(place)
    try:
        ascii_place = place.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_place = place.encode("unicode-escape").decode("ascii")
    return Markup('{} = <span class="odd">⟦{}⟧</span>').format(reveal(place), ascii_place)
