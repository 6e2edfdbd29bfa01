"""What an operator can set, by environment variables that begin with PILAH_."""

import ipaddress
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from data.errors import PilahError
from model.complaint import LONGEST_TEXT
from model.registry import Office

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


class Settings(BaseSettings):
    """The settings of one service process, which answers for one office."""

    model_config = SettingsConfigDict(
        env_prefix="PILAH_", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("pilah", appauthor=False)),
        description="The folder that keeps models, history and the office's own files.",
    )
    office: str = Field(default="kumham", description="The office that this process answers for.")
    timezone: str = Field(default="Asia/Jakarta", description="Where a time without an offset is read.")
    signing_key: SecretStr = Field(default=SecretStr(""), description="The key that signs a model's manifest.")
    database_url: SecretStr = Field(
        default=SecretStr(""), description="The ledger's database; empty for the file pilah.db in the home."
    )
    host: str = Field(default="127.0.0.1", description="The address that `pilah serve` listens on.")
    port: int = Field(default=8000, ge=0, le=65_535, description="The port; 0 takes a free one.")
    demonstration: bool = Field(
        default=False, description="Sign every visitor in as a demonstration officer; on this machine only."
    )
    secure_cookies: bool = Field(
        default=False, description="Send the session's cookie over HTTPS only; set it behind a proxy that speaks HTTPS."
    )
    requests_per_minute: int = Field(default=1200, ge=1, description="How many API requests one key may send a minute.")
    max_upload_bytes: int = Field(default=32 * 1024 * 1024, ge=1024, description="The largest export to upload.")
    retention_days: int = Field(
        default=0, ge=0, description="Complaints older than this are deleted by `pilah retain`; 0 keeps all."
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Names, besides the loopback ones, that a browser may know this service by; commas between.",
    )
    max_text_characters: int = Field(default=LONGEST_TEXT, ge=1, description="The longest text of one complaint.")
    max_body_bytes: int = Field(default=256 * 1024, ge=1024, description="The largest body of one complaint.")
    max_batch_bytes: int = Field(default=8 * 1024 * 1024, ge=1024, description="The largest body of a batch.")
    max_batch_items: int = Field(default=1000, ge=1, description="The most complaints of one batch.")

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("home")
    @classmethod
    def _with_the_users_folder(cls, value: Path) -> Path:
        # A service manager hands "~" on as it stands; a shell would not.
        return value.expanduser()

    @field_validator("office")
    @classmethod
    def _must_be_an_office(cls, value: str) -> str:
        try:
            Office(Path(), value)
        except PilahError as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("timezone")
    @classmethod
    def _must_be_known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, LookupError):
            raise ValueError(
                "no such time zone; take a name such as Asia/Jakarta, Asia/Makassar or Asia/Jayapura"
            ) from None
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def ledger_url(self) -> str:
        """Where the ledger is."""
        return self.database_url.get_secret_value() or f"sqlite:///{(self.home / 'pilah.db').resolve()}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches the address that is listened on."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def today(self) -> date:
        """The day at the office: units and rules in force on it are the ones that count."""
        return datetime.now(self.zone).date()

    @property
    def known_hosts(self) -> frozenset[str]:
        """Every name that a request may be addressed to, in lower case."""
        return frozenset(name.lower() for name in (*LOOPBACK_NAMES, *self.allowed_hosts))


def read_settings(**chosen: object) -> Settings:
    """The settings from the environment; what is `chosen` here goes before it.

    Raises:
        PilahError: a setting can't be used; the message names its environment variable.
    """
    try:
        # The keywords are validated like the environment's strings, which the static types can't say.
        return Settings(**chosen)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(f"PILAH_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors())
        raise PilahError(f"A setting can't be used. {problems}. Mend it in the environment and start again.") from None
