"""The files that a set would attach: handed out to be saved, never shown by a page.

An agent chose their names and bytes. So the browser is told to save them under that name, to
guess no type, and, whatever it does, to run nothing of them.
"""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from gateway.operations import fetching
from gateway.web.dependencies import GatewayDep, PartyDep

router = APIRouter(prefix="/cs/{review_id}/files")
#: No script, no form, no window, an origin of its own: as if it came from nowhere.
_SEALED = "sandbox; default-src 'none'; frame-ancestors 'none'"


@router.get("/{change_id}")
def download(gateway: GatewayDep, person: PartyDep, review_id: int, change_id: str) -> Response:
    """Hand a file out as the agent attached it; whoever sees the set may look at it."""
    del person
    name, content = fetching.file_of(gateway, review_id, change_id)
    return Response(
        content,
        media_type="application/octet-stream",
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "content-security-policy": _SEALED,
        },
    )
