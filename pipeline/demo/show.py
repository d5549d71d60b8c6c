"""`hongtou demo`: a fresh office, a watcher, applicants, experts, officers and a signing officer, and what they end up with."""

from __future__ import annotations

import threading
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from pipeline.cases.case import Case
from pipeline.clockwork import Clock, wall_clock
from pipeline.demo.archivist import REJECTION
from pipeline.demo.bundles import MISTAKES, Bundle, application, hostile_docx, passing_examples
from pipeline.demo.ending import report, where_to_look
from pipeline.demo.lasting import IN_2039, Calendar, foretell, prove, sealed_papers
from pipeline.demo.players import play
from pipeline.demo.stage import Stage
from pipeline.desk.people import init_office
from pipeline.desk.picture import case_folder, draft_unit_folder, open_forms, prefill, safe_name
from pipeline.desk.watching import Watch
from pipeline.diskwork import write_whole
from pipeline.errors import StoreError
from pipeline.office import Office
from pipeline.papers.forms import fill_docx
from pipeline.scratch import Scratch
from pipeline.settings import Value

SETTINGS: Mapping[str, Value] = {
    "office.mode": "demo", "signing.policy": "folder", "intake.settle_seconds": 0.2, "intake.scan_seconds": 0.1, "engine.polling_seconds": 0.05,
}  # fmt: skip
SIGNER = "测试局长"
OWNERS = {"申报": "测试申请人甲", "评审": "测试专家组长", "办理": "测试承办人", "签发": SIGNER}
APPLICANTS = ("测试申请人甲", "测试申请人乙", "测试申请人丙")


def run(root: Path | None = None, console: Console | None = None, clock: Clock = wall_clock, source: Path | None = None) -> Path:
    """Play the demo in `root` (default: a fresh temporary folder, left for looking at unless the demo is killed).

    Returns the office it made. Raises HongtouError.
    """
    if root is not None:
        return _play(root, console or Console(), clock, source)
    scratch = Scratch("demo")
    try:
        return _play(scratch.path / "office", console or Console(), clock, source)
    finally:
        scratch.keep()


def _play(root: Path, console: Console, clock: Clock, source: Path | None) -> Path:
    started = time.monotonic()
    office = init_office(root, source or Path(__file__).parents[2], SETTINGS, clock)
    console.print(f"[bold]红头演示[/bold]　办公室：{root}")
    calendar = Calendar(clock)
    with _watching(office, calendar, console) as stage:
        _drop_applications(stage, calendar)
        _full_road(stage, calendar)
        rejected = _turn_one_away(stage, calendar)
        _let_a_day_pass(stage, calendar)
        if rejected:
            _file_it(stage, rejected, calendar)
        stage.wait("收尾", stage.quiet)
        report(stage, console, calendar)
        _in_2039(stage)
        where_to_look(stage, console)
    console.print(f"用时 {time.monotonic() - started:.0f} 秒。办公室留在 {root}，可用资源管理器打开 outbox 查看。")
    return root


@contextmanager
def _watching(office: Office, clock: Clock, console: Console) -> Iterator[Stage]:
    watch = Watch(office, clock)
    thread = threading.Thread(target=watch.run, name="hongtou-watch")
    thread.start()
    try:
        yield Stage(office, watch.desk, lambda line: console.print(line, highlight=False))
    finally:
        watch.stop()
        thread.join()


def _drop_applications(stage: Stage, clock: Clock) -> None:
    today = clock().date()
    for jurisdiction, pack in stage.desk.packs.items():
        for n, example in enumerate(passing_examples(pack)):
            _drop(stage, jurisdiction, APPLICANTS[n % len(APPLICANTS)], application(pack, example, today, f"申报材料_{n + 1}"))
    jurisdiction, pack = list(stage.desk.packs.items())[-1]
    first = passing_examples(pack)[0]
    spoiled = {**MISTAKES, "center_name": "测试中心"}
    home = stage.office.role_folder(jurisdiction, "申报") / APPLICANTS[2]
    _drop(stage, jurisdiction, APPLICANTS[2], application(pack, first, today, "有错误的申报材料", spoiled))
    write_whole(home / "带宏的申报书.docx", hostile_docx())
    stage.dropped += 1
    stage.wait("首批申报办结", lambda: stage.answers() >= stage.dropped)
    _drop(stage, jurisdiction, APPLICANTS[0], application(pack, first, today, "再投一次的申报材料"))
    stage.wait("重复件答复", lambda: stage.answers() >= stage.dropped)
    stage.say(f"已投 {stage.dropped} 件：各渠道合格申报、一件错误百出、一件带宏、一件重复。")


def _drop(stage: Stage, jurisdiction: str, owner: str, bundle: Bundle) -> None:
    bundle.write(stage.office.role_folder(jurisdiction, "申报") / owner)
    stage.dropped += 1


def _full_road(stage: Stage, clock: Clock) -> None:
    """One case per pack goes all the way; people take the prefilled forms from 待办 and drop them filled in."""
    leading = {case.jurisdiction: case for case in reversed(stage.cases()) if case.state == "submitted"}
    todo = {case.id for case in leading.values()}
    while todo:
        for case in [c for c in stage.cases() if c.id in todo]:
            if case.state == "in_preparation":
                todo.discard(case.id)
                stage.say(f"{case.no} 已批准筹建。")
            else:
                _next_step(stage, case, clock)


