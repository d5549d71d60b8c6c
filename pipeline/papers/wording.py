"""The filters templates may use: dates, sums, lists, names of codes, and the grounds of a decision in prose."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipeline.clockwork import SHANGHAI
from pipeline.papers.lines import title_lines

NUMERAL = "[〇零一二三四五六七八九十百0-9]+"
ARTICLE = re.compile(
    rf"《([^《》]+)》(第{NUMERAL}条(?:之{NUMERAL})?(?:第{NUMERAL}款)?(?:第（{NUMERAL}）项)?|政策解读“[^”]+”(?:{NUMERAL}?（[^）]+）)?(?:第{NUMERAL}章)?)"
)


NO_GROUND: Mapping[str, tuple[str, ...]] = {
    "行政复议法": (), "行政诉讼法": (), "党政机关公文处理工作条例": ("第八条", "第九条", "第二十二条", "第二十四条"),
}  # fmt: skip
"""Acts no decision rests on, whole (remedies) or in these articles (kinds, parts, sign-off and registration of documents)."""


_ENDED = re.compile("[。！？；：…!?;:.][”’』」）)》]*$")
_OWN_WORD = "本系统约定："
_SILENT = re.compile("^(?:本办法|解读)未(?:规定|提)[^，；]*，(?=参照)")
"""That the instrument is silent is said in the pack; a document says what it goes by."""
_DUTY_OF_FORM = "说明理由并告知救济途径"
_DIGITS = "〇一二三四五六七八九"


def _blank(value: object) -> bool:
    return value is None or value == ""


def date_zh(value: object) -> str:
    """2026-03-02 (date or ISO text) → 2026年3月2日, no padding (GB/T 9704 7.3.5.4). Blank stays blank.

    A moment with its offset falls on the day it is here: 2026-03-01T23:30:00+00:00 is 2026年3月2日.
    """
    if _blank(value):
        return ""
    day = value if isinstance(value, date) else _day_of(str(value))
    return f"{day.year}年{day.month}月{day.day}日"


def _day_of(text: str) -> date:
    moment = datetime.fromisoformat(text)
    return (moment.astimezone(SHANGHAI) if moment.tzinfo else moment).date()


def moment_zh(value: object) -> str:
    """A moment (ISO text with offset) in the office's time: 2029年4月23日9时30分52秒. Blank stays blank."""
    if _blank(value):
        return ""
    moment = datetime.fromisoformat(str(value)).astimezone(SHANGHAI)
    return f"{date_zh(moment.date())}{moment.hour}时{moment.minute:02d}分{moment.second:02d}秒"


def money(value: object) -> str:
    """A sum with two decimals and no thousands marks; blank stays blank."""
    return "" if _blank(value) else str(Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def number(value: object) -> str:
    """A quantity without needless zeros: 5.00 → 5; blank stays blank."""
    if _blank(value):
        return ""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def count_zh(value: object) -> str:
    """A small whole number in Chinese: 5 → 五, 12 → 十二; from 100 on, and what is no number, as it stands."""
    if not isinstance(value, int) or not 0 < value < 100:
        return str(value)
    tens, ones = divmod(value, 10)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones else "")


def zh_list(values: Iterable[object], mark: str = "、") -> str:
    """甲、乙、丙; blank ones are left out."""
    return mark.join(str(value) for value in values if not _blank(value))


def label(code: object, options: Mapping[str, str] | Iterable[Mapping[str, Any]]) -> str:
    """The Chinese of a choice code, from {code: zh} or a list of {code, zh}; an unknown code stands for itself."""
    names = options if isinstance(options, Mapping) else {str(o["code"]): str(o["zh"]) for o in options}
    return str(names.get(str(code), code))


def yes_no(value: object) -> str:
    """是 or 否."""
    return "是" if value is True or value == "true" else "否"


def para(value: object) -> str:
    """Text of several lines as so many paragraphs in the style of the place; empty lines are dropped.

    What a person typed without an end mark is closed with 。 (GB/T 15834: a statement ends with one).
    """
    said = "\a".join(line.strip() for line in str(value).splitlines() if line.strip())
    return said if not said or _ENDED.search(said) else said + "。"


def clause(value: object) -> str:
    """What a person typed, to stand within a sentence that goes on or ends after it: without end marks of its own."""
    return str(value).strip().rstrip("。；，;,.")


def bases(citations: Iterable[str]) -> str:
    """The citation texts one a line, as the section on grounds prints them, the articles before what they are read by.

    General law needs no label before it. What `_is_ground` says is no ground of a decision is left out.
    """
    said = [_SILENT.sub("", text.removeprefix("一般法律规定：")).rstrip("。；") for text in citations if _is_ground(text)]
    return "；\a".join(sorted(said, key=lambda text: not text.startswith("《")))


