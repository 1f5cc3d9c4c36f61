"""Writes the secrets that docker-compose.yml asks for: `python3 tools/compose_env.py your.host.name > .env`.

Made once and kept: whoever loses FIELDAPI_DATA_KEY cannot read the phone and identity numbers again.
"""

import secrets
import sys


def environment(hosts: str) -> dict[str, str]:
    """Fresh secrets, none of which needs quoting in a URL or an env file."""
    return {
        "FIELDAPI_ALLOWED_HOSTS": hosts,
        "FIELDAPI_SECRET_KEY": secrets.token_hex(32),
        "FIELDAPI_DATA_KEY": secrets.token_hex(32),
        "POSTGRES_PASSWORD": secrets.token_hex(24),
        "GARAGE_RPC_SECRET": secrets.token_hex(32),
        "GARAGE_DEFAULT_ACCESS_KEY": f"GK{secrets.token_hex(16)}",
        "GARAGE_DEFAULT_SECRET_KEY": secrets.token_hex(32),
    }


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit("usage: python3 tools/compose_env.py HOST[,HOST…] > .env")
    for name, value in environment(sys.argv[1]).items():
        print(f"{name}={value}")


if __name__ == "__main__":
    main()
