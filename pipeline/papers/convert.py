"""DOCX to PDF/A by LibreOffice kept warm. The only module that starts it.

A pool of processes, each with its own profile, one conversion at a time; a crashed or slow one is killed and
replaced. Residual risk: LibreOffice reads files of filers with the rights of this user; macros, link updates and
outside relationships are off, and a process that hangs is killed.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import queue
import secrets
import select
import shutil
import signal
import subprocess
import time
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self

from lxml import etree

from pipeline.errors import ConversionError, EnvironmentFaultError
from pipeline.scratch import Scratch, left_over

SYSTEM_PYTHON = Path("/usr/bin/python3")
RECYCLE_AFTER = 1000
SETTINGS = (
    ("Common/Misc", "UseLocking", "false"), ("Common/Misc", "UseDocumentSystemFileLocking", "false"), ("Common/Undo", "Steps", "0"),
    ("Common/History", "PickListSize", "0"), ("Recovery/AutoSave", "Enabled", "false"), ("Linguistic/SpellChecking", "IsSpellAuto", "false"),
)  # fmt: skip
"""What only people need: lock files, undo, recent files, recovery, spelling."""
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def _fail(zh: str, en: str) -> ConversionError:
    return ConversionError(f"{zh}；没有可用的 PDF 就不能盖章发出，请检查该文件后重试", f"{en}; mend the file and try again")


def check_docx(docx: bytes) -> None:
    """Raise ConversionError when `docx` is empty, no whole DOCX, or wants to fetch something from outside."""
    if not docx:
        raise _fail("文件是空的（0 字节）", "the file is empty")
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as package:
            if "word/document.xml" not in package.namelist() or package.testzip() is not None:
                raise _fail("文件不是完好的 DOCX", "not a whole DOCX")
            for name in package.namelist():
                if name.endswith(".rels"):
                    _check_relationships(package.read(name))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, etree.XMLSyntaxError) as trouble:
        raise _fail(f"文件不是完好的 DOCX（{trouble}）", f"not a whole DOCX ({trouble})") from trouble


def _check_relationships(xml: bytes) -> None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for node in etree.fromstring(xml, parser).iter(RELATIONSHIP):
        if node.get("TargetMode") == "External" and not str(node.get("Type")).endswith("/hyperlink"):
            raise _fail("文件引用了外部内容", f"the file refers to outside content ({node.get('Type')})")


def _office_binary(program: str) -> Path:
    found = shutil.which(program) or shutil.which("libreoffice")
    binary = Path(found).resolve().with_name("soffice.bin") if found else None
    if binary is None or not binary.exists() or not SYSTEM_PYTHON.exists():
        raise EnvironmentFaultError(
            "找不到 LibreOffice（soffice）或系统自带的 python3，无法把公文转成 PDF/A；请运行 tools/setup.sh",
            "LibreOffice (soffice) or the system's python3 is missing; run tools/setup.sh",
        )
    return binary


def _is_tight(docx: bytes) -> bool:
    """Whether the document's styles want no gap between Chinese and digits."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        return "word/styles.xml" in package.namelist() and b'autoSpaceDE w:val="0"' in package.read("word/styles.xml")


def _write_settings(profile: Path) -> None:
    items = "".join(
        f'<item oor:path="/org.openoffice.Office.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in SETTINGS
    )
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        f'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{items}</oor:items>\n'
    )


class OfficeProcess:
    """One LibreOffice with its UNO client. Not for several threads at once; started again when it is gone.

    Profile and temporary files lie in `folder` and go with it: an office ended hard cleans up nothing itself.
    """

    def __init__(self, folder: Path, binary: Path) -> None:
        self.folder = folder
        self.binary = binary
        self.done = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._ready = False
        self._buffer = b""

    @property
    def pid(self) -> int:
        """Process id of the client (and of its process group), 0 when not running."""
        return self._child.pid if self._child and self._child.poll() is None else 0

    def start(self) -> None:
        """Begin starting, without waiting for it; nothing when it runs already."""
        if self.pid:
            return
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        _write_settings(self.folder / "profile")
        (self.folder / "tmp").mkdir()
        script = Path(__file__).with_name("uno_child.py")
        with (self.folder / "stderr.log").open("wb") as log:
            self._child = subprocess.Popen(
                [str(SYSTEM_PYTHON), "-I", str(script), str(self.binary), str((self.folder / "profile").resolve())],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
                env={key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
                | {"LC_ALL": "C.UTF-8", "TMPDIR": str((self.folder / "tmp").resolve())},
            )  # fmt: skip
        self._ready, self._buffer, self.done = False, b"", 0

    def stop(self) -> None:
        """Kill client and office; harmless when they are gone."""
        if self._child is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)
        for stream in (self._child.stdin, self._child.stdout):
            if stream:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        self._child.wait()
        self._child = None
        _remove_sockets(self.folder)

    def _read_line(self, seconds: float) -> bytes:
        """Next line from the client, b"" when it is gone. Raises TimeoutError."""
        assert self._child and self._child.stdout
        until = time.monotonic() + seconds
        handle = self._child.stdout.fileno()
        while b"\n" not in self._buffer:
            left = until - time.monotonic()
            if left <= 0 or not select.select([handle], [], [], left)[0]:
                raise TimeoutError
            piece = os.read(handle, 65536)
            if not piece:
                return b""
            self._buffer += piece
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line

    def ask(self, docx: bytes, part: int, seconds: float) -> tuple[bytes | None, str]:
        """(PDF, "") or (None, reason). Raises TimeoutError and ConnectionError when the process did not live."""
        self.start()
        assert self._child and self._child.stdin
        if not self._ready:
            if not self._read_line(max(seconds, 60.0)):
                raise ConnectionError("LibreOffice could not be started")
            self._ready = True
        source, target = self.folder / "in.docx", self.folder / "out.pdf"
        target.unlink(missing_ok=True)
        source.write_bytes(docx)
        job = json.dumps(
            {"source": str(source.resolve()), "target": str(target.resolve()), "part": part, "tight": _is_tight(docx)}
        )
        self._child.stdin.write(job.encode() + b"\n")
        self._child.stdin.flush()
        line = self._read_line(seconds)
        answer = json.loads(line) if line else {"ok": False, "gone": True}
        if answer.get("gone"):
            raise ConnectionError("LibreOffice ended")
        self.done += 1
        if not answer["ok"]:
            return None, str(answer["reason"])
        return target.read_bytes(), ""


