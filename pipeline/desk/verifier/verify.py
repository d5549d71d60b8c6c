"""核验本证据包；只用 Python 标准库，不联网：python3 verify.py [文件夹]
Checks this evidence package with nothing but the Python standard library and no network: python3 verify.py [folder]

Exit code 0: all that could be checked is as it should be; 1: something is not; what could not be checked is said.
One file on purpose, however long: a copy lies in each package, and whoever gets it has nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

OK, BAD, NOT_RUN = "ok", "bad", "not_run"
P, N = 2**256 - 2**224 + 2**192 + 2**96 - 1, 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296, 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
DIGESTS = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512", "1.2.156.10197.1.401": "sm3"}
SIGNED_WITH = {
    "1.2.840.10045.4.3.2": "sha256", "1.2.840.10045.4.3.3": "sha384", "1.2.840.10045.4.3.4": "sha512",
    "1.2.840.113549.1.1.11": "sha256", "1.2.840.113549.1.1.12": "sha384", "1.2.840.113549.1.1.13": "sha512",
}  # fmt: skip
MESSAGE_DIGEST, TOKEN, EC_KEY, RSA_KEY, P256 = "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.16.2.14", "1.2.840.10045.2.1", "1.2.840.113549.1.1.1", "1.2.840.10045.3.1.7"
Point = tuple[int, int] | None
Result = tuple[str, str, str]
SM3 = "sm3" in hashlib.algorithms_available
"""Whether this Python's hashlib has SM3, which comes with OpenSSL."""


