"""Runs under the distribution's own Python (which has pyuno): one LibreOffice, one conversion at a time.

Usage: python3 uno_child.py SOFFICE_BIN PROFILE_DIR
Reads JSON lines on standard input ({"source", "target", "part", "tight"}), answers each with one JSON line on standard
output ({"ok": true} or {"ok": false, "reason": …}); the first line says {"ready": true}. Ends with its office when
standard input closes; the kernel ends the office when this process is killed.
"""

from __future__ import annotations

import ctypes
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
RESTART_WANTED = 81
START_SECONDS = 45.0


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _start_office(binary: str, profile: Path, pipe: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            binary, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--invisible", "--nologo", "--nodefault",
            "--norestore", "--nofirststartwizard", "--nolockcheck", f"--accept=pipe,name={pipe};urp;",
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=_die_with_parent,
    )  # fmt: skip


class Office:
    """A running LibreOffice and the desktop object reached over its pipe."""

    def __init__(self, binary: str, profile: Path) -> None:
        import uno  # type: ignore[import-not-found]

        self.uno = uno
        self.pipe = f"hongtou-{profile.parent.name}"  # its socket is removed by this name, see convert.py
        self.process = _start_office(binary, profile, self.pipe)
        self.desktop = self._connect(binary, profile)

    def _connect(self, binary: str, profile: Path) -> Any:
        from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]

        local = self.uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self.process.poll() == RESTART_WANTED:
                self.process = _start_office(binary, profile, self.pipe)
            elif self.process.poll() is not None:
                raise RuntimeError(f"soffice ended with {self.process.returncode}")
            try:
                context = resolver.resolve(f"uno:pipe,name={self.pipe};urp;StarOffice.ComponentContext")
                return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
            except NoConnectException:
                time.sleep(0.02)
        raise RuntimeError("soffice did not answer")

    def _value(self, name: str, value: Any) -> Any:
        from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]

        made = PropertyValue()
        made.Name, made.Value = name, value
        return made

    def _set_tight(self, document: Any) -> None:
        """No gap between Chinese and digits, nothing beyond the margin: what LibreOffice's import passes over."""
        style = document.StyleFamilies.getByName("ParagraphStyles").getByName("Standard")
        style.ParaIsCharacterDistance = False
        style.ParaIsHangingPunctuation = False

    def convert(self, source: str, target: str, part: int, tight: bool = False) -> None:
        """DOCX file to PDF/A file, or (`part` 0) saved as DOCX again. No macros, no link updates, the Word filter alone."""
        document = self.desktop.loadComponentFromURL(
            Path(source).as_uri(), "_blank", 0,
            (
                self._value("Hidden", True), self._value("ReadOnly", True), self._value("UpdateDocMode", 0),
                self._value("MacroExecutionMode", 0), self._value("FilterName", "MS Word 2007 XML"),
            ),
        )  # fmt: skip
        if document is None:
            raise ValueError("LibreOffice cannot open the document")
        try:
            if not part:
                document.storeToURL(Path(target).as_uri(), (self._value("FilterName", "MS Word 2007 XML"),))
                return
            if tight:
                self._set_tight(document)
            options = (
                self._value("SelectPdfVersion", part), self._value("UseTaggedPDF", True),
                self._value("ExportBookmarks", True), self._value("ExportFormFields", False),
            )  # fmt: skip
            wrapped = self.uno.Any("[]com.sun.star.beans.PropertyValue", options)
            document.storeToURL(
                Path(target).as_uri(), (self._value("FilterName", "writer_pdf_Export"), self._value("FilterData", wrapped))
            )
        finally:
            document.close(True)

    def stop(self) -> None:
        """End the office at once; its profile holds nothing worth saving."""
        self.process.kill()
        self.process.wait()


def _answer(**parts: object) -> None:
    sys.stdout.write(json.dumps(parts) + "\n")
    sys.stdout.flush()


def serve(office: Office) -> None:
    """Answer conversions until standard input closes or the office is gone."""
    import uno  # noqa: F401
    from com.sun.star.lang import DisposedException  # type: ignore[import-not-found]
    from com.sun.star.uno import Exception as UnoException  # type: ignore[import-not-found]

    for line in sys.stdin:
        job = json.loads(line)
        try:
            office.convert(job["source"], job["target"], job["part"], job["tight"])
        except DisposedException:
            _answer(ok=False, gone=True, reason="soffice ended")
            return
        except (UnoException, ValueError) as trouble:
            _answer(ok=False, reason=str(getattr(trouble, "Message", "") or trouble)[:500])
        else:
            _answer(ok=True)


def main() -> None:
    """Start, say ready, serve, end."""
    office = Office(sys.argv[1], Path(sys.argv[2]))
    try:
        _answer(ready=True)
        serve(office)
    finally:
        office.stop()


if __name__ == "__main__":
    main()
