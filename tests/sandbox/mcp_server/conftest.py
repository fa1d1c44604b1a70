"""One house for the tests at the MCP door; each test works in a task of its own."""

from collections.abc import Iterator

import pytest

from gateway.identity import links
from tests.house import House, house

#: Two accounts of the site have this name.
TWIN = "Sam Twin"


@pytest.fixture(scope="package")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of real processes with the seeded world and two people of one name."""
    with house(tmp_path_factory.mktemp("mcp"), size=10) as one:
        assert one.world is not None
        like = one.world.people[0].cloud()
        twins = [
            {**like, "accountId": f"712020:twin-{n}", "displayName": TWIN, "emailAddress": mail}
            for n, mail in enumerate(("sam.one@shop.example", "sam.two@shop.example"))
        ]
        one.world.metadata["users"] = [*one.world.metadata["users"], *twins]
        one.upstream.door.call("PUT", "/site", one.world.metadata)
        one.take_in()
        # The first person asked for is admitted as administrator.
        links.new_link(one.gateway, "mina")
        yield one


@pytest.fixture
def secret(built: House) -> str:
    """A token of an agent for the person of the cast."""
    assert built.world is not None
    return built.token("mcp-agent", built.world.cast.person.account_id)


@pytest.fixture
def key(built: House) -> str:
    """An issue of that person."""
    assert built.world is not None
    return built.world.cast.clean
