"""The owner's ONVIF account: where its password is read, and where it has failed before."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from camcensus.config import Settings
from camcensus.errors import UsageError
from camcensus.probers import onvif
from camcensus.scope import Asker
from camcensus.store import Store
from camcensus.types import OwnerLogin

_MOST_BYTES = 1024


def owner_login(settings: Settings) -> OwnerLogin | None:
    """The account of the settings, `None` if there is none; `UsageError` if it cannot be used."""
    if not settings.onvif_user:
        if settings.onvif_password_file or settings.onvif_password_env:
            raise UsageError("there is an ONVIF password and no onvif_user to use it for")
        return None
    if bool(settings.onvif_password_file) == bool(settings.onvif_password_env):
        raise UsageError(
            "onvif_user needs either onvif_password_file or onvif_password_env, to say where "
            "its password is"
        )
    password_of(settings)  # a mistake is told now, not at the first device
    changed_at = None
    if settings.onvif_password_file:
        written = Path(settings.onvif_password_file).expanduser().stat().st_mtime
        changed_at = datetime.fromtimestamp(written, UTC)
    allow_http = settings.onvif_scheme == "http"
    return OwnerLogin(settings.onvif_user, lambda: password_of(settings), allow_http, changed_at)


def login_scheme(settings: Settings) -> str:
    """How the account may be used, as a plan says it (`scope.Asker`)."""
    return settings.onvif_scheme if settings.onvif_user else "none"


def as_agreed(login: OwnerLogin | None, asker: Asker) -> OwnerLogin | None:
    """The account as far as the plan says that it is used: a stored plan may know of none."""
    if login is None or not asker.program:  # of an older program, whose plans do not say it
        return login
    return None if asker.login == "none" else replace(login, allow_http=asker.login == "http")


def password_of(settings: Settings) -> str:
    """The password, from its file or variable; the text of an error never holds it."""
    if settings.onvif_password_env:
        password = os.environ.get(settings.onvif_password_env, "")
        if not password:
            raise UsageError(
                f"onvif_password_env: the variable {settings.onvif_password_env} is not set"
            )
        return password
    path = Path(settings.onvif_password_file).expanduser()
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:  # elsewhere the bits say nothing
            raise UsageError(f"{path}: others than its owner may read the password: chmod 600 it")
        password = path.read_bytes()[:_MOST_BYTES].decode().rstrip("\r\n")
    except OSError as error:
        raise UsageError(f"cannot read the ONVIF password in {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"cannot read the ONVIF password in {path}: not UTF-8 text") from None
    if not password:
        raise UsageError(f"{path}: there is no password in it")
    return password


def with_failures(login: OwnerLogin | None, store: Store, site: str) -> OwnerLogin | None:
    """The same, with the addresses of the site that did not accept it in any sweep so far.

    A password file that was written since begins anew.
    """
    if login is None:
        return None
    asked = tuple(question.message for question in onvif.AS_OWNER)
    since = login.changed_at or datetime.fromtimestamp(0, UTC)
    refused = store.addresses_noted(site, asked, onvif.NOT_ACCEPTED, since)
    return replace(login, refused=refused)
