"""Which numbers of each phone's chain arrived, kept as ranges, so that looking for gaps reads what is new and no more.

Reports and quarantine are numbered in the order of their commits (decision 0003): whatever has a number up to the
highest one seen has been committed, so reading on from there misses nothing.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from backend.inspections.selectors import sequences_after
from backend.sync.models import ArrivedNumbers, ArrivedUpTo
from backend.sync.selectors import quarantined_after

_AT_ONCE = 20_000  # rows in memory; each lot is a transaction of its own


def gaps_refresh() -> None:
    """Take into the ranges what arrived since the last time."""
    while _news() and _refresh_some():
        pass


def _news() -> bool:
    """Looked at without a lock, so that an office in which nothing happens writes nothing."""
    known = ArrivedUpTo.objects.first() or ArrivedUpTo()
    return bool(sequences_after(known.reports, 1) or quarantined_after(known.quarantined, 1))


def _refresh_some() -> bool:
    """One lot of each table; False when both were read to their end."""
    with transaction.atomic():
        ArrivedUpTo.objects.get_or_create(id=1)
        known = ArrivedUpTo.objects.select_for_update().get(id=1)
        filed = sequences_after(known.reports, _AT_ONCE)
        kept = quarantined_after(known.quarantined, _AT_ONCE)
        found: dict[UUID, set[int]] = {}
        for _, device, sequence in (*filed, *kept):
            if device is not None and sequence is not None:
                found.setdefault(device, set()).add(sequence)
        before = ArrivedNumbers.objects.in_bulk(found)
        ArrivedNumbers.objects.bulk_create(
            [
                ArrivedNumbers(
                    device_id=device, ranges=merged(before[device].ranges if device in before else [], numbers)
                )
                for device, numbers in found.items()
            ],
            update_conflicts=True,
            unique_fields=["device"],
            update_fields=["ranges"],
        )
        known.reports = filed[-1][0] if filed else known.reports
        known.quarantined = kept[-1][0] if kept else known.quarantined
        known.save()
    return len(filed) == _AT_ONCE or len(kept) == _AT_ONCE


def merged(ranges: Iterable[Iterable[int]], numbers: Iterable[int]) -> list[list[int]]:
    """`ranges` with `numbers` in them: in order, apart from each other."""
    found: list[list[int]] = []
    for first, last in sorted([*((a, b) for a, b in ranges), *((n, n) for n in numbers)]):
        if found and first <= found[-1][1] + 1:
            found[-1][1] = max(found[-1][1], last)
        else:
            found.append([first, last])
    return found
