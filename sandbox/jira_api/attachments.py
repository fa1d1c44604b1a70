"""Attachments: add, describe, fetch."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException
from starlette.responses import Response

from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import ForbiddenError, InvalidError, UnsupportedMediaError
from sandbox.domain.parts import text_of
from sandbox.jira_api.call import ApiCall, Call, SiteCall
from sandbox.jira_api.doorstep import MAX_BODY
from sandbox.jira_api.errors import XSRF_FAILED
from sandbox.operations import attaching, reading

router = APIRouter()
#: Data Center's own addresses of contents, outside of ``/rest``.
pages = APIRouter()

_MOST_FILES = 60


@router.get("/attachment/meta")
async def meta(call: ApiCall) -> Response:
    """Answer whether files may be attached, and how large."""
    return call.json({"enabled": True, "uploadLimit": MAX_BODY})


@router.get("/attachment/content/{attachment_id}")
async def content(call: ApiCall, attachment_id: str) -> Response:
    """Answer an attachment's bytes; nothing is redirected, there is one server."""
    return await _content(call, attachment_id)


@router.get("/attachment/{attachment_id}")
async def describe(call: ApiCall, attachment_id: str) -> Response:
    """Answer an attachment's description."""
    found, _ = await call.slow(reading.attachment, attachment_id)
    return call.json(call.look.meta(found))


@router.delete("/attachment/{attachment_id}")
async def delete(call: ApiCall, attachment_id: str) -> Response:
    """Delete an attachment, at an upstream."""
    await call.slow(attaching.delete_attachment, attachment_id)
    return call.empty()


@router.post("/issue/{ref}/attachments")
async def attach(call: ApiCall, ref: str) -> Response:
    """Attach files; the answer is a list."""
    headers = call.request.headers
    if headers.get("x-atlassian-token", "").lower() not in ("no-check", "nocheck"):
        raise ForbiddenError(XSRF_FAILED)
    if not headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise UnsupportedMediaError
    try:
        async with call.request.form(max_files=_MOST_FILES, max_part_size=MAX_BODY) as form:
            made = [await _attach(call, ref, one) for one in _files(form)]
    except MultiPartException as error:
        raise InvalidError((error.message,)) from error
    return call.listed(made)


@pages.get("/secure/attachment/{attachment_id}/{name}")
async def secure(call: SiteCall, attachment_id: str, name: str) -> Response:
    """Answer an attachment's bytes at Data Center's address; the name does not matter."""
    del name
    return await _content(call, attachment_id)


def _files(form: FormData) -> list[UploadFile]:
    found = [one for one in form.getlist("file") if isinstance(one, UploadFile)]
    if not found:
        raise InvalidError(("There is no part named 'file' in the request.",))
    return found


async def _attach(call: Call, ref: str, file: UploadFile) -> JsonObject:
    name = (file.filename or "file").replace("\\", "/").rsplit("/", 1)[-1] or "file"
    kind = file.content_type or "application/octet-stream"
    return await call.slow(attaching.add_attachment, ref, name, kind, await file.read())


async def _content(call: Call, attachment_id: str) -> Response:
    found, body = await call.slow(reading.attachment, attachment_id)
    name = quote(text_of(found.get("filename")) or "file")
    # Whatever an agent attached must not run as a page of this address.
    headers = {
        **call.headers,
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "X-Content-Type-Options": "nosniff",
    }
    kind = text_of(found.get("mimeType")) or "application/octet-stream"
    return Response(body, 200, headers, kind if kind.isascii() else None)
