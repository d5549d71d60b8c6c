"""The words of every finding of the screens: what is wrong, why it matters, what to do, in Chinese and English.

The screens rest on no article of a law: they keep the office whole (source: design).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.model import Finding, Severity


@dataclass(frozen=True, slots=True)
class Words:
    """One rule's words; `{file}`, `{detail}`, `{limit}` are filled in. `hostile`: set aside for a person, not returned."""

    zh: str
    en: str
    repair_zh: str
    repair_en: str
    severity: Severity = Severity.ERROR
    hostile: bool = False


_CLEAN = ("请在本单位电脑上重新制作该文件，去掉上述内容后再提交。", "Make the file anew on your own computer without this, and submit it again.")
_ZIP = ("请改用 Windows“发送到→压缩(zipped)文件夹”重新打包，或者直接提交文件夹。", "Pack it again with Windows' own ZIP, or submit the folder itself.")
_NAME = ("请把文件改成普通名称（汉字、字母、数字）后再提交。", "Rename the file with plain letters, characters and digits.")
_PDF = ("请用“打印→另存为 PDF”重新生成该文件后再提交。", "Print the file to PDF again and submit the new one.")
_DOCX = ("请用 WPS 或 Word 打开，选“另存为→Word 文档(*.docx)”后再提交。", "Open it in WPS or Word, save it as .docx, and submit that.")
W, I_ = Severity.WARNING, Severity.INFO