def _of_form(act: str, place: str) -> bool:
    """Whether an article is about remedies or the form of documents."""
    return act in NO_GROUND and place.startswith(NO_GROUND[act] or ("",))


def _is_ground(text: str) -> bool:
    """Whether a decision can rest on it: not on remedies, nor on the duty to give reasons, nor on what an office agreed on with itself."""
    hits = [hit.groups() for hit in ARTICLE.finditer(text)]
    only_form = bool(hits) and all(_of_form(name, place) for name, place in hits)
    return not only_form and not text.startswith(_OWN_WORD) and _DUTY_OF_FORM not in text


def brief(value: object, limit: int = 60) -> str:
    """The beginning of a long value, and how long it is in all."""
    text = str(value)
    return text if len(text) <= limit else f"{text[:limit]}……（共{len(text)}字）"


def _joined(found: Mapping[str, list[str]]) -> str:
    return "、".join(f"《{name}》" + "、".join(_in_order(places)) for name, places in found.items())


def _in_order(places: Iterable[str]) -> list[str]:
    """Places within one act as an act is cited: by number, the article once (第十条第一款、第二款), no part beside its whole."""
    told = sorted(dict.fromkeys(places), key=_numbers_of)
    whole = [place for place in told if not any(place != other and place.startswith(other) for other in told)]
    said: list[str] = []
    article = ""
    for place in whole:
        head = place.partition("条")[0]
        said.append(place.removeprefix(head + "条") if head == article and place.startswith("第") else place)
        article = head
    return said


def _numbers_of(place: str) -> tuple[int, ...]:
    """The numbers of a place (article, paragraph, item) to sort by; what has no article stands last."""
    if not place.startswith("第"):
        return (1000,)
    return tuple(_count_of(found) for found in re.findall(rf"({NUMERAL})", place))


def _count_of(numeral: str) -> int:
    """十二 → 12, 一百零三 → 103, 15 → 15."""
    if numeral.isascii():
        return int(numeral)
    total = digit = 0
    for sign in numeral:
        if sign in "百十":
            total, digit = total + (digit or 1) * (100 if sign == "百" else 10), 0
        else:
            digit = _DIGITS.index(sign.replace("零", "〇"))
    return total + digit


def grounds(citations: Iterable[str]) -> str:
    """根据《甲》第八条第一款、第十条，参照《乙》第三十二条: the articles named in citation texts, in prose.

    An act named after 参照 is cited as guidance, others as ground; acts on remedies and on the form of documents, and the
    duty to give reasons, are no ground of a decision and are left out; without any article: 按照有关规定.
    """
    own: dict[str, list[str]] = {}
    guiding: dict[str, list[str]] = {}
    for text in citations:
        guided = "参照" in text
        if _DUTY_OF_FORM in text:
            continue
        for hit in ARTICLE.finditer(text):
            if _of_form(hit.group(1), hit.group(2)):
                continue
            (guiding if guided else own).setdefault(hit.group(1), []).append(hit.group(2))
    said = [word + _joined(found) for word, found in (("根据", own), ("参照", guiding)) if found]
    return "，".join(said) or "按照有关规定"


def main_act(citations: Iterable[str]) -> str:
    """The act that a document's basis names first as its own ground, without 《》; "" when it names none."""
    for text in citations:
        hit = ARTICLE.search(text)
        if hit and "参照" not in text and not _of_form(hit.group(1), hit.group(2)):
            return hit.group(1)
    return ""


def short_cite(cite: object, citations: Iterable[str]) -> str:
    """A citation without the name of the act that the document has already named: 第七条第一款第（四）项.

    Labels about where a rule comes from (一般法律规定：, 类推：) stay only when no article is left to cite.
    """
    text, act = str(cite), main_act(citations)
    if act and text.startswith(f"《{act}》第"):
        return text.removeprefix(f"《{act}》")
    return text.removeprefix("一般法律规定：")


def short_place(place: object, named: object) -> str:
    """Where a finding lies, without what its name has said: 六、计划 · 预算总额；六、计划 · 资金来源 is 六、计划 under the name 预算总额、资金来源."""
    parts = [part.partition(" · ") for part in str(place).split("；")]
    heads = {head for head, _, _ in parts}
    ends = "、".join(end for _, _, end in parts if end)
    if len(heads) != 1 or not ends:
        return str(place)
    return heads.pop() if ends == str(named) else f"{heads.pop()} · {ends}"


FILTERS: Mapping[str, Callable[..., str]] = {
    "date_zh": date_zh, "moment_zh": moment_zh, "money": money, "number": number, "zh_list": zh_list, "label": label, "yes_no": yes_no,
    "para": para, "clause": clause, "brief": brief, "bases": bases, "grounds": grounds, "title_lines": title_lines,
    "main_act": main_act, "count_zh": count_zh, "short_cite": short_cite, "short_place": short_place,
}  # fmt: skip
