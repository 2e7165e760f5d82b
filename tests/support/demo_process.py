"""`make run` as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 40.0


class DemoProcess:
    """`python -m sandbox.demo`, its output in a file."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self._output = folder / "output"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sandbox.demo"],
                cwd=ROOT,
                env=os.environ | {"DEMO_FOLDER": str(folder / "demo"), "LOG_LANGUAGE": "ru"} | environ,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._output.read_text(encoding="utf-8")

    def end(self) -> None:
        """Whatever a test has left running: in order, so that its engine and worker end too."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def worker_log(self) -> str:
        (path,) = self.folder.glob("demo/*/worker.log")
        return path.read_text(encoding="utf-8")
