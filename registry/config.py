"""Settings from the environment, all with the prefix REGISTRY_."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from registry.errors import Invalid, Violation


class SettingsRejected(Invalid):
    code = "settings-rejected"
    title = "The settings in the environment cannot be used"


class Settings(BaseSettings):
    """What an installation may choose. Nothing here changes a score."""

    model_config = SettingsConfigDict(env_prefix="REGISTRY_", frozen=True, extra="forbid")

    data_dir: Path | None = Field(default=None, description="Folder that holds schemas/, standards/ and examples/.")
    language: Literal["en", "zh"] = Field(default="en", description="Language of tables, charts and working papers.")
    host: str = Field(default="127.0.0.1", description="Address that `registry serve` listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port that `registry serve` listens on.")
    max_body_bytes: int = Field(
        default=32 * 1024 * 1024, ge=1024, description="Largest body of a request, counted as it is received."
    )
    # It may hold a password, so it stays out of the text form of the settings.
    database_url: str | None = Field(
        default=None,
        repr=False,
        description="sqlite:////path/to/file.db or postgresql://user@host/name; default: a file in your data folder.",
    )


def settings_from_environment() -> Settings:
    """Raises SettingsRejected, naming every variable that has an unknown value."""
    try:
        return Settings()
    except ValidationError as error:
        violations = [
            Violation(
                code="bad-setting",
                message=f"REGISTRY_{str(each['loc'][0]).upper()} cannot be used: {each['msg']}.",
                fix="Change or unset it.",
                value=str(each["input"])[:80],
            )
            for each in error.errors()
        ]
        raise SettingsRejected("The settings in the environment cannot be used.", violations) from error
