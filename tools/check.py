"""Everything about the code that a machine can judge without running it: `python -m tools.check`.

All checks run, also after one has failed; the exit code is 1 if any did.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

API_DOCUMENT = Path("docs/openapi.yaml")
CHECKS = {
    "lint": ["ruff", "check", "--quiet", "."],
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "types": ["mypy", "--no-error-summary", "."],
    "import rules": ["lint-imports", "--no-logo"],
    "migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
}


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="fieldapi-check-") as folder:
        environment = os.environ | {"FIELDAPI_DATA_DIR": folder, "DATABASE_URL": "", "FIELDAPI_MODE": "local"}
        failed = [name for name, command in CHECKS.items() if not passes(name, command, environment)]
        if not api_document_is_current(Path(folder, "openapi.yaml"), environment):
            failed.append("API document")
    print(f"FAILED: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


def passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    """Run one check; its output is shown only when it fails."""
    done = subprocess.run(
        here(command), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    print(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'}", flush=True)
    if done.returncode != 0:
        sys.stdout.buffer.write(done.stdout)
        sys.stdout.flush()
    return done.returncode == 0


def here(command: list[str]) -> list[str]:
    """`command` from this Python's environment, whatever the PATH says."""
    if command[0].endswith(".py"):
        return [sys.executable, *command]
    return [str(Path(sys.executable).with_name(command[0])), *command[1:]]


def api_document_is_current(fresh: Path, environment: dict[str, str]) -> bool:
    """Whether the committed API document is what the code says, and the code says it without a warning."""
    command = ["manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", str(fresh)]
    if not passes("API document", command, environment):
        return False
    if API_DOCUMENT.exists() and API_DOCUMENT.read_bytes() == fresh.read_bytes():
        return True
    print(f"{API_DOCUMENT} is not what the code says: run `make api-document` and commit it.")
    return False


if __name__ == "__main__":
    sys.exit(main())
