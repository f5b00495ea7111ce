"""Settings from the environment."""

import pytest

from registry.config import SettingsRejected, settings_from_environment


def test_without_variables_the_defaults_hold(monkeypatch):
    for name in ("LANGUAGE", "HOST", "PORT", "DATA_DIR"):
        monkeypatch.delenv(f"REGISTRY_{name}", raising=False)

    settings = settings_from_environment()

    assert (settings.language, settings.host, settings.port) == ("en", "127.0.0.1", 8000)


def test_a_variable_replaces_its_default(monkeypatch):
    monkeypatch.setenv("REGISTRY_LANGUAGE", "zh")
    monkeypatch.setenv("REGISTRY_PORT", "9000")

    settings = settings_from_environment()

    assert (settings.language, settings.port) == ("zh", 9000)


def test_every_unusable_variable_is_named_with_its_value(monkeypatch):
    monkeypatch.setenv("REGISTRY_LANGUAGE", "xx")
    monkeypatch.setenv("REGISTRY_PORT", "0")

    with pytest.raises(SettingsRejected) as caught:
        settings_from_environment()

    text = str(caught.value)
    assert "REGISTRY_LANGUAGE" in text
    assert "'xx'" in text
    assert "REGISTRY_PORT" in text
    assert len(caught.value.violations) == 2
