"""axe on a page that is open, in both themes.

Only colours depend on the theme, and a style sheet picks them: the page need not be loaded
again for the other one. All rules are asked both times.
"""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

Scheme = Literal["light", "dark"]
_OTHER: dict[Scheme, Scheme] = {"light": "dark", "dark": "light"}
_AXE = Axe()
_RUN = 'axe.run({"resultTypes": ["violations"]}).then(found => found.violations)'


def faults(page: Page, scheme: Scheme) -> list[str]:
    """Return what axe finds in the theme that the page has, and in the other one."""
    page.evaluate(_AXE.axe_script)
    found = _found(page, scheme)
    page.emulate_media(color_scheme=_OTHER[scheme])
    found += _found(page, _OTHER[scheme])
    page.emulate_media(color_scheme=scheme)
    return found


def _found(page: Page, scheme: Scheme) -> list[str]:
    return [
        f"{scheme}: {one['id']}: {node['html']}: {node['failureSummary']}"
        for one in page.evaluate(_RUN)
        for node in one["nodes"]
    ]
