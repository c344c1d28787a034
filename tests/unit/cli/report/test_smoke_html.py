import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from orchestrator.actions.smoking import Smoked
from orchestrator.cli.report.smoke_html import smoke_page, write
from orchestrator.domain.declared import DeclaredTest, FileOutcome, TestedFile, TestOutcome
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.matrix import Matrix
from tests.support.matrices import exposed

NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)
EVIL = """public."<script>alert('x')</script>&quot;\""""


class Page(HTMLParser):
    """What a browser would make of it, as far as it matters here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.aims: list[str] = []
        self.fetched: list[str] = []
        self.labels: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.aims += [given["href"]] if "href" in given else []
        self.fetched += [given["src"]] if "src" in given else []
        self.labels += [given["aria-label"]] if "aria-label" in given else []


def smoked(*findings: Finding, without_rows: str = "", name: str = "public.notes") -> Smoked:
    relation = exposed(name, anon="-!?E", user_a="OoEl", service_role="EEEE")
    return Smoked(
        about=f"target {name}",
        matrix=Matrix(relations=(relation,)),
        findings=findings,
        without_rows=without_rows,
    )


def finding(about: str = "public.notes", severity: Severity = Severity.ERROR) -> Finding:
    words = f"rows of {about}"
    return Finding(
        rule="rows-of-others",
        severity=severity,
        source=Source.SMOKE,
        message=words,
        effect=words,
        remedy=words,
        object=about,
    )


def test_it_stands_alone_and_every_link_in_it_leads_somewhere() -> None:
    text = smoke_page(smoked(finding(), finding(severity=Severity.NOTE), finding("public.f()")), made=NOON)
    page = Page(text)
    assert not {"script", "link", "img", "iframe"} & {*page.tags}
    assert page.fetched == []
    assert not re.search(r"url\(|@import", text)
    assert page.aims
    assert {*page.aims} <= {f"#{each}" for each in page.ids}
    assert len(page.ids) == len({*page.ids})


def test_whatever_a_database_calls_its_things_is_text() -> None:
    text = smoke_page(smoked(finding(EVIL), without_rows="<b>", name=EVIL), made=NOON)
    assert "<script" not in text
    assert "<b>)" not in text
    assert text.count("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;quot;") >= 5


def test_a_cell_says_in_words_what_it_shows() -> None:
    labels = Page(smoke_page(smoked(), made=NOON)).labels
    assert "user_a select: allow, limited, own made-up rows A and those of strangers B" in labels
    assert "anon insert: error, 42P17, so said the server" in labels
    assert "service_role delete: allow, every row" in labels


def test_with_an_earlier_matrix_it_tells_what_changed() -> None:
    before = Matrix(relations=(exposed(anon="----", user_a="oooo", service_role="EEEE"),))
    text = smoke_page(smoked(), made=NOON, before=before)
    assert "<li>anon may now delete on public.notes, every row</li>" in text
    assert "changed" in text


def test_declared_tests_and_what_failed_in_them_are_told() -> None:
    test = DeclaredTest(
        file="t.sql",
        line=3,
        number=1,
        name="B sees <none>",
        outcome=TestOutcome.FAIL,
        detail="have 1, want 0",
    )
    file = TestedFile(path="supabase/tests/t.sql", outcome=FileOutcome.FAILED, tests=(test,))
    text = smoke_page(replace(smoked(), tested=(file,)), made=NOON)
    assert "1 B sees &lt;none&gt; (line 3): have 1, want 0" in text


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("an older one")
    write(file, smoked())
    assert file.read_text().rstrip().endswith("</html>")
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write(tmp_path / "nowhere" / "report.html", smoked())
