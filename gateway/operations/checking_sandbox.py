"""``airlock doctor --sandbox``: whether the control door opens and what it knows is fresh."""

import time
from collections.abc import Iterator
from contextlib import closing

from sqlalchemy.exc import SQLAlchemyError

from gateway.identity.foreign import IssuerKeys
from gateway.operations import trusting
from gateway.operations.checking import Checked, fail, ok, warn
from gateway.operations.registering import registry_now
from gateway.sandbox_link import SandboxAwayError, SandboxLink, SandboxLinkError
from gateway.settings import Settings, SettingsError
from gateway.store import questions, sites
from gateway.store.database import Database, is_there
from gateway.store.questions import Kind
from sandbox.contract.shapes import JsonObject

_INTAKE = "Run: airlock intake"


def check_sandbox(settings: Settings, database: Database) -> Iterator[Checked]:
    """Yield what was found; a registry is pushed, as the gateway does all the time."""
    try:
        secret = settings.control_secret()
    except SettingsError as error:
        yield fail("sandbox.secret", str(error), "")
        return
    with closing(SandboxLink(settings.sandbox_control, secret)) as link:
        try:
            health = link.health()
        except SandboxAwayError as error:
            where = f"It is expected at {settings.sandbox_control}."
            yield fail("sandbox.reach", error.sentence, f"{where} Start it: airlock sandbox")
            return
        except SandboxLinkError as error:
            yield fail("sandbox.secret", error.sentence, "Compare AIRLOCK_CONTROL_SECRET_FILE.")
            return
        yield ok("sandbox.reach", f"The control door at {settings.sandbox_control} opens.")
        yield ok("sandbox.secret", "Both sides hold the same secret, and their clocks agree.")
        yield from _right_one(health, settings)
        yield from _fresh(link, settings, database)


def _right_one(health: JsonObject, settings: Settings) -> Iterator[Checked]:
    site, role = str(health.get("site")), str(health.get("role"))
    if site != settings.site:
        yield fail(
            "sandbox.site",
            f"The sandbox plays site '{site}', the gateway serves '{settings.site}'.",
            "Make AIRLOCK_SITE and the sandbox's site file agree.",
        )
    elif role != "shadow":
        yield fail(
            "sandbox.site",
            f"The sandbox has the role '{role}', not 'shadow'.",
            "Point AIRLOCK_SANDBOX_CONTROL at the agents' sandbox.",
        )
    else:
        yield ok("sandbox.site", f"It plays site '{site}', version {health.get('version')}.")


def _fresh(link: SandboxLink, settings: Settings, database: Database) -> Iterator[Checked]:
    now = time.time_ns() // 1000
    if not is_there(settings.database_url):
        yield warn("sandbox.fresh", "The gateway has no database yet.", _INTAKE)
        return
    issuer = trusting.issuer(settings, IssuerKeys(), now)
    try:
        with database.read() as conn:
            stored = sites.get(conn, settings.site)
            pushed = registry_now(conn, settings.site, issuer, now)
            asked = questions.open_one(conn, settings.site, Kind.VANISHED)
    except SQLAlchemyError as error:
        what = f"The gateway's database cannot be read ({type(error).__name__})."
        yield fail("sandbox.fresh", what, "Check AIRLOCK_DATABASE_URL.")
        return
    if stored is None or stored.baseline is None:
        yield warn("sandbox.fresh", "Nothing was taken in from Jira yet.", _INTAKE)
        return
    if asked is not None:
        missing = f"{len(asked.issue_ids)} of {asked.known}"
        yield warn(
            "sandbox.vanished",
            f"{missing} issues are no longer in Jira's answers, and wait for a person.",
            "Look why, then run: airlock intake --vanished remove (or keep)",
        )
    behind = stored.revision - stored.pushed_revision
    if behind:
        yield warn("sandbox.fresh", f"The sandbox lacks {behind} revisions.", _INTAKE)
    else:
        yield ok("sandbox.fresh", f"The sandbox has all baselines (revision {stored.revision}).")
    try:
        link.put_registry(pushed)
    except SandboxLinkError as error:
        yield fail("sandbox.registry", error.sentence, "Agents are refused until it takes one.")
        return
    yield ok("sandbox.registry", f"It took a fresh registry of {len(pushed.grants)} live tokens.")
