"""Division codes: the code is the tree path, a scope is a code prefix. Pure."""

LEVELS = {2: "province", 4: "city", 6: "county", 9: "town", 12: "village", 15: "hamlet"}
LENGTHS = sorted(LEVELS)


def level_of(code: str) -> str:
    """`530626` → `county`. Raises ValueError when it is no division code."""
    if not (code.isascii() and code.isdigit()) or len(code) not in LEVELS:
        raise ValueError(code)
    return LEVELS[len(code)]


def ancestors(code: str) -> list[str]:
    """The codes above `code` and itself, province first."""
    return [code[:length] for length in LENGTHS if length <= len(code)]


def parent_of(code: str) -> str | None:
    above = ancestors(code)[:-1]
    return above[-1] if above else None


def county_of(code: str) -> str:
    """The county's code (or the code itself above that level)."""
    return code[:6]


def within(code: str, *, field: str = "unit") -> dict[str, str]:
    """Filter for rows whose unit code lies in the subtree of `code`: a range, which a plain index serves.

    Codes are digits only, so the codes with prefix 5306 are those from `5306` up to, not including, `5307`.
    """
    return {f"{field}__gte": code, f"{field}__lt": _after(code)}


def _after(code: str) -> str:
    return str(int(code) + 1).zfill(len(code))
