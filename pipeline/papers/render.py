"""Fills the DOCX templates of what the authority issues. The only module that knows docxtpl (names.py
reads the same templates with Jinja's parser).

A template is patched (docxtpl's own patching) and compiled once; rendering is then about a millisecond and gives
the same bytes for the same context. Data is never code: autoescape, an immutable sandbox, strict names, a time
limit, and control characters are taken out of every string. What is left as risk: a clerk who may edit templates
may print any value of the context; nothing else of the machine can be reached.
"""

from __future__ import annotations

import io
import re
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, UndefinedError
from jinja2 import Template as JinjaTemplate
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from pipeline.errors import PackError
from pipeline.papers.lines import settle_signature
from pipeline.papers.wording import FILTERS

TEXT_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
CORE = "docProps/core.xml"
MOMENT = (2026, 1, 1, 0, 0, 0)
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff\u2028\u2029]")
LONGEST_PRODUCT = 100_000


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja with strict names, no huge products, and a time limit looked at on every call and loop over `range`."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.filters.update(FILTERS)
        self.globals = {"range": self._range}
        self._thread = threading.local()

    def start(self, seconds: float) -> None:
        """Give the render that begins now in this thread `seconds` of time."""
        self._thread.until = time.monotonic() + seconds

    def look(self) -> None:
        """Raise TimeoutError when the time is up."""
        if time.monotonic() > getattr(self._thread, "until", float("inf")):
            raise TimeoutError

    def _range(self, *ends: int) -> Iterator[int]:
        numbers = range(*ends)
        if len(numbers) > LONGEST_PRODUCT:
            raise SecurityError("range is too long")
        for number in numbers:
            self.look()
            yield number

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """As Jinja's, after looking at the time."""
        self.look()
        return super().call(*args, **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """`*` and `**` only between small numbers."""
        for number in (left, right):
            if not isinstance(number, int | float | Decimal) or number > LONGEST_PRODUCT or number < -LONGEST_PRODUCT:
                raise SecurityError(f"{operator} is for small numbers only")
        if operator == "**" and right > 10:
            raise SecurityError("** is for small exponents only")
        return super().call_binop(context, operator, left, right)


def clean(value: Any) -> Any:
    """A copy of context data without control characters (form feed, bell …) that would break page or paragraph."""
    if isinstance(value, str):
        return value if value.isprintable() else UNWANTED.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, dict | Mapping):  # dict first: it is what there nearly always is, and quickly told
        return {key: clean(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [clean(inner) for inner in value]
    return value


def _text_of(xml: str) -> str:
    return re.sub(r"<[^>]+>", "", xml).strip()


def _near(source: str, line: int) -> str:
    """The words of the template around a line of its XML, so that a clerk can find the place in Word."""
    lines = source.splitlines()
    words = _text_of(lines[line - 1]) if 0 < line <= len(lines) else ""
    return words[:80]


class Template:
    """One compiled DOCX template. Safe to render from several threads."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.environment = Sandbox()
        self.sources: list[tuple[str, str]] = []
        """Part name and patched Jinja source of every part that has tags."""
        self._static: list[tuple[str, bytes]] = []
        self._parts: list[tuple[str, JinjaTemplate]] = []
        self._docxtpl: Any = None

    @classmethod
    def load(cls, data: bytes, name: str = "template.docx") -> Template:
        """Patch and compile a template. Raises PackError naming the template and the words near the fault."""
        template = cls(name)
        try:
            template._docxtpl = DocxTemplate(io.BytesIO(data))
            template._docxtpl.init_docx()
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                for part in sorted(package.namelist()):
                    template._add(part, package.read(part))
        except (zipfile.BadZipFile, KeyError, ValueError, etree.XMLSyntaxError) as trouble:
            raise PackError(
                f"模板 {name} 不是完好的 DOCX 文件（{trouble}），无法制发公文；请用 Word 重新保存或从备份恢复",
                f"template {name} is not a whole DOCX file ({trouble}); save it again in Word or restore it",
            ) from trouble
        return template

    def _add(self, part: str, data: bytes) -> None:
        if not TEXT_PARTS.fullmatch(part) and part != CORE:
            self._static.append((part, data))
            return
        xml = etree.tostring(etree.fromstring(data), encoding="unicode")
        if part != CORE:
            xml = self._docxtpl.patch_xml(xml)
        if "{{" not in xml and "{%" not in xml and part != "word/document.xml":
            self._static.append((part, data))
            return
        xml = re.sub(r"<w:p([ >])", r"\n<w:p\1", xml)
        try:
            self._parts.append((part, self.environment.from_string(xml)))
            self.sources.append((part, xml))
        except TemplateSyntaxError as trouble:
            near = _near(xml, trouble.lineno)
            raise PackError(
                f"模板 {self.name} 第“{near}”处的标记写错了（{trouble.message}）；请在 Word 中改正该标记",
                f"template {self.name}: bad tag near “{near}”: {trouble.message}",
            ) from trouble

    def render(self, context: Mapping[str, Any], seconds: float = 10.0) -> bytes:
        """The DOCX for `context`; the same context gives the same bytes.

        Raises PackError naming template and variable when a name is unknown, a filter gets what it cannot use, the
        sandbox refuses, `seconds` are over, or the outcome is not XML.
        """
        cleaned = clean(context)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as package:
            for part, data in self._static:
                _write(package, part, data)
            for part, compiled in self._parts:
                _write(package, part, self._part(part, compiled, cleaned, seconds))
        return stream.getvalue()

    def _part(self, part: str, compiled: JinjaTemplate, context: Mapping[str, Any], seconds: float) -> bytes:
        xml = self._fill(compiled, context, seconds)
        if part != CORE:
            xml = re.sub(r"\n<w:p([ >])", r"<w:p\1", xml)
            if any(mark in xml for mark in "\n\t\a"):
                xml = self._docxtpl.resolve_listing(xml)
        try:
            tree = etree.fromstring(xml.encode())
        except etree.XMLSyntaxError as trouble:
            raise self._fault("填充后不再是合法的文档", "does not give a valid document", str(trouble)) from trouble
        if part == "word/document.xml":
            settle_signature(tree)
        return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))

    def _fill(self, compiled: JinjaTemplate, context: Mapping[str, Any], seconds: float) -> str:
        environment = self.environment
        environment.start(seconds)
        pieces = []
        try:
            for piece in compiled.generate(context):
                environment.look()
                pieces.append(piece)
        except TimeoutError as trouble:
            raise self._fault("运行超过时限", "took too long", f"{seconds} s") from trouble
        except UndefinedError as trouble:
            raise self._fault("用到了没有给出的变量", "uses a name it was not given", str(trouble)) from trouble
        except SecurityError as trouble:
            raise self._fault("用了不允许的写法", "does what templates may not do", str(trouble)) from trouble
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as trouble:
            raise self._fault("填充失败", "could not be filled", str(trouble)) from trouble
        return "".join(pieces)

    def _fault(self, zh: str, en: str, what: str) -> PackError:
        return PackError(
            f"模板 {self.name} {zh}：{what}。公文不能缺项制发；请对照模板变量表改正模板",
            f"template {self.name} {en}: {what}; mend the template against the list of variables",
        )


def _write(package: zipfile.ZipFile, part: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(part, MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    package.writestr(entry, data, compresslevel=6)
