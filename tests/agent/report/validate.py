#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Validates JSON documents against a schema. Usage: validate.py SCHEMA DOCUMENT...
# Prints one line a document, "valid" or the first violation; exits 77 when the validator is not installed.
import json
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    sys.exit(77)


def refuse_twins(pairs):
    """A key written twice is legal to most parsers and wrong to every reader."""
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError("duplicate key")
    return dict(pairs)


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file, object_pairs_hook=refuse_twins)


schema = load(sys.argv[1])
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for path in sys.argv[2:]:
    violation = next(validator.iter_errors(load(path)), None)
    print("valid" if violation is None else f"{violation.json_path}: {violation.message[:200]}".replace("\n", " "))
