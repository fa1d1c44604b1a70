"""Every page, at the address where axe looks at it (``tests/gateway/web/test_every_page.py``)."""

#: ``{waiting}`` nobody has decided about, ``{approved}`` and ``{promoted}`` are what they are
#: called, ``{key}`` is an issue, ``{consent}`` the query of a client program,
#: ``{digest}`` what an inbox showed of the set that is waiting.
AXE = (
    "/",
    "/cs/{waiting}",
    "/together?pick={waiting}:{digest}",
    "/cs/{approved}/promote",
    "/cs/{waiting}/dry-run",
    "/cs/{waiting}/issue/{issue}/fields",
    "/cs/{promoted}",
    "/cs/{promoted}/run",
    "/cs/{promoted}/undo",
    "/sandbox",
    "/sandbox/{key}",
    "/sandbox/{key}?view=shadow",
    "/sandbox/{key}?view=after",
    "/history",
    "/history?cs=twelve&what=people",
    "/agents",
    "/people",
    "/notifications",
    "/windows",
    "/jira",
    "/settings",
    "/oauth/grants",
    "/oauth/authorize?{consent}",
    "/account/password",
    "/sign-in",
    "/sign-in/password?link=x",
    "/nowhere",
)
