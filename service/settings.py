"""The settings of an operator: environment variables that begin with PILAH_."""

import ipaddress
import os
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from rapidfuzz import process
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from data.errors import PilahError
from model.complaint import LONGEST_TEXT
from model.versions.installation import DEFAULT_TIMEZONE, home_folder, zone_named
from model.versions.office_home import Office

_PREFIX = "PILAH_"
# The language of the command line, the settings file (data/settings_file.py), and variables of the tests and of CI.
_READ_ELSEWHERE = ("PILAH_LANGUAGE", "PILAH_SETTINGS_FILE", "PILAH_TEST_", "PILAH_BROWSER", "PILAH_EXAMPLES")
_HOST_NAME = re.compile(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:]+")
_DATABASES = ("sqlite", "postgresql", "postgres")
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


class Settings(BaseSettings):
    """The settings of one service process, which answers for one office."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, env_ignore_empty=True, hide_input_in_errors=True)

    home: Path = Field(
        default_factory=home_folder,
        description="The folder that keeps models, history and the office's own files.",
    )
    office: str = Field(default="kumham", description="The office that this process answers for.")
    timezone: str = Field(default=DEFAULT_TIMEZONE, description="Where a time without an offset is read.")
    signing_key: SecretStr = Field(default=SecretStr(""), description="The key that signs a model's manifest.")
    database_url: SecretStr = Field(
        default=SecretStr(""), description="The ledger's database; empty for the file pilah.db in the home."
    )
    host: str = Field(default="127.0.0.1", description="The address that `pilah serve` listens on.")
    port: int = Field(default=8000, ge=0, le=65_535, description="The port; 0 takes a free one.")
    workers: int = Field(default=1, ge=1, le=64, description="How many processes answer requests.")
    stop_seconds: int = Field(
        default=30, ge=1, description="How long requests in flight may take to end when the service is stopped."
    )
    log_format: Literal["auto", "json", "text"] = Field(
        default="auto", description="How log lines are written; auto is text on a terminal and JSON elsewhere."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least grave events that are logged; info has a line for each request."
    )
    demonstration: bool = Field(
        default=False, description="Sign every visitor in as a demonstration officer; on this machine only."
    )
    secure_cookies: bool = Field(
        default=False, description="Send the session's cookie over HTTPS only; set it behind a proxy that speaks HTTPS."
    )
    requests_per_minute: int = Field(default=1200, ge=1, description="How many API requests one key may send a minute.")
    max_concurrent_requests: int = Field(
        default=12, ge=1, description="How many API requests are worked on at once; more wait for their turn."
    )
    request_timeout: float = Field(
        default=10.0,
        gt=0,
        description="Seconds that a request waits for its turn (then 503), or for the next part of its body (then 408).",
    )
    max_upload_bytes: int = Field(default=32 * 1024 * 1024, ge=1024, description="The largest export to upload.")
    retention_days: int = Field(
        default=0, ge=0, description="Complaints older than this are deleted by `pilah retain`; 0 keeps all."
    )
    learn: Literal["weekly", "off"] = Field(
        default="weekly", description="Whether the service trains every week on the decisions of officers, by itself."
    )
    learn_day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = Field(
        default="sunday", description="The day of the weekly training."
    )
    learn_hour: int = Field(
        default=1, ge=0, le=23, description="The hour of the weekly training, in the office's zone."
    )
    learn_in_office_hours: bool = Field(
        default=False, description="Let a weekly training begin in office hours; otherwise it waits for their end."
    )
    keep_versions: int = Field(
        default=4, ge=0, description="How many of the newest versions stay when weekly ones are deleted; 0 keeps all."
    )
    keep_monthly_versions: int = Field(
        default=12, ge=0, description="Of how many months the last version stays when weekly ones are deleted."
    )
    office_opens: int = Field(
        default=7, ge=0, le=23, description="The hour at which the office opens on a working day."
    )
    office_closes: int = Field(
        default=17, ge=1, le=24, description="The hour at which the office closes on a working day."
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Names, besides the loopback ones, that a browser may know this service by; commas between.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Addresses or networks of proxies whose X-Forwarded-For names the caller; commas between.",
    )
    max_text_characters: int = Field(default=LONGEST_TEXT, ge=1, description="The longest text of one complaint.")
    max_body_bytes: int = Field(default=256 * 1024, ge=1024, description="The largest body of one complaint.")
    max_batch_bytes: int = Field(default=8 * 1024 * 1024, ge=1024, description="The largest body of a batch.")
    max_stream_bytes: int = Field(
        default=64 * 1024 * 1024, ge=1024, description="The largest stream of complaints, as JSON Lines."
    )
    max_batch_items: int = Field(default=1000, ge=1, description="The most complaints of one batch.")

    @field_validator("allowed_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("allowed_hosts")
    @classmethod
    def _must_be_bare_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_HOST_NAME.fullmatch(name) for name in value):
            raise ValueError("write bare names such as pilah.example.go.id, without https:// and without a port")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _must_be_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            for network in value:
                ipaddress.ip_network(network, strict=False)
        except ValueError:
            raise ValueError("write addresses or networks such as 127.0.0.1 or 172.18.0.0/16") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _must_be_a_database(cls, value: SecretStr) -> SecretStr:
        try:
            if not value.get_secret_value() or make_url(value.get_secret_value()).get_backend_name() in _DATABASES:
                return value
        except ArgumentError:
            pass
        raise ValueError(
            "is no database URL that Pilah can use; write it as postgresql+psycopg://user:password@host/name, or leave "
            "it empty for a file in PILAH_HOME"
        )

    @field_validator("home")
    @classmethod
    def _with_the_users_folder(cls, value: Path) -> Path:
        try:
            return home_folder(value)
        except PilahError as error:
            raise ValueError(str(error)) from None

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
            zone_named(value)
        except PilahError:
            raise ValueError(
                "no such time zone; take a name such as Asia/Jakarta, Asia/Makassar or Asia/Jayapura"
            ) from None
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def ledger_url(self) -> str:
        """The URL of the ledger's database."""
        return self.database_url.get_secret_value() or f"sqlite:///{(self.home / 'pilah.db').resolve()}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def shown(self, field: str) -> str:
        """The value of a setting for a person, without secrets."""
        if field == "database_url":
            return make_url(self.ledger_url).render_as_string(hide_password=True)
        value = getattr(self, field)
        if isinstance(value, SecretStr):
            return "(set)" if value.get_secret_value() else "(empty)"
        return ",".join(value) if isinstance(value, tuple) else str(value)

    def at_office(self, moment: datetime) -> datetime:
        """A time of the ledger (UTC) in the office's zone."""
        return moment.replace(tzinfo=UTC).astimezone(self.zone)

    def today(self) -> date:
        """The present day in the office's zone, which decides the units and rules in force."""
        return datetime.now(self.zone).date()

    @property
    def known_hosts(self) -> frozenset[str]:
        """The allowed host names of requests, in lower case."""
        return frozenset(name.lower() for name in (*LOOPBACK_NAMES, *self.allowed_hosts))


