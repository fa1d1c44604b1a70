"""Is it alive, is it ready: for machines, without details, without signing in."""

from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from gateway.web.dependencies import GatewayDep

router = APIRouter()


@router.get("/healthz")
def healthz() -> Response:
    """Answer as long as the process lives; asks nobody else."""
    return JSONResponse({"ok": True})


@router.get("/readyz")
def readyz(gateway: GatewayDep) -> Response:
    """Answer whether the database answers."""
    try:
        with gateway.database.read() as conn:
            conn.execute(text("SELECT 1 FROM person WHERE 1 = 0"))
    except SQLAlchemyError:
        return JSONResponse({"ready": False}, status_code=503)
    return JSONResponse({"ready": True})
