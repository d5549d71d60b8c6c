"""A verdict as a page of its own, to print or to send: no script, no picture, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape

from pipeline.clockwork import SHANGHAI
from pipeline.papers.verdict import Answer, SignatureReport, Verification

_COLOURS = {Answer.VALID: "#0a7a2f", Answer.INVALID: "#b00020", Answer.CANNOT_TELL: "#8a6d00"}
_WORDS = {Answer.VALID: ("有效", "Valid"), Answer.INVALID: ("无效", "Not valid"), Answer.CANNOT_TELL: ("无法判断", "Cannot tell")}
_STYLE = (
    "body{font:16px/1.7 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "h2{overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}td,th{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;vertical-align:top}"
    ".en{color:#555}.verdict{font-size:1.2rem;font-weight:bold}section{border-top:2px solid #ccc;margin-top:1.5rem}"
)


def verdict_page(results: Iterable[tuple[str, str, Verification]], now: datetime, skipped: Iterable[str] = ()) -> str:
    """The page for files, each with its name, SHA-256 (empty when it was not read) and verdict, as of `now`; then what was passed over."""
    sections = "".join(_section(*each) for each in results)
    passed = "、".join(escape(name) for name in skipped)
    if passed:
        sections += f"<section><p>不是 PDF，没有核验：{passed} <span class=en>no PDF, passed over</span></p></section>"
    when = now.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>电子签名核验结果</title><style>{_STYLE}</style></head>'
        f'<body><h1>电子签名核验结果 <span class="en">Signature verification</span></h1><p>核验时间 / checked at：{when}</p>{sections}</body></html>'
    )


def _section(name: str, sha256: str, told: Verification) -> str:
    zh, en = _WORDS[told.verdict]
    until = f"<p>到 {told.until.astimezone(SHANGHAI):%Y-%m-%d} 为止可凭文件本身核验。<span class=en> Can be told from the file alone until then.</span></p>" if told.ok and told.until else ""
    notes = "".join(f"<li>没有检查：{escape(note.zh)} <span class=en>not checked: {escape(note.en)}</span></li>" for note in told.not_run)
    added = f"<p>第一个签名之后加入：{escape('、'.join(told.added_after))} <span class=en>added after the first signature</span></p>" if told.added_after else ""
    rows = "".join(_row(report) for report in told.signatures)
    table = f"<table><tr><th>签名人 / signer</th><th>时间 / when</th><th>覆盖 / covers</th><th>结论与理由 / verdict and reasons</th></tr>{rows}</table>" if rows else ""
    return (
        f'<section><h2>{escape(name)}</h2><p class="verdict" style="color:{_COLOURS[told.verdict]}">{zh} / {en}</p>'
        f'<p>{escape(told.zh)}<br><span class="en">{escape(told.en)}</span></p>{until}{table}{added}<ul>{notes}</ul><p class="en">SHA-256 {sha256 or "—"}</p></section>'
    )


def _row(report: SignatureReport) -> str:
    moment = report.timestamp or report.claimed
    when = moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else "—"
    proof = "时间戳证明 / timestamped" if report.timestamp else "签名人自述 / as claimed"
    covers = f"第1—{report.pages}页 / pages 1–{report.pages}" if report.pages else "—"
    zh, en = _WORDS[report.answer]
    reasons = "".join(f"<br>{escape(r.zh)} <span class=en>{escape(r.en)}</span>" for r in report.reasons)
    seal = f"<br>{escape(report.seal[0])} <span class=en>{escape(report.seal[1])}</span>" if report.seal[0] else ""
    seal += f"<br>签在：{escape(report.place)}" if report.place else ""
    seal += "<br>国密 SM2 签名 / SM2" if report.sm2 else ""
    demo = "（测试证书 / demo certificate）" if report.demo else ""
    return f"<tr><td>{escape(report.who)}{demo}{seal}</td><td>{when}<br>{proof}</td><td>{covers}</td><td>{zh} / {en}{reasons}</td></tr>"
