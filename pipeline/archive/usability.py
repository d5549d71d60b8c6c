"""可用性 (DA/T 70 3-1 to 3-8): what is kept can be read, in formats that last, unlocked."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.archive import metadata
from pipeline.archive.holding import Holding
from pipeline.archive.judges import Judges, Outcome, Status, Test, described, failed, judged, not_run, passed

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CLAIM = b"pdfaid"
_OF_PDF = {"pdf"}
MUST_CLAIM = ("正本", "归档件")


def metadata_readable(holding: Holding, judges: Judges) -> Outcome:
    """3-1: the metadata file parses and has its shape."""
    return not_run(holding.trouble) if not (holding.home / metadata.FILE).is_file() else judged([holding.trouble] if holding.trouble else [], f"{metadata.FILE} 可读")


def on_record(holding: Holding, judges: Judges) -> Outcome:
    """3-2: the office's database knows each code."""
    if judges.on_record is None:
        return not_run("没有可查的数据库")
    found = {str(item["code"]): judges.on_record(str(item["code"])) for item in holding.items}
    if all(known is None for known in found.values()):
        return not_run("不是本办公室的档案")
    return judged((f"数据库中没有档号 {code}" for code, known in found.items() if not known), f"数据库中查到 {len(found)} 个档号")


def formats(holding: Holding, judges: Judges) -> Outcome:
    """3-3: every format is one that lasts, or an open one; what claims to be PDF/A is, by veraPDF's word."""
    faults = [f"{path}：{kind.zh}，{kind.watch or '不是可以长期保存的格式'}" for path, kind in holding.formats.items() if kind.standing == "risk"]
    claiming = [path for path, kind in holding.formats.items() if kind.id in _OF_PDF and _CLAIM in (holding.home / path).read_bytes()]
    waiting, held = [], 0
    for path in claiming:
        said = judges.pdfa(holding.home / path) if judges.pdfa else not_run("没有 veraPDF")
        if said.status is Status.FAIL:
            faults.append(f"{path} 声称是 PDF/A，veraPDF 不认可：{'；'.join(said.evidence)}")
        elif said.status is Status.NOT_RUN:
            waiting.append(f"{path}：{'；'.join(said.evidence)}")
        held += said.status is Status.PASS
    return failed(faults) if faults else not_run(*waiting[:6]) if waiting else passed(f"{len(holding.formats)} 个文件的格式可以保存，其中 PDF/A {held} 个（veraPDF 判定）")


def readable(holding: Holding, judges: Judges) -> Outcome:
    """3-4: a second program opens every PDF and draws its first page; texts are text."""
    if judges.reader is None:
        return not_run("没有读取 PDF 的程序")
    faults, waiting, count = [], [], 0
    for path, kind in holding.formats.items():
        if kind.id in _OF_PDF:
            said = judges.reader(holding.home / path)
            count += 1
            faults += [f"{path}：{'；'.join(said.evidence)}"] if said.status is Status.FAIL else []
            waiting += [f"{path}：{'；'.join(said.evidence)}"] if said.status is Status.NOT_RUN else []
    return failed(faults) if faults else not_run(*waiting[:6]) if waiting else passed(f"逐份打开 PDF {count} 个，首页可以显示")


def environment(holding: Holding, judges: Judges) -> Outcome:
    """3-5: each item says which software it was made with."""
    return judged((f"{item['code']} 没有写明形成文件的软件" for item in holding.items if not metadata.element(item["metadata"], "信息系统描述")), "已写明形成环境")


def open_format(holding: Holding, judges: Judges) -> Outcome:
    """3-8: nothing is encrypted, and nothing packed but by deflate or not at all."""
    return judged((fault for path in holding.files for fault in _locked(holding.home / path, path)), f"核对 {len(holding.files)} 个文件，没有加密")


def _locked(path: Path, shown: str) -> Iterator[str]:
    with path.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(b"%PDF") and b"/Encrypt" in path.read_bytes():
        yield f"{shown} 是加密的 PDF"
    if head.startswith(b"PK"):
        try:
            with zipfile.ZipFile(path) as opened:
                members = opened.infolist()
        except (zipfile.BadZipFile, OSError, ValueError):
            yield f"{shown} 打不开"
            return
        if any(member.flag_bits & 1 for member in members):
            yield f"{shown} 设有密码"
        if any(member.compress_type not in _METHODS for member in members):
            yield f"{shown} 用了不公开的压缩方法"


TESTS: Mapping[str, Test] = {
    "metadata_readable": metadata_readable, "on_record": described(on_record), "formats": formats, "readable": readable,
    "environment": described(environment), "open_format": open_format,
}  # fmt: skip