class UnknownVariable(NamedTuple):
    """An environment variable that is probably a misspelt setting; `nearest` is the most similar setting."""

    name: str
    nearest: str


def variable(field: str) -> str:
    """The environment variable of a field.

    >>> variable("database_url")
    'PILAH_DATABASE_URL'
    """
    return f"{_PREFIX}{field.upper()}"


def unknown_variables(environment: Mapping[str, str] | None = None) -> list[UnknownVariable]:
    """Environment variables that begin like a setting but are no setting: probably misspelt."""
    known = [variable(field) for field in Settings.model_fields]
    names = os.environ if environment is None else environment
    return [
        UnknownVariable(name, process.extractOne(name.upper(), known)[0])
        for name in sorted(names)
        if name.upper().startswith(_PREFIX)
        and name.upper() not in known
        and not name.upper().startswith(_READ_ELSEWHERE)
    ]


def read_settings(**chosen: object) -> Settings:
    """Read the settings from the environment; `chosen` values override the environment.

    Raises:
        PilahError: a setting is invalid; the message names the variable, the fault and the purpose, but never the value,
            which may be a secret in the wrong place.
    """
    try:
        # pydantic validates the keywords, whatever the static types say.
        return Settings(**chosen)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(_problem(item) for item in error.errors(include_input=False, include_url=False))
        raise PilahError("service.settings-invalid", problems=problems) from None


def _problem(item: ErrorDetails) -> str:
    field = str(item["loc"][0])
    said = item["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{variable(field)} ({Settings.model_fields[field].description}): {said}"