def _turn_one_away(stage: Stage, clock: Clock) -> str:
    """One more application is turned away; the case's number."""
    case = next((c for c in stage.cases() if c.state == "submitted"), None)
    if case is None:
        return ""
    _next_step(stage, case, clock, **REJECTION)
    while (case := stage.case(case.no)).pending is not None:
        _sign(stage, case, clock)
    no = case.no
    stage.wait(f"{no} 用印", lambda: all(p.status == "sealed" for p in stage.case(no).papers.values()))
    return no


def _let_a_day_pass(stage: Stage, calendar: Calendar) -> None:
    """The demo's clock goes to tomorrow: fresh revocation lists can be had, so everything sealed is raised to B-LTA."""
    stage.wait("当天事毕", stage.quiet)
    tomorrow = calendar.next_day()
    stage.wait("归档时间戳", lambda: all(paper.raised_sha256 for paper in sealed_papers(stage.cases())))
    stage.say(f"演示时钟拨到 {tomorrow}：已用印的 {len(sealed_papers(stage.cases()))} 份文书都加上了吊销信息和归档时间戳（PAdES B-LTA）。")


def _file_it(stage: Stage, no: str, clock: Clock) -> None:
    """The archivist files the case: a package, tested, with its report; and evidence that a stranger can check."""
    _next_step(stage, stage.case(no), clock)
    stage.wait(f"{no} 归档检测", lambda: any("checked" in act for act in stage.case(no).archived))
    checked = stage.case(no).archived[0]["checked"]
    result = "通过" if checked["ok"] else "没有通过"
    stage.say(f"{no} 不予受理，已归档；四性检测{result}（通过 {checked['passed']}，不通过 {checked['failed']}，没有检测 {checked['not_run']}，理由写在报告里）。")
    if not checked["ok"]:
        raise StoreError(f"演示中断：{no} 的四性检测没有通过", f"the package of {no} did not pass its test")
    stage.proof = prove(stage.desk, stage.case(no), stage.office.root)
    if not stage.proof.passed:
        raise StoreError(f"演示中断：{no} 的证据包没有核验通过：{stage.proof.told[-1:]}", f"the evidence of {no} did not verify")
    stage.say(f"{no} 的证据包已制作，随包的 verify.py 逐项核验 {len(stage.proof.told) - 1} 项：{stage.proof.told[-1]}")


def _in_2039(stage: Stage) -> None:
    """What a verifier of 2039 will say; raised once more on copies, as the diary plans."""
    told = foretell(stage.desk, sealed_papers(stage.cases()))
    stage.say(
        f"假设今天是 {IN_2039:%Y年%-m月%-d日}（在副本上按日程于 {told.raised_in} 年再加一次归档时间戳）：{told.documents} 份文书中 {told.good} 份签名仍可核验为有效；"
        f"若从不加归档时间戳，能核验为有效的是 {told.good_unraised} 份。"
    )


def _next_step(stage: Stage, case: Case, clock: Clock, **changes: Any) -> None:
    """Whoever has to act next does: the signing officer when a draft waits, else the first form of the road."""
    pack = stage.desk.pack_of(case)
    today = clock().date()
    if case.pending is not None:
        _sign(stage, case, clock)
        return
    forms = [(role, spec) for role, spec in open_forms(pack, case) if role != "申报"]
    filed = case.forms
    order = [pair for pair in forms if not (pair[1].code == "deliberation_minutes" and "deliberation_minutes" in filed)]
    role, spec = order[0]
    blank = stage.office.outbox / case_folder(pack, case) / "待办" / (safe_name(f"{role}_{spec.title_zh}") + ".docx")
    stage.wait(f"{case.no} 的《{spec.title_zh}》", lambda: _is_current(blank, case))
    own = play(pack, spec.code, prefill(pack, case, spec), today, **changes)
    home = stage.office.role_folder(case.jurisdiction, role) / OWNERS[role]
    write_whole(home / f"{case.no}_{spec.title_zh}.docx", fill_docx(blank.read_bytes(), own))
    stage.dropped += 1
    _await_change(stage, case, spec.title_zh)


def _sign(stage: Stage, case: Case, clock: Clock) -> None:
    pack = stage.desk.pack_of(case)
    assert case.pending is not None
    sheet = stage.office.outbox / draft_unit_folder(pack, case) / "签发单.docx"
    stage.wait(f"{case.no} 的签发单", lambda: _is_current(sheet, case))
    own = play(pack, "sign_off_sheet", {}, clock().date())
    home = stage.office.role_folder(case.jurisdiction, "签发") / SIGNER
    write_whole(home / f"{case.no}_签发单.docx", fill_docx(sheet.read_bytes(), own))
    stage.dropped += 1
    _await_change(stage, case, "签发单")


def _is_current(form: Path, case: Case) -> bool:
    """Whether the prefilled form lies there and is of the case's present revision."""
    if not form.is_file():
        return False
    with zipfile.ZipFile(form) as package:
        return f"revision={case.revision};" in package.read("docProps/custom.xml").decode()


def _await_change(stage: Stage, before: Case, what: str) -> None:
    def changed() -> bool:
        now = next(c for c in stage.cases() if c.id == before.id)
        if (now.revision, len(now.archived)) != (before.revision, len(before.archived)):
            return True
        if stage.answers() >= stage.dropped:
            stage.refuse_unless_recorded(what)
        return False

    stage.wait(f"{before.no} 办理《{what}》", changed)
