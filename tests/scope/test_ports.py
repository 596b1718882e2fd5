from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.errors import SafetyError, ScopeError
from camcensus.scope import Plan, PlannedProber
from camcensus.types import ProberCost, Transport

MakePlan = Callable[..., Plan]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ((), {}),
        (("8081",), {"http": (8081,)}),
        (("http:8081,rtsp:8554",), {"http": (8081,), "rtsp": (8554,)}),
        (("http:8081,8082", "rtsp:554"), {"http": (8081, 8082), "rtsp": (554,)}),
        (("8081 8081,8000-8002",), {"http": (8081, 8000, 8001, 8002)}),
    ],
)
def test_a_port_is_of_the_named_prober_and_else_of_http(
    plan_for: MakePlan, typed: tuple[str, ...], expected: dict[str, tuple[int, ...]]
) -> None:
    assert plan_for("10.0.0.1", ports=typed).ports == expected


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("9100", r"tcp port 9100 is never sent to: printers print .* \(safety\.toml\)"),
        ("rtsp:502", "controllers of plant"),
        ("9090-9110", "more than 16|never sent to"),
        ("htp:80", "no prober is named 'htp'; did you mean 'http'"),
        ("U:53", "no prober is named 'U'; there is ws-discovery, mdns, http, rtsp"),
        ("0", "'0' is not a number from 1 to 65535"),
        ("65536", "not a number"),
        ("http:", "'' is not a number"),
        ("-80", "'' is not a number"),
        ("90-80", "runs backwards"),
        ("\u0661", "not a number"),
        ("1-65535", "more than 16 ports"),
    ],
)
def test_a_port_that_cannot_be_asked_is_refused(
    plan_for: MakePlan, typed: str, complaint: str
) -> None:
    with pytest.raises(ScopeError, match=complaint) as caught:
        plan_for("10.0.0.1", ports=(typed,))
    assert "\n" not in str(caught.value)


def test_a_prober_with_a_denied_port_is_our_mistake(plan_for: MakePlan) -> None:
    wrong = PlannedProber("jet", "second", Transport.TCP, (80, 9101), ProberCost(8))
    with pytest.raises(SafetyError, match="prober jet asks for a denied port: tcp port 9101"):
        plan_for("10.0.0.1", probers=(wrong,))


@pytest.mark.fuzz
@given(st.one_of(st.text(max_size=30), st.text("0123456789:,-htp ", max_size=30)))
def test_any_text_gives_ports_or_one_line(plan_for: MakePlan, text: str) -> None:
    refusal = ""
    try:
        ports = plan_for("10.0.0.1", ports=(text,)).ports
    except ScopeError as error:
        refusal = str(error)
    else:
        assert all(1 <= port <= 65535 for row in ports.values() for port in row)
    assert "\n" not in refusal
