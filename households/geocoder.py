"""The geocoder the settings name, any that geopy knows: an address in, a WGS-84 point and its confidence out.

`nominatim?domain=maps.example.org&user_agent=fieldapi&system=wgs84&per_second=1`: the geocoder by geopy's name,
then its constructor's arguments and two of ours: `system`, the coordinates it answers in, and `per_second`, how
many questions it may be asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from geopy import Location
from geopy.adapters import URLLibAdapter
from geopy.exc import ConfigurationError, GeocoderNotFound
from geopy.geocoders import get_geocoder_for_service

from fieldapi.coordinates import SYSTEMS, distance_m, to_wgs84

ANSWERS_IN = {"baidu": "bd09", "baiduv3": "bd09"}
TIMEOUT_S = 10.0


class WrongGeocoder(ValueError):
    """The settings name a geocoder that cannot be used; the text says why."""


@dataclass(frozen=True)
class Found:
    """Where an address is. `accuracy_m` is half the diagonal of what the answer covers, None where it is not told."""

    lat: float
    lon: float
    accuracy_m: float | None
    confidence: str
    matched: str


@dataclass(frozen=True)
class Geocoder:
    name: str
    system: str
    per_second: float
    service: Any

    @classmethod
    def named(cls, text: str) -> "Geocoder":
        """Raises WrongGeocoder."""
        name, _, query = text.partition("?")
        options: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
        system = options.pop("system", ANSWERS_IN.get(name, "wgs84"))
        if system not in SYSTEMS:
            raise WrongGeocoder(f"system={system}: say one of {', '.join(SYSTEMS)}")
        try:
            per_second = float(options.pop("per_second", "1"))
            timeout = float(options.pop("timeout", TIMEOUT_S))
            service = get_geocoder_for_service(name)(
                timeout=timeout, adapter_factory=URLLibAdapter, **options
            )
        except (ValueError, TypeError, ConfigurationError, GeocoderNotFound) as fault:
            raise WrongGeocoder(f"{name}: {fault}") from fault
        if not per_second > 0:
            raise WrongGeocoder(f"per_second={per_second}: more than 0")
        return cls(name, system, per_second, service)

    def ask(self, address: str) -> Found | None:
        """One question. None: it knows no such address. Raises geopy's GeopyError."""
        answer: Location | None = self.service.geocode(address)
        if answer is None:
            return None
        lat, lon = to_wgs84(answer.latitude, answer.longitude, self.system)
        raw = answer.raw if isinstance(answer.raw, Mapping) else {}
        return Found(lat, lon, _reach(raw), _confidence(raw), answer.address or "")


def _reach(raw: Mapping[str, Any]) -> float | None:
    """Nominatim's `boundingbox` (south, north, west, east) as a radius in metres."""
    try:
        south, north, west, east = (float(side) for side in raw.get("boundingbox") or ())
    except (ValueError, TypeError):
        return None
    return round(distance_m((south, west), (north, east)) / 2, 1)


def _confidence(raw: Mapping[str, Any]) -> str:
    """What the service itself says of how sure it is, as it says it."""
    names = ("confidence", "precise", "level", "importance", "place_rank", "type")
    return " ".join(f"{name}={raw[name]}" for name in names if raw.get(name) is not None)[:200]
