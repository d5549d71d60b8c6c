"""A case's history in sentences: what happened, when, on what article. Pure; no event is left out silently."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.cases.case import Case
from pipeline.cases.events import Kind, Recorded

Words = tuple[str, str]
"""Chinese and English."""


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called in the case's pack, in Chinese and English; ways of service; and citations."""

    states: Mapping[str, Words]
    transitions: Mapping[str, Words]
    clocks: Mapping[str, Words]
    documents: Mapping[str, Words]
    forms: Mapping[str, Words]
    methods: Mapping[str, Words]
    sealed: frozenset[str]
    """Documents that carry a seal; others are only signed."""
    cite: Callable[[str], str]


def _named(names: Mapping[str, Words], code: str) -> Words:
    """What a code is called; one that the pack no longer knows stands for itself."""
    return names.get(code, (code, code))


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a timeline."""

    at: str
    zh: str
    en: str
    cite: str = ""
    lines: tuple[str, ...] = field(default_factory=tuple)


def timeline(case: Case, names: Names) -> tuple[Line, ...]:
    """One line per event, oldest first."""
    return tuple(_line(event, case, names) for event in case.history)


def _line(event: Recorded, case: Case, names: Names) -> Line:
    paper = case.papers.get(str(event.data.get("id", "")))
    data = {**event.data, "code": paper.code} if paper is not None else event.data
    zh, en, cite, lines = _SENTENCES[event.kind](data, names)
    return Line(event.at[:16].replace("T", " "), zh, en, cite, tuple(lines))


Sentence = tuple[str, str, str, list[str]]


def _opened(data: Mapping[str, Any], names: Names) -> Sentence:
    return f"立案，案号 {data['no']}", f"case opened, no. {data['no']}", "", []


def _filed(data: Mapping[str, Any], names: Names) -> Sentence:
    filing = data["filing"]
    form, form_en = _named(names.forms, filing["form"])
    if filing.get("on_paper"):
        return f"从纸质案卷接收《{form}》的已知内容", f"taken over from paper: {form_en}", "", []
    who = filing.get("owner") or filing.get("role", "")
    on = f"（由工作人员代办登记，实际收到日期 {filing['received_on']}）" if "clerk_filing" in filing.get("enclosed", {}) else ""
    differences = [f"{d['label']}：{d['before'] or '（空）'} → {d['after'] or '（空）'}" for d in data.get("differences", [])]
    number = f"，收文号 {data['number']}" if data.get("number") else ""
    return f"收到《{form}》（{who}）{on}{number}", f"received: {form_en}", "", differences


def _refused(data: Mapping[str, Any], names: Names) -> Sentence:
    form, form_en = _named(names.forms, data["form"])
    reasons = [f"{f['zh']}（{f['cite']}）" if f["cite"] else f["zh"] for f in data.get("findings", [])]
    return f"《{form}》未办理：{data['zh']}", f"{form_en} was not acted on: {data['en']}", "", reasons


def _noted(data: Mapping[str, Any], names: Names) -> Sentence:
    return data["zh"], data["en"], names.cite(data["cite"]) if data.get("cite") else "", list(data.get("lines", []))


def _taken_back(data: Mapping[str, Any], names: Names) -> Sentence:
    return f"投递人撤回了这次提交：{data['reason']}", "the filer took this filing back", "", []


def _moved(data: Mapping[str, Any], names: Names) -> Sentence:
    zh, en = _named(names.transitions, data["transition"])
    state, state_en = _named(names.states, data["to"])
    new = "、".join(str(value) for value in data.get("renewed", {}).values())
    zh, en = (f"{zh}，此后登记为{new}", f"{en}; from now on {new}") if new else (zh, en)
    stays = data["from"] == data["to"]
    return f"{zh}，{'仍在' if stays else '进入'}“{state}”", f"{en}; {'still' if stays else 'now'}: {state_en}", names.cite(data["cite"]), []


def _drafted(data: Mapping[str, Any], names: Names) -> Sentence:
    waits = "，待签发" if data.get("sign_off") else ""
    return f"拟稿：《{data['title']}》{waits}", f"drafted: {_named(names.documents, data['code'])[1]}", "", []


def _draft_shown(data: Mapping[str, Any], names: Names) -> Sentence:
    return "文稿已送签发文件夹", "the drafts are in the sign-off folder", "", []


def _draft_edited(data: Mapping[str, Any], names: Names) -> Sentence:
    return f"签发人改稿（{data['by']}），已重新核对", f"the draft was edited by {data['by']} and checked again", "", []


def _draft_returned(data: Mapping[str, Any], names: Names) -> Sentence:
    return f"签发人退回（{data['by']}）：{data['reason']}", f"returned by {data['by']}", "", []


def _issued(data: Mapping[str, Any], names: Names) -> Sentence:
    by = f"，{data['by']}签发" if data.get("by") else ""
    deputy = f"（{data.get('right') or data['deputy_for'] + '授权代签'}）" if data.get("deputy_for") else ""
    return f"制发《{data['title']}》{data['number']}{by}{deputy}", f"issued: {_named(names.documents, data['code'])[1]} {data['number']}", "", []


def _taken_over(data: Mapping[str, Any], names: Names) -> Sentence:
    lines = [f"来源文件：{data['source']}（{data['place']}），SHA-256 {data['sha256']}", f"接收原因：{data['reason']}", f"接收日期：{data['on']}"]
    return data["zh"], data["en"], "", lines


def _paper_entered(data: Mapping[str, Any], names: Names) -> Sentence:
    served = f"，{data['delivered_on']}送达" if data["delivered_on"] else ""
    return f"登记已在纸上制发的《{data['title']}》{data['number']}（{data['date']}{served}）", f"issued on paper: {_named(names.documents, data['code'])[1]} {data['number']}", "", []


def _sealed(data: Mapping[str, Any], names: Names) -> Sentence:
    done, done_en = ("已用印、签名并存档", "sealed and signed") if data.get("code") in names.sealed else ("已签名并存档", "signed")
    return f"{data['number']} {done}（SHA-256 {data['sha256'][:16]}…）", done_en, "", []


def _judged(data: Mapping[str, Any], names: Names) -> Sentence:
    words = {"passed": "符合", "failed": "不符合", "not_run": "未能检查"}
    return f"veraPDF 检查 PDF/A-{data['flavour']}：{words[data['result']]}", f"veraPDF: {data['result']}", "", list(data.get("lines", []))


def _raised(data: Mapping[str, Any], names: Names) -> Sentence:
    zh = f"{data['number']} 已加归档时间戳，可核验至 {data['until']}（到期前自动续加）"
    return zh, f"archival timestamp added, can be checked until {data['until']}", "", []


def _stamped(data: Mapping[str, Any], names: Names) -> Sentence:
    if "zh" in data:
        return str(data["zh"]), str(data["en"]), "", []
    return "来文已加盖收文章", "the incoming document was stamped", "", []


def _delivered(data: Mapping[str, Any], names: Names) -> Sentence:
    how, how_en = _named(names.methods, data["method"])
    return f"{data['number']} 已送达（{how}，{data['on']}）", f"{data['number']} served on {data['on']}, {how_en}", "", []


def _clock_started(data: Mapping[str, Any], names: Names) -> Sentence:
    name, name_en = _named(names.clocks, data["clock"])
    return f"{name}起算，{data['final']}届满", f"{name_en}: runs until {data['final']}", names.cite(data["cite"]), [data["working"]]


def _clock_other(zh: str, en: str) -> Callable[[Mapping[str, Any], Names], Sentence]:
    def sentence(data: Mapping[str, Any], names: Names) -> Sentence:
        name, name_en = _named(names.clocks, data["clock"])
        tail = f"，顺延至 {data['final']}" if "final" in data else ""
        return f"{name}{zh}{tail}", f"{name_en}: {en}", "", [data["working"]] if data.get("working") else []

    return sentence


def _clock_recomputed(data: Mapping[str, Any], names: Names) -> Sentence:
    name, name_en = _named(names.clocks, data["clock"])
    if data.get("printed_in"):
        zh = f"放假安排公布，{name}按新安排为{data['recomputed']}；{data['printed_in']}已载明{data['final']}，以文书为准，不作变动"
        en = f"{name_en}: would now end on {data['recomputed']}; the date in {data['printed_in']} stays"
    else:
        zh, en = f"放假安排公布，{name}重新计算，{data['final']}届满", f"{name_en}: computed anew, {data['final']}"
    return zh, en, names.cite(data["cite"]) if data.get("cite") else "", [data["working"]]


def _reminded(data: Mapping[str, Any], names: Names) -> Sentence:
    name, name_en = _named(names.clocks, data["clock"])
    when = "最后一个工作日" if data["mark"] == "last" else f"届满前{data['mark']}日"
    return f"期限提醒（{when}，{data['due']}）：{name}将于{data['final']}届满", f"reminder of {data['due']}: {name_en} ends on {data['final']}", "", []


def _lots_asked(data: Mapping[str, Any], names: Names) -> Sentence:
    return "抽取清单已固定，正在取时间戳", "the list to draw from is fixed", "", [f"清单摘要（SHA-256）：{data['list_sha256']}"]


def _lots_drawn(data: Mapping[str, Any], names: Names) -> Sentence:
    told = data["minutes"]
    drawn = [f"{row['order']}. {row['no']} {row['name']}" for row in told["drawn"]]
    return f"已随机抽取，种子 {told['seed'][:16]}…", "drawn by lot", "", drawn


def _sheet_sealed(data: Mapping[str, Any], names: Names) -> Sentence:
    form, _form_en = _named(names.forms, data["form"])
    again = "（替换此前交的一份）" if data["replaces"] else ""
    return f"{data['member']}交来《{form}》，封存{again}", f"a sealed sheet of {data['member']} is in", "", [f"原件摘要（SHA-256）：{data['commitment']}"]


def _sheets_opened(data: Mapping[str, Any], names: Names) -> Sentence:
    form, _form_en = _named(names.forms, data["form"])
    total = data["total"]
    lines = [
        f"{sheet['member']}" + (f"：{sheet['filing']['data'].get(total)}" if total and sheet["counts"] else "") + ("" if sheet["counts"] else "（不计）") + f"，原件摘要与交来时一致 {sheet['commitment']}"
        for sheet in data["sheets"]
    ]  # fmt: skip
    lines += [f"未交：{name}（已记录原因）" for name in data["absent"]]
    return f"《{form}》已经交齐，全部启封", "all sealed sheets are in and were opened", "", lines


def _move_asked(data: Mapping[str, Any], names: Names) -> Sentence:
    return f"有人把案件文件夹拖到“{data['to_zh']}”：{data['zh']}", f"the case folder was dragged: {data['en']}", "", []


def _job_retried(data: Mapping[str, Any], names: Names) -> Sentence:
    return f"重试失败的步骤：{data['job']}（{data['by']}）", f"failed step tried again: {data['job']}", "", []


def _archived(data: Mapping[str, Any], names: Names) -> Sentence:
    what = f"补归（{data['reason']}）" if data["act"] > 1 else "归档"
    rows = [f"{item['code']}　{item['doc_no'] or '—'}　{item['title']}" for item in data["items"]]
    return f"{what}：{data['by']}，{len(data['items'])} 件", f"filed in the archive by {data['by']}: {len(data['items'])} items", "", rows


def _packaged(data: Mapping[str, Any], names: Names) -> Sentence:
    return f"归档信息包已形成：{data['name']}（{len(data['files'])} 个文件）", f"archival package made: {data['name']}", "", [f"清单摘要（SHA-256）：{data['digest']}"]


def _archive_checked(data: Mapping[str, Any], names: Names) -> Sentence:
    counts = f"通过 {data['passed']}，不通过 {data['failed']}，没有检测 {data['not_run']}"
    return f"四性检测（{data['phase_zh']}）：{counts}", f"four-properties test: {data['passed']} passed, {data['failed']} failed, {data['not_run']} not run", "", list(data["lines"])


def _plain(data: Mapping[str, Any], names: Names) -> Sentence:
    return data.get("zh", "（记录）"), data.get("en", "(record)"), "", []


_SENTENCES: Mapping[Kind, Callable[[Mapping[str, Any], Names], Sentence]] = {
    Kind.OPENED: _opened,
    Kind.FILED: _filed,
    Kind.REFUSED: _refused,
    Kind.NOTED: _noted,
    Kind.TAKEN_BACK: _taken_back,
    Kind.MOVED: _moved,
    Kind.DRAFTED: _drafted,
    Kind.DRAFT_SHOWN: _draft_shown,
    Kind.DRAFT_EDITED: _draft_edited,
    Kind.DRAFT_RETURNED: _draft_returned,
    Kind.ISSUED: _issued,
    Kind.SEALED: _sealed,
    Kind.JUDGED: _judged,
    Kind.RAISED: _raised,
    Kind.STAMPED: _stamped,
    Kind.DELIVERED: _delivered,
    Kind.CLOCK_STARTED: _clock_started,
    Kind.CLOCK_PAUSED: _clock_other("暂停计算", "paused"),
    Kind.CLOCK_RESUMED: _clock_other("恢复计算", "resumed"),
    Kind.CLOCK_STOPPED: _clock_other("终止", "stopped"),
    Kind.CLOCK_PASSED: _clock_other("已届满", "passed"),
    Kind.CLOCK_RECOMPUTED: _clock_recomputed,
    Kind.REMINDED: _reminded,
    Kind.MOVE_ASKED: _move_asked,
    Kind.DROP_ANSWERED: _plain,
    Kind.NUMBERED: _plain,
    Kind.SERIES_STARTED: _plain,
    Kind.DELEGATED: _plain,
    Kind.JOB_RETRIED: _job_retried,
    Kind.LOTS_ASKED: _lots_asked,
    Kind.LOTS_DRAWN: _lots_drawn,
    Kind.URGED: _plain,
    Kind.HANDED_ON: _plain,
    Kind.OPINION_ASKED: _plain,
    Kind.OPINION_GIVEN: _plain,
    Kind.SENT_BACK: _plain,
    Kind.MENDED: _plain,
    Kind.PRINTED: _plain,
    Kind.TAKEN_OVER: _taken_over,
    Kind.PAPER_ENTERED: _paper_entered,
    Kind.PROPOSED: _plain,
    Kind.PROPOSAL_CLOSED: _plain,
    Kind.CALENDAR_SET: _plain,
    Kind.DELEGATION_ENDED: _plain,
    Kind.AWAY: _plain,
    Kind.BACK: _plain,
    Kind.HANDED_OVER: _plain,
    Kind.PEOPLE: _plain,
    Kind.SEALS: _plain,
    Kind.COUNTERSIGNED: _plain,
    Kind.SHEET_SEALED: _sheet_sealed,
    Kind.SHEETS_OPENED: _sheets_opened,
    Kind.ARCHIVED: _archived,
    Kind.PACKAGED: _packaged,
    Kind.ARCHIVE_CHECKED: _archive_checked,
    Kind.ARCHIVE_AUDITED: _plain,
    Kind.DESTROYED: _plain,
}
