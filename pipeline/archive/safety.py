"""安全性 (DA/T 70 4-1 to 4-7): no virus, no program, nothing besides what the manifests name; the rest is for a person.

Residual risk: without a scanner only macros, scripts, programs and disguised files are looked for, and 4-1 says so.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.archive.bags import MANIFEST, TAGS, TAGS_SM3
from pipeline.archive.holding import Holding, Origin
from pipeline.archive.judges import Judges, Outcome, Status, Test, failed, judged, not_run, passed

_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"#!")
_SUFFIXES = {".exe", ".dll", ".bat", ".cmd", ".com", ".scr", ".vbs", ".js", ".ps1", ".sh", ".jar", ".msi", ".lnk"}
_SCRIPT = re.compile(rb"/(JavaScript|JS|Launch)\b")
_ACTIVE = re.compile(r"vbaproject\.bin|(^|/)activex/|(^|/)embeddings/.*\.(bin|exe|dll)$|\.(exe|dll|bat|cmd|vbs|js|ps1|scr|jar|msi|lnk)$", re.IGNORECASE)


def scanner(holding: Holding, judges: Judges) -> Outcome:
    """4-1: a scanner is installed here."""
    return passed("已安装杀毒软件") if judges.scanner else not_run("没有找到 clamdscan 或 clamscan")


def infected(holding: Holding, judges: Judges) -> Outcome:
    """4-2: by the scanner's word where there is one; and no macro, script or program in any file."""
    faults = [fault for path in holding.files for fault in _active(holding.home / path, path)]
    words = f"{len(holding.files)} 个文件中没有宏、脚本和可执行文件"
    if judges.scanner is None:
        return judged(faults, words + "；没有安装杀毒软件，病毒特征没有比对（见4-1）")
    said = judges.scanner(holding.root)
    if said.status is Status.FAIL:
        return failed([*faults, *said.evidence])
    if said.status is Status.NOT_RUN and not faults:
        return said
    return judged(faults, words, *said.evidence)


def _active(path: Path, shown: str) -> Iterator[str]:
    data = path.read_bytes()
    if path.suffix.lower() in _SUFFIXES or data.startswith(_PROGRAMS):
        yield f"{shown} 是程序或脚本"
    if data.startswith(b"%PDF") and _SCRIPT.search(data):
        yield f"{shown} 含 PDF 脚本"
    if data.startswith(b"PK"):
        try:
            with zipfile.ZipFile(path) as opened:
                names = opened.namelist()
        except (zipfile.BadZipFile, OSError, ValueError):
            return  # 3-8 says so
        yield from (f"{shown} 含 {name}" for name in names if _ACTIVE.search(name))


def carrier(holding: Holding, judges: Judges) -> Outcome:
    """4-3: no file and no link besides what the manifests name. Reading speed and looks of a carrier are for a person."""
    if holding.origin is Origin.FOLDER:
        return not_run("没有清单，不知道应有哪些文件")
    named = set(holding.listed) | {MANIFEST, TAGS, TAGS_SM3}
    return judged((f"{path} 不在清单里" for path in holding.every if path not in named or (holding.root / path).is_symlink()), "没有清单之外的文件")


def by_hand(holding: Holding, judges: Judges) -> Outcome:
    """4-7: what only a person can see to."""
    return not_run("由档案员检查：谁有归档权限、交接是否双人、传输是否安全")


TESTS: Mapping[str, Test] = {"scanner": scanner, "infected": infected, "carrier": carrier, "by_hand": by_hand}
