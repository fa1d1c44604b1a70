"""Keeps one-time links and webhook secrets out of the server's access log.

A link is good for ten minutes and logs travel far. The server writes the whole target
of a request; for the sign-in page it must not.
"""

import logging

from gateway.identity.links import PATH

_LOGGER = "uvicorn.access"
_HOOKS = "/hooks/jira/"


class WithoutSecrets(logging.Filter):
    """Cuts what is secret off every logged target."""

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
    if isinstance(argument, str) and argument.startswith(_HOOKS):
        return _HOOKS  # an older Data Center has the secret in the address
    return argument
