"""The page on which people connect their own Jira account, and take that back.

A token that is typed in goes into the encrypted store and on no page again.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.identity import passwords
from gateway.operations import connecting
from gateway.operations.accounts import Accounts
from gateway.operations.connecting import Asker
from gateway.operations.context import Gateway
from gateway.review.people import Person, Role, at_least
from gateway.review.refusals import RefusedError
from gateway.store.connections import SERVICE
from gateway.upstream.errors import UpstreamError
from gateway.web.dependencies import NO_ROLE, GatewayDep, PersonDep, TongueDep
from gateway.web.forms import AccountForm, JiraTokenForm
from gateway.web.jira_values import AccountLine, JiraPage
from gateway.web.language import Tongue
from gateway.web.templating import page
from gateway.web.told import in_tongue
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import Flavour

router = APIRouter(prefix="/jira")

_NOBODY = Refusal(
    "no_accounts", "No Jira account can be connected here.", "Ask whoever runs this gateway."
)


@router.get("")
def jira(request: Request, gateway: GatewayDep, person: PersonDep, tongue: TongueDep) -> Response:
    """Show the person's own connection; an admin sees all."""
    shown = _shown(gateway, person, tongue)
    return page(request, "jira.html", tongue, person, page=shown)


@router.get("/consent")
def consent(gateway: GatewayDep, person: PersonDep) -> Response:
    """Send the person to Atlassian. A link, because forms may only lead to ourselves."""
    return RedirectResponse(connecting.begin(_accounts(gateway), _asker(person)), status_code=303)


@router.get("/callback")
def callback(
    gateway: GatewayDep,
    person: PersonDep,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """Take what Atlassian sent the person back with."""
    accounts, asker = _accounts(gateway), _asker(person)
    _asked(lambda: connecting.finish(accounts, asker, state, code, gateway.clock))
    return RedirectResponse("/jira", status_code=303)


@router.post("/token")
def token(gateway: GatewayDep, person: PersonDep, form: JiraTokenForm) -> Response:
    """Connect the account that a token is of."""
    accounts, asker = _accounts(gateway), _asker(person)
    _asked(lambda: connecting.with_token(accounts, asker, form.token, form.username, gateway.clock))
    return RedirectResponse("/jira", status_code=303)


@router.post("/revoke")
def revoke(gateway: GatewayDep, person: PersonDep, form: AccountForm) -> Response:
    """Take a connection back: one's own, or as an admin anybody's."""
    if form.account != person.jira_account and not at_least(person.role, Role.ADMIN):
        raise RefusedError(NO_ROLE)
    connecting.revoke(_accounts(gateway), form.account, person.person, gateway.clock())
    return RedirectResponse("/jira", status_code=303)


def _shown(gateway: Gateway, person: Person, tongue: Tongue) -> JiraPage:
    accounts = gateway.accounts
    admin = at_least(person.role, Role.ADMIN)
    found = () if accounts is None else connecting.listed(accounts)
    lines = tuple(
        AccountLine(
            account=one.account,
            name=one.account_name,
            how=one.kind,
            mine=one.owner == person.jira_account,
            trouble=in_tongue(one.trouble, tongue),
            since=tongue.moment(one.created_at),
        )
        for one in found
        if one.owner != SERVICE and (admin or one.owner == person.jira_account)
    )
    return JiraPage(
        lines=lines,
        connected=any(one.mine for one in lines),
        by_consent=accounts is not None and accounts.atlassian is not None,
        cloud=gateway.identity.flavour is Flavour.CLOUD,
        author=gateway.settings.author,
        has_password=passwords.has_one(gateway, person.person),
    )


def _accounts(gateway: Gateway) -> Accounts:
    if gateway.accounts is None:
        raise RefusedError(_NOBODY)
    return gateway.accounts


def _asker(person: Person) -> Asker:
    return Asker(person.person, person=person)


def _asked(work: Callable[[], object]) -> None:
    try:
        work()
    except UpstreamError as error:
        raise RefusedError(
            Refusal("jira", error.sentence, "Check what you entered, then try again.")
        ) from error
