"""The settings in force: TOML file, then environment `CAMCENSUS_*`, then the command line.

Import it where it is needed, not at the top: it brings pydantic, which `--help` can do without.
"""

import difflib
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from camcensus.errors import UsageError, malformed_toml

_PREFIX = "CAMCENSUS_"
_TYPED = "command line"
_SECRETS = frozenset({"snmp_community"})
_WORDY = re.compile(r"(?:Input|String) should")


# For settings and for data: the variable that names the folder, and where it is without one.
_FOLDERS = {
    "win32": (("APPDATA", "AppData/Roaming"), ("LOCALAPPDATA", "AppData/Local")),
    "darwin": (("XDG_CONFIG_HOME", "Library/Application Support"),
               ("XDG_DATA_HOME", "Library/Application Support")),
}  # fmt: skip
_XDG = ("XDG_CONFIG_HOME", ".config"), ("XDG_DATA_HOME", ".local/share")
_SETTINGS, _DATA = 0, 1


def _folder(use: int) -> Path:
    """Our folder for settings or data, where this system keeps such.

    A relative one in an XDG variable is to be ignored, says their text.
    """
    variable, otherwise = _FOLDERS.get(sys.platform, _XDG)[use]
    named = Path(os.environ.get(variable, ""))
    return (named if named.is_absolute() else Path.home() / otherwise) / "camcensus"


def default_config_file() -> Path:
    """Where the settings file is looked for, if nothing names another."""
    return _folder(_SETTINGS) / "config.toml"


def default_database() -> str:
    """The SQLite file in the user's data folder."""
    return str(_folder(_DATA) / "census.db")


def _usual_signatures() -> str:
    """The folder of the user's own signatures beside the settings, if there is one."""
    usual = _folder(_SETTINGS) / "signatures"
    return str(usual) if usual.is_dir() else ""


def _site_name(text: str) -> str:
    if not 0 < len(text) <= 100 or text != text.strip() or not text.isprintable():
        raise ValueError(
            "a site name is 1 to 100 printable characters, with no blank at either end"
        )
    return text


def _community(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not 0 < len(text) <= 64 or not text.isascii() or not text.isprintable():
        raise ValueError("an SNMP community is 1 to 64 printable ASCII characters")
    return secret


class Settings(BaseSettings):
    """What every verb may be told once for all."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, extra="forbid", frozen=True
    )

    db: Annotated[str, Field(min_length=1)] = Field(default_factory=default_database)
    site: Annotated[str, AfterValidator(_site_name)] = "default"
    pace: Literal["gentle", "normal", "fast"] = "gentle"
    contact: Annotated[str, Field(max_length=120, pattern=r"^[ -~]*$")] = ""
    source_port: Annotated[int, Field(ge=1024, le=65535)] | None = None
    max_rate: Annotated[float, Field(gt=0)] | None = None
    log_format: Literal["text", "json"] = "text"
    snmp_community: Annotated[SecretStr, AfterValidator(_community)] | None = None
    snmp_version: Literal["2c", "2c,1"] = "2c"  # what is tried, in this order
    # The password itself is no setting: these name where it is, so nothing that shows settings
    # can show it. There is no option for it on the command line.
    onvif_user: Annotated[str, Field(max_length=64, pattern=r"^[ -~]*$")] = ""
    onvif_password_file: str = ""
    onvif_password_env: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]*$")] = ""
    onvif_scheme: Literal["https", "http"] = "https"  # "http": also where there is no https
    signatures: str = Field(default_factory=_usual_signatures)  # a folder that goes over ours

    @property
    def own_signatures(self) -> Path | None:
        """The user's own folder of signatures, if there is one."""
        return Path(self.signatures).expanduser() if self.signatures else None


def load_settings(flags: Mapping[str, object]) -> Settings:
    """The settings in force; `flags` holds what the command line said, `None` where nothing.

    `flags["config"]` names the file. Raises `UsageError` for a file, key or value that is wrong.
    """
    values, origins = _merge(flags)
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        wish = _WORDY.sub("it should", first["msg"]).removeprefix("Value error, ")
        raise UsageError(f"{_place(key, origins[key], values[key])} cannot be: {wish}") from None


def _place(key: str, origin: str, value: object) -> str:
    """The setting as it was written there; of a secret, only that it was."""
    value = "***" if key in _SECRETS else value
    if origin == _TYPED:
        return f"--{key.replace('_', '-')} {value!a}"
    return f"{origin}: {key} = {value!a}"


def settings_origin(flags: Mapping[str, object]) -> dict[str, str]:
    """Where the value of each setting comes from, in words for `config show`."""
    _, origins = _merge(flags)
    return {key: origins.get(key, "default") for key in Settings.model_fields}


def _merge(flags: Mapping[str, object]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values that something set, the later layer winning, and which layer that was."""
    path = _config_path(flags.get("config"))
    from_file, lines = ({}, {}) if path is None else _read_file(path)
    from_environment = EnvSettingsSource(Settings)()
    from_flags = {k: v for k, v in flags.items() if v is not None and k != "config"}
    if strange := from_flags.keys() - Settings.model_fields.keys():
        raise TypeError(f"no such setting: {', '.join(sorted(strange))}")
    origins = {key: f"{path}:{lines[key]}" for key in from_file}
    origins |= {key: f"environment {_PREFIX}{key.upper()}" for key in from_environment}
    origins |= dict.fromkeys(from_flags, _TYPED)
    return from_file | from_environment | from_flags, origins


def _config_path(flag: object) -> Path | None:
    """The file to read, `None` if nobody names one and the usual place has none."""
    named = flag or os.environ.get(f"{_PREFIX}CONFIG")
    if named:
        return Path(str(named)).expanduser()
    usual = default_config_file()
    return usual if usual.exists() else None


def _read_file(path: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """The keys of the file, and the line of each."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"cannot read the settings in {path}: {reason}") from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(malformed_toml(str(path), text, error)) from None
    lines = {key: _line_of(key, text) for key in values}
    for key in values.keys() - Settings.model_fields.keys():
        raise UsageError(f"{path}:{lines[key]}: unknown key {key!r}{_suggestion(key)}")
    return values, lines


def _line_of(key: str, text: str) -> int:
    """The first line that sets the key or opens the table of that name."""
    name = re.escape(key)
    opens = re.compile(rf"""\s*(?:\[+\s*)?["']?{name}["']?\s*(?:[=.\]])""")
    numbered = enumerate(text.splitlines(), 1)
    return next((number for number, line in numbered if opens.match(line)), 1)


def _suggestion(key: str) -> str:
    near = difflib.get_close_matches(key, Settings.model_fields, n=1)
    known = ", ".join(Settings.model_fields)
    return f", did you mean {near[0]!r}?" if near else f"; known keys are {known}"
