"""The command line. `main` is the console script `hongtou`; every command lives in its own small module."""

from __future__ import annotations

from pipeline.cli.app import app
from pipeline.cli.logs import tidy_logs

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    tidy_logs()
    app(prog_name="hongtou")
