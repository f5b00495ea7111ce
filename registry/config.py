"""Settings from the environment, all with the prefix REGISTRY_."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an installation may choose. Nothing here changes a score."""

    model_config = SettingsConfigDict(env_prefix="REGISTRY_", frozen=True, extra="forbid")

    data_dir: Path | None = Field(default=None, description="Folder that holds schemas/, standards/ and examples/.")
    language: Literal["en", "zh"] = Field(default="en", description="Language of tables, charts and working papers.")
    host: str = Field(default="127.0.0.1", description="Address that `registry serve` listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port that `registry serve` listens on.")
