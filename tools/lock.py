"""Writes both lock files from pyproject.toml: names, versions and hashes, and no address of an index."""

import subprocess
import sys

UV = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
UV += ["--generate-hashes", "--no-header", "--no-emit-index-url", "--no-emit-find-links", "pyproject.toml"]
LOCKS = {"requirements.lock": [], "requirements-dev.lock": ["--group", "dev"]}


def main() -> int:
    for lock, groups in LOCKS.items():
        if code := subprocess.run([*UV, *groups, "-o", lock], check=False).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
