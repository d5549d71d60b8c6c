"""The signature blocks of DA/T 48: 电子签名块 over 被签名对象, and 锁定签名 over the block, so that neither can be exchanged alone.

Each signs the bytes as they stand in the file, from the `<` that opens the element to the `>` that closes it, so that anyone
can cut them out and check them without an XML library. The rule is written into the encapsulation (签名规则). This module
knows where the bytes are; keys and trust come from outside.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from pipeline.archive.eep import NAMESPACE

SIGNED, BLOCK, LOCK = "被签名对象", "电子签名块", "锁定签名"
_RULE = "对“{name}”元素在本文件中的全部字节（UTF-8，自起始标签的“<”至结束标签的“>”）签名；算法见签名算法标识，摘要用SHA-256"
_ID = "S1"
_UNUSUAL = re.compile(rb"<!--|<!DOCTYPE|<!\[CDATA\[|<\?(?!xml[\s?])")
"""What could hide a second, false element from one reader and not from another."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature as the file states it: which element, the bytes it is over, and by whom."""

    element: str
    data: bytes
    value: bytes
    algorithm: str
    certificates: tuple[bytes, ...]
    who: str
    at: str


def sign(xml: bytes, make: Callable[[bytes], bytes], *, algorithm: str, certificates: Iterable[bytes], who: str, at: str) -> bytes:
    """The encapsulation with both blocks; `make` signs bytes. Raises ValueError when it is signed already, or is none."""
    if bytes_of(xml, BLOCK) is not None or (signed := bytes_of(xml, SIGNED)) is None:
        raise ValueError("no unsigned encapsulation")
    held = tuple(certificates)
    end = xml.rindex(b"</")
    block = _element(BLOCK, [_signature("电子签名", "签名标识符", SIGNED, make(signed), algorithm, held, who, at)])
    lock = _signature(LOCK, "被锁定签名标识符", BLOCK, make(block), algorithm, held, who, at)
    return xml[:end] + block + b"\n" + _text(lock) + b"\n" + xml[end:]


def bytes_of(xml: bytes, name: str) -> bytes | None:
    """The bytes of the root's child of that name, as they stand in the file; None when there is none.

    What was packed before may lie inside 被签名对象 with blocks of its own, so the block is looked for behind it.
    """
    behind = 0 if name == SIGNED else max(xml.rfind(f"{SIGNED}>".encode()), 0)
    opening = re.compile(rb"<((?:[\w.-]+:)?)" + name.encode() + rb"(?=[\s>/])").search(xml, behind)
    if opening is None:
        return None
    closing = b"</" + opening[1] + name.encode() + b">"
    end = xml.rfind(closing)
    return xml[opening.start() : end + len(closing)] if end > opening.start() else None


def signatures(xml: bytes) -> Iterator[Signature]:
    """The signatures of an encapsulation. Raises ValueError when it is written so that two readers could read it differently."""
    if _UNUSUAL.search(xml):
        raise ValueError("封装包中有注释、文档类型声明、CDATA或处理指令，可能掩盖内容，不予核验")
    document = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    for parent, over in ((BLOCK, SIGNED), (LOCK, BLOCK)):
        for node in document.findall(f"{_q(parent)}/{_q('电子签名')}" if parent == BLOCK else _q(LOCK)):
            data = bytes_of(xml, over)
            if data is None:
                raise ValueError(f"找不到签名所指的“{over}”")
            yield Signature(
                over, data, base64.b64decode(node.findtext(_q("签名结果")) or ""), str(node.findtext(_q("签名算法标识")) or ""),
                tuple(base64.b64decode(each.text or "") for each in node.findall(f"{_q('证书块')}/{_q('证书')}")),
                str(node.findtext(_q("签名人")) or ""), str(node.findtext(_q("签名时间")) or ""),
            )  # fmt: skip


def _signature(name: str, identifier: str, over: str, value: bytes, algorithm: str, certificates: tuple[bytes, ...], who: str, at: str) -> Any:
    node = etree.Element(_q(name), nsmap={"eep": NAMESPACE})
    for label, text in (
        (identifier, _ID), ("签名规则", _RULE.format(name=over)), ("签名时间", at), ("签名人", who), ("签名结果", base64.b64encode(value).decode()),
    ):  # fmt: skip
        etree.SubElement(node, _q(label)).text = text
    block = etree.SubElement(node, _q("证书块"))
    for each in certificates:
        etree.SubElement(block, _q("证书")).text = base64.b64encode(each).decode()
    etree.SubElement(node, _q("签名算法标识")).text = algorithm
    return node


def _element(name: str, children: list[Any]) -> bytes:
    node = etree.Element(_q(name), nsmap={"eep": NAMESPACE})
    node.extend(children)
    return _text(node)


def _text(node: Any) -> bytes:
    return bytes(etree.tostring(node, encoding="UTF-8"))


def _q(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
