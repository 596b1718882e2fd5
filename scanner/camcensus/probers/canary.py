"""A port that no camera uses: where it is open too, something on the way answers for everybody.

Load balancers, tarpits and some firewalls accept a connection to any port of any address.
"""

from collections.abc import Iterable

from camcensus.net.frames import CONNECTION_FRAMES
from camcensus.probers.base import Asking, Host, Prober
from camcensus.probers.samples import Occasion, Sample
from camcensus.scope import PlannedProber
from camcensus.types import Evidence, Observation, Outcome, ProberCost, Request, Transport

NAME = "canary"
PORT = 49151  # IANA keeps it from everybody: "Reserved", service names and port numbers
SUSPECT = "middlebox suspect"
_NO_WORDS = Request(NAME, "connect", b"")
_OPEN_AND_MUTE = 5  # TCP ports of a host, before this one is asked
_NO_WORD = {Outcome.MUTE, Outcome.CLOSED}
_ITS_OWN_WORD = {Outcome.ANSWERED, Outcome.MALFORMED, Outcome.TLS_FAILED}


def is_suspect(observations: Iterable[Observation]) -> bool:
    """Whether all that these show is something that accepts connections and says nothing."""
    seen = tuple(observations)
    opened = any(one.prober == NAME and one.note.startswith(SUSPECT) for one in seen)
    return opened and not any(one.outcome in _ITS_OWN_WORD for one in seen)


def nothing_speaks(host: Host) -> bool:
    """Whether many ports are open and none has said a word, or all around it are like that."""
    tcp = [seen for seen in host.observations if seen.transport is Transport.TCP]
    mute = {seen.port for seen in tcp if seen.outcome in _NO_WORD}
    spoke = any(seen.outcome in _ITS_OWN_WORD for seen in host.observations)
    return not spoke and (len(mute) >= _OPEN_AND_MUTE or host.doubtful)


async def ask(asking: Asking, host: Host) -> None:
    """Connect to the port, send nothing, and close."""
    address = host.target.address
    reply = await asking.net.tcp_exchange(
        address, PORT, _NO_WORDS, deadline_s=2.0, complete=lambda _: True
    )
    opened = reply.outcome in _NO_WORD
    note = f"{SUSPECT}: accepts connections on every port and says nothing" if opened else ""
    await asking.emit(
        asking.observation(host.target, reply, NAME, "connect", Transport.TCP, note=note)
    )


def read(_: Observation) -> tuple[Evidence, ...]:
    """An open port says nothing about a maker."""
    return ()


def samples(_: Occasion) -> tuple[Sample, ...]:
    """Nothing is said: the connection is opened and closed."""
    return (Sample(_NO_WORDS, "the connection is opened and closed; no byte is sent on it"),)


PROBER = Prober(
    name=NAME,
    planned=(
        PlannedProber(
            NAME,
            "second",
            Transport.TCP,
            (PORT,),
            ProberCost(frames=CONNECTION_FRAMES, connections=1, bytes_in=0, usual_share=0.01),
        ),
    ),
    read=read,
    ask=ask,
    samples=samples,
    wanted=nothing_speaks,
)
