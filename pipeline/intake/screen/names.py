"""Names of files and folders: what must not be there, and how ZIP names are read back into Chinese.

Residual risk: letters of different scripts that look alike inside a stem (not the suffix) are let through; nothing here
decides anything by a stem.
"""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator

from pipeline.intake.screen.kinds import PROGRAM_SUFFIXES, suffix_of
from pipeline.intake.screen.limits import Limits
from pipeline.intake.screen.notes import note
from pipeline.model import Finding

_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_IGNORED = re.compile(
    r"~\$.*|\.~lock\..*|\.~.*|thumbs\.db|desktop\.ini|\.ds_store|__macosx|\._.*|\..*|.*\.(?:tmp|part|crdownload|filepart|partial)",
    re.IGNORECASE,
)
HIDDEN_CHARACTERS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad\u180e\U000e0000-\U000e007f]")
"""Zero-width and direction-changing characters: they make a name or a text look like another."""
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_UTF8_FLAG = 0x800


def ignored(name: str) -> bool:
    """Whether a path is a by-product of Office, Windows or macOS that is passed over (`~$…`, `Thumbs.db`, `__MACOSX/…`)."""
    return any(part not in (".", "..") and _IGNORED.fullmatch(part) for part in name.split("/"))


def zip_name(info: zipfile.ZipInfo) -> str:
    """The name of a ZIP entry as its writer meant it: the UTF-8 flag, the Unicode extra field, UTF-8, else GBK.

    Windows' own ZIP and old WinRAR write names in GBK without saying so; Python reads those as code page 437.
    """
    if info.flag_bits & _UTF8_FLAG:
        return info.orig_filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.orig_filename
    told = _unicode_extra(info.extra, raw)
    if told is not None:
        return told
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename


def _unicode_extra(extra: bytes, raw: bytes) -> str | None:
    """The name in an Info-ZIP Unicode Path field (0x7075), when it belongs to these raw bytes."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + size]
        if kind == 0x7075 and len(body) > 5 and struct.unpack_from("<I", body, 1)[0] == zlib.crc32(raw):
            try:
                return body[5:].decode("utf-8")
            except UnicodeDecodeError:
                return None
        at += 4 + size
    return None


def is_link(info: zipfile.ZipInfo) -> bool:
    """Whether a ZIP entry is a symbolic link or another thing that is neither file nor folder."""
    mode = info.external_attr >> 16
    return bool(mode) and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR)


def screen_path(path: str, limits: Limits) -> Iterator[Finding]:
    """Findings about one path inside a drop (parts separated by '/')."""
    shown = visible(path)
    parts = path.split("/")
    if path.startswith("/") or re.match(r"[A-Za-z]:", path) or "\\" in path or any(part in ("", ".", "..") for part in parts):
        yield note("path_trick", shown)
        return
    for part in parts:
        if _RESERVED.fullmatch(part) or part != part.rstrip(" .") or _FORBIDDEN.search(part) or not _writable(part):
            yield note("bad_name", shown, detail=visible(part))
        if HIDDEN_CHARACTERS.search(part):
            yield note("hidden_name", shown)
        if len(part.encode("utf-8", "replace")) > limits.name_bytes:
            yield note("long_name", shown[:80], limit=limits.name_bytes)
    if len(parts) > limits.depth:
        yield note("too_deep", shown, limit=limits.depth)
    if len(path) > limits.path_characters:
        yield note("long_name", shown[:80], limit=limits.path_characters)
    yield from _screen_suffix(parts[-1], shown)


def _screen_suffix(name: str, shown: str) -> Iterator[Finding]:
    suffix = name[name.rfind(".") :] if "." in name else ""
    plain = suffix_of(name)
    if plain in PROGRAM_SUFFIXES:
        yield note("program", shown)
    elif suffix and any(c.isalpha() and not c.isascii() for c in suffix) and (_mixed(suffix) or plain != suffix.lower()):
        yield note("lookalike_suffix", shown, detail=visible(suffix))


def _mixed(suffix: str) -> bool:
    """Whether a suffix holds Greek, Cyrillic or the like, which pass for Latin letters."""
    return any(unicodedata.name(c, "").split(" ")[0] in ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "LATIN") for c in suffix if not c.isascii())


def _writable(text: str) -> bool:
    """Whether a name can be written in UTF-8 (a lone surrogate cannot)."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def visible(text: str) -> str:
    """A name as it may be shown: hidden and control characters spelled out."""
    return "".join(c if c.isprintable() and not HIDDEN_CHARACTERS.match(c) else f"<U+{ord(c):04X}>" for c in text)[:240]


def clean_name(path: str) -> str:
    """The one form of a path used everywhere: NFC, parts separated by '/'."""
    return unicodedata.normalize("NFC", path)


def collisions(names: Iterable[str]) -> Iterator[Finding]:
    """Findings for names that a Windows share would take for one another (case, composed or decomposed letters)."""
    seen: dict[str, str] = {}
    for name in names:
        key = unicodedata.normalize("NFC", name).casefold()
        if key in seen:
            yield note("name_collision", visible(name), detail=visible(seen[key]))
        seen.setdefault(key, name)
