"""Keeps one-time links out of the server's access log.

A link is good for ten minutes and logs travel far. The server writes the whole target
of a request; for the sign-in page it must not.
"""

import logging

from gateway.identity.links import PATH

_LOGGER = "uvicorn.access"


class WithoutSecrets(logging.Filter):
    """Cuts the query off every logged target that leads to the sign-in page."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record's target; every record passes."""
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(argument) for argument in record.args)
        return True


def keep_secrets_out() -> None:
    """Put the filter on the server's access log, once."""
    logger = logging.getLogger(_LOGGER)
    if not any(isinstance(one, WithoutSecrets) for one in logger.filters):
        logger.addFilter(WithoutSecrets())


def _cut(argument: object) -> object:
    if isinstance(argument, str) and argument.startswith(PATH):
        return argument.partition("?")[0]
    return argument
