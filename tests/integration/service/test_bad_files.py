"""Files as they come from the wild: what can be read is deployed, the rest is refused by name."""

from orchestrator.domain.deployment import Status
from tests.support.github import signed_push
from tests.support.places import at, table
from tests.support.service import SECRET, ZERO

PLACES = ("unusual", "unreadable", "unlike", "words")

FOLDER = "supabase/migrations"


def findings(place, deployment):
    """Return what was found, as (rule, severity, file, line)."""
    runs = place.service.house.reading.runs(deployment.id)
    return [(one.rule, one.severity.value, one.file, one.line) for run in runs for one in run.findings]


@at("unusual")
def test_a_byte_order_mark_and_windows_line_ends_are_noted_and_deployed(place):
    sql = "\ufeff" + table("windows", "id int,\n note text default 'a\nb'").replace("\n", "\r\n")
    place.migration("20260101000000", "windows", sql)
    place.migration("20260101000001", "größe und maß", table("masse"))
    deployment = place.deploy()
    assert deployment.status is Status.SUCCEEDED
    notes = [one for one in findings(place, deployment) if one[0] == "file-encoding"]
    assert [(severity, file) for _, severity, file, _ in notes] == [
        ("note", f"{FOLDER}/20260101000000_windows.sql")
    ] * 2
    assert place.versions() == ["20260101000000", "20260101000001"]
    assert place.rows("select column_default from information_schema.columns where column_name = 'note'") == [
        ("'a\r\nb'::text",)
    ]


UNREADABLE = {
    "nul": (b"select 1;\nselect 'a\0b';\n", "file-encoding", 2),
    "latin1": (b"select 1;\n-- gr\xf6sse\n", "file-encoding", 2),
    "syntax": (b"select 1;\n\nselect from where;\n", "syntax-error", 3),
    "psql": (b"\\connect other\nselect 1;\n", "psql-command", 1),
    "copy": (b"copy public.x from stdin;\n1\n\\.\n", "copy-from-stdin", 1),
    "commits": (b"select 1;\ncommit;\nselect 2;\n", "transaction-control", 2),
}


@at("unreadable")
def test_what_cannot_be_applied_is_refused_with_its_file_and_line_before_anything_is_touched(place):
    kept = place.work.head
    for name, (content, rule, line) in UNREADABLE.items():
        file = f"{FOLDER}/20260101000000_{name}.sql"
        place.work.write(file, content)
        deployment = place.deploy(name)
        assert deployment.status is Status.REFUSED, name
        assert (rule, "error", file, line) in findings(place, deployment), name
        place.work.git("reset", "--quiet", "--hard", kept)
        place.migration("20260101000000", name, table("fine"), down=None)
        place.work.write(f"supabase/rollbacks/20260101000000_{name}.sql", content)
        deployment = place.deploy(f"{name} in the rollback")
        assert deployment.status is Status.REFUSED, name
        assert (rule, "error", f"supabase/rollbacks/20260101000000_{name}.sql", line) in findings(
            place, deployment
        ), name
        place.work.git("reset", "--quiet", "--hard", kept)
    assert place.versions() == []


@at("unlike")
def test_what_is_no_file_or_too_large_is_refused_by_name(place):
    kept = place.work.head

    def refused(rule, file):
        deployment = place.deploy()
        assert deployment.status is Status.REFUSED, rule
        found = findings(place, deployment)
        assert [one[:3] for one in found if one[1] == "error"] == [(rule, "error", file)]
        place.work.git("reset", "--quiet", "--hard", kept)

    folder = place.work.work / FOLDER
    folder.mkdir(parents=True)
    (folder / "20260101000000_link.sql").symlink_to("/etc/passwd")
    refused("file-symlink", f"{FOLDER}/20260101000000_link.sql")
    place.work.write(f"{FOLDER}/20260101000000_huge.sql", b"-- " + b"x" * (17 * 1024 * 1024))
    refused("file-too-large", f"{FOLDER}/20260101000000_huge.sql")
    place.work.write(f"{FOLDER}/20260101000000_folder.sql/file", "no SQL")
    refused("file-is-folder", f"{FOLDER}/20260101000000_folder.sql")
    folder.parent.mkdir(exist_ok=True)
    folder.symlink_to("/etc")
    refused("file-symlink", FOLDER)
    assert place.versions() == []


@at("words")
def test_authors_subjects_and_senders_may_be_written_in_any_bytes(place):
    place.migration("20260101000000", "a", table("a"))
    message = place.work.work.parent / "message"
    message.write_bytes(b"\xff\xfe not UTF-8 \x1b[31m\xed\xa0\x80")
    place.work.git("add", "--all")
    place.work.git("-c", "user.name=\udcff", "commit", "--quiet", "--file", str(message))
    place.work.push("origin", place.name, force=True)
    for actor in ("\0", "\ud800", "\x1b[31m"):
        headers, body = signed_push(SECRET, "example/app", place.name, ZERO, place.work.head, actor=actor)
        answer = place.service.post(headers, body)
        assert answer.status_code == 202, (actor, answer.text)
    deployment = place.service.ended(place.work.head, place.name)
    assert deployment.status is Status.SUCCEEDED
    assert "\x1b" not in place.service.command("show", str(deployment.id))
    assert "\x1b" not in place.service.command("status", place.name)
    assert "\x1b" not in place.service.command("logs", str(deployment.id))
