"""Results as JSON files that say what was run, on what, at which commit."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def write(name: str, command: str, figures: dict[str, Any]) -> Path:
    """benchmarks/results/NAME.json with the figures, and how they came to be."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    result = {
        "command": command,
        "commit": commit(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        **figures,
    }
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    return path


def read(name: str) -> dict[str, Any]:
    """What was written before. Raises FileNotFoundError where it never was."""
    result: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text())
    return result


def commit() -> str:
    """The commit that was measured, with a + where the working tree had changed."""
    here = Path(__file__).parent
    name = subprocess.run(
        ["git", "describe", "--always", "--abbrev=10", "--dirty=+"],
        cwd=here,
        capture_output=True,
        text=True,
        check=True,
    )
    return name.stdout.strip()


def machine() -> dict[str, Any]:
    """Processor, cores and the versions that speed and results hang on."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    packages = ("av", "faiss-cpu", "numpy", "onnxruntime", "opencv-python-headless")
    return {
        "cpu": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }
