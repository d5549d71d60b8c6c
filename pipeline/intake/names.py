"""Which names in an inbox are not drops: helper files of other programs, and what hongtou itself writes there."""

from __future__ import annotations

import re

ANSWERS = "回执"
"""The folder beside the drops that holds the answers."""
IN_PROGRESS = "处理中"
"""Note files beside the drops are called `处理中_….txt`: what has been seen and what it waits for."""
MARK = ".hongtou-inbox"
"""Hidden file at the root of the inbox by which hongtou knows its own share again."""
CANARY = ".hongtou-canary"
"""Hidden file written and seen again to prove that the inbox is written and read as it should be."""

_IGNORED = re.compile(
    r"^\.|^~\$|^\.~lock\.|^(thumbs\.db|ehthumbs\.db|desktop\.ini|__MACOSX|@eadir|\$recycle\.bin|system volume information)$"
    r"|\.(tmp|part|partial|crdownload|filepart|download)$",
    re.IGNORECASE,
)


def is_ignored(name: str) -> bool:
    """Whether a name is no drop nor part of one: lock files, half downloads, files of the system, dotfiles."""
    return _IGNORED.search(name) is not None


def is_own(name: str) -> bool:
    """Whether hongtou itself put a thing of this name beside the drops: answers and notes of progress."""
    return name == ANSWERS or (name.startswith(f"{IN_PROGRESS}_") and name.endswith(".txt"))
