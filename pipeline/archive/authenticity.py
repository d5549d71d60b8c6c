"""真实性 (DA/T 70 1-1 to 1-13): digests, signatures, metadata that fit their scheme and the files they speak of."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pipeline.archive import metadata
from pipeline.archive.bags import TAGS, TAGS_SM3, faults_of_bag, faults_of_sm3
from pipeline.archive.digests import both_of_file
from pipeline.archive.extract import faults_of_extract
from pipeline.archive.holding import Holding, Origin
from pipeline.archive.judges import (
    Judges,
    Outcome,
    Status,
    Test,
    described,
    failed,
    judged,
    not_run,
    passed,
)

_CODE = re.compile(r"(?P<fonds>[A-Z0-9]{2,8})-(?P<category>[A-Z]{2})·(?P<year>\d{4})-(?P<retention>Y|D30|D10)-(?P<unit>[A-Z0-9]{1,6})-(?P<n>\d{4})")
_LETTERS = {"永久": "Y", "30年": "D30", "10年": "D10"}
_MARKUP = re.compile(r"<[a-zA-Z/!][^>]*>")


def fixed_information(holding: Holding, judges: Judges) -> Outcome:
    """1-1: every digest recomputed, the journal's extract too, and every signature judged."""
    faults = [*_digest_faults(holding), *_extract_faults(holding)]
    signed = [path for path in holding.files if path.lower().endswith(".pdf") and b"/ByteRange" in (holding.home / path).read_bytes()]
    missing = [f"{part['path']} 应有签名，现在没有" for _, part in holding.parts() if part.get("signed") and part["path"] in holding.files and part["path"] not in signed]
    waiting, held = [], 0
    for path in signed:
        if judges.signature is None:
            waiting.append(f"{path}：没有可用的验签程序")
            continue
        said = judges.signature(holding.home / path)
        words = f"{path}：{'；'.join(said.evidence)}"
        if said.status is Status.FAIL:
            faults.append(words)
        elif said.status is Status.NOT_RUN:
            waiting.append(words)
        held += said.status is Status.PASS
    if faults or missing:
        return failed([*faults, *missing])
    if waiting:
        return not_run(*waiting[:6])
    if holding.origin is Origin.FOLDER and not signed:
        return not_run("文件夹没有摘要清单，也没有签名，无从核对")
    return passed(f"核对摘要 {len(holding.listed) or len(holding.files)} 个，有效签名 {held} 个")


def _digest_faults(holding: Holding) -> Iterator[str]:
    for path, wanted in holding.listed.items():
        place = holding.root / path
        if not place.is_file():
            yield f"{path} 不在包里"
        elif both_of_file(place)[0] != wanted:
            yield f"{path} 的摘要（SHA-256）与清单不符"
    if holding.origin is not Origin.FOLDER:  # the one list no other list names
        yield from (fault.zh for fault in faults_of_sm3(holding.root, (TAGS_SM3,)))
    for _, part in holding.parts():
        found = holding.digests.get(part["path"])
        if found is not None and part.get("sm3") and found[1] != part["sm3"]:
            yield f"{part['path']} 的摘要（SM3）与元数据不符"


def _extract_faults(holding: Holding) -> Iterator[str]:
    path = holding.home / metadata.JOURNAL
    if path.is_file():
        yield from (f"{metadata.JOURNAL}：{fault}" for fault in faults_of_extract(path.read_bytes()))


def _elements(holding: Holding) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    """(code, path, value, rule) of every element the scheme knows and an item has."""
    for item in holding.items:
        for path, rule in metadata.scheme().items():
            if value := metadata.element(item["metadata"], path):
                yield str(item["code"]), path, value, rule


def lengths(holding: Holding, judges: Judges) -> Outcome:
    """1-2: no element is longer than the scheme allows."""
    found = list(_elements(holding))
    return judged((f"{code} {path}：{len(value)} 字，超过 {rule['most']}" for code, path, value, rule in found if "most" in rule and len(value) > rule["most"]), f"核对 {len(found)} 项")


def types(holding: Holding, judges: Judges) -> Outcome:
    """1-3: dates are dates, years years, numbers numbers."""
    found = list(_elements(holding))
    return judged((f"{code} {path}：“{value}”不是{_KINDS[rule['kind']][0]}" for code, path, value, rule in found if "kind" in rule and not _fits(rule["kind"], value)), f"核对 {len(found)} 项")


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


_KINDS = {
    "date": ("日期（年-月-日）", _is_date), "year": ("年度", lambda value: bool(re.fullmatch(r"(19|20|21)\d\d", value))),
    "number": ("正整数", lambda value: value.isascii() and value.isdigit() and int(value) > 0), "text": ("文本", lambda value: True),
}  # fmt: skip


def _fits(kind: str, value: str) -> bool:
    return bool(_KINDS[kind][1](value))


def values(holding: Holding, judges: Judges) -> Outcome:
    """1-4: values come from their lists."""
    found = list(_elements(holding))
    return judged((f"{code} {path}：“{value}”不在值域 {'、'.join(rule['in'])} 之中" for code, path, value, rule in found if "in" in rule and value not in rule["in"]), f"核对 {len(found)} 项")


def reasonable(holding: Holding, judges: Judges) -> Outcome:
    """1-5: the year is that of the date, nothing is dated after it was filed, pages are at least one."""
    return judged(_unreasonable(holding), f"核对 {len(holding.items)} 件")


