"""Reads one HTTP answer off the wire, whole or not at all; the parser is llhttp's."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httptools

#: Bytes that an answer's head may have.
_LARGEST_HEAD = 64 * 1024
#: Headers that an answer may have.
_MOST_HEADERS = 128
#: zlib's code for a gzip frame.
_GZIP = 31


class LostError(Exception):
    """The request may have arrived; its answer did not, or not whole."""


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer as it arrived, whole."""

    status: int
    #: By name in lower case.
    headers: Mapping[str, str]
    content: bytes


@dataclass(slots=True)
class Answering:
    """One answer that is arriving; ``feed`` it until it is ``done``, or ``end`` it."""

    #: Most bytes of the content, unpacked.
    largest: int
    #: The answer is whole.
    done: bool = False
    #: More came than one answer: the connection cannot be trusted any more.
    more: bool = False
    _parser: Any = field(init=False)
    _status: int = 0
    _names: dict[str, str] = field(default_factory=dict)
    _head: bool = False
    _alive: bool = False
    _seen: int = 0
    _count: int = 0
    _size: int = 0
    _parts: list[bytes] = field(default_factory=list)
    _unpack: Any = None

    def __post_init__(self) -> None:
        """Make the parser, which calls what is named ``on_…`` here."""
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, came: bytes) -> None:
        """Take what arrived; raises LostError when it is no answer, or too large a one."""
        if not self._head:
            self._seen += len(came)
        try:
            self._parser.feed_data(came)
        except httptools.HttpParserUpgrade as error:
            raise _unreadable(error) from error
        except httptools.HttpParserError as error:
            if isinstance(error.__context__, LostError):
                raise error.__context__ from None
            if not self.done:
                raise _unreadable(error) from error
            self.more = True
        if not self._head and self._seen > _LARGEST_HEAD:
            raise LostError("The head of Jira's answer does not end.")

    def end(self) -> None:
        """Take note that nothing more comes; raises LostError when something is missing."""
        whole = self._head and not {"content-length", "transfer-encoding"} & self._names.keys()
        if not (self.done or whole):
            raise LostError("Jira's answer did not arrive (it was cut off).")
        self.done = self.more = True

    def raw(self) -> Raw:
        """Return the whole answer; raises LostError when its content was cut before it was sent."""
        if self._unpack is not None and self._size and not self._unpack.eof:
            raise LostError("Jira's answer did not arrive (it was cut off).")
        return Raw(self._status, self._names, b"".join(self._parts))

    @property
    def keep(self) -> bool:
        """Whether the connection is good for another request."""
        return self._alive and not self.more

    def on_message_begin(self) -> None:
        """Begin an answer, or the one that follows a *100 Continue*."""
        if self.done:
            self.more = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; one that comes twice is both."""
        self._count += 1
        if self._head or self.done:
            return  # what follows a chunked content is nothing that we ask for
        if self._count > _MOST_HEADERS:
            raise LostError("Jira's answer has too many headers.")
        lower, text = name.decode("latin-1").lower(), value.decode("latin-1")
        known = self._names.get(lower)
        self._names[lower] = text if known is None else f"{known}, {text}"

    def on_headers_complete(self) -> None:
        """Read on with the content."""
        if self.done:
            return
        self._status = self._parser.get_status_code()
        self._alive = bool(self._parser.should_keep_alive())
        self._head = True
        packed = self._names.get("content-encoding", "identity").strip().casefold()
        if packed == "gzip":
            self._unpack = zlib.decompressobj(_GZIP)
        elif packed not in ("identity", ""):
            raise LostError("Jira's answer is packed in a way that nobody asked for.")

    def on_body(self, part: bytes) -> None:
        """Take a part of the content, unpacked no further than it may be large."""
        if self.done:
            return
        if self._unpack is not None:
            try:
                part = self._unpack.decompress(part, self.largest - self._size + 1)
            except zlib.error as error:
                raise _unreadable(error) from error
        self._size += len(part)
        if self._size > self.largest:
            raise LostError(f"Jira's answer is larger than {self.largest} bytes.")
        self._parts.append(part)

    def on_message_complete(self) -> None:
        """End the answer, unless it only said that there is one to come."""
        if self.done:
            return
        if self._status < 200 and self._status != 101:
            self._names, self._head, self._seen = {}, False, 0
            return
        self.done = True


def _unreadable(error: Exception) -> LostError:
    return LostError(f"Jira's answer did not arrive ({type(error).__name__}).")
