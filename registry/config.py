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
    keys_dir: Path | None = Field(
        default=None,
        description="Folder of the keys; default: `keys` beside the SQLite file, `keys-<name>` for PostgreSQL.",
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/\s?#@]+$",
        description="Where browsers find this server, if a proxy stands between: https://registry.example.org",
    )
    trusted_proxies: str | None = Field(
        default=None,
        description="Addresses of proxies, with commas, whose X-Forwarded-For is believed; without it, nobody's is.",
    )
    oidc_issuer: str | None = Field(
        default=None, description="Issuer of the OpenID Connect provider; with it the sign-in page offers it."
    )
    oidc_client_id: str | None = Field(default=None, description="What this registry is called at the provider.")
    oidc_client_secret: str | None = Field(default=None, repr=False, description="Shared with the provider.")
    oidc_client_secret_file: Path | None = Field(default=None, description="A file that holds the secret instead.")
    oidc_label: str = Field(default="OpenID Connect", description="What the button on the sign-in page calls it.")

    webhook_origins: str | None = Field(
        default=None,
        description="Where webhooks may be sent, with commas: https://hooks.example.org; without it, nowhere.",
    )

    def client_secret(self) -> str | None:
        """From the file where there is one. Raises SettingsRejected."""
        if self.oidc_client_secret_file is None:
            return self.oidc_client_secret
        try:
            return self.oidc_client_secret_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsRejected("The file that REGISTRY_OIDC_CLIENT_SECRET_FILE names cannot be read.") from error


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