class Node(NamedTuple):
    """One DER value: tag, content, and the whole of it."""

    tag: int
    content: bytes
    whole: bytes

    def parts(self) -> list[Node]:
        """What it is made of."""
        return list(der(self.content))

    def oid(self) -> str:
        """It as a dotted object identifier."""
        first, numbers, value = self.content[0], [], 0
        for byte in self.content[1:]:
            value = value << 7 | byte & 127
            if not byte & 128:
                numbers.append(value)
                value = 0
        return ".".join(map(str, (first // 40, first % 40, *numbers)))

    def number(self) -> int:
        """It as an integer."""
        return int.from_bytes(self.content, "big", signed=True)


def der(data: bytes) -> Iterator[Node]:
    """The DER values in `data`, one after another."""
    at = 0
    while at < len(data):
        start, tag, length, at = at, data[at], data[at + 1], at + 2
        if length & 128:
            size = length & 127
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        yield Node(tag, data[at : at + length], data[start : at + length])
        at += length


class Certificate:
    """What is needed of an X.509 certificate."""

    def __init__(self, whole: bytes) -> None:
        self.whole = whole
        self.body, algorithm, signature = next(der(whole)).parts()
        self.algorithm, self.signature = algorithm.parts()[0].oid(), signature.content[1:]
        fields = [part for part in self.body.parts() if part.tag not in (0xA0, 0xA1, 0xA2, 0xA3)]
        self.serial, _, self.issuer, _, self.subject, self.key = fields[:6]

    def name(self) -> str:
        """The common name."""
        for group in self.subject.parts():
            kind, value = group.parts()[0].parts()
            if kind.oid() == "2.5.4.3":
                return value.content.decode("utf-8", "replace")
        return "?"


def _add(a: Point, b: Point) -> Point:
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def _times(factor: int, point: Point) -> Point:
    total: Point = None
    while factor:
        if factor & 1:
            total = _add(total, point)
        point, factor = _add(point, point), factor >> 1
    return total


def fits(key: Node, algorithm: str, signature: bytes, data: bytes) -> bool | None:
    """Does `signature` over `data` fit a public key? None for a kind of key this script does not know."""
    digest_name = SIGNED_WITH.get(algorithm)
    kind, bits = key.parts()
    kinds = kind.parts()
    if kinds[0].oid() == RSA_KEY and digest_name:
        modulus, exponent = (part.number() for part in next(der(bits.content[1:])).parts())
        size = (modulus.bit_length() + 7) // 8
        opened = pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big")
        oid = {"sha256": 1, "sha384": 2, "sha512": 3}[digest_name]
        digest = hashlib.new(digest_name, data).digest()
        info = bytes.fromhex(f"30{17 + len(digest):02x}300d0609608648016503040{'2'}0{oid}0500") + b"\x04" + bytes([len(digest)]) + digest
        return opened == b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    if kinds[0].oid() == EC_KEY and digest_name and kinds[1].oid() == P256:
        return _fits_p256(bits.content[1:], signature, hashlib.new(digest_name, data).digest())
    return None


def _fits_p256(point: bytes, signature: bytes, digest: bytes) -> bool:
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:65], "big")
    r, s = (part.number() for part in next(der(signature)).parts())
    if (y * y - x**3 + 3 * x - B) % P or not (0 < r < N and 0 < s < N):
        return False
    inverse = pow(s, -1, N)
    found = _add(_times(int.from_bytes(digest[:32], "big") * inverse % N, G), _times(r * inverse % N, (x, y)))
    return found is not None and found[0] % N == r


def chain(leaf: Certificate, known: Sequence[Certificate], roots: Sequence[Certificate]) -> Result:
    """Does a certificate lead to one of the roots that are in the package?"""
    current = leaf
    for _ in range(8):
        if any(current.whole == root.whole for root in roots):
            return OK, f"“{leaf.name()}”的证书可追溯到随包的根“{current.name()}”", f"the certificate of {leaf.name()} leads to the enclosed root {current.name()}"
        fit = [(each, fits(each.key, current.algorithm, current.signature, current.body.whole)) for each in (*roots, *known) if each.subject.whole == current.issuer.whole]
        issuer = next((each for each, good in fit if good), None)
        if issuer is None and any(good is None for _, good in fit):
            return NOT_RUN, f"“{leaf.name()}”的证书：本脚本不认识签发它的算法，未核验", f"the certificate of {leaf.name()}: issued with an algorithm this script does not know"
        if issuer is None:
            break
        current = issuer
    return BAD, f"“{leaf.name()}”的证书不能追溯到随包的根", f"the certificate of {leaf.name()} leads to no enclosed root"


def check_cms(cms: bytes, content: bytes | None, roots: Sequence[Certificate], what: str) -> Iterator[Result]:
    """A signature (CMS) over `content`; None when it carries its content itself, as timestamps do."""
    parts = next(der(next(der(cms)).parts()[1].content)).parts()
    inside = parts[2].parts()
    if content is None:
        content = next(der(inside[1].content)).content
    known = [Certificate(each.whole) for part in parts if part.tag == 0xA0 for each in part.parts()]
    signer = next(part for part in reversed(parts) if part.tag == 0x31).parts()[0].parts()
    identity, digest_name = signer[1].parts(), DIGESTS.get(signer[2].parts()[0].oid(), "")
    certificate = next((each for each in known if each.serial.content == identity[1].content), known[0])
    attributes = next(part for part in signer if part.tag == 0xA0)
    algorithm, value = signer[4].parts()[0].oid(), signer[5].content
    stated = next((a.parts()[1].parts()[0].content for a in attributes.parts() if a.parts()[0].oid() == MESSAGE_DIGEST), b"")
    if digest_name == "sm3" and not SM3:
        yield NOT_RUN, f"{what}：用 SM3，本机的 Python 没有，内容未核验", f"{what}: SM3, which this Python has not; the content was not checked"
    else:
        same = bool(digest_name) and hashlib.new(digest_name, content).digest() == stated
        yield (OK if same else BAD), f"{what}：内容与签名时{'一致' if same else '不一致'}", f"{what}: the content is {'as' if same else 'NOT as'} it was signed"
    good = fits(certificate.key, algorithm if algorithm != RSA_KEY else "1.2.840.113549.1.1.11", value, b"\x31" + attributes.whole[1:])
    told = {True: (OK, "符合"), False: (BAD, "不符合"), None: (NOT_RUN, "本脚本不认识此算法，未核验")}[good]
    yield told[0], f"{what}：签名值与“{certificate.name()}”的证书{told[1]}", f"{what}: signature by {certificate.name()}: {told[0]}"
    yield chain(certificate, known, roots)
    for unsigned in (part for part in signer if part.tag == 0xA1):
        for attribute in unsigned.parts():
            if attribute.parts()[0].oid() == TOKEN:
                yield from check_token(attribute.parts()[1].parts()[0].whole, value, roots, f"{what}的时间戳")


def check_token(token: bytes, over: bytes, roots: Sequence[Certificate], what: str) -> Iterator[Result]:
    """A timestamp token (RFC 3161) over some bytes."""
    parts = next(der(next(der(token)).parts()[1].content)).parts()
    info = next(der(next(der(parts[2].parts()[1].content)).content)).parts()
    algorithm, imprint = info[2].parts()
    moment = readable(next(part.content.decode() for part in info if part.tag == 0x18))
    same = hashlib.new(DIGESTS[algorithm.parts()[0].oid()], over).digest() == imprint.content
    yield (OK if same else BAD), f"{what}：{moment}，证明的{'正是' if same else '不是'}这些内容", f"{what}: {moment}, {'over this' if same else 'NOT over this'}"
    yield from check_cms(token, None, roots, what)


def readable(moment: str) -> str:
    """20261121154318Z as people read it."""
    return f"{moment[:4]}-{moment[4:6]}-{moment[6:8]} {moment[8:10]}:{moment[10:12]}:{moment[12:14]} UTC"


def check_pdf(data: bytes, roots: Sequence[Certificate], what: str) -> Iterator[Result]:
    """Every signature and document timestamp of a PDF, and that the last of them covers the whole file."""
    covered = 0
    for place, found in enumerate(re.finditer(rb"/ByteRange ?\[ ?0 (\d+) (\d+) (\d+) ?\]", data), 1):
        first, second, length = (int(found[group]) for group in (1, 2, 3))
        gap = data[first:second]
        cms = bytes.fromhex(gap.strip(b"<>").decode("ascii"))
        content, covered = data[:first] + data[second : second + length], second + length
        name = f"{what}第{place}个签名"
        if b"/ETSI.RFC3161" in data[first - 600 : second + 400]:
            yield from check_token(cms, content, roots, f"{name}（文档时间戳）")
        else:
            yield from check_cms(cms, content, roots, name)
    whole = covered == len(data)
    yield (OK if whole else BAD), f"{what}：最后一个签名{'覆盖' if whole else '没有覆盖'}整个文件", f"{what}: the last signature {'covers' if whole else 'does NOT cover'} the whole file"


def check_journal(folder: Path, roots: Sequence[Certificate]) -> Iterator[Result]:
    """Each entry has its hash, each hash is under the signed root of a day."""
    extract = json.loads((folder / "journal/extract.json").read_text(encoding="utf-8"))
    statement = (folder / "journal/root.json").read_bytes()
    root = json.loads(statement)
    for entry in extract["entries"]:
        text = "\n".join([entry["previous"], str(entry["seq"]), entry["case"], str(entry["case_seq"]), entry["kind"], entry["at"], entry["actor"], entry["data"]])
        name = f"日志第{entry['seq']}条（{entry['kind']}）"
        if hashlib.sha256(text.encode()).hexdigest() != entry["hash"]:
            yield BAD, f"{name}与其摘要不符", f"entry {entry['seq']} does not have its hash"
        elif not under_root(entry["hash"], entry["seq"] - 1, root["entries"], entry["proof"], root["root"]):
            yield BAD, f"{name}不在 {root['day']} 签名的日根之下", f"entry {entry['seq']} is not under the root of {root['day']}"
    yield OK, f"已核对日志 {len(extract['entries'])} 条，日根 {root['day']}", f"{len(extract['entries'])} entries looked at, root of {root['day']}"
    yield from check_sm3(extract["entries"], root)
    yield from check_cms((folder / "journal/root.p7s").read_bytes(), statement, roots, "日根")


def check_sm3(entries: Sequence[dict[str, Any]], root: dict[str, Any]) -> Iterator[Result]:
    """The same with SM3, for entries since there is one."""
    said = root.get("sm3")
    if not said or not SM3:
        why = ("本机的 Python 没有 SM3", "this Python has no SM3") if said else ("日根没有 SM3", "the root has none")
        yield NOT_RUN, f"日志的 SM3 未核验：{why[0]}", f"SM3 of the journal not checked: {why[1]}"
        return
    bad = False
    for entry in (each for each in entries if each["seq"] >= said["from"]):
        text = "\n".join([entry["previous_sm3"], str(entry["seq"]), entry["case"], str(entry["case_seq"]), entry["kind"], entry["at"], entry["actor"], entry["data"]])
        size = root["entries"] - said["from"] + 1
        if hashlib.new("sm3", text.encode()).hexdigest() != entry["sm3"] or not under_root(entry["sm3"], entry["seq"] - said["from"], size, entry["proof_sm3"], said["root"], "sm3"):
            bad = True
            yield BAD, f"日志第{entry['seq']}条（{entry['kind']}）与其 SM3 或 {root['day']} 的 SM3 日根不符", f"entry {entry['seq']} does not have its SM3, or not under the root of {root['day']}"
    if not bad:
        yield OK, "日志各条的 SM3 与日根相符", "the SM3 of the entries are under the root"


def under_root(leaf: str, place: int, size: int, proof: Sequence[str], root: str, name: str = "sha256") -> bool:
    """RFC 9162, 2.1.3.2."""
    last, found = size - 1, hashlib.new(name, b"\x00" + bytes.fromhex(leaf)).digest()
    for step in map(bytes.fromhex, proof):
        if last == 0:
            return False
        if place % 2 or place == last:
            found = hashlib.new(name, b"\x01" + step + found).digest()
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            found = hashlib.new(name, b"\x01" + found + step).digest()
        place, last = place // 2, last // 2
    return last == 0 and found.hex() == root


def check_documents(folder: Path, said: dict[str, Any]) -> Iterator[Result]:
    """Each document is the one whose sealing the journal tells of."""
    sealed = {json.loads(e["data"])["id"]: json.loads(e["data"]) for e in json.loads((folder / "journal/extract.json").read_text(encoding="utf-8"))["entries"] if e["kind"] == "sealed"}
    for document in said["documents"]:
        event = sealed.get(document["id"], {})
        data = (folder / document["pdf"]).read_bytes()
        same = bool(event) and hashlib.sha256(data[: event["size"]]).hexdigest() == event["sha256"]
        yield (OK if same else BAD), f"{document['number']}：{'正是' if same else '不是'}日志所记用印的文件", f"{document['number']}: {'the' if same else 'NOT the'} file the journal tells of"


ED_P, ED_L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
ED_D, ED_I = -121665 * pow(121666, -1, 2**255 - 19) % (2**255 - 19), pow(2, (2**255 - 20) // 4, 2**255 - 19)
Extended = tuple[int, int, int, int]


def _ed_add(a: Extended, b: Extended) -> Extended:
    first, second = (a[1] - a[0]) * (b[1] - b[0]) % ED_P, (a[1] + a[0]) * (b[1] + b[0]) % ED_P
    third, fourth = 2 * a[3] * b[3] * ED_D % ED_P, 2 * a[2] * b[2] % ED_P
    e, f, g, h = second - first, fourth - third, fourth + third, second + first
    return e * f % ED_P, g * h % ED_P, f * g % ED_P, e * h % ED_P


def _ed_times(factor: int, point: Extended) -> Extended:
    total: Extended = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = _ed_add(total, point)
        point, factor = _ed_add(point, point), factor >> 1
    return total


def _ed_point(data: bytes) -> Extended | None:
    """A point as RFC 8032, 5.1.3 writes it; None when it is none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(ED_D * y * y + 1, -1, ED_P) % ED_P
    x = pow(square, (ED_P + 3) // 8, ED_P)
    x = x if (x * x - square) % ED_P == 0 else x * ED_I % ED_P
    if y >= ED_P or (x * x - square) % ED_P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else ED_P - x
    return x, y, 1, x * y % ED_P


def ed25519(key: bytes, signature: bytes, data: bytes) -> bool:
    """RFC 8032, 5.1.7."""
    if len(key) != 32 or len(signature) != 64:
        return False
    public, commitment, s = _ed_point(key), _ed_point(signature[:32]), int.from_bytes(signature[32:], "little")
    base = _ed_point((4 * pow(5, -1, ED_P) % ED_P).to_bytes(32, "little"))
    if public is None or commitment is None or base is None or s >= ED_L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + data).digest(), "little") % ED_L
    left, right = _ed_times(s, base), _ed_add(commitment, _ed_times(h, public))
    return (left[0] * right[2] - right[0] * left[2]) % ED_P == 0 and (left[1] * right[2] - right[1] * left[2]) % ED_P == 0


def check_qr(folder: Path, said: dict[str, Any]) -> Iterator[Result]:
    """What the QR code of each document says: signed by the enclosed key, and of this very document."""
    for document in said["documents"]:
        name = f"{document['number']}的二维码"
        if "qr" not in document:
            yield NOT_RUN, f"{name}：包里没有它的内容（文书不带二维码，或用印时没有记录）", f"QR of {document['number']}: not in the package"
            continue
        token = (folder / document["qr"]).read_text(encoding="ascii").rpartition("#")[2]
        raw = base64.b32decode(token + "=" * (-len(token) % 8))
        key = bytes.fromhex((folder / "trust/qr.txt").read_text(encoding="ascii"))
        good = ed25519(key, raw[-64:], raw[:-64])
        yield (OK if good else BAD), f"{name}：签名{'符合' if good else '不符合'}随包的公钥", f"QR of {document['number']}: {'signed' if good else 'NOT signed'} by the enclosed key"
        wrong = [zh for zh, same in qr_fits(raw[:-64], (folder / document["pdf"]).read_bytes(), document, said["case"]) if not same]
        yield (BAD if wrong else OK), f"{name}：" + (f"与文书不符（{'、'.join(wrong)}）" if wrong else "文号、案号、日期和内容摘要都与文书相符"), f"QR of {document['number']}: {'does NOT fit' if wrong else 'fits'} the document"


def qr_fits(body: bytes, pdf: bytes, document: dict[str, str], case: str) -> Iterator[tuple[str, bool]]:
    """Each statement of the code, and whether the document bears it out."""
    days, length, texts, rest = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:7], "big"), [], body[43:]
    while rest:
        texts.append(rest[1 : 1 + rest[0]].decode("utf-8"))
        rest = rest[1 + rest[0] :]
    yield "文号", texts[:1] == [document["number"]]
    yield "案号", texts[1:] == [case]
    yield "日期", (date(2000, 1, 1) + timedelta(days=days)).isoformat() == document["date"]
    yield "内容摘要", len(pdf) >= length and hashlib.sha256(pdf[:length]).digest() == body[7:39]


def check(folder: Path) -> Iterator[Result]:
    """All of it."""
    said = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    for name, expected in said["files"].items():
        path = folder / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            yield BAD, f"{name} 缺失或被改动", f"{name} is missing or was changed"
    yield OK, f"已核对 {len(said['files'])} 个文件的摘要", f"{len(said['files'])} files looked at"
    for name, expected in said.get("files_sm3", {}).items() if SM3 else ():
        if (folder / name).is_file() and hashlib.new("sm3", (folder / name).read_bytes()).hexdigest() != expected:
            yield BAD, f"{name} 的 SM3 与清单不符", f"{name} does not have its SM3"
    roots = [Certificate(path.read_bytes()) for path in sorted((folder / "trust").glob("*.der"))]
    for what in (check_journal(folder, roots), check_documents(folder, said), check_qr(folder, said)):
        yield from what
    for document in said["documents"]:
        yield from check_pdf((folder / document["pdf"]).read_bytes(), roots, document["number"])
    yield NOT_RUN, "未核验：吊销情况、PDF/A、签名之后的改动是否可见（用 hongtou verify）", "not checked here: revocation, PDF/A, whether what came after a signature shows (use hongtou verify)"


def main() -> int:
    """Print every result; 1 when anything is bad."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    results = []
    try:
        for result in check(folder):
            results.append(result)
    except Exception as fault:  # noqa: BLE001 - whatever cannot be read is a failure of the package
        results.append((BAD, f"证据包读不下去：{fault}", f"the package cannot be read: {fault}"))
    for state, zh, en in results:
        sys.stdout.write(f"{ {OK: '✓', BAD: '✗', NOT_RUN: '·'}[state]} {zh} / {en}\n")
    bad = sum(state == BAD for state, _, _ in results)
    sys.stdout.write(f"{'不通过 / FAILED' if bad else '通过 / PASSED'}\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
