import os
import sys
from pathlib import Path

import pytest

from camcensus.config import (
    Settings,
    default_config_file,
    default_database,
    load_settings,
    settings_origin,
)
from camcensus.errors import UsageError


@pytest.fixture(autouse=True)
def _empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tuple(os.environ):
        if name.startswith(("CAMCENSUS_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "some.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    settings = load_settings({"config": None, "db": None})

    assert settings == Settings()
    assert settings.pace == "gentle"
    assert settings.db == str(tmp_path / ".local/share/camcensus/census.db")
    assert set(settings_origin({}).values()) == {"default"}


def test_the_file_yields_to_the_environment_and_that_to_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, 'site = "file"\n\npace = "fast"\ncontact = "desk 4100"\n')
    monkeypatch.setenv("CAMCENSUS_SITE", "environment")
    monkeypatch.setenv("CAMCENSUS_PACE", "normal")
    flags = {"config": path, "pace": "gentle", "db": None}

    settings = load_settings(flags)

    assert (settings.site, settings.pace, settings.contact) == (
        "environment",
        "gentle",
        "desk 4100",
    )
    assert settings_origin(flags) == {
        "db": "default",
        "site": "environment CAMCENSUS_SITE",
        "pace": "command line",
        "contact": f"{path}:4",
        "source_port": "default",
        "max_rate": "default",
        "log_format": "default",
        "signatures": "default",
        "snmp_community": "default",
        "snmp_version": "default",
        "onvif_user": "default",
        "onvif_password_file": "default",
        "onvif_password_env": "default",
        "onvif_scheme": "default",
    }


def test_the_file_in_the_home_folder_is_found_unless_another_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = default_config_file()
    assert usual == tmp_path / ".config/camcensus/config.toml"
    usual.parent.mkdir(parents=True)
    usual.write_text('site = "usual"', encoding="utf-8")
    assert load_settings({}).site == "usual"

    monkeypatch.setenv("CAMCENSUS_CONFIG", str(write(tmp_path, 'site = "named"')))
    assert load_settings({}).site == "named"


def test_a_relative_xdg_folder_is_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert default_database() == str(tmp_path / ".local/share/camcensus/census.db")
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/data")
    assert default_database() == "/srv/data/camcensus/census.db"


@pytest.mark.parametrize(
    ("system", "variable", "data", "settings"),
    [
        ("win32", "LOCALAPPDATA", "AppData/Local", "AppData/Roaming"),
        ("darwin", "XDG_DATA_HOME", *["Library/Application Support"] * 2),
        ("freebsd14", "XDG_DATA_HOME", ".local/share", ".config"),
    ],
)
def test_each_system_has_its_own_folders(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    system: str,
    variable: str,
    data: str,
    settings: str,
) -> None:
    monkeypatch.delenv("APPDATA", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr(sys, "platform", system)
    assert default_database() == str(tmp_path / data / "camcensus" / "census.db")
    assert default_config_file() == tmp_path / settings / "camcensus" / "config.toml"
    monkeypatch.setenv(variable, "/srv/data")
    assert default_database() == "/srv/data/camcensus/census.db"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('site = "a"\npase = "fast"\n', ":2: unknown key 'pase', did you mean 'pace'?"),
        ("\n[colours]\nred = 1\n", ":2: unknown key 'colours'; known keys are db, site, pace,"),
        ('site = "a"\n\nmax_rate = -1\n', ":3: max_rate = -1 cannot be: it should be greater"),
        ('pace = "warp"\n', ":1: pace = 'warp' cannot be: it should be 'gentle', 'normal' or"),
        ("source_port = 80\n", ":1: source_port = 80 cannot be: it should be greater than"),
        ('contact = "a\\r\\nX-Other: b"\n', ":1: contact = 'a\\r\\nX-Other: b' cannot be:"),
        ("site = \n", ":1: not TOML at 'site': Invalid value"),
    ],
)
def test_a_wrong_file_is_named_with_line_and_key(tmp_path: Path, text: str, complaint: str) -> None:
    path = write(tmp_path, text)

    with pytest.raises(UsageError) as caught:
        load_settings({"config": path})

    assert str(caught.value).startswith(f"{path}{complaint}")


def test_a_wrong_value_in_the_environment_names_the_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CAMCENSUS_SOURCE_PORT", "dozen")
    with pytest.raises(UsageError, match=r"^environment CAMCENSUS_SOURCE_PORT: source_port = "):
        load_settings({})


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.toml: No such file or directory"):
        load_settings({"config": tmp_path / "nowhere.toml"})
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="it is not UTF-8 text"):
        load_settings({"config": path})


def test_a_flag_that_is_no_setting_is_our_mistake() -> None:
    with pytest.raises(TypeError, match="no such setting: colour"):
        load_settings({"colour": "red"})


def test_settings_do_not_change_once_loaded() -> None:
    settings = load_settings({})
    with pytest.raises(ValueError, match="frozen"):
        settings.site = "other"
