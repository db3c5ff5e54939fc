# SPDX-License-Identifier: MIT
"""validate.py SCHEMA FILE: is FILE strict UTF-8 JSON that fits SCHEMA?

Of SARIF also what no schema says: each result's rule is one of the tool's rules.
"""
import json
import sys

import jsonschema


def unique(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        sys.exit(f"a member twice, of {names}")
    return dict(pairs)


def load(path):
    with open(path, "rb") as file:
        return json.loads(file.read().decode("utf-8"), object_pairs_hook=unique)


schema, data = load(sys.argv[1]), load(sys.argv[2])
validator = jsonschema.validators.validator_for(schema)
validator.check_schema(schema)
for error in list(validator(schema).iter_errors(data))[:3]:
    print(f"{sys.argv[2]}: {error.json_path}: {error.message}", file=sys.stderr)
    for inner in error.context:
        print(f"    {inner.json_path}: {inner.message}", file=sys.stderr)
    sys.exit(1)
if isinstance(data, dict):
    run = data["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    if len(rules) != len(set(rules)):
        sys.exit("a rule twice")
    for result in run["results"]:
        if result["ruleId"] not in rules:
            sys.exit(f"no rule {result['ruleId']}")
