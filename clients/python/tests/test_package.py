"""The package as it would be published."""

from __future__ import annotations

import subprocess
import sys
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent


def test_the_wheel_holds_the_package_and_its_types(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="needs hatchling, which builds the wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as packed:
        names = set(packed.namelist())
        (metadata,) = (name for name in names if name.endswith("/METADATA"))
        stated = message_from_bytes(packed.read(metadata))
    assert {"vouch_hitl/__init__.py", "vouch_hitl/py.typed"} <= names
    assert not [name for name in names if "test" in name]
    assert stated["Name"] == "vouch-hitl"
    assert stated.get_all("Requires-Dist") == ["httpx<1,>=0.27"]
    assert stated["License-Expression"] == "Apache-2.0"
