"""Sheets of the office itself: the four-properties report, the catalogue of filed documents, labels, lists, the day's register sheet.

They are the office's working papers and the same for every law, so they lie in `forms/common/issue`; an office may edit them
in Word like any template. Run `python -m pipeline.papers.templates.archive` to build those that are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.diskwork import write_whole
from pipeline.papers.templates.notices import cells, columns, facts, gap, head_row
from pipeline.papers.templates.ooxml import Package, Shape, cell, p, row, rows_each, table, tag, twips, when
from pipeline.papers.templates.pieces import page_numbers, signature
from pipeline.papers.templates.styles import LINE, section_xml, styles_xml

FOLDER = "common"
CHECK_REPORT, CATALOGUE, LABELS, LIST = "archive_check_report.docx", "archive_catalogue.docx", "archive_labels.docx", "archive_list.docx"
DAY_SHEET = "journal_day_sheet.docx"
_WIDE = (
    f'<w:pgSz w:w="{twips(297)}" w:h="{twips(210)}" w:orient="landscape"/>'
    f'<w:pgMar w:top="{twips(25)}" w:right="{twips(20)}" w:bottom="{twips(20)}" w:left="{twips(25)}" w:header="{twips(12)}" w:footer="{twips(10)}" w:gutter="0"/>'
    f'<w:docGrid w:type="lines" w:linePitch="{LINE}"/>'
)
_STATUS = "|label({'pass': '通过', 'fail': '不通过', 'not_run': '没有检测'})"


def check_report() -> str:
    """Every item of the standard with its result, its evidence, and what to do; the whole in one sentence first."""
    w = columns(13, 42, 21, 80)
    rows = table(
        w, head_row(w, "编号", "检测项目", "结果", "依据和处理"),
        rows_each("i in rows", w, row(
            cell(w[0], p("TableSmallCentre", "{{ i.id }}")), cell(w[1], p("TableSmall", "{{ i.property_zh }}：{{ i.zh }}")),
            cell(w[2], p("TableSmallCentre", "{{ i.status" + _STATUS + " }}")),
            cell(w[3], p("TableSmall", "{{ i.evidence|join('；') }}{% if i.status == 'fail' %}。处理：{{ i.remedy }}{% elif i.justified %}。理由：{{ i.justified }}{% endif %}")))),
    )  # fmt: skip
    return (
        p("DocTitle", "电子档案四性检测报告")
        + gap(300)
        + facts(
            ("检测单位", "{{ office }}"), ("信息包", "{{ report.package }}"), ("检测环节", "{{ report.phase_zh }}"), ("检测日期", "{{ day|date_zh }}"),
            ("检测依据", "DA/T 70-2018《文书类电子档案检测一般要求》"),
            ("检测结果", "通过 {{ counts.passed }} 项，不通过 {{ counts.failed }} 项，没有检测 {{ counts.waiting }} 项"),
        )
        + gap(200)
        + when("report.ok", p("Body", "结论：检测通过。没有检测的各项均有正当理由，已逐项写明。"),
               otherwise=p("Body", "结论：检测不通过。不通过和没有检测的项目见下表，处理后重新检测。"))
        + gap(120) + rows
        + p("Note", "本报告由检测程序生成，并由检测单位电子签名；没有检测不等于通过。", shape=Shape(before=LINE // 2))
    )  # fmt: skip


def catalogue() -> str:
    """归档文件目录: the nine columns of DA/T 22-2015 5.5.2 in their order."""
    w = columns(10, 48, 34, 34, 56, 20, 12, 12, 26)
    texts = ("{{ loop.index }}", "{{ r.code }}", "{{ r.doc_no or '—' }}", "{{ r.responsible }}", "{{ r.title }}", "{{ r.date }}", "{{ r.secrecy }}", "{{ r.pages or '' }}", "{{ r.note }}")
    rows = table(
        w, head_row(w, "序号", "档号", "文号", "责任者", "题名", "日期", "密级", "页数", "备注"),
        rows_each("r in rows", w, cells(w, *texts, style="TableSmall", centred=())),
    )  # fmt: skip
    return p("DocTitle", "归档文件目录") + p("Note", "{{ office }}　全宗号：{{ fonds }}　年度：{{ year }}　共 {{ rows|length }} 件　{{ day|date_zh }}制") + gap(120) + rows


def labels() -> str:
    """Spine labels of boxes: fonds, year, retention, unit, from which item to which; to print and cut."""
    w = columns(39, 117)
    box = table(
        w, *(row(cell(w[0], p("TableHead", name)), cell(w[1], p("TableText", value)), height=twips(9)) for name, value in (
            ("全宗号", "{{ b.fonds }}"), ("年度", "{{ b.year }}"), ("保管期限", "{{ b.retention }}"), ("机构（问题）", "{{ b.unit }}"),
            ("起止件号", "{{ b.first }} — {{ b.last }}"), ("件数", "{{ b.count }}"), ("盒号", "　"))),
    )  # fmt: skip
    return p("DocTitle", "归档文件盒标签") + tag("{%p for b in boxes %}") + gap(300) + box + tag("{%p endfor %}")


def listing() -> str:
    """Any list for the archivist: a title, a sentence, columns and rows."""
    w = columns(54, 60, 40, 98)
    rows = table(
        w, row(*(cell(w[n], p("TableHead", f"{{{{ heads[{n}] }}}}")) for n in range(4)), header=True),
        rows_each("r in rows", w, cells(w, "{{ r[0] }}", "{{ r[1] }}", "{{ r[2] }}", "{{ r[3] }}", style="TableSmall")),
    )  # fmt: skip
    return p("DocTitle", "{{ title }}") + p("Note", "{{ office }}　{{ day|date_zh }}　{{ words }}") + gap(120) + rows


def day_sheet() -> str:
    """日志日根登记表: what was entered up to a day, and the one hash over all of it, for paper to keep."""
    return (
        p("DocTitle", "日志日根登记表")
        + p("Note", "{{ doc.number }}", shape=Shape(align="center"))
        + gap(200)
        + facts(
            ("登记单位", "{{ office_name }}"), ("登记日期", "{{ day|date_zh }}"),
            ("累计条数", "{{ entries }} 条（第 1 条至第 {{ entries }} 条）"),
            ("上次登记以来", "{% if last >= first %}第 {{ first }} 条至第 {{ last }} 条，共 {{ last - first + 1 }} 条（{{ first_at }} 至 {{ last_at }}）{% else %}没有新的条目{% endif %}"),
            ("日根（SHA-256）", "{{ root }}"), ("日根（SM3）", "{{ sm3 or '—' }}"),
            ("前一日根", "{% if previous %}{{ previous_day|date_zh }}：{{ previous }}{% else %}无（首次登记）{% endif %}"),
            ("日根时间戳", "{{ stamped }}"), ("第二存放处", "{{ second }}"),
        )
        + p("Body", "本表所载日根由本日以前的全部日志条目逐条计算得出（RFC 9162），任何一条被改动、增删，重新计算的结果即与本表不同。运行 hongtou journal verify 核对；左上角二维码载明日期、条数和日根。", shape=Shape(before=LINE // 2))
        + signature(1)
    )  # fmt: skip


SHEETS: Mapping[str, tuple[Callable[[], str], bool]] = {
    CHECK_REPORT: (check_report, False), CATALOGUE: (catalogue, True), LABELS: (labels, False), LIST: (listing, True), DAY_SHEET: (day_sheet, False),
}  # fmt: skip
"""Template file → what stands on it, and whether it lies on its side."""


def build_sheet(name: str) -> bytes:
    """One template's DOCX; the same bytes each time."""
    body, wide = SHEETS[name]
    section = _WIDE if wide else section_xml(header_mm=15.0, footer_mm=20.0)
    return Package(title=name.removesuffix(".docx"), body=body(), styles=styles_xml(), footers=page_numbers(), section=section).build()


def write_sheets(forms: Path, replace: bool = False) -> tuple[Path, ...]:
    """Write the sheets that are missing below `forms/common/issue` (or all, with `replace`)."""
    written = []
    for name in SHEETS:
        target = forms / FOLDER / "issue" / name
        if replace or not target.exists():
            write_whole(target, build_sheet(name))
            written.append(target)
    return tuple(written)


if __name__ == "__main__":
    write_sheets(Path("forms"))
