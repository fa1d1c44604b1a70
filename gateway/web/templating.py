"""Templates, static files and the frame around every page."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from os import PathLike, stat_result
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

from jinja2 import FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gateway.operations.context import Gateway
from gateway.operations.delivering import channel_states
from gateway.operations.preferring import preferred
from gateway.review.people import Person, Role, at_least
from gateway.store import sites
from gateway.web.compiling import Templates, shown
from gateway.web.language import COOKIE, N_, Lang, Tongue, catalogue
from gateway.web.presenting import host
from gateway.web.sentences import ROLES
from gateway.web.told import in_tongue

_HERE = Path(__file__).parent
STATIC_FOLDER = _HERE / "static"
_YEAR_S = 365 * 24 * 3600
_LANGUAGE_NAMES = {Lang.EN: "English", Lang.KO: "한국어"}
_KEYS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("j", "k"), N_("next, previous")),
    (("n",), N_("next conflict or flag")),
    (("a",), N_("keep the change; in the inbox: tick the set")),
    (("x",), N_("leave the change out")),
    (("1", "2", "3"), N_("in a conflict: keep Jira's, take the agent's, combine")),
    (("e",), N_("edit the value")),
    (("u",), N_("take the last decision back")),
    (("v",), N_("viewed, or not yet")),
    (("A",), N_("all safe: keep them, or mark them as viewed")),
    (("]", "["), N_("next, previous issue")),
    (("c",), N_("say something about the change")),
    (("s",), N_("send the set back, with words")),
    (("r",), N_("reject the set, with words")),
    (("t",), N_("next way to show changed texts")),
    (("w",), N_("show or fold changed spaces")),
    (("Ctrl ⏎",), N_("approve; on the sheet before promotion: promote")),
    (("o",), N_("open")),
    (("/",), N_("go to the filter")),
    (("g", "i"), N_("go to the inbox")),
    (("g", "h"), N_("go to the history")),
    (("g", "s"), N_("go to the sandbox")),
    (("g", "p"), N_("go to the agents")),
    (("?",), N_("this list")),
)


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame around a page: header, language, who is signed in."""

    lang: str
    other: str
    other_name: str
    #: This page in the other language.
    other_href: str
    path: str
    host: str
    #: Why everything is paused; empty when it is not, and for whoever is not signed in.
    paused: str
    demo: bool
    #: A sandbox stands in for Jira outside the demo (``AIRLOCK_TEST_UPSTREAM``).
    rehearsal: bool
    person: str
    role: str
    keys: tuple[tuple[tuple[str, ...], str], ...]
    #: Whether they are an admin of the whole site.
    admin: bool = False
    #: Whether notifications do not arrive; told to admins alone.
    unheard: bool = False
    #: Whether single keys do nothing: whoever is signed in switched them off.
    keys_off: bool = False

    def static(self, name: str) -> str:
        """Return a static file's address; it changes with the file's content."""
        return f"/static/{name}?v={_fingerprint(name)}"


class Static(StaticFiles):
    """Static files that caches may keep, because their addresses name their content."""

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Say how long the file may be kept."""
        answer = super().file_response(full_path, stat_result, scope, status_code)
        answer.headers["cache-control"] = f"public, max-age={_YEAR_S}, immutable"
        return answer


def page(
    request: Request,
    name: str,
    tongue: Tongue,
    person: Person | None,
    *,
    status: int = 200,
    **values: object,
) -> HTMLResponse:
    """Return a page in its frame."""
    gateway: Gateway = request.app.state.gateway
    shell = _shell(request, gateway, tongue, person)
    html = render(name, tongue, shell=shell, **values)
    answer = HTMLResponse(html, status_code=status)
    answer.headers["content-language"] = tongue.lang
    if request.query_params.get("lang") == tongue.lang:
        answer.set_cookie(COOKIE, tongue.lang, max_age=_YEAR_S, samesite="lax", httponly=True)
    return answer


def piece(
    request: Request, name: str, tongue: Tongue, person: Person | None, **values: object
) -> str:
    """Return a piece of a page, to be put into one that is open."""
    gateway: Gateway = request.app.state.gateway
    return render(name, tongue, shell=_shell(request, gateway, tongue, person), **values)


def render(name: str, tongue: Tongue, **values: object) -> str:
    """Return a template's HTML."""
    return _environment(tongue.lang).get_template(name).render(**values)


def _shell(request: Request, gateway: Gateway, tongue: Tongue, person: Person | None) -> Shell:
    return Shell(
        lang=tongue.lang,
        other=tongue.other,
        other_name=_LANGUAGE_NAMES[tongue.other],
        other_href=_in_language(request, tongue.other),
        path=request.url.path,
        host=host(gateway.identity.base_url),
        paused=in_tongue(_paused(gateway), tongue) if person else "",
        demo=gateway.demo,
        admin=person is not None and at_least(_everywhere(person), Role.ADMIN),
        unheard=_unheard(gateway, person),
        keys_off=person is not None and not preferred(gateway, person.person).keys,
        rehearsal=gateway.settings.test_upstream is not None,
        person=person.name if person else "",
        role=tongue.gettext(ROLES[person.role]) if person else "",
        keys=tuple((keys, tongue.gettext(meaning)) for keys, meaning in _KEYS),
    )


def _paused(gateway: Gateway) -> str:
    with gateway.database.read() as conn:
        return sites.paused(conn, gateway.site)


def _everywhere(person: Person) -> Role:
    return person.role if person.everywhere is None else person.everywhere


def _unheard(gateway: Gateway, person: Person | None) -> bool:
    admin = person is not None and at_least(person.role, Role.ADMIN)
    return admin and any(one.trouble for one in channel_states(gateway))


def page_behind(path: str) -> str:
    """Return the page that a form's address belongs to."""
    parts = path.split("/")
    if parts[1] == "oauth":
        return "/oauth/grants"
    return "/".join(parts[:3]) if parts[1] in ("cs", "sandbox") else f"/{parts[1]}"


def _in_language(request: Request, lang: Lang) -> str:
    """Return a link to the same page in another language; an answered form has none."""
    if request.method not in ("GET", "HEAD"):
        return f"{page_behind(request.url.path)}?lang={lang}"
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"?{urlencode([*kept, ('lang', lang)])}"


@cache
def _environment(lang: Lang) -> Templates:
    """Return the templates of one language; the texts of a page are part of its code."""
    made = Templates(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
    )
    told = catalogue(lang)
    made.install_gettext_translations(told, newstyle=True)  # type: ignore[attr-defined] # put there by the i18n extension
    for name in ("gettext", "ngettext"):
        made.globals[name] = _showing(cast("Callable[..., str]", made.globals[name]))
    made.globals["_"] = made.globals["gettext"]
    drawing = cast("Callable[[str], str]", getattr(made.get_template("_icons.html").module, "icon"))  # noqa: B009 - a template's macro has no type
    made.globals["icon"] = drawing
    made.known = {"_": _saying(told), "icon": drawing}
    return made


def _saying(told: NullTranslations) -> Callable[[str], str]:
    """Return what says a text that has no values: the catalogue is ours, and HTML."""

    def said(text: str) -> str:
        return Markup(told.gettext(text)) % {}  # noqa: S704 - as Jinja's own gettext does

    return said


def _showing(text: Callable[..., str]) -> Callable[..., str]:
    """Return a text of the catalogue whose values are shown as everywhere on a page."""

    @pass_context
    def said(context: Context, *texts: str | int, **values: object) -> str:
        return text(context, *texts, **{name: shown(value) for name, value in values.items()})

    return said


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((STATIC_FOLDER / name).read_bytes()).hexdigest()[:12]
