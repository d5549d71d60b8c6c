"""Cerberus with our field types. The only module that knows Cerberus.

It says what is wrong as `Fault` values (which field, which kind of fault, what was allowed); wording them for a
clerk is the business of words.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from cerberus import TypeDefinition, Validator, errors

from pipeline.law.identifiers import email_ok, organisation_code_ok, phone_ok, sha256_ok, uscc_fault
from pipeline.law.regions import Regions, Standing
from pipeline.law.values import places

CONSTRAINTS = ("required", "minlength", "maxlength", "min", "max", "regex", "allowed")
"""Rules of Cerberus that a form's field may state, besides type, schema and meta."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one field. `kind`: required, minlength, maxlength, min, max, regex, allowed, type, or a named check."""

    path: tuple[str | int, ...]
    kind: str
    allowed: Any = field(default=None, compare=False)
    value: Any = field(default=None, compare=False)


def _type(name: str, *classes: type, excluded: tuple[type, ...] = ()) -> TypeDefinition:
    """One of our types for Cerberus."""
    return TypeDefinition(name, classes, excluded)


_STRINGS = ("string", "long_text", "choice", "file", "uscc", "region", "phone", "email", "sha256")
_TYPES = {
    **{name: _type(name, str) for name in _STRINGS}, "choices": _type("choices", list), "integer": _type("integer", int, excluded=(bool,)),
    "decimal": _type("decimal", Decimal), "money": _type("money", Decimal), "date": _type("date", date),
    "boolean": _type("boolean", bool), "dict": _type("dict", Mapping), "list": _type("list", list),
}  # fmt: skip
_CHECKED = ("uscc", "region", "phone", "email", "sha256", "file")


class FormValidator(Validator):  # type: ignore[misc]
    """A validator of normal data. Takes `regions` and `files` (names of the attachments, or None when unknown)."""

    types_mapping = _TYPES

    def _check_with_uscc(self, field: str, value: str) -> None:
        if fault := uscc_fault(value):
            self._error(field, f"uscc_{fault}")
        elif not organisation_code_ok(value):
            self._error(field, "uscc_organisation")

    def _check_with_region(self, field: str, value: str) -> None:
        regions: Regions = self._config["regions"]
        standing = regions.standing(value)
        if not (len(value) == 6 and value.isascii() and value.isdigit()):
            self._error(field, "region_form")
        elif not regions.names:
            self._error(field, "region_not_run")
        elif standing is Standing.ABOLISHED:
            self._error(field, "region_abolished")
        elif standing is Standing.UNKNOWN:
            self._error(field, "region_unknown")

    def _check_with_phone(self, field: str, value: str) -> None:
        if not phone_ok(value):
            self._error(field, "phone")

    def _check_with_email(self, field: str, value: str) -> None:
        if not email_ok(value):
            self._error(field, "email")

    def _check_with_sha256(self, field: str, value: str) -> None:
        if not sha256_ok(value):
            self._error(field, "sha256")

    def _check_with_file(self, field: str, value: str) -> None:
        files: Sequence[str] | None = self._config["files"]
        if files is not None and value not in files:
            self._error(field, "file_missing")

    def _check_with_places(self, field: str, value: Decimal) -> None:
        digits = self.schema[field]["meta"]["places"]
        if value != value.quantize(Decimal(1).scaleb(-digits)):
            self._error(field, "places")


def file_faults(schema: Mapping[str, Any], document: Mapping[str, Any]) -> tuple[str, ...]:
    """What is wrong with a YAML file against a plain Cerberus schema, each fault as `path: words`."""
    validator = Validator(dict(schema), allow_unknown=True)
    validator.validate(dict(document), normalize=False)
    return tuple(_told(validator.errors, ""))


def _told(found: Any, path: str) -> Iterator[str]:
    """Cerberus' nested messages as lines."""
    for name, messages in found.items():
        for message in messages:
            if isinstance(message, dict):
                yield from _told(message, f"{path}{name}.")
            else:
                yield f"{path}{name}: {message}"


def faults(fields: Mapping[str, Any], data: Mapping[str, Any], regions: Regions, files: Sequence[str] | None) -> tuple[Fault, ...]:
    """All faults of normal data against expanded fields, in form order."""
    validator = FormValidator(_definition(fields), regions=regions, files=files, purge_unknown=True)
    validator.validate(dict(data), normalize=False)
    return tuple(_flat(validator._errors))


_definitions: dict[int, tuple[Mapping[str, Any], Any]] = {}


def _definition(fields: Mapping[str, Any]) -> Any:
    """The Cerberus schema of a form, built and validated once for as long as the form's own schema lives."""
    kept = _definitions.get(id(fields))
    if kept is None or kept[0] is not fields:
        if len(_definitions) > 500:
            _definitions.clear()
        kept = _definitions[id(fields)] = (fields, FormValidator(_cerberus_fields(fields)).schema)
    return kept[1]


def _cerberus_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Expanded fields as Cerberus reads them."""
    return {name: _cerberus_node(node) for name, node in fields.items()}


def _cerberus_node(node: Mapping[str, Any]) -> dict[str, Any]:
    """One field as Cerberus reads it: our type, its constraints in the type's own values, its named check."""
    rules: dict[str, Any] = {"type": node["type"]}
    for name in CONSTRAINTS:
        if node.get(name) is not None:
            rules[name] = node[name]
    if node["type"] in ("decimal", "money"):
        rules |= {name: Decimal(str(rules[name])) for name in ("min", "max") if name in rules}
        rules |= {"check_with": "places", "meta": {"places": places(node["meta"])}}
    if node["type"] in _CHECKED:
        rules["check_with"] = node["type"]
    if node["type"] == "dict":
        rules["schema"] = _cerberus_fields(node["schema"])
    elif node["type"] == "list" and "schema" in node:
        rules["schema"] = _cerberus_node(node["schema"])
    return rules


_KINDS = {
    errors.REQUIRED_FIELD.code: "required", errors.MIN_LENGTH.code: "minlength", errors.MAX_LENGTH.code: "maxlength",
    errors.MIN_VALUE.code: "min", errors.MAX_VALUE.code: "max", errors.REGEX_MISMATCH.code: "regex",
    errors.UNALLOWED_VALUE.code: "allowed", errors.UNALLOWED_VALUES.code: "allowed", errors.BAD_TYPE.code: "type",
}  # fmt: skip


def _flat(found: Sequence[Any]) -> Iterator[Fault]:
    """Cerberus' tree of errors as a list of faults."""
    for error in found:
        if error.is_group_error:
            yield from _flat(error.child_errors)
        elif error.code in _KINDS:
            yield Fault(tuple(error.document_path), _KINDS[error.code], error.constraint, error.value)
        elif error.code == errors.CUSTOM.code:
            yield Fault(tuple(error.document_path), str(error.info[0]), None, error.value)
