"""Phone time is a claim: measured against the server's at first receipt, corrected where it is off. Pure."""

from datetime import datetime, timedelta

TOLERATED = timedelta(minutes=5)


def offset(clock_at: datetime | None, received_at: datetime) -> timedelta | None:
    """How far the phone's clock was ahead when it sent; None if it did not say."""
    return None if clock_at is None else clock_at - received_at


def corrected(claimed: datetime, offset: timedelta | None, received_at: datetime) -> datetime:
    """When it really was: the claim, less an offset of more than five minutes, and never after its receipt."""
    if offset is not None and abs(offset) > TOLERATED:
        claimed -= offset
    return min(claimed, received_at)