def _remove_left_over(base: Path) -> None:
    """Profiles of pools whose process is gone (a power cut leaves them)."""
    for folder in base.glob("*-*") if base.is_dir() else ():
        pid = folder.name.split("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            _remove_sockets(folder)
            shutil.rmtree(folder, ignore_errors=True)


def _remove_sockets(folder: Path) -> None:
    """The sockets of an office that was ended hard. LibreOffice lays them into /tmp whatever TMPDIR says: ours, named in
    uno_child.py, and its own, named by the MD5 of the profile's address in UTF-16 (each byte without a leading zero)."""
    address = (folder / "profile").resolve().as_uri().encode("utf-16-le")
    own = "".join(f"{byte:x}" for byte in hashlib.md5(address, usedforsecurity=False).digest())
    for name in (f"hongtou-{folder.name}", f"SingleOfficeIPC_{own}"):
        with contextlib.suppress(OSError):
            Path("/tmp", f"OSL_PIPE_{os.getuid()}_{name}").unlink(missing_ok=True)


SCRATCH = "office"
"""The kind of folder a pool without an office works in."""
SAVE_AGAIN = 0
"""In place of a PDF/A part: save as DOCX."""


class OfficePool:
    """`count` warm LibreOffices below `folder` (their profiles; emptied at each start). A context manager.

    Starting happens in the background at once, so that the first conversion waits little.
    """

    def __init__(
        self, count: int = 1, folder: Path | None = None, seconds: float = 60.0, prestart: bool = True, program: str = "soffice"
    ) -> None:
        for left in left_over(SCRATCH) if folder is None else ():
            _remove_left_over(left)
            shutil.rmtree(left, ignore_errors=True)
        self._own = Scratch(SCRATCH) if folder is None else None
        base = self._own.path if self._own else Path(str(folder))
        binary = _office_binary(program)
        _remove_left_over(base)
        self.seconds = seconds
        self.processes = [OfficeProcess(base / f"{os.getpid()}-{n}-{secrets.token_hex(3)}", binary) for n in range(count)]
        self._idle: queue.LifoQueue[OfficeProcess] = queue.LifoQueue()
        for process in reversed(self.processes):
            if prestart:
                process.start()
            self._idle.put(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End all processes and remove their profiles."""
        for process in self.processes:
            process.stop()
            shutil.rmtree(process.folder, ignore_errors=True)
        if self._own:
            self._own.close()

    def convert(self, docx: bytes, part: int = 2) -> bytes:
        """The PDF/A-`part`b of a DOCX (2 or 3). Blocks while all processes are busy.

        Raises ConversionError when the document cannot be converted: a broken document is not tried twice, a
        process that died or hung is replaced and the document tried once more.
        """
        if part not in (2, 3):
            raise ValueError("part must be 2 or 3")
        return self._convert(docx, part)

    def plain_pdf(self, docx: bytes) -> bytes:
        """The PDF/A-2b of a filer's own DOCX, for reading and for the archive."""
        return self._convert(docx, 2)

    def resave(self, docx: bytes) -> bytes:
        """The DOCX as it is after somebody opened and saved it in LibreOffice. Raises ConversionError."""
        return self._convert(docx, SAVE_AGAIN)

    def _convert(self, docx: bytes, part: int) -> bytes:
        check_docx(docx)
        process = self._idle.get()
        try:
            return self._attempt(process, docx, part)
        finally:
            if process.done >= RECYCLE_AFTER:
                process.stop()
            self._idle.put(process)

    def _attempt(self, process: OfficeProcess, docx: bytes, part: int) -> bytes:
        trouble: OSError = ConnectionError()
        for _ in range(2):
            try:
                pdf, reason = process.ask(docx, part, self.seconds)
            except OSError as caught:
                trouble = caught
                process.stop()
                continue
            if pdf and pdf.startswith(b"%PDF-" if part else b"PK"):
                return pdf
            raise _fail(f"LibreOffice 不能转换该文件（{reason}）", f"LibreOffice cannot convert the file ({reason})")
        if isinstance(trouble, TimeoutError):
            raise _fail(f"转换超过 {self.seconds:g} 秒，已中止", f"conversion took more than {self.seconds:g} s") from trouble
        raise _fail("转换程序意外退出", "the converter ended unexpectedly") from trouble
