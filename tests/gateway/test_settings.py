import stat
from pathlib import Path

import pytest

from gateway.settings import TABLE, Settings, SettingsError, secret_key, unknown_names

MEMORY = {"AIRLOCK_DATABASE_URL": "sqlite://"}


def test_nothing_set_means_the_defaults_of_the_table(tmp_path: Path) -> None:
    found = Settings.from_env(MEMORY)
    assert (found.host, found.port, found.site) == ("127.0.0.1", 8642, "jira")
    assert (found.quarantine_seconds, found.lease_seconds) == (45.0, 60.0)
    assert (found.demo, found.people.self_approval, found.test_upstream) == (
        False,
        "harmless",
        None,
    )
    assert found.public_url == "http://127.0.0.1:8642"
    assert found.warnings == ()


def test_the_table_says_what_settings_say_by_default() -> None:
    defaults = {one.name: one.default for one in TABLE}
    plain = Settings()
    assert defaults["AIRLOCK_DATABASE_URL"] == plain.database_url
    assert defaults["AIRLOCK_SANDBOX_PUBLIC_URL"] == plain.sandbox_public_url
    assert defaults["AIRLOCK_CONTROL_SECRET_FILE"] == str(plain.control_secret_file)
    assert defaults["AIRLOCK_SANDBOX_CONTROL"] == plain.sandbox_control
    assert float(defaults["AIRLOCK_POLL_SECONDS"]) == plain.poll_seconds
    assert all(one.meaning for one in TABLE)


def test_names_of_other_tools_work_unchanged() -> None:
    found = Settings.from_env(
        {**MEMORY, "JIRA_PROJECTS_FILTER": "DEV, OPS,", "PUBLIC_BASE_URL": "https://a.example/"}
    )
    assert (found.projects, found.public_url) == (("DEV", "OPS"), "https://a.example")
    own = Settings.from_env({**MEMORY, "JIRA_PROJECTS_FILTER": "DEV", "AIRLOCK_PROJECTS": "QA"})
    assert own.projects == ("QA",)


def test_a_file_fills_up_and_never_permits_a_test_upstream() -> None:
    file = {
        "AIRLOCK_PORT": "9000",
        "AIRLOCK_HOST": "127.0.0.3",
        "AIRLOCK_TEST_UPSTREAM": "http://127.0.0.1:1",
    }
    found = Settings.from_env({**MEMORY, "AIRLOCK_HOST": "127.0.0.2"}, file)
    assert (found.host, found.port, found.test_upstream) == ("127.0.0.2", 9000, None)
    permitted = Settings.from_env({**MEMORY, "AIRLOCK_TEST_UPSTREAM": "http://127.0.0.1:1"}, file)
    assert permitted.test_upstream == "http://127.0.0.1:1"


def test_an_unknown_name_is_answered_with_the_nearest_one() -> None:
    assert unknown_names({"AIRLOCK_PROT": "1", "HOME": "/", "AIRLOCK_SECRET_KEY_FILE": "x"}) == (
        "AIRLOCK_PROT is not a setting of jira-airlock and is ignored. Did you mean AIRLOCK_PORT?",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AIRLOCK_PORT", "many"),
        ("AIRLOCK_DEMO", "perhaps"),
        ("AIRLOCK_APPROVALS", "0"),
        ("AIRLOCK_APPROVALS", "1.5"),
        ("AIRLOCK_APPROVALS", "10"),
        ("AIRLOCK_SECRET_KEY_FILE", "/nowhere/key"),
        ("AIRLOCK_DATABASE_URL", "postgresql+psycopg://x/y"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_env({**MEMORY, name: value})
    assert name.removesuffix("_FILE").split("_")[0] in str(raised.value)


def test_the_markers_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/inner/gateway.db"
    first = secret_key("", url)
    assert secret_key("", url) == first
    assert len(first) == 64
    kept = tmp_path / "inner" / "secret-key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert secret_key("given", url) == b"given"
    kept.write_bytes(b"")
    with pytest.raises(SettingsError):
        secret_key("", url)


def test_secrets_are_not_printed() -> None:
    assert "given" not in repr(Settings.from_env({**MEMORY, "AIRLOCK_SECRET_KEY": "given"}))


def test_a_control_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("s3cret\n")
    path.chmod(0o644)
    settings = Settings(control_secret_file=path)
    with pytest.raises(SettingsError):
        settings.control_secret()
    path.chmod(0o600)
    assert settings.control_secret() == b"s3cret"
    with pytest.raises(SettingsError):
        Settings(control_secret_file=tmp_path / "none").control_secret()
