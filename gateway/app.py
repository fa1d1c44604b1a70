"""The gateway's pages as one application."""

from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from gateway.operations.context import Gateway
from gateway.operations.hints import Bucket
from gateway.web import (
    agent_pages,
    change_set_pages,
    desk_pages,
    file_pages,
    flag_pages,
    health_pages,
    history_pages,
    hook_pages,
    inbox_pages,
    jira_pages,
    local_pages,
    notice_pages,
    oauth_door,
    oauth_pages,
    oidc_pages,
    people_pages,
    rule_pages,
    run_pages,
    sandbox_pages,
    setting_pages,
    sign_in_pages,
    together_pages,
    window_pages,
)
from gateway.web.access_log import keep_secrets_out
from gateway.web.api import PREFIX, api
from gateway.web.errors import add_handlers
from gateway.web.security import Wall
from gateway.web.squeezing import Squeezed
from gateway.web.templating import STATIC_FOLDER, Static

#: In the order in which addresses are tried.
PAGES = (
    inbox_pages,
    together_pages,
    change_set_pages,
    file_pages,
    desk_pages,
    run_pages,
    rule_pages,
    sandbox_pages,
    history_pages,
    agent_pages,
    people_pages,
    jira_pages,
    setting_pages,
    notice_pages,
    window_pages,
    flag_pages,
    oauth_pages,
    sign_in_pages,
    local_pages,
    oidc_pages,
    health_pages,
)
#: A form is a digest, a few words and one text of an issue; encoded, Korean takes nine
#: bytes a letter.
_LARGEST_BODY = 384 * 1024


def create_app(gateway: Gateway) -> FastAPI:
    """Return the application. Its background work is started elsewhere."""
    keep_secrets_out()
    app = FastAPI(title="jira-airlock", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.gateway = gateway
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=_LARGEST_BODY)
    app.add_middleware(Squeezed)
    app.add_middleware(Wall)
    add_handlers(app)
    app.mount("/static", Static(directory=STATIC_FOLDER), name="static")
    app.mount(PREFIX, api(gateway), name="api")
    for pages in PAGES:
        # The routes themselves: a router inside a router is asked again at every request.
        app.router.routes.extend(pages.router.routes)
    app.state.hooks = Bucket()
    app.router.routes.extend(hook_pages.ROUTES)
    app.router.routes.extend(oauth_door.ROUTES)
    return app