def _unreasonable(holding: Holding) -> Iterator[str]:
    filed = str(holding.said["package"].get("on") or "")
    for item in holding.items:
        day, year = metadata.element(item["metadata"], "内容描述/日期"), metadata.element(item["metadata"], "档号/年度")
        if day[:4] != year:
            yield f"{item['code']}：日期 {day} 与年度 {year} 不一致"
        if filed and day > filed:
            yield f"{item['code']}：日期 {day} 晚于归档日期 {filed}"
        if metadata.element(item["metadata"], "形式特征/页数") in ("", "0"):
            yield f"{item['code']}：没有页数"


def characters(holding: Holding, judges: Judges) -> Outcome:
    """1-6: no control characters, no lone surrogates, no markup."""
    found = [(str(item["code"]), path, value) for item in holding.items for path, value in metadata.flat(item["metadata"])]
    return judged((f"{code} {path} 含特殊字符或标记" for code, path, value in found if _special(value)), f"核对 {len(found)} 项")


def _special(value: str) -> bool:
    return any(unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") for sign in value) or _MARKUP.search(value) is not None


def codes(holding: Holding, judges: Judges) -> Outcome:
    """1-7: each code is written as DA/T 22 says, and its parts are those of the metadata."""
    return judged((fault for item in holding.items for fault in _code_faults(item)), f"核对档号 {len(holding.items)} 个")


def _code_faults(item: Mapping[str, Any]) -> Iterator[str]:
    code = str(item["code"])
    match = _CODE.fullmatch(code)
    if match is None:
        yield f"档号 {code} 不合规则（全宗号-门类·年度-期限-机构-件号）"
        return
    described = item["metadata"]
    wanted = {
        "fonds": metadata.element(described, "档号/全宗号"), "year": metadata.element(described, "档号/年度"), "unit": metadata.element(described, "档号/机构或问题"),
        "retention": _LETTERS.get(metadata.element(described, "档号/保管期限"), ""), "n": metadata.element(described, "档号/室编件号").zfill(4),
    }  # fmt: skip
    for part, value in wanted.items():
        if match[part] != value:
            yield f"档号 {code} 中的 {match[part]} 与元数据“{value}”不一致"


def repeated(holding: Holding, judges: Judges) -> Outcome:
    """1-8: no code, no document number and no original twice; titles may recur."""
    seen = Counter(("档号", str(item["code"])) for item in holding.items)
    for item in holding.items:
        number = metadata.element(item["metadata"], "内容描述/文件编号")
        original = next((str(part["sha256"]) for part in item["parts"]), "")
        seen.update([(what, value) for what, value in (("文号", number), ("正本", original)) if value])
    seen.update(("档号", str(code)) for code in holding.said["earlier"])
    titles = Counter(metadata.element(item["metadata"], "内容描述/题名") for item in holding.items)
    again = sum(1 for times in titles.values() if times > 1)
    return judged((f"{what} {value} 出现 {times} 次" for (what, value), times in seen.items() if times > 1), f"核对 {len(holding.items)} 件，题名相同的 {again} 组（文号和内容不同）")


def electronic(holding: Holding, judges: Judges) -> Outcome:
    """1-10: size and format of each file are what the metadata say, and its name has the extension of its kind."""
    return judged(_electronic_faults(holding), f"核对 {sum(1 for _ in holding.parts())} 个文件")


def _electronic_faults(holding: Holding) -> Iterator[str]:
    for _, part in holding.parts():
        path = str(part["path"])
        if path not in holding.formats:
            continue  # 1-11 says so
        size = (holding.home / path).stat().st_size
        if size != part["size"]:
            yield f"{path}：{size} 字节，元数据为 {part['size']}"
        kind = holding.formats[path]
        if kind.id != part["format"]:
            yield f"{path}：实为 {kind.zh}，元数据为 {part['format']}"


def linked(holding: Holding, judges: Judges) -> Outcome:
    """1-11: each file the metadata name is there, and is the one."""
    return judged(_link_faults(holding), f"核对 {sum(1 for _ in holding.parts())} 个文件")


def _link_faults(holding: Holding) -> Iterator[str]:
    named = set()
    for code, part in holding.parts():
        named.add(part["path"])
        found = holding.digests.get(part["path"])
        if found is None:
            yield f"{code} 的 {part['path']} 不在包里"
        elif found[0] != part["sha256"]:
            yield f"{part['path']} 与元数据所记的摘要不符"
    beside = {metadata.FILE, metadata.JOURNAL, metadata.CASE}
    yield from (f"{path} 没有在元数据中著录" for path in holding.files if path not in named | beside)


def organised(holding: Holding, judges: Judges) -> Outcome:
    """1-12: a bag that the bagit library accepts."""
    if holding.origin is Origin.FOLDER:
        return not_run("不是信息包（没有 bagit.txt），无从核对组织结构")
    return judged((fault.zh for fault in faults_of_bag(holding.root)), "BagIt 校验通过")


def as_sent(holding: Holding, judges: Judges) -> Outcome:
    """1-13: the package is, to the byte, the one recorded when it was made."""
    recorded = judges.as_sent(holding.name) if judges.as_sent else None
    if recorded is None:
        return not_run("没有这个信息包发出时的记录")
    path = holding.root / TAGS
    found = both_of_file(path)[0] if path.is_file() else "没有"
    return judged([] if found == recorded else [f"{TAGS} 的摘要为 {found}，发出时为 {recorded}"], f"与发出时一致（{recorded[:16]}…）")


TESTS: Mapping[str, Test] = {
    "fixed_information": fixed_information, "lengths": described(lengths), "types": described(types), "values": described(values),
    "reasonable": described(reasonable), "characters": described(characters), "codes": described(codes), "repeated": described(repeated),
    "electronic": described(electronic), "linked": described(linked), "organised": organised, "as_sent": as_sent,
}  # fmt: skip
