"""Devices that stop answering: left alone, told of, and one sick network stops for all."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from camcensus.probers.base import Asking, Host, Prober
from camcensus.sweep import HostFinished
from camcensus.sweep.quiet import Breaker, suspected
from camcensus.types import UNECHOED, UNSOLICITED, Observation, Outcome, Target, Transport
from probers.asking import NOW
from sweep.test_run import FIRST, SECOND, Estate, answer, carried_out, plan_of


@dataclass
class Fragile:
    """Hosts that answer once; the ones in `dies` answer nothing after that."""

    dies: frozenset[str]
    alive: frozenset[str]
    note: str = ""
    asked: list[str] = field(default_factory=list)
    asked_again: list[str] = field(default_factory=list)

    async def survey(self, asking: Asking, targets: Iterable[Target]) -> None:
        for target in targets:
            if target.address in self.alive:
                seen = answer(asking, target, Outcome.ANSWERED, "first")
                await asking.emit(replace(seen, note=self.note))

    async def ask(self, asking: Asking, host: Host) -> None:
        """Two ports, neither of which says a word: a firewall, or a device that died."""
        self.asked.append(host.target.address)
        for port in (80, 443):
            seen = answer(asking, host.target, Outcome.SILENT, "second")
            await asking.emit(replace(seen, port=port))

    async def ask_more(self, asking: Asking, host: Host) -> None:
        self.asked.append(f"more {host.target.address}")
        await asking.emit(answer(asking, host.target, Outcome.REFUSED, "broken"))

    async def again(self, _: Asking, host: Host) -> Outcome:
        self.asked_again.append(host.target.address)
        dead = host.target.address in self.dies
        return Outcome.SILENT if dead else Outcome.ANSWERED

    def probers(self) -> tuple[Prober, ...]:
        def nothing(_: object) -> tuple[()]:
            return ()

        udp = replace(FIRST, transport=Transport.UDP)
        return (
            Prober("first", (udp,), nothing, survey=self.survey, again=self.again),
            Prober("second", (SECOND,), nothing, ask=self.ask),
            Prober("broken", (SECOND,), nothing, ask=self.ask_more),
        )


def hosts(network: str, count: int) -> frozenset[str]:
    return frozenset(f"{network}.{n}" for n in range(10, 10 + count))


def test_a_device_that_died_is_asked_once_more_and_then_left_alone_and_told_of() -> None:
    device = Fragile(frozenset({"198.18.0.10"}), hosts("198.18.0", 2))
    done = carried_out(plan_of("198.18.0.0/24"), Estate(frozenset()), device.probers())

    assert sorted(device.asked_again) == ["198.18.0.10", "198.18.0.11"]
    assert "more 198.18.0.10" not in device.asked
    assert "more 198.18.0.11" in device.asked  # a firewall is no death
    assert done.sweep is not None
    [sentence] = done.sweep.breaker.words()
    assert sentence.startswith("198.18.0.10 went quiet after first page on tcp 80 and second page")
    assert len(done.of(HostFinished)) == 2


def test_answers_that_somebody_else_may_have_sent_stop_nothing() -> None:
    alive = hosts("198.18.0", 6)
    device = Fragile(alive, alive, note=UNSOLICITED)
    done = carried_out(plan_of("198.18.0.0/24"), Estate(frozenset()), device.probers())

    assert done.sweep is not None
    assert done.sweep.breaker.words() == []
    assert {f"more {one}" for one in alive} <= set(device.asked)


def test_a_firewall_that_was_explained_is_not_asked_about_again() -> None:
    host = Host(Target("198.18.0.9", "s"))
    host.observations = [_seen(host, Outcome.ANSWERED), *[_seen(host, Outcome.SILENT)] * 2]
    assert suspected(host, at_the_end=False)
    host.vouched = len(host.observations)
    assert not suspected(host, at_the_end=True)
    host.observations.append(_seen(host, Outcome.SILENT))
    assert not suspected(host, at_the_end=False)
    host.observations.append(_seen(host, Outcome.SILENT))
    assert suspected(host, at_the_end=False)  # two more ports: it may have died since


def test_when_three_of_a_network_die_the_rest_of_it_is_left_alone_and_the_next_is_not() -> None:
    sick, well = hosts("198.18.0", 30), hosts("198.18.1", 5)
    device = Fragile(sick, sick | well)
    done = carried_out(
        plan_of("198.18.0.0/24", "198.18.1.0/24"), Estate(frozenset()), device.probers(), per_24=2
    )
    assert done.sweep is not None
    assert done.sweep.breaker.networks == {"198.18.0"}
    assert len([one for one in device.asked if one in sick]) <= 4
    assert len([one for one in device.asked if one in well]) == 5
    assert "198.18.0.0/24: 3 devices or more went quiet" in done.sweep.breaker.words()[-1]


def test_hosts_that_go_quiet_hours_apart_stop_no_network() -> None:
    breaker = Breaker()
    for number in range(6):
        host = Host(Target(f"198.18.0.{number}", "s"))
        host.observations.append(_seen(host, Outcome.ANSWERED))
        breaker.trip(host, "198.18.0", now=3600.0 * number)
    assert breaker.networks == set()
    assert len(breaker.hosts) == 6


def test_a_refused_port_or_a_single_silent_one_raises_no_suspicion() -> None:
    host = Host(Target("198.18.0.9", "s"))
    host.observations = [_seen(host, Outcome.ANSWERED), _seen(host, Outcome.SILENT)]
    assert not suspected(host, at_the_end=False)
    assert suspected(host, at_the_end=True)
    host.observations += [_seen(host, Outcome.SILENT), _seen(host, Outcome.REFUSED)]
    assert not suspected(host, at_the_end=True)
    host.observations = [_seen(host, Outcome.SILENT)] * 5
    assert not suspected(host, at_the_end=True)  # it never answered


def _seen(host: Host, outcome: Outcome) -> Observation:
    address = host.target.address
    return Observation("s", "", address, 80, Transport.TCP, "http", "page", NOW, outcome)


def test_an_answer_that_anybody_may_have_sent_is_confirmed_before_all_else() -> None:
    """Also where the plan asks this prober in its first pass alone."""
    asked: list[str] = []

    async def confirm(_: Asking, host: Host) -> None:
        asked.append(f"confirm {host.target.address}")

    device = Fragile(frozenset(), hosts("198.18.0", 2), note=f"{UNECHOED}: no number")
    first, *others = device.probers()
    device.asked = asked
    probers = (*others, replace(first, ask=confirm))
    carried_out(plan_of("198.18.0.0/24"), Estate(frozenset()), probers)

    for address in hosts("198.18.0", 2):
        assert [one for one in asked if address in one][:2] == [f"confirm {address}", address]
