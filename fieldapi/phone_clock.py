"""Phone time is a claim: measured against the server's at first receipt, corrected where it is off. Pure."""

from datetime import datetime, timedelta

TOLERATED = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


def offset(clock_at: datetime | None, received_at: datetime) -> timedelta | None:
    """How far the phone's clock was ahead when it sent; None if it did not say."""
    return None if clock_at is None else clock_at - received_at


def corrected(claimed: datetime, offset: timedelta | None, received_at: datetime) -> datetime:
    """When it really was: the claim, less an offset of more than five minutes, and never after its receipt."""
    return min(less(claimed, offset), received_at)


def by_the_server(claimed: datetime, offset: timedelta | None) -> datetime:
    """A claim by the server's clock, to tell which of several was made last.

    Not held to its receipt, and the offset taken to the minute: what one phone made keeps its order, also where the
    clock is ahead and does not say so, and however long each was under way.
    """
    return less(claimed, offset and MINUTE * round(offset / MINUTE))


def less(claimed: datetime, offset: timedelta | None) -> datetime:
    """The claim less an offset of more than five minutes."""
    return claimed - offset if offset is not None and abs(offset) > TOLERATED else claimed
