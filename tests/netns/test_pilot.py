"""A pilot is asked twice: what answered before the questions must answer after them."""

import shutil
from pathlib import Path

import pytest

from camcensus.store import Store
from netns.laboratory import UNPRIVILEGED, Run, estate, marks, sweep

pytestmark = marks

NFT = shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin:/bin")
DEVICES = {"198.18.0.10": "hik_cam", "198.18.0.11": "axis_cam", "198.18.0.12": "sony_cam"}
# Once the second round is announced, one of them is heard no more, as if it had died of the first.
DEAF_TO = """{
  for i in $(seq 600); do grep -q "asked again" err && break; sleep 0.1; done
  nft -f - <<'RULES'
table ip gone { chain in { type filter hook input priority 0; ip saddr 198.18.0.11 drop; }; }
table arp gone { chain in { type filter hook input priority 0; arp saddr ip 198.18.0.11 drop; }; }
RULES
  ip neigh flush all
} &"""


def pilot(folder: Path, before: str) -> Run:
    words = ("198.18.0.8/29", "--limit", "8", "--again-after", "3s")
    where = f"cd {folder}; {before} true"
    return sweep(folder, estate(DEVICES), *words, before=where, by=UNPRIVILEGED)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return pilot(tmp_path_factory.mktemp("pilot"), "")


def test_it_is_asked_twice_and_says_that_all_still_answer(run: Run) -> None:
    assert run.code == 0, run.stderr
    assert "the pilot is asked again in 3 s" in run.stderr
    assert "the pilot: all 3 that answered first still answer" in run.stderr
    with Store.open(run.database, create=False) as store:
        first, second = store.sweeps()
        assert first.plan_hash == second.plan_hash
        assert store.alive_in(first.id) == store.alive_in(second.id) == DEVICES.keys()


@pytest.mark.skipif(NFT is None, reason="this machine has no nft (Debian package nftables)")
def test_what_is_silent_the_second_time_is_named(tmp_path: Path) -> None:
    run = pilot(tmp_path, DEAF_TO)
    assert run.code == 3, run.stderr
    said = "warning: 1 of 3 that answered first are silent now: 198.18.0.11"
    assert said in run.stderr


def test_the_plan_says_that_a_pilot_is_asked_twice(run: Run) -> None:
    with Store.open(run.database, create=False) as store:
        assert "a second time ten minutes later" in store.sweeps()[0].plan_text
