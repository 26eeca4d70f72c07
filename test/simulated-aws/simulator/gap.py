"""Where repairs of moto register. Each function closes one gap; its decorator names the calls and says why.

`GAPS` is the list that docs/proof.md shows.
"""

from __future__ import annotations

from collections.abc import Callable

from facts import Facts

GAPS: list[dict[str, str]] = []
_closers: list[Callable[[Facts], None]] = []


def gap(calls: str, why: str) -> Callable[[Callable[[Facts], None]], Callable[[Facts], None]]:
    def register(close: Callable[[Facts], None]) -> Callable[[Facts], None]:
        GAPS.append({"calls": calls, "why": why})
        _closers.append(close)
        return close

    return register


def close_gaps(facts: Facts) -> None:
    """Puts every repair into moto; before the server's first request."""
    for close in _closers:
        close(facts)
