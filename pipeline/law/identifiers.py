"""Numbers with a check of their own: unified social credit code, phone, e-mail, digest. Only here: python-stdnum."""

from __future__ import annotations

import re

from stdnum.cn import uscc as standard_uscc
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength

_ALPHABET = re.compile(r"[0-9A-HJ-NPQRTUWXY]+", re.ASCII)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_MOBILE = re.compile(r"(?:\+?86-?)?1\d{10}", re.ASCII)
_LANDLINE = re.compile(r"(?:\(0\d{2,3}\)|0\d{2,3}-?)\d{7,8}(?:(?:-|转|ext\.?)\d{1,6})?|\d{3}-\d{7,8}", re.ASCII)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}", re.ASCII)


def uscc_fault(code: str) -> str:
    """What is wrong with a unified social credit code (GB 32100-2015): length | alphabet | form | checksum; '' if right."""
    if len(code) != 18:
        return "length"
    if not _ALPHABET.fullmatch(code):
        return "alphabet"
    try:
        standard_uscc.validate(code)
    except InvalidChecksum:
        return "checksum"
    except (InvalidFormat, InvalidLength, InvalidComponent):
        return "form"
    return ""


def organisation_code_ok(code: str) -> bool:
    """Whether digits 9 to 17 of a credit code pass GB 11714. Some real codes issued early do not, so this only warns."""
    body, check = code[8:16], code[16:17]
    if not _ALPHABET.fullmatch(body) or len(body) != 8:
        return False
    left = 11 - sum(int(character, 36) * weight for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)) % 11
    return check == {10: "X", 11: "0"}.get(left, str(left))


def uscc_check_digit(code: str) -> str:
    """The 18th character that fits the first 17. Raises ValueError for characters outside the alphabet."""
    if not _ALPHABET.fullmatch(code[:17]):
        raise ValueError(code)
    return str(standard_uscc.calc_check_digit(code[:17]))


def phone_ok(text: str) -> bool:
    """A mobile number of 11 digits, or a landline with area code; blanks already gone."""
    return bool(_MOBILE.fullmatch(text) or _LANDLINE.fullmatch(text))


def email_ok(text: str) -> bool:
    """An address of the usual form."""
    return len(text) <= 254 and bool(_EMAIL.fullmatch(text)) and ".." not in text


def sha256_ok(text: str) -> bool:
    """64 hexadecimal digits."""
    return re.fullmatch(r"[0-9a-f]{64}", text, re.ASCII) is not None
