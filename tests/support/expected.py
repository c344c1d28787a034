"""Write what rules say about their bad examples: `python -m tests.support.expected RULE …`.

Whoever runs it reads what it prints: the tests compare with it from then on.
"""

import importlib.util
import sys
from types import ModuleType

from tests.support.pages import ROOT


def _examples() -> ModuleType:
    """Load the tests that compare, for they know how an example is reviewed."""
    spec = importlib.util.spec_from_file_location("examples", ROOT / "tests/unit/validation/test_rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _main(ids: list[str]) -> None:
    examples = _examples()
    rules = {rule.id: rule for rule in examples.WITH_EXAMPLES}
    for name in ids:
        if name not in rules:
            sys.exit(f"there is no rule {name} with examples")
        rule = rules[name]
        told = "".join(map(examples.told, examples.seen(rule, examples.example_of(rule, "bad"))))
        (examples.EXAMPLES / name / "expected.txt").write_text(told)
        sys.stdout.write(f"{name}\n{told}\n")
        for finding in examples.seen(rule, examples.example_of(rule, "good")):
            sys.stdout.write(f"the good example is reported: {examples.told(finding)}")


if __name__ == "__main__":
    _main(sys.argv[1:])
