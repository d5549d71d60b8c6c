"""`python -m bench [--documents 40] [--seals 40] [--checks 5] [--json]`: issuing, sealing and validating, and what else does it.

The ways take turns, round after round, so that a busy machine is busy for all of them. Every notice of our own chain
passes the text gate with the quick PDF/A check; veraPDF runs as a job after placing and is not timed here.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench import sealing, validating
from bench.chain import STAGES, Chain
from bench.notices import Notice, notices
from bench.others import ShellScript, Unoserver
from bench.turns import spread

OURS, SCRIPT, SERVER = "hongtou", "shell script", "unoserver"
LABELS = {
    OURS: "hongtou: fill, PDF/A-2b, gate, received stamp, QR, 骑缝章, seal, PAdES B-T, fsync",
    SCRIPT: "(a) shell script: docxtpl, soffice --convert-to, pyhanko sign (B-B, no timestamp, no checks)",
    SERVER: "(b) docxtpl, unoserver, pyHanko as it comes (B-B, no timestamp, no checks)",
}
WORDS = {"fill": "填充 fill", "convert": "转换 convert", "gate": "校验 gate", "seal": "用印 seal", "place": "落盘 place"}
Round = Callable[[Sequence[Notice]], float]


def main() -> None:
    """Measure and print."""
    asked = _arguments()
    said: dict[str, Any] = {"cpus": os.cpu_count(), "load": os.getloadavg()[0]}
    parts: dict[str, tuple[int, Callable[[], dict[str, Any]], Callable[[dict[str, Any]], list[str]]]] = {
        "issuing": (asked.documents, lambda: measure(asked.documents, asked.rounds, asked.script, asked.server), report),
        "sealing": (asked.seals, lambda: sealing.measure(asked.seals), sealing.report),
        "validating": (asked.checks, lambda: validating.measure(asked.checks), validating.report),
    }
    lines = [f"处理器 {said['cpus']} 个，开始时负载 {said['load']:.1f} / {said['cpus']} CPUs, load {said['load']:.1f} at the start"]
    for name, (count, work, told) in parts.items():
        if count:
            said[name] = work()
            lines += ["", *told(said[name])]
    print(json.dumps(said, ensure_ascii=False, indent=2) if asked.json else "\n".join(lines))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="40 件公文从填充到用印落盘的速度 / notices issued per second")
    parser.add_argument("--documents", type=int, default=40, help="每轮件数，0 不测 / notices in a round of our own chain, 0 for none")
    parser.add_argument("--rounds", type=int, default=3, help="轮数 / how often each way takes its turn")
    parser.add_argument("--script", type=int, default=6, help="每轮用脚本制发的件数，0 不测 / notices in a round of the shell script")
    parser.add_argument("--server", type=int, default=20, help="每轮用 unoserver 制发的件数，0 不测 / notices in a round of unoserver")
    parser.add_argument("--seals", type=int, default=40, help="用印轮数，0 不测 / turns of sealing one notice, 0 for none")
    parser.add_argument("--checks", type=int, default=5, help="验签轮数，0 不测 / turns of validating three files, 0 for none")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 / print JSON")
    return parser.parse_args()


def measure(documents: int, rounds: int, script: int, server: int) -> dict[str, Any]:
    """Documents per second of each way, round by round, and our time by stage; a way of 0 documents is left out."""
    made = notices(max(documents, script, server))
    with tempfile.TemporaryDirectory(prefix="hongtou-bench-") as name:
        folder = Path(name)
        with Chain.ready(made, folder / "ours") as chain:
            ways: dict[str, tuple[int, Round]] = {OURS: (documents, chain.round)}
            if script:
                ways[SCRIPT] = (script, ShellScript(chain.pki, folder / "script").round)
            if server:
                with Unoserver.ready(chain.pki, sorted({each.jurisdiction for each in made}), folder / "unoserver") as other:
                    ways[SERVER] = (server, other.round)
                    return _said(chain, _take_turns(ways, made, rounds))
            return _said(chain, _take_turns(ways, made, rounds))


def _take_turns(ways: dict[str, tuple[int, Round]], made: Sequence[Notice], rounds: int) -> dict[str, list[float]]:
    speeds: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(rounds + 1):
        for way, (count, run) in ways.items():
            told = made[:count] if turn else made[: min(count, 8 if way == OURS else 2)]
            _progress(f"{turn}/{rounds} {way}")
            speed = len(told) / run(told)
            if turn:
                speeds[way].append(speed)
        if not turn:
            _forget(ways[OURS][1])
    _progress("")
    return speeds


def _forget(run: Round) -> None:
    """The first turn only warms up."""
    chain: Chain = run.__self__  # type: ignore[attr-defined]
    chain.times = type(chain.times)()


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


def _said(chain: Chain, speeds: dict[str, list[float]]) -> dict[str, Any]:
    times = chain.times
    stages = {stage: dict(zip(("wall_ms", "cpu_ms"), times.per_document(stage), strict=True)) for stage in STAGES}
    ratios = {way: [ours / theirs for ours, theirs in zip(speeds[OURS], each, strict=True)] for way, each in speeds.items() if way != OURS}
    return {
        "documents_per_second": speeds, "ratios": ratios, "stages": stages,
        "libreoffice_cpu_ms": times.office_cpu / max(times.documents, 1),
    }  # fmt: skip


def report(said: dict[str, Any]) -> list[str]:
    """What was measured of issuing, for people."""
    lines = ["每秒件数，中位（最小 – 最大） / documents per second, median (least – most)"]
    lines += [f"{spread(speeds)}  {LABELS[way]}" for way, speeds in said["documents_per_second"].items()]
    if said["ratios"]:
        lines += ["", "倍数（同轮相比） / times as fast, round by round"]
        lines += [f"{spread(each)}  {OURS} : {way}" for way, each in said["ratios"].items()]
    lines += ["", "每件毫秒 / ms per document        用时 wall   本进程 CPU"]
    for stage, took in said["stages"].items():
        lines.append(f"  {WORDS[stage]:<22}{took['wall_ms']:16.1f}{took['cpu_ms']:12.1f}")
    own = sum(took["cpu_ms"] for took in said["stages"].values())
    office = said["libreoffice_cpu_ms"]
    limit = 1000 * (os.cpu_count() or 1) / max(own + office, 0.001)
    lines += [
        f"  LibreOffice CPU {office:.1f}，本进程 CPU {own:.1f}；处理器全部归它用时的上限 {limit:.0f} 件/秒",
        f"  LibreOffice {office:.1f} ms and Python {own:.1f} ms of CPU: at most {limit:.0f}/s with all CPUs to itself",
        "  用时含等待空闲的 LibreOffice；veraPDF 在落盘之后另行运行，不计入 / wall includes waiting for a free LibreOffice; veraPDF runs after placing",
    ]  # fmt: skip
    return lines


if __name__ == "__main__":
    main()