WORDS: dict[str, Words] = {
    "empty_file": Words("“{file}”是空文件（0 字节），可能没有传完。", "“{file}” is empty (0 bytes); the copy may have been cut off.", "请重新复制该文件。", "Copy the file again."),
    "empty_drop": Words("提交的文件夹或压缩包里没有文件。", "The folder or archive holds no file.", "请放入填好的表单和附件后再提交。", "Put the filled-in form and its attachments in, and submit again."),
    "too_large": Words("“{file}”超过 {limit}，系统不接收。", "“{file}” is larger than {limit}.", "请压缩图片、拆分附件后再提交。", "Reduce pictures or split the attachment."),
    "too_many": Words("一次提交的文件超过 {limit} 个。", "More than {limit} files in one submission.", "请合并同类附件（例如合成一个 PDF）后再提交。", "Merge attachments of one kind into one PDF."),
    "too_deep": Words("“{file}”的文件夹层数超过 {limit} 层。", "“{file}” lies deeper than {limit} folders.", "请减少文件夹层数。", "Use fewer levels of folders."),
    "long_name": Words("“{file}…”的名称或路径太长（上限 {limit}），在共享文件夹中会打不开。", "The name or path of “{file}…” is too long (limit {limit}) for a shared folder.", "请缩短文件名。", "Shorten the name."),
    "zip_broken": Words("压缩文件“{file}”打不开或已损坏。", "The archive “{file}” is broken or cannot be opened.", *_ZIP),
    "zip_bomb": Words("“{file}”解压后异常巨大或各部分互相重叠，疑似恶意文件，已隔离。", "“{file}” unpacks to an abnormal size or its parts overlap; it may be malicious and was set aside.", *_ZIP, hostile=True),
    "zip_nested": Words("“{file}”是压缩包里的压缩包，系统无法检查里面的内容。", "“{file}” is an archive inside a submission; what is in it cannot be checked.", "请先解压，把里面的文件直接放入提交的文件夹。", "Unpack it and put its files into the folder you submit."),
    "zip_encrypted": Words("“{file}”设了解压密码，系统无法检查和归档。", "“{file}” is password-protected; it can be neither checked nor archived.", "请去掉密码后重新打包。", "Pack it again without a password."),
    "zip_method": Words("“{file}”使用了不支持的压缩方法。", "“{file}” uses an unsupported compression method.", *_ZIP),
    "path_trick": Words("文件名“{file}”含有越出文件夹的路径，可能覆盖别处文件，已隔离。", "The name “{file}” leads out of its folder and might overwrite other files; it was set aside.", *_ZIP, hostile=True),
    "bad_name": Words("文件名“{file}”在 Windows 共享文件夹中不能使用（{detail}）。", "The name “{file}” cannot be used on a Windows share ({detail}).", *_NAME),
    "hidden_name": Words("文件名“{file}”含有看不见的字符，可能把一种文件伪装成另一种，已隔离。", "The name “{file}” holds invisible characters that may disguise the file; it was set aside.", *_NAME, hostile=True),
    "lookalike_suffix": Words("文件“{file}”的扩展名（{detail}）用了形似字母，可能是伪装，已隔离。", "The suffix of “{file}” ({detail}) uses look-alike letters; it was set aside.", *_NAME, hostile=True),
    "name_collision": Words("“{file}”与“{detail}”在 Windows 上是同一个名称，会互相覆盖。", "“{file}” and “{detail}” are one name on Windows and would overwrite each other.", "请改成不同的名称。", "Give them different names."),
    "link": Words("“{file}”是快捷链接（符号链接），不是文件本身。", "“{file}” is a symbolic link, not the file itself.", "请复制文件本身。", "Copy the file itself.", hostile=True),
    "hard_link": Words("“{file}”与别处文件共用同一份数据（硬链接），收件后仍可能被改动。", "“{file}” shares its data with another file (hard link) and could still change after receipt.", "请重新复制一份再提交。", "Make a real copy and submit that.", hostile=True),
    "special_file": Words("“{file}”不是普通文件（设备或管道）。", "“{file}” is not a regular file (device or pipe).", "请只提交普通文件。", "Submit regular files only.", hostile=True),
    "sparse_file": Words("“{file}”大部分是空洞（稀疏文件），疑似没有传完。", "“{file}” is mostly a hole (sparse file); the copy may be incomplete.", "请重新复制该文件。", "Copy the file again."),
    "unreadable": Words("“{file}”读不出来（{detail}）。", "“{file}” cannot be read ({detail}).", "请打开文件确认内容正常，重新保存后再提交。", "Open the file, make sure it is whole, save it again and submit it."),
    "program": Words("“{file}”是程序或脚本，不是材料，已隔离。", "“{file}” is a program or script, not a document; it was set aside.", "请提交 .docx、.pdf 等材料文件；如非本人放入，请用杀毒软件检查电脑。", "Submit documents; if you did not put it there, check your computer for malware.", hostile=True),
    "name_mismatch": Words("“{file}”的扩展名与内容不符（内容是 {detail}）。", "“{file}” is not what its suffix says (its content is {detail}).", "请用原来的软件打开，另存为正确的格式后再提交。", "Open it in the program it was made with and save it in the right format."),
    "unknown_type": Words("不认识“{file}”的文件格式，以后可能无法打开和归档。", "The format of “{file}” is not known; it may not open in later years.", "请转成 PDF 后再提交。", "Turn it into PDF and submit that."),
    "old_format": Words("“{file}”是旧版 Office 文件（.doc/.xls/.ppt），可能带宏，系统不读取。", "“{file}” is an Office file of before 2007 (.doc/.xls/.ppt); it may carry macros and is not read.", "请打开后选“另存为”：文字用 .docx，表格用 .xlsx，附件也可以存为 PDF。", "Open it and save as .docx, .xlsx, or PDF for an attachment."),
    "wps_format": Words("“{file}”是 WPS 专用格式（.wps/.et/.dps），系统不读取。", "“{file}” is in WPS' own format (.wps/.et/.dps), which is not read.", *_DOCX),
    "rar_format": Words("“{file}”是 {detail} 压缩包，系统不能解开。", "“{file}” is a {detail} archive, which is not unpacked here.", "请先解压，然后直接提交文件夹，或改用 .zip 打包。", "Unpack it and submit the folder, or pack it as .zip."),
    "ofd_form": Words("“{file}”是 OFD 版式文件，只能作附件，不能作为填报表单。", "“{file}” is an OFD file: good as an attachment, not as a form to be read.", "请用本办发布的 .docx 或可填写 PDF 表单填报，OFD 作为附件放在同一文件夹。", "Fill in the .docx or PDF form and put the OFD beside it in one folder."),
    "ofd_attachment": Words("附件“{file}”是 OFD 文件，原样保存，系统未检查其内容。", "The attachment “{file}” is OFD; it is kept as it is, unchecked.", "建议同时附一份 PDF。", "Adding a PDF copy is advised.", W),
    "odf_format": Words("“{file}”是 OpenDocument 文件（.odt 等），系统不读取。", "“{file}” is an OpenDocument file, which is not read.", "请用 WPS、Word 或 LibreOffice 另存为 .docx（附件可存为 PDF）。", "Save it as .docx (or PDF for an attachment)."),
    "rtf_format": Words("“{file}”是 RTF 文件，可能带嵌入对象，系统不读取。", "“{file}” is an RTF file, which may embed objects and is not read.", *_DOCX),
    "html_format": Words("“{file}”是网页文件，可能带脚本，系统不接收。", "“{file}” is a web page, which may carry scripts.", *_PDF),
    "locked_office": Words("“{file}”设了打开密码，系统无法读取和归档。", "“{file}” is protected by a password and can be neither read nor archived.", "请在“文件→信息→保护文档”中去掉密码，另存后再提交。", "Remove the password (File, Info, Protect) and save it again."),
    "macro": Words("“{file}”含有宏（程序代码），已隔离。", "“{file}” contains macros (program code); it was set aside.", "请另存为不带宏的 .docx / .xlsx 后再提交。", "Save it as .docx or .xlsx without macros.", hostile=True),
    "external_link": Words("“{file}”引用了外部内容（{detail}），打开时会联网或读取别处文件，已隔离。", "“{file}” refers to outside content ({detail}), which would be fetched on opening; it was set aside.", "请把图片等内容直接插入文件（不用链接），断开模板和链接后再提交。", "Insert pictures instead of linking them; detach the template; save again.", hostile=True),
    "embedded_object": Words("“{file}”内嵌了其他文件或控件（{detail}），系统无法检查。", "“{file}” embeds other files or controls ({detail}) that cannot be checked.", "请把嵌入的内容另存为单独的附件，并从文件中删除。", "Save embedded content as separate attachments and delete it from the file.", hostile=True),
    "xml_entities": Words("“{file}”的内部结构含有实体定义（DTD），正常软件不会产生，已隔离。", "“{file}” contains entity definitions (DTD) that no usual program writes; it was set aside.", *_CLEAN, hostile=True),
    "docx_broken": Words("“{file}”不是完整的 Office 文件（{detail}），可能没有传完。", "“{file}” is not a whole Office file ({detail}); the copy may have been cut off.", "请用 WPS 或 Word 打开确认，重新保存后再提交。", "Open it in WPS or Word, save it again and submit it."),
    "pdf_broken": Words("PDF“{file}”已损坏或没有传完（{detail}）。", "The PDF “{file}” is broken or cut off ({detail}).", *_PDF),
    "pdf_encrypted": Words("PDF“{file}”加了密码或权限限制，无法读取和归档。", "The PDF “{file}” is encrypted and can be neither read nor archived.", "请去掉密码和限制后重新保存。", "Remove password and restrictions and save it again."),
    "pdf_active": Words("PDF“{file}”含有脚本或自动动作（{detail}），已隔离。", "The PDF “{file}” contains scripts or automatic actions ({detail}); it was set aside.", *_PDF, hostile=True),
    "pdf_embedded": Words("PDF“{file}”内嵌了文件或多媒体（{detail}），系统无法检查。", "The PDF “{file}” embeds files or media ({detail}) that cannot be checked.", "请把内嵌的文件另存为单独的附件，重新生成 PDF。", "Save what is embedded as separate attachments and make the PDF anew.", hostile=True),
    "pdf_xfa": Words("PDF“{file}”是 XFA 动态表单，不是本办的表单，系统无法读取。", "The PDF “{file}” is an XFA form, which cannot be read.", "请下载本办发布的表单重新填写。", "Use the form this office publishes."),
    "data_broken": Words("数据文件“{file}”格式有误（{detail}）。", "The data file “{file}” is not well-formed ({detail}).", "请检查括号、引号和缩进，编码用 UTF-8。", "Check brackets, quotes and indents; use UTF-8."),
    "data_trick": Words("数据文件“{file}”含有不允许的写法（{detail}），可能耗尽系统资源。", "The data file “{file}” uses what is not allowed ({detail}) and might exhaust the system.", "请只写普通的键和值，不用标签、锚点、别名和过深的嵌套。", "Write plain keys and values: no tags, anchors, aliases or deep nesting.", hostile=True),
}  # fmt: skip

HOSTILE: frozenset[str] = frozenset(rule for rule, words in WORDS.items() if words.hostile) | {"reading_gave_up"}
"""Rules (of the screens, and the reader's own giving up) whose finding means: set the drop aside for a person (异常), rather than return it."""


def note(rule: str, file: str, *, detail: str = "", limit: object = "") -> Finding:
    """The finding of a screening rule about one file. Raises KeyError for a rule without words."""
    words = WORDS[rule]
    fill = {"file": file, "detail": detail, "limit": limit}
    return Finding(
        rule=rule, severity=words.severity, zh=words.zh.format(**fill), en=words.en.format(**fill), place=file,
        value=detail, repair_zh=words.repair_zh, repair_en=words.repair_en,
    )  # fmt: skip


def hostile(findings: Iterable[Finding]) -> bool:
    """Whether any finding calls for setting the drop aside (quarantine) instead of returning it."""
    return any(finding.rule in HOSTILE for finding in findings)
