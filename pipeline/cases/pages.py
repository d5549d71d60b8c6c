"""HTML pages for people without hongtou: the answer to a drop, the timeline of a case, lists of what to do.

Self-contained (no script, no network), readable in any browser, printable. Everything a filer wrote is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, select_autoescape

_STYLE = """
body{font:16px/1.7 "Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:#222;max-width:62rem;margin:2rem auto;padding:0 1.2rem}
h1{font-size:1.5rem;border-bottom:3px solid #c00;padding-bottom:.4rem;margin-bottom:.3rem}
h1 small{display:block;font-size:.85rem;color:#777;font-weight:normal}
.good{color:#1a7f37}.bad{color:#c00}.note{color:#946200}
table{border-collapse:collapse;width:100%;margin:1rem 0;font-size:.95rem}
th,td{border:1px solid #ccc;padding:.4rem .6rem;text-align:left;vertical-align:top}
th{background:#f6f6f6;white-space:nowrap}
.en{color:#777;font-size:.85rem}.cite{color:#555;font-size:.85rem}
ol.line{list-style:none;padding:0;margin:1rem 0;border-left:3px solid #c00}
ol.line>li{position:relative;padding:.2rem 0 .9rem 1.2rem}
ol.line>li:before{content:"";position:absolute;left:-.5rem;top:.65rem;width:.75rem;height:.75rem;border-radius:50%;background:#c00}
ol.line time{color:#777;font-size:.85rem;margin-right:.6rem}
.said{white-space:pre-line}.sum{word-break:break-all}
.state{display:inline-block;background:#c00;color:#fff;border-radius:.3rem;padding:0 .6rem}
@media print{body{margin:0}}
"""

_BASE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{{ title }}</title><style>{{ style }}</style></head><body>{% block body %}{% endblock %}</body></html>"""

_FINDINGS = """{% macro table(findings) %}<table><tr><th>序号</th><th>项目</th><th>填报值</th><th>位置</th><th>问题与依据</th><th>怎么办</th></tr>
{% for f in findings %}<tr><td>{{ loop.index }}</td><td>{{ f.label or f.path }}</td><td>{{ f.value }}</td><td>{{ f.place }}</td>
<td>{% if f.severity == 'error' %}<b class="bad">必须改正</b>{% elif f.severity == 'not_run' %}<b class="note">未能检查</b>{% else %}<b class="note">请留意</b>{% endif %} {{ f.zh }}<div class="en">{{ f.en }}</div><div class="cite">{{ f.cite }}〔{{ f.rule }}〕</div></td>
<td>{{ f.repair_zh }}<div class="en">{{ f.repair_en }}</div></td></tr>{% endfor %}</table>{% endmacro %}"""

_ANSWER = """{% extends "base" %}{% import "findings" as findings %}{% block body %}
<h1>{{ word_zh }}<small>{{ word_en }}</small></h1>
<p>您投递的文件：<b>{{ name }}</b>　收到时间：{{ received_at }}</p>
{% if case_no %}<p>案件编号：<b>{{ case_no }}</b>{% if number %}　收文号：<b>{{ number }}</b>{% endif %}</p>{% endif %}
{% if zh %}<p class="said">{{ zh }}</p>{% endif %}{% if en %}<p class="en">{{ en }}</p>{% endif %}
{% if findings_list %}{{ findings.table(findings_list) }}{% endif %}
{% if differences %}<h2>与上次提交的不同</h2><table><tr><th>项目</th><th>上次</th><th>这次</th></tr>{% for d in differences %}<tr><td>{{ d.label }}</td><td>{{ d.before }}</td><td>{{ d.after }}</td></tr>{% endfor %}</table>{% endif %}
<p class="cite">原件已按摘要保存：SHA-256 {{ sha256 }}</p>{% endblock %}"""

_TIMELINE = """{% extends "base" %}{% block body %}
<h1>{{ case.no }}　{{ center }}<small>{{ applicant }}</small></h1>
<p>现在的环节：<span class="state">{{ state }}</span></p>
{% if case.taken_over %}<p class="note">本案系接管的纸质案件：{{ case.taken_over.on }}自{{ case.taken_over.register }}接收（{{ case.taken_over.by }}登记、{{ case.taken_over.confirmed_by }}复核）。<span class="cite">来源文件 {{ case.taken_over.source }}，SHA-256 {{ case.taken_over.sha256 }}</span></p>{% endif %}
{% if next %}<h2>下一步</h2><ul>{% for line in next %}<li>{{ line }}</li>{% endfor %}</ul>{% endif %}
{% if clocks %}<h2>期限</h2><table><tr><th>期限</th><th>届满日</th><th>计算</th><th>状态</th></tr>{% for c in clocks %}<tr><td>{{ c.zh }}{% if c.budget %}<div class="cite">共{{ c.budget }}{% if c.still %}，已停止计算{{ c.still }}日{% endif %}</div>{% endif %}</td><td>{{ c.final }}{% if c.nominal and c.nominal != c.final %}<div class="cite">顺延前：{{ c.nominal }}</div>{% endif %}{% if c.recomputed %}<div class="note">按新公布的放假安排应为{{ c.recomputed }}；{{ c.printed_in }}已载明，不作变动</div>{% endif %}{% if c.provisional %}<div class="note">暂定：该年放假安排尚未公布</div>{% endif %}</td><td>{{ c.working }}<div class="cite">{{ c.cite }}</div>{% if c.ledger %}<ul>{% for e in c.ledger %}<li>{{ e.on }}　{{ e.zh }}{% if e.final %}（届满日{{ e.final }}）{% endif %}</li>{% endfor %}</ul>{% endif %}</td><td>{{ c.status }}</td></tr>{% endfor %}</table>{% endif %}
<h2>时间线</h2><ol class="line">{% for e in events %}<li><time>{{ e.at }}</time>{{ e.zh }}<div class="en">{{ e.en }}</div>{% if e.cite %}<div class="cite">{{ e.cite }}</div>{% endif %}{% if e.lines %}<ul>{% for line in e.lines %}<li>{{ line }}</li>{% endfor %}</ul>{% endif %}</li>{% endfor %}</ol>{% endblock %}"""

_TODO = """{% extends "base" %}{% block body %}<h1>{{ title }}<small>{{ subtitle }}</small></h1>
{% if rows %}<table><tr><th>案件</th><th>名称</th><th>环节</th><th>要办的表</th></tr>{% for r in rows %}<tr><td><a href="{{ r.link }}">{{ r.no }}</a></td><td>{{ r.center }}</td><td>{{ r.state }}</td><td>{% for f in r.forms %}{{ f }}<br>{% endfor %}</td></tr>{% endfor %}</table>{% else %}<p>没有待办事项。<span class="en">Nothing to do.</span></p>{% endif %}{% endblock %}"""

_DEADLINES = """{% extends "base" %}{% block body %}<h1>{{ title }}<small>{{ subtitle }}</small></h1>
<p>所有案件正在计算或者停止计算的期限，按届满日排列。<span class="en">All running and paused deadlines, by date.</span></p>
{% if rows %}<table><tr><th>届满日</th><th>期限</th><th>案件</th><th>环节</th><th>计算</th><th>状态</th></tr>{% for r in rows %}<tr><td>{{ r.final }}{% if r.provisional %}<div class="note">暂定</div>{% endif %}{% if r.recomputed %}<div class="note">按新放假安排应为{{ r.recomputed }}；{{ r.printed_in }}已载明，不作变动</div>{% endif %}</td><td>{{ r.zh }}{% if r.soft %}<div class="cite">服务标准</div>{% endif %}</td><td><a href="{{ r.link }}">{{ r.no }}</a><div>{{ r.center }}</div></td><td>{{ r.state }}</td><td>{{ r.working }}<div class="cite">{{ r.cite }}</div></td><td>{{ r.status }}</td></tr>{% endfor %}</table>{% else %}<p>没有正在计算的期限。<span class="en">Nothing is running.</span></p>{% endif %}{% endblock %}"""

_LIST = """{% extends "base" %}{% block body %}<h1>{{ title }}<small>{{ subtitle }}</small></h1>
<p>{{ intro }}</p>{% if notes %}<p class="cite">{{ notes }}</p>{% endif %}
{% if lines %}<table><tr><th>序号</th><th>内容</th></tr>{% for line in lines %}<tr><td>{{ loop.index }}</td><td>{{ line }}</td></tr>{% endfor %}</table>{% else %}<p>没有需要列出的事项。<span class="en">Nothing to list.</span></p>{% endif %}
{% if signers %}<table><tr>{% for s in signers %}<th>{{ s }}（签名）</th>{% endfor %}</tr><tr>{% for s in signers %}<td style="height:3rem"></td>{% endfor %}</tr></table>{% endif %}{% endblock %}"""

_TAKEN_OVER = """{% extends "base" %}{% block body %}<h1>{{ title }}<small>{{ subtitle }}</small></h1>
<table><tr><th>案号</th><th>名称</th><th>接收时的环节</th><th>接收日期</th><th>登记、复核</th><th>来源</th><th>已登记的文号</th></tr>{% for r in rows %}<tr><td><a href="{{ r.link }}">{{ r.no }}</a></td><td>{{ r.center }}</td><td>{{ r.state }}</td><td>{{ r.on }}</td><td>{{ r.by }}登记<br>{{ r.confirmed_by }}复核</td><td>{{ r.register }}：{{ r.source }} {{ r.place }}<div class="cite sum">SHA-256 {{ r.sha256 }}</div></td><td>{% for n in r.papers %}{{ n }}<br>{% endfor %}</td></tr>{% endfor %}</table>{% endblock %}"""

_SHORTCUT = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={{ link }}"><title>{{ no }}</title></head><body><p>案件 {{ no }} 现在 <a href="{{ link }}">{{ where }}</a></p></body></html>"""

_PAGES = Environment(
    loader=DictLoader({"base": _BASE, "findings": _FINDINGS, "answer": _ANSWER, "timeline": _TIMELINE, "todo": _TODO, "deadlines": _DEADLINES, "shortcut": _SHORTCUT, "list": _LIST, "taken_over": _TAKEN_OVER}),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
)


def page(name: str, title: str, values: Mapping[str, Any]) -> bytes:
    """The page `name` (answer, timeline, todo, deadlines, list, taken_over, shortcut) as UTF-8 HTML; the same values give the same bytes."""
    return _PAGES.get_template(name).render(style=_STYLE, title=title, **values).encode()
