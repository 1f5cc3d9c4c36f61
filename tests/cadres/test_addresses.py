"""Where a request comes from, behind proxies and without."""

import pytest
from django.test import RequestFactory

from cadres.addresses import client_address
from fieldapi.environment import trusted_proxies


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7:4711", "198.51.100.7"),
        ("10.0.0.1", "junk", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::"),
        ("", "198.51.100.7", ""),
    ],
)
def test_the_address_is_the_rightmost_that_is_no_proxy_of_ours(
    monkeypatch, settings, remote, forwarded, address
):
    monkeypatch.setenv("FIELDAPI_TRUSTED_PROXIES", "10.0.0.0/8")
    settings.TRUSTED_PROXIES = trusted_proxies()

    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == address
