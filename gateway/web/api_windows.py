"""Freeze windows over the machine API: to be read."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from gateway.operations import freezing
from gateway.operations.freezing import Listed
from gateway.promotion.freezing import Window, on_the_wall, week_moment
from gateway.web.api_asking import ListDep
from gateway.web.dependencies import GatewayDep

router = APIRouter(prefix="/windows")


class FreezeWindow(BaseModel):
    """A time in which nothing is promoted."""

    id: int
    #: None: every project.
    project: str | None
    zone: str
    weekly: bool
    #: In its zone: weekly such as ``Fri 18:00``, else such as ``2026-12-24T18:00:00``.
    begins: str
    ends: str
    reason: str
    made_by: str
    on_now: bool
    #: Until when it holds, in microseconds since 1970; None: it does not, or has no end.
    until: int | None


class Windows(BaseModel):
    """All that are on or to come."""

    windows: tuple[FreezeWindow, ...]


@router.get("")
def windows(gateway: GatewayDep, person: ListDep) -> Windows:
    """Answer the freeze windows that are on or to come, of the projects that one may see."""
    return Windows(windows=tuple(map(told, freezing.listed(gateway, person))))


def told(one: Listed) -> FreezeWindow:
    """Return a window as machines read it."""
    window = one.window
    return FreezeWindow(
        id=window.id,
        project=window.project or None,
        zone=window.zone_name,
        weekly=window.weekly,
        begins=_moment(window, window.begins),
        ends=_moment(window, window.ends),
        reason=window.reason,
        made_by=one.by,
        on_now=one.on is not None,
        until=None if one.on is None else one.on.until,
    )


def _moment(window: Window, at: int) -> str:
    if window.weekly:
        return week_moment(at)
    return "" if window.zone is None else _text(on_the_wall(at, window.zone))


def _text(wall: datetime) -> str:
    return wall.isoformat(timespec="seconds")
