"""The coverage of a sweep as it is stored, and as the person at the screen must know it."""

from camcensus.census.closing import closing_words, reasons
from camcensus.census.prepare import Prepared
from camcensus.store import CoverageRecord
from camcensus.sweep import Coverage
from camcensus.types import Outcome


def coverage_records(
    prepared: Prepared, coverage: Coverage, *, complete: bool
) -> tuple[CoverageRecord, ...]:
    """The coverage as it is stored: counts, exclusions with reasons, what could not be heard."""
    deaf = coverage.deafness()
    for prober, why in prepared.left_out:
        coverage.inaudible(prober, why)
    records = []
    for row in coverage.rows():
        unheard = [*row.not_audible]
        if row.prober == "ws-discovery" and deaf:
            unheard.append(deaf)
        records.append(
            CoverageRecord(
                zone=row.zone,
                prober=row.prober,
                asked=row.asked,
                answered=row.answered,
                silent=row.silent,
                excluded=sum(count for _, count in row.excluded),
                excluded_why="; ".join(f"{why} ({count})" for why, count in row.excluded),
                not_audible="; ".join(unheard),
                spared=row.spared,
                spared_why="; ".join(row.spared_why),
                rounds=row.rounds,
                convergence_percent=None if row.convergence is None else int(row.convergence * 100),
                remarks="; ".join(row.notes),
            )
        )
    left_out = prepared.plan.exclusions
    records.append(
        CoverageRecord(
            zone="",
            prober="all",
            excluded=sum(one.count for one in left_out),
            excluded_why="; ".join(f"{why} ({count})" for why, count in reasons(left_out)),
            remarks="; ".join(closing_words(prepared.plan, coverage, complete=complete)),
        )
    )
    return tuple(records)


def warnings_of(coverage: Coverage) -> tuple[str, ...]:
    """What the person at the screen must know before trusting the list."""
    deaf = coverage.deafness()
    found = [deaf] if deaf else []
    found += [*coverage.unheard["network"], *coverage.notes["network"]]
    shortages = coverage.outcomes[Outcome.LOCAL_SHORTAGE]
    if shortages:
        found.append(
            f"this machine ran short of sockets or memory {shortages} times: "
            "those questions were not asked; raise `ulimit -n` or sweep less at once"
        )
    failures = coverage.outcomes[Outcome.FAILED]
    if failures:
        found.append(f"{failures} questions failed through a mistake of ours; the log says where")
    return tuple(found)
