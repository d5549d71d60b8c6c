"""Where the program's own notes go: warnings to the error stream, and for a running watch a file in var/logs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog

from pipeline.clockwork import wall_clock

LOG_FILE = "hongtou.log"
_LARGEST, _KEPT = 5_000_000, 5


def tidy_logs() -> None:
    """Have notes go through the standard library, so that none lands among a command's answer."""
    structlog.configure(
        processors=[structlog.stdlib.add_log_level, _dated, structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)],
        logger_factory=structlog.stdlib.LoggerFactory(), wrapper_class=structlog.stdlib.BoundLogger, cache_logger_on_first_use=False,
    )  # fmt: skip


def _dated(logger: Any, name: str, event: Any) -> Any:
    """When it was said, in Shanghai time."""
    event["at"] = wall_clock().isoformat(timespec="seconds")
    return event


@contextmanager
def log_file(folder: Path) -> Iterator[Path]:
    """Notes also into a file of `folder`, kept small; until the end of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / LOG_FILE, maxBytes=_LARGEST, backupCount=_KEPT, encoding="utf-8")
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield folder / LOG_FILE
    finally:
        root.removeHandler(handler)
        handler.close()
