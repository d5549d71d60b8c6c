"""完整性 (DA/T 70 2-1 to 2-11): counts, elements, course of business, numbers without a gap, annexes, scope."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pipeline.archive import eep, metadata
from pipeline.archive.extract import scope_of
from pipeline.archive.holding import Holding, Origin
from pipeline.archive.judges import Judges, Outcome, Status, Test, described, judged, not_run

ORIGINAL, ANNEX = "正本", "附件"
_OXUM = re.compile(r"(\d+)\.(\d+)")
_OF_ISSUED = ("拟稿", "签发", "用印签名", "归档")
_OF_RECEIVED = ("收文登记", "归档")


def item_count(holding: Holding, judges: Judges) -> Outcome:
    """2-1: as many items as the list of transfer says."""
    wanted, found = holding.said["counts"].get("items"), len(holding.items)
    return judged([] if wanted == found else [f"移交 {wanted} 件，实有 {found} 件"], f"{found} 件")


def byte_count(holding: Holding, judges: Judges) -> Outcome:
    """2-2: as many bytes as the metadata and bag-info.txt say."""
    return judged(_byte_faults(holding), f"{_bytes(holding)} 字节") if _oxum(holding) or holding.said else _no_list(holding)


def file_count(holding: Holding, judges: Judges) -> Outcome:
    """2-11: as many files as the metadata and bag-info.txt say."""
    return judged(_file_faults(holding), f"{len(holding.files)} 个文件") if _oxum(holding) or holding.said else _no_list(holding)


def _no_list(holding: Holding) -> Outcome:
    return not_run(f"没有移交清单可核对；实有 {len(holding.files)} 个文件，{_bytes(holding)} 字节")


def _bytes(holding: Holding) -> int:
    return sum((holding.home / path).stat().st_size for path in holding.files)


def _oxum(holding: Holding) -> tuple[int, int] | None:
    match = _OXUM.fullmatch(holding.info.get("Payload-Oxum", ""))
    return (int(match[1]), int(match[2])) if match else None


def _byte_faults(holding: Holding) -> Iterator[str]:
    if (oxum := _oxum(holding)) and oxum[0] != _bytes(holding):
        yield f"bag-info.txt 记 {oxum[0]} 字节，实有 {_bytes(holding)} 字节"
    if holding.said:
        named = {part["path"] for _, part in holding.parts()}
        found = sum((holding.home / path).stat().st_size for path in holding.files if path in named)
        if found != holding.said["counts"].get("bytes"):
            yield f"元数据记 {holding.said['counts'].get('bytes')} 字节，实有 {found} 字节"


def _file_faults(holding: Holding) -> Iterator[str]:
    if (oxum := _oxum(holding)) and oxum[1] != len(holding.files):
        yield f"bag-info.txt 记 {oxum[1]} 个文件，实有 {len(holding.files)} 个"
    if holding.said:
        found = len({part["path"] for _, part in holding.parts()} & set(holding.files))
        if found != holding.said["counts"].get("files"):
            yield f"元数据记 {holding.said['counts'].get('files')} 个文件，实有 {found} 个"


def elements(holding: Holding, judges: Judges) -> Outcome:
    """2-3: nothing in the metadata but elements of the scheme, and every mandatory element is there."""
    known = metadata.scheme()
    strange = (f"{item['code']} 的“{path}”不是 DA/T 46 的元数据项" for item in holding.items for path, _ in metadata.flat(item["metadata"]) if path not in known)
    return judged(strange, f"核对 {len(known)} 个元数据项")


def mandatory(holding: Holding, judges: Judges) -> Outcome:
    """2-4: what must be filled in is."""
    wanted = [path for path, rule in metadata.scheme().items() if rule.get("must")]
    missing = (f"{item['code']} 缺 {path}" for item in holding.items for path in wanted if not metadata.element(item["metadata"], path))
    return judged(missing, f"必填 {len(wanted)} 项")


def process(holding: Holding, judges: Judges) -> Outcome:
    """2-5: drafted, issued, sealed, filed for what went out; registered and filed for what came in; in this order of time."""
    return judged((fault for item in holding.items for fault in _process_faults(holding, str(item["code"]))), f"核对 {len(holding.items)} 件的办理过程，共 {len(holding.said['business'])} 步")


def _process_faults(holding: Holding, code: str) -> Iterator[str]:
    rows = [row for row in holding.said["business"] if row.get("item") == code]
    acts = [str(row.get("act")) for row in rows]
    wanted = _OF_ISSUED if "拟稿" in acts or "签发" in acts else _OF_RECEIVED
    for act in wanted:
        if act not in acts:
            yield f"{code} 的过程信息缺“{act}”"
    first = [next(str(row["at"]) for row in rows if row["act"] == act) for act in wanted if act in acts]
    if first != sorted(first):
        yield f"{code} 的办理步骤时间先后颠倒"


def continuous(holding: Holding, judges: Judges) -> Outcome:
    """2-6: within a package the item numbers of each lowest class follow one another."""
    classes: dict[str, list[int]] = {}
    for item in holding.items:
        head, _, n = str(item["code"]).rpartition("-")
        classes.setdefault(head, []).append(int(n))
    gaps = (f"{head} 的件号 {sorted(numbers)} 不连续" for head, numbers in classes.items() if sorted(numbers) != list(range(min(numbers), min(numbers) + len(numbers))))
    return judged(gaps, "；".join(f"{head}：{min(numbers):04d}—{max(numbers):04d}" for head, numbers in sorted(classes.items())))


def content(holding: Holding, judges: Judges) -> Outcome:
    """2-7: each item has an original that is not empty, opens, and has the pages it should."""
    faults, waiting = [], []
    for item in holding.items:
        originals = [part for part in item["parts"] if part["role"] == ORIGINAL and part["path"] in holding.files]
        if not originals:
            faults.append(f"{item['code']} 没有正本")
        for part in item["parts"]:
            if part["path"] in holding.files and (holding.home / part["path"]).stat().st_size == 0:
                faults.append(f"{part['path']} 是空文件")
        for part in originals:
            said = judges.reader(holding.home / part["path"]) if judges.reader else not_run("没有读取 PDF 的程序")
            if said.status is Status.NOT_RUN:
                waiting.append(f"{part['path']}：{'；'.join(said.evidence)}")
            elif said.status is Status.FAIL:
                faults.append(f"{part['path']}：{'；'.join(said.evidence)}")
            elif f"页数 {part.get('pages')}" not in said.evidence:
                faults.append(f"{part['path']}：{said.evidence[0]}，元数据为 {part.get('pages')}")
    return not_run(*waiting[:6]) if waiting and not faults else judged(faults, f"打开正本 {len(holding.items)} 件，页数相符")


def annexes(holding: Holding, judges: Judges) -> Outcome:
    """2-8: as many annexes as the item names, each in its place."""
    faults = []
    for item in holding.items:
        found = sum(part["role"] == ANNEX and part["path"] in holding.files for part in item["parts"])
        if found != item.get("annexes", 0):
            faults.append(f"{item['code']} 应有附件 {item.get('annexes', 0)} 个，实有 {found} 个")
    return judged(faults, f"附件 {sum(int(item.get('annexes', 0)) for item in holding.items)} 个")


def scope(holding: Holding, judges: Judges) -> Outcome:
    """2-9: everything the journal's extract knows of the case is filed, was filed before, or is left out with a reason."""
    path = holding.home / metadata.JOURNAL
    if not path.is_file():
        return not_run("没有日志摘录，不知道本案应有哪些文件")
    known, covered = scope_of(path.read_bytes())
    left = {str(row.get("ref")) for row in holding.said["left_out"] if row.get("reason")}
    return judged((f"{ref} 没有归档，也没有写明理由" for ref in sorted(known - covered - left)), f"本案文件 {len(known)} 件：归档 {len(known & covered)}，写明理由不归档 {len(known & left)}")


def package_metadata(holding: Holding, judges: Judges) -> Outcome:
    """2-10: each item gives an encapsulation that is valid under the schema of DA/T 48."""
    faults = [f"{item['code']}：{fault}" for item in holding.items for fault in eep.faults_of(eep.encapsulate(holding, item, inline=False))]
    return judged(faults, f"导出 DA/T 48 封装包 {len(holding.items)} 个，均通过结构校验")


def only_ours(test: Test) -> Test:
    """A test of a bag or a described package; a plain folder has nothing to compare with."""

    def guarded(holding: Holding, judges: Judges) -> Outcome:
        return _no_list(holding) if holding.origin is Origin.FOLDER else test(holding, judges)

    return guarded


TESTS: Mapping[str, Test] = {
    "item_count": described(item_count), "byte_count": only_ours(byte_count), "file_count": only_ours(file_count), "elements": described(elements),
    "mandatory": described(mandatory), "process": described(process), "continuous": described(continuous), "content": described(content),
    "annexes": described(annexes), "scope": described(scope), "package_metadata": described(package_metadata),
}  # fmt: skip
