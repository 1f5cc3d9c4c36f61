"""What `make check` holds."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
LINT = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]


def test_every_app_has_its_place_in_the_import_rules():
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")}
    [contract] = SETTINGS["contracts"]
    placed = {name.strip(" ()") for layer in contract["layers"] for name in layer.split("|")}

    assert apps <= set(SETTINGS["root_packages"])
    assert apps <= placed


def test_an_import_against_the_direction_is_found(tmp_path):
    for name in SETTINGS["root_packages"]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    assert lint(tmp_path).returncode == 0

    (tmp_path / "households" / "models.py").write_text("import visits")
    answer = lint(tmp_path)

    assert answer.returncode == 1
    assert "households is not allowed to import visits" in answer.stdout


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(LINT, cwd=folder, capture_output=True, text=True, check=False)
