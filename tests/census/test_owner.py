"""Where the owner's password is read from, and where it has failed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from camcensus.census.owner import as_agreed, owner_login, with_failures
from camcensus.config import Settings
from camcensus.errors import UsageError
from camcensus.probers import onvif
from camcensus.scope import Asker
from camcensus.store import Store
from camcensus.types import Observation, Outcome, Transport
from store.estate import sweep


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "onvif.secret"
    path.write_text("s3cr3t wörd\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def test_without_a_user_there_is_no_login() -> None:
    assert owner_login(Settings()) is None


def test_the_password_is_read_from_its_file_when_it_is_used(secret: Path) -> None:
    login = owner_login(Settings(onvif_user="view", onvif_password_file=str(secret)))

    assert login is not None
    assert (login.user, login.password(), login.allow_http) == ("view", "s3cr3t wörd", False)
    secret.write_text("another", encoding="utf-8")
    assert login.password() == "another"
    assert "another" not in repr(login)


def test_the_password_may_be_in_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_CAMERAS", "from the vault")
    given = {"onvif_user": "view", "onvif_password_env": "SITE_CAMERAS", "onvif_scheme": "http"}
    named = Settings.model_validate(given)
    login = owner_login(named)

    assert login is not None
    assert (login.password(), login.allow_http) == ("from the vault", True)
    assert "vault" not in repr(named) + repr(login)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"onvif_user": "view"}, "needs either onvif_password_file or onvif_password_env"),
        ({"onvif_user": "view", "onvif_password_file": "/a", "onvif_password_env": "B"}, "either"),
        ({"onvif_password_file": "/a"}, "no onvif_user"),
        ({"onvif_user": "view", "onvif_password_file": "/nowhere/x"}, "No such file"),
        ({"onvif_user": "view", "onvif_password_env": "NO_SUCH_VARIABLE"}, "is not set"),
    ],
)
def test_what_cannot_be_used_is_told_before_anything_is_sent(
    settings: dict[str, str], complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        owner_login(Settings.model_validate(settings))


def test_a_file_that_others_may_read_is_refused(secret: Path) -> None:
    secret.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        owner_login(Settings(onvif_user="view", onvif_password_file=str(secret)))


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\x00"])
def test_a_file_without_a_password_is_refused(secret: Path, content: bytes) -> None:
    secret.write_bytes(content)
    with pytest.raises(UsageError, match=re_any("no password in it", "not UTF-8")):
        owner_login(Settings(onvif_user="view", onvif_password_file=str(secret)))


def re_any(*texts: str) -> str:
    return "|".join(texts)


def test_where_it_failed_since_its_file_was_written_it_is_not_tried_again(
    secret: Path, tmp_path: Path
) -> None:
    now = datetime.now(UTC)

    def seen(address: str, message: str, note: str, when: datetime) -> Observation:
        return Observation(
            "test", "", address, 80, Transport.TCP, onvif.NAME, message, when,
            Outcome.ANSWERED, note=note,
        )  # fmt: skip

    asked, failed = onvif.AS_OWNER[0].message, f"{onvif.NOT_ACCEPTED}; cut"
    login = owner_login(Settings(onvif_user="view", onvif_password_file=str(secret)))
    with Store.open(str(tmp_path / "census.db")) as store:
        sweep_id = store.begin_sweep(sweep())
        with store.writer(sweep_id) as writer:
            for observation in (
                seen("192.0.2.1", asked, failed, now + timedelta(minutes=1)),
                seen("192.0.2.2", asked, failed, now - timedelta(days=1)),
                seen("192.0.2.3", asked, "", now + timedelta(minutes=1)),
                seen("192.0.2.4", "get-hostname", failed, now + timedelta(minutes=1)),
            ):
                assert writer.offer(observation)
        here = with_failures(login, store, "test")
        elsewhere = with_failures(login, store, "other")

    assert here is not None
    assert elsewhere is not None
    assert here.refused == {"192.0.2.1"}
    assert elsewhere.refused == frozenset()


def test_an_account_is_used_only_as_the_plan_says(secret: Path) -> None:
    settings = Settings(onvif_user="view", onvif_password_file=str(secret), onvif_scheme="http")
    login = owner_login(settings)
    assert login is not None
    made = Asker(program="camcensus 1")

    assert as_agreed(login, replace(made, login="none")) is None
    for scheme, allow_http in (("https", False), ("http", True)):
        agreed = as_agreed(login, replace(made, login=scheme))
        assert agreed is not None
        assert agreed.allow_http is allow_http
    assert as_agreed(login, Asker()) is login  # a plan of an older program says nothing of it
    assert as_agreed(None, replace(made, login="https")) is None
