"""Reading a drop: everything foreign is parsed in a child process under limits, and comes back as a Submission.

Residual risk: see `pipeline.intake.read.child`; this parent parses nothing but the child's own JSON, bounded in size.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from pipeline.intake.read.codec import from_json, request_of
from pipeline.intake.read.notes import READING_WORDS, reading_note
from pipeline.intake.read.outline import Outline, outline_of
from pipeline.intake.screen.limits import Limits
from pipeline.law.forms import FormSpec
from pipeline.model import Submission

__all__ = ["READING_WORDS", "outlines_of", "read_submission"]

_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
_WRITTEN: dict[tuple[str, int], tuple[FormSpec, str]] = {}
_MOST_WRITTEN = 2000
_PIECE = 65536
_STDERR_KEPT = 4000


def read_submission(
    path: Path, name: str, specs: Mapping[str, Mapping[str, FormSpec]], limits: Limits, work: Path, jurisdiction: str = "",
) -> Submission:  # fmt: skip
    """Screen and read the file, folder or ZIP at `path`, dropped as `name`; `specs` are all forms by jurisdiction and code.

    `work` is an empty folder the child stands in; it writes nothing there. `jurisdiction`, when given, is the inbox' own
    and settles which form is meant when a document lost its identity. A child that overruns its limits or breaks
    off gives the finding `reading_gave_up`. Raises OSError when the child cannot be started.
    """
    request = request_of(path.absolute(), name, _outlines_written(specs), limits, jurisdiction)
    answer, trouble = _ask(request, limits, work)
    if not trouble:
        try:
            return from_json(json.loads(answer))
        except (ValueError, KeyError, TypeError):
            trouble = "answer"
    return Submission(main=None, findings=(reading_note("reading_gave_up", name, detail=trouble),))


def outlines_of(specs: Mapping[str, Mapping[str, FormSpec]]) -> list[Outline]:
    """What the reader needs to know of every form."""
    return [outline_of(jurisdiction, spec) for jurisdiction, forms in specs.items() for spec in forms.values()]


def _outlines_written(specs: Mapping[str, Mapping[str, FormSpec]]) -> list[str]:
    """The outlines as JSON; those of a form already met are kept, together with the form itself so that its id stays its own."""
    written = []
    for jurisdiction, forms in specs.items():
        for spec in forms.values():
            known = _WRITTEN.get((jurisdiction, id(spec)))
            if known is None:
                if len(_WRITTEN) > _MOST_WRITTEN:
                    _WRITTEN.clear()
                known = _WRITTEN[(jurisdiction, id(spec))] = (spec, json.dumps(outline_of(jurisdiction, spec).to_json()))
            written.append(known[1])
    return written


def _ask(request: bytes, limits: Limits, work: Path) -> tuple[bytes, str]:
    """The child's answer, or what went wrong with it."""
    command = [sys.executable, "-I", "-B", "-m", "pipeline.intake.read.child"]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=work, env=_ENVIRONMENT,
        start_new_session=True, close_fds=True,
    )  # fmt: skip
    try:
        answer, words, trouble = _talk(child, request, limits)
    finally:
        _end(child)
    if trouble:
        return b"", trouble
    if child.returncode != 0:
        return b"", _why(child.returncode, words)
    return answer, ""


def _talk(child: subprocess.Popen[bytes], request: bytes, limits: Limits) -> tuple[bytes, bytes, str]:
    """Write the request and read both outputs until they close, the time is over, or too much is said."""
    assert child.stdin and child.stdout and child.stderr
    answer, words, sent = bytearray(), bytearray(), 0
    ends = time.monotonic() + limits.wall_seconds
    os.set_blocking(child.stdin.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdin, selectors.EVENT_WRITE)
        selector.register(child.stdout, selectors.EVENT_READ, answer)
        selector.register(child.stderr, selectors.EVENT_READ, words)
        while selector.get_map():
            ready = selector.select(max(ends - time.monotonic(), 0))
            if time.monotonic() >= ends:
                return b"", bytes(words), f"{limits.wall_seconds:g} s"
            for key, _ in ready:
                if key.fileobj is child.stdin:
                    sent = _send(child, request, sent, selector)
                    continue
                piece = os.read(key.fd, _PIECE)
                if not piece:
                    selector.unregister(key.fileobj)
                key.data.extend(piece)
            del words[:-_STDERR_KEPT]
            if len(answer) > limits.answer_bytes:
                return b"", bytes(words), "answer too long"
    try:
        child.wait(max(ends - time.monotonic(), 0.1))
    except subprocess.TimeoutExpired:
        return b"", bytes(words), f"{limits.wall_seconds:g} s"
    return bytes(answer), bytes(words), ""


def _send(child: subprocess.Popen[bytes], request: bytes, sent: int, selector: selectors.BaseSelector) -> int:
    """Send a piece of the request; closes the pipe after the last. A child that no longer listens is left to be found dead."""
    assert child.stdin
    try:
        sent += os.write(child.stdin.fileno(), request[sent : sent + _PIECE])
    except BrokenPipeError:
        sent = len(request)
    if sent >= len(request):
        selector.unregister(child.stdin)
        child.stdin.close()
    return sent


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill the child's session if it still runs, and collect it."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe and not pipe.closed:
            pipe.close()


def _why(code: int, words: bytes) -> str:
    """Why a child ended badly: its signal, or the kind of its last exception (never its text, which may hold paths)."""
    if code < 0:
        return signal.Signals(-code).name
    lines = words.decode("utf-8", "replace").strip().splitlines()
    return (lines[-1].split(":", 1)[0] if lines else "")[-60:] or f"exit {code}"
