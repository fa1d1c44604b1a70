"""Settings from the environment: sensible without any, clear when one is wrong."""

from pathlib import Path

import pytest

from sandbox.settings import Listen, Settings, SettingsError


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef0123456789abcdef\n", encoding="utf-8")
    secret.chmod(0o600)
    return {
        "AIRLOCK_SITE_FILE": str(tmp_path / "site.toml"),
        "AIRLOCK_CONTROL_SECRET_FILE": str(secret),
    }


def test_two_settings_are_enough(env: dict[str, str]) -> None:
    found = Settings.from_env(env)
    assert found.agents == Listen("127.0.0.1", 8643)
    assert found.control == Listen("127.0.0.1", 8644)
    assert found.secret == b"0123456789abcdef0123456789abcdef"
    assert found.warnings == ()


def test_the_control_door_can_be_a_unix_socket(env: dict[str, str]) -> None:
    found = Settings.from_env({**env, "AIRLOCK_SANDBOX_CONTROL": "unix:/run/control.sock"})
    assert found.control == Listen(path="/run/control.sock")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_secret_that_others_can_touch_is_refused(env: dict[str, str], mode: int) -> None:
    Path(env["AIRLOCK_CONTROL_SECRET_FILE"]).chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600"):
        Settings.from_env(env)


def test_a_short_secret_is_refused(env: dict[str, str]) -> None:
    Path(env["AIRLOCK_CONTROL_SECRET_FILE"]).write_text("short", encoding="utf-8")
    with pytest.raises(SettingsError, match="shorter than 16 bytes"):
        Settings.from_env(env)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"AIRLOCK_SITE_FILE": ""}, "AIRLOCK_SITE_FILE is not set"),
        ({"AIRLOCK_CONTROL_SECRET_FILE": "/nowhere"}, "/nowhere cannot be read"),
        ({"AIRLOCK_SANDBOX_PORT": "http"}, "AIRLOCK_SANDBOX_PORT must be a port number"),
        ({"AIRLOCK_SANDBOX_PORT": "70000"}, "AIRLOCK_SANDBOX_PORT must be a port number"),
        ({"AIRLOCK_SANDBOX_CONTROL": "8000"}, "must be host:port or unix:/path"),
    ],
)
def test_a_wrong_setting_is_named(
    env: dict[str, str], changed: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        Settings.from_env({**env, **changed})


def test_an_unknown_name_is_told_with_the_nearest_known_one(env: dict[str, str]) -> None:
    found = Settings.from_env({**env, "AIRLOCK_SANDBOX_PROT": "1", "AIRLOCK_SITE": "x"})
    assert found.warnings == (
        "AIRLOCK_SANDBOX_PROT means nothing here. Did you mean AIRLOCK_SANDBOX_PORT?",
    )
