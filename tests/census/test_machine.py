"""What doctor says of a machine, read from trees that look like other machines'."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.census.machine import Check, Level, diagnose
from camcensus.census.machine.firewall import firewalls
from camcensus.census.machine.secrecy import TlsPolicy, read_policy, secrecy
from camcensus.config import load_settings
from camcensus.net.interfaces import interfaces
from camcensus.net.old_devices import TlsAbility, tls_ability

# As Red Hat's crypto-policies writes it (back-ends/opensslcnf.config), policy DEFAULT.
REDHAT = """\
CipherString = @SECLEVEL=2:kEECDH:kRSA:kEDH:kPSK:-aDSS:-3DES:!DES:!RC4:!RC2:!IDEA
Ciphersuites = TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256
TLS.MinProtocol = TLSv1.2
TLS.MaxProtocol = TLSv1.3
DTLS.MinProtocol = DTLSv1.2
"""
# As Debian 10's openssl.cnf ended.
DEBIAN = "[system_default_sect]\nMinProtocol = TLSv1.2\nCipherString = DEFAULT@SECLEVEL=2\n"
ABLE = TlsAbility("OpenSSL 3.0.19", ("TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"), 0, None)
HARDENED = TlsAbility("OpenSSL 3.0.7", ("TLS 1.2", "TLS 1.3"), 2, None)
UFW = {"etc/ufw/ufw.conf": "# comment\nENABLED=yes\nLOGLEVEL=low\n", "usr/sbin/ufw": ""}
FIREWALLD = {"run/systemd/units/invocation:firewalld.service": "", "usr/bin/firewall-cmd": ""}


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def by_subject(checks: list[Check]) -> dict[str, Check]:
    assert len({check.subject for check in checks}) == len(checks)
    return {check.subject: check for check in checks}


def test_every_line_of_doctor_says_what_it_means_and_what_is_amiss_what_to_do(
    tmp_path: Path,
) -> None:
    settings = load_settings({"db": str(tmp_path / "census.db")})
    checks = list(diagnose(interfaces(), settings))
    assert {"system", "firewall", "privilege", "FIPS mode", "crypto policy", "cryptography"} <= {
        check.subject for check in checks
    }
    assert [check for check in checks if not check.means] == []
    assert [check for check in checks if check.level is not Level.GOOD and not check.remedy] == []


@pytest.mark.parametrize("text", [REDHAT, DEBIAN])
def test_a_policy_is_read_from_what_distributions_write(text: str) -> None:
    assert read_policy(text) == TlsPolicy("TLSv1.2", 2)


def test_a_policy_that_is_commented_out_is_none() -> None:
    assert read_policy("#MinProtocol = TLSv1.2\n# CipherString = DEFAULT@SECLEVEL=2") == TlsPolicy()


@pytest.mark.fuzz
@given(st.text(max_size=400) | st.from_regex(r"(TLS\.)?(MinProtocol|CipherString)\s*=.{0,40}"))
def test_any_text_is_a_policy_or_none(text: str) -> None:
    policy = read_policy(text)
    assert len(policy.minimum) <= 20
    assert policy.level is None or 0 <= policy.level <= 9


def test_a_hardened_machine_in_fips_mode_is_told_what_it_will_not_see(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "proc/sys/crypto/fips_enabled": "1\n",
            "etc/crypto-policies/config": "# comment\nFIPS\n",
            "etc/crypto-policies/back-ends/opensslcnf.config": REDHAT,
        },
    )
    checks = by_subject(list(secrecy(root, HARDENED)))
    assert checks["FIPS mode"].level is Level.NOTE
    assert checks["FIPS mode"].text.startswith("on")
    assert checks["crypto policy"].text == (
        "the crypto policy of this system is FIPS, at least TLSv1.2, security level 2"
    )
    assert checks["cryptography"].level is Level.NOTE
    assert "speaks TLS 1.2, TLS 1.3 at security level 2" in checks["cryptography"].text
    assert "show their certificate, which is read" in checks["cryptography"].means


def test_an_ordinary_machine_reads_old_devices(tmp_path: Path) -> None:
    checks = by_subject(list(secrecy(tmp_path, ABLE)))
    assert {check.level for check in checks.values()} == {Level.GOOD}
    assert checks["FIPS mode"].text == "off"


def test_what_this_machine_speaks_is_tried_and_not_assumed() -> None:
    able = tls_ability()
    assert "TLS 1.2" in able.versions
    assert list(able.versions) == sorted(able.versions)
    assert able.library.split()[0] in {"OpenSSL", "LibreSSL", "AWS-LC"}


def test_ufw_at_work_is_seen_and_its_rules_are_for_an_administrator(tmp_path: Path) -> None:
    [check] = firewalls(53702, (7711,), tree(tmp_path, UFW))
    assert check.level is Level.NOTE
    assert "ufw is at work; whether it lets UDP to port 53702 in" in check.text
    assert "sudo ufw allow in proto udp to any port 53702,7711" in check.remedy
    assert check.ask == "sudo ufw status verbose"


def test_ufw_that_is_switched_off_is_not_at_work(tmp_path: Path) -> None:
    off = UFW | {"etc/ufw/ufw.conf": "ENABLED=no\n"}
    [check] = firewalls(53702, (), tree(tmp_path, off))
    assert (check.level, check.ask) == (Level.GOOD, "sudo ufw status verbose")
    assert "no packet filter is seen at work (ufw can be had here)" in check.text


@pytest.mark.parametrize(
    ("rule", "level"),
    [('<port port="53702" protocol="udp"/>', "ok"), ('<port port="5370"/>', "note")],
)
def test_rules_that_can_be_read_are_searched_for_the_port(
    tmp_path: Path, rule: str, level: str
) -> None:
    files = FIREWALLD | {"etc/firewalld/zones/public.xml": f"<zone>{rule}</zone>"}
    [check] = firewalls(53702, (), tree(tmp_path, files))
    assert check.level == level
    assert "firewalld is at work" in check.text


def test_two_filters_are_two_lines(tmp_path: Path) -> None:
    checks = list(firewalls(40000, (), tree(tmp_path, UFW | FIREWALLD)))
    assert [check.text.split()[0] for check in checks] == ["ufw", "firewalld"]
    assert all("40000" in check.remedy for check in checks)


def test_a_kernel_that_tracks_packets_is_named_though_its_rules_are_not_seen(
    tmp_path: Path,
) -> None:
    files = {"proc/sys/net/netfilter/nf_conntrack_count": "12\n", "usr/sbin/nft": ""}
    [check] = firewalls(53702, (), tree(tmp_path, files))
    assert check.level is Level.NOTE
    assert "only an administrator can see" in check.text
    assert check.ask == "sudo nft list ruleset"


def test_nothing_at_all_is_said_to_be_as_far_as_can_be_seen(tmp_path: Path) -> None:
    [check] = firewalls(53702, (), tmp_path)
    assert check.level is Level.GOOD
    assert check.text == "no packet filter is seen at work"
    assert "only an administrator can see that" in check.means
