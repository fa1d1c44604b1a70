"""One house for the journeys of a module; each journey uses issues and tasks of its own."""

from collections.abc import Iterator

import pytest

from gateway.identity import links
from tests.house import House, house


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of real processes with the seeded world taken in."""
    with house(tmp_path_factory.mktemp("house"), size=24) as one:
        # The first person asked for is admitted as administrator.
        links.new_link(one.gateway, "mina")
        yield one
