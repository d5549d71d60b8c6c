"""What the demo shows at its end: answers, the outbox as a tree, each sealed document with its verdict, and where to look first."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table
from rich.tree import Tree

from pipeline.cases import registers
from pipeline.cases.decision import OUTCOME_WORDS, Outcome
from pipeline.cases.events import Kind
from pipeline.clockwork import Clock
from pipeline.demo.stage import Stage, answer_of
from pipeline.desk.archiving import package_home
from pipeline.desk.picture import case_folder, issued_stem
from pipeline.papers.verify import verify_pdf


def report(stage: Stage, console: Console, clock: Clock) -> None:
    """What came of it: the answers, the tree, the sealed documents and the word on each."""
    table = Table(title="投递与回执", title_justify="left")
    for column in ("投递", "结果", "案号", "收文号"):
        table.add_column(column, overflow="fold")
    with stage.desk.reading() as connection:
        rows = connection.execute(sa.select(registers.drops).order_by(registers.drops.c.seq)).all()
    for row in rows:
        if row.role == "申报":
            answer = answer_of(row.answer)
            table.add_row(f"{row.jurisdiction}/{row.owner}/{row.name}", OUTCOME_WORDS[Outcome(row.outcome)][0], answer["case_no"], answer["number"])
    console.print(table)
    console.print(_tree(stage.office.outbox))
    _verify_all(stage, console, clock)


LOOK_AT = {"preparation_approval": "批准筹建文件", "task_book": "筹建任务书", "correction_notice": "补正通知书"}


def where_to_look(stage: Stage, console: Console) -> None:
    """The paths of the papers worth opening first, and of the page that tells a case's story."""
    console.print("[bold]先看这些 / look at these first[/bold]")
    for case in stage.cases():
        home = stage.office.outbox / case_folder(stage.desk.pack_of(case), case)
        for paper in case.papers.values():
            if paper.code in LOOK_AT and paper.status == "sealed":
                console.print(f"{LOOK_AT[paper.code]}：{home / '发文' / (issued_stem(paper) + '.pdf')}", soft_wrap=True, highlight=False)
        for act in case.archived:
            package = package_home(stage.desk, case, act)
            console.print(f"归档信息包：{package}", soft_wrap=True, highlight=False)
            console.print(f"四性检测报告：{package}_四性检测报告.pdf", soft_wrap=True, highlight=False)
        if stage.proof is not None and case.archived:
            console.print(f"证据包：{stage.proof.package}", soft_wrap=True, highlight=False)
            console.print(f"证据包核验页（浏览器打开，不联网）：{stage.proof.page}", soft_wrap=True, highlight=False)
        if case.state == "in_preparation":
            console.print(f"案件时间线：{home / '时间线.html'}", soft_wrap=True, highlight=False)


def _tree(root: Path, depth: int = 6) -> Tree:
    tree = Tree(f"[bold]{root}[/bold]")

    def grow(node: Tree, folder: Path, left: int) -> None:
        for path in sorted(folder.iterdir(), key=lambda p: (p.is_file(), p.name)):
            if path.name in ("空白表格", "收件") or path.name.startswith(".") or (folder.name == "发文" and path.suffix in (".docx", ".json")) or folder.name.startswith("归档包_"):
                continue
            child = node.add(f"[blue]{path.name}/[/blue]" if path.is_dir() else path.name)
            if path.is_dir() and left:
                grow(child, path, left - 1)

    grow(tree, root, depth)
    return tree


def _verify_all(stage: Stage, console: Console, clock: Clock) -> None:
    table = Table(title="制发文书与核验", title_justify="left")
    for column in ("文书", "核验", "veraPDF"):
        table.add_column(column, overflow="fold")
    for case in stage.cases():
        judged = {e.data["id"]: e.data["result"] for e in case.history if e.kind is Kind.JUDGED}
        for paper in case.papers.values():
            if paper.status == "sealed" and paper.code in ("preparation_approval", "task_book", "correction_notice"):
                verdict = verify_pdf(stage.desk.store.get(paper.kept_sha256), stage.desk.keys.trust, clock())
                table.add_row(f"{paper.number}《{paper.title}》", verdict.zh, {"passed": "符合 PDF/A-2b", "failed": "不符合"}.get(judged.get(paper.id, ""), "未检查"))
    console.print(table)
