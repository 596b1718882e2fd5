"""What a sweep found, counted: kinds, makers, labels, and channels of recorders."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from camcensus.store import DeviceRecord
from camcensus.types import RECORDERS, VIDEO, Kind


@dataclass(frozen=True, slots=True)
class Found:
    """One device of the sweep, in the few words that are counted."""

    kind: Kind
    maker: str | None
    brand: str | None
    channels: int | None

    @classmethod
    def of(cls, record: DeviceRecord) -> Self:
        """The words of a device's record."""
        return cls(record.kind, record.maker, record.brand, record.channels)

    @property
    def relabelled(self) -> bool:
        """Whether the label is known to name another firm than the maker."""
        return bool(self.maker and self.brand) and self.maker != self.brand


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts; makers, labels and channels are those of video devices only."""

    kinds: Counter[Kind]
    makers: Counter[str]
    nameless: int  # video devices whose maker is not known
    relabelled: int  # another name on the label than the maker's
    recorders: int  # that state channels
    channels: int  # of these recorders together

    @classmethod
    def of(cls, devices: Iterable[Found]) -> Self:
        """Count each device once."""
        everything = list(devices)
        video = [one for one in everything if one.kind in VIDEO]
        makers = Counter(one.maker for one in video if one.maker)
        stated = [one.channels for one in video if one.kind in RECORDERS and one.channels]
        return cls(
            kinds=Counter(one.kind for one in everything),
            makers=makers,
            nameless=len(video) - makers.total(),
            relabelled=sum(
                bool(one.maker and one.brand and one.maker != one.brand) for one in video
            ),
            recorders=len(stated),
            channels=sum(stated),
        )

    @property
    def video(self) -> int:
        """Cameras, recorders and the like."""
        return sum(count for kind, count in self.kinds.items() if kind in VIDEO)

    @property
    def others(self) -> int:
        """Everything else that answered."""
        return self.kinds.total() - self.video
