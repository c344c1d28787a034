"""Every link leads to a file and a heading that exist; every document can be found from the index."""

import re
from itertools import chain
from pathlib import PurePosixPath

import pytest

from tests.support.pages import ROOT, documents, page

LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", documents())
def test_every_link_leads_somewhere(name: str) -> None:
    for link in LINK.findall(page(name)):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        file = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        assert file.exists(), link
        assert not anchor or anchor in anchors(file.read_text()), link


def test_the_index_names_every_document() -> None:
    linked = {link.partition("#")[0] for link in LINK.findall(page("docs/index.md"))}
    found = {str((ROOT / "docs" / link).resolve().relative_to(ROOT)) for link in linked}
    assert set(documents()) - found == {"docs/index.md"}


def test_every_variable_of_the_environment_is_explained() -> None:
    sources = chain((ROOT / "orchestrator").rglob("*.py"), (ROOT / "workers").rglob("*.py"))
    used = set(
        chain.from_iterable(re.findall(r"BASCULE_[A-Z]+(?:_[A-Z]+)*", file.read_text()) for file in sources)
    )
    told = page("docs/operations.md") + page("CONTRIBUTING.md")
    secrets_of_examples = {"BASCULE_DATABASE_URL", "BASCULE_BROKER_URL", "BASCULE_ADMIN_TOKEN"}
    assert {name for name in used - secrets_of_examples if f"`{name}" not in told} == set()


def test_documents_lie_where_documents_lie() -> None:
    assert {PurePosixPath(name).parts[0] for name in documents() if "/" in name} == {"docs", "deploy"}
