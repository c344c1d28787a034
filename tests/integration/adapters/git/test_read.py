import hashlib

import pytest

from orchestrator.adapters.git import Repositories
from orchestrator.domain.finding import Severity, Source
from orchestrator.ports import Listing
from tests.integration.adapters.git.conftest import MIGRATIONS, Opened
from tests.support.repository import Repository

FOLDERS = [MIGRATIONS, "supabase/rollbacks", "supabase/migrations/rollback"]


def read(git: Repositories, repository: Repository, message: str = "Change") -> Listing:
    commit = repository.commit(message)
    repository.push("origin", "main", force=True)
    assert git.fetch("app", "main") == commit
    return git.read("app", commit, FOLDERS)


def paths(listing: Listing) -> list[str]:
    return [blob.path for blob in listing.blobs]


def rules(listing: Listing) -> list[tuple[str, str | None]]:
    return [(finding.rule, finding.file) for finding in listing.findings]


def stage(repository: Repository, mode: str, id_: str, path: str) -> None:
    repository.git("update-index", "--add", "-z", "--index-info", given=f"{mode} {id_}\t{path}\0".encode())


def commit_staged(repository: Repository) -> str:
    repository.git("commit", "--quiet", "--message", "Staged")
    repository.push("origin", "main")
    return repository.head


def test_only_sql_files_directly_in_the_folders_are_read(git: Repositories, repository: Repository) -> None:
    repository.write("supabase/rollbacks/1_customers.down.sql", "drop table customers;")
    repository.write("supabase/migrations/rollback/1_customers.sql", "drop table customers;")
    repository.write("supabase/migrations/README.md", "# Not SQL")
    repository.write("supabase/migrations/archive/0_old.sql", "select 1;")
    repository.write("supabase/migrations/2_odd.SQL", "select 1;")
    repository.write("supabase/seed.sql", "select 1;")
    listing = read(git, repository)
    assert paths(listing) == [
        "supabase/migrations/1_customers.sql",
        "supabase/migrations/rollback/1_customers.sql",
        "supabase/rollbacks/1_customers.down.sql",
    ]
    assert listing.findings == ()


def test_a_commit_tells_its_author_and_first_line(git: Repositories, repository: Repository) -> None:
    listing = read(git, repository, "Fünf Tabellen\n\nand a body\n")
    assert (listing.author, listing.subject) == ("Ada Author", "Fünf Tabellen")
    assert listing.commit == repository.head


def test_a_commit_in_an_old_encoding_is_read_in_it(git: Repositories, repository: Repository) -> None:
    repository.git("config", "i18n.commitEncoding", "ISO-8859-1")
    tree = repository.git("write-tree").decode().strip()
    commit = repository.git("commit-tree", tree, given="Größe".encode("latin-1")).decode().strip()
    repository.git("reset", "--quiet", "--hard", commit)
    repository.push("origin", "main", force=True)
    git.fetch("app", "main")
    assert git.read("app", commit, FOLDERS).subject == "Größe"


@pytest.mark.parametrize("encoding", ["no-such-encoding", "utf-16", "hex"])
def test_a_commit_with_an_odd_encoding_is_read_all_the_same(
    git: Repositories, repository: Repository, encoding: str
) -> None:
    repository.git("config", "i18n.commitEncoding", encoding)
    assert isinstance(read(git, repository).subject, str)


def test_a_subject_cannot_play_tricks_on_a_terminal(git: Repositories, repository: Repository) -> None:
    assert read(git, repository, "\x1b[31mred\x07").subject == "[31mred"


def test_no_folder_is_an_empty_one(git: Repositories, repository: Repository) -> None:
    git.fetch("app", "main")
    listing = git.read("app", repository.head, ["nowhere/migrations"])
    assert (listing.blobs, listing.findings) == ((), ())


def test_bytes_arrive_as_they_lie_in_git_whatever_attributes_say(
    git: Repositories, repository: Repository
) -> None:
    contents = {
        "2_crlf.sql": b"select 1;\r\nselect 2;\r\n",
        "3_bom.sql": b"\xef\xbb\xbfselect 1;",
        "4_nul.sql": b"select '\0';",
        "5_latin.sql": b"select '\xfc';",
        "6_ident.sql": b"-- $Id$ $Format:%H$\n",
        "7_empty.sql": b"",
        "8_newlines.sql": b"\n\n\n",
        "9_batch.sql": b"0123456789abcdef0123456789abcdef01234567 blob 4\nabcd\n",
    }
    for name, content in contents.items():
        repository.write(f"{MIGRATIONS}/{name}", content)
    repository.commit("Contents")
    repository.write(
        ".gitattributes",
        "*.sql export-ignore export-subst ident filter=evil eol=crlf\n"
        "5_latin.sql working-tree-encoding=ISO-8859-1\n",
    )
    repository.git("add", ".gitattributes")
    repository.git("commit", "--quiet", "--message", "Attributes")
    repository.push("origin", "main")
    git.fetch("app", "main")
    listing = git.read("app", repository.head, [MIGRATIONS])
    read_back = {blob.path.rpartition("/")[2]: blob.content for blob in listing.blobs}
    assert read_back == contents | {"1_customers.sql": b"create table customers ();\n"}


@pytest.mark.parametrize(
    "name",
    [
        "2_with space.sql",
        "2_'quote\".sql",
        "2_new\nline.sql",
        "2_tab\t.sql",
        "2_größe_顧客.sql",
        "-2_dash.sql",
        "--output=x.sql",
        "2_[a-z]*?.sql",
        ":(top)2_magic.sql",
        "2_back\\slash.sql",
        ".sql",
        "2_" + "x" * 200 + ".sql",
    ],
)
def test_an_odd_name_arrives_unchanged(git: Repositories, repository: Repository, name: str) -> None:
    repository.write(f"{MIGRATIONS}/{name}", "select 2;")
    listing = read(git, repository)
    assert f"{MIGRATIONS}/{name}" in paths(listing)
    assert listing.findings == ()


@pytest.mark.parametrize("folder", ["-odd", "with space", "größe", "[a]", ":(glob)x"])
def test_a_folder_may_have_an_odd_name(git: Repositories, repository: Repository, folder: str) -> None:
    repository.write(f"{folder}/migrations/1_a.sql", "select 1;")
    repository.commit("Folder")
    repository.push("origin", "main")
    git.fetch("app", "main")
    assert paths(git.read("app", repository.head, [f"{folder}/migrations"])) == [
        f"{folder}/migrations/1_a.sql"
    ]


def test_a_name_that_is_not_utf8_is_a_finding(git: Repositories, repository: Repository) -> None:
    repository.write(f"{MIGRATIONS}/2_\udcff.sql", "select 2;")
    listing = read(git, repository)
    assert rules(listing) == [("file-name-not-utf8", f"{MIGRATIONS}/2_\\xff.sql")]
    assert paths(listing) == [f"{MIGRATIONS}/1_customers.sql"]


def test_a_symbolic_link_is_a_finding(git: Repositories, repository: Repository) -> None:
    (repository.work / MIGRATIONS / "2_link.sql").symlink_to("/etc/passwd")
    listing = read(git, repository)
    assert rules(listing) == [("file-symlink", f"{MIGRATIONS}/2_link.sql")]
    (finding,) = listing.findings
    assert (finding.severity, finding.source) == (Severity.ERROR, Source.TREE)
    assert finding.remedy


def test_a_submodule_is_a_finding(git: Repositories, repository: Repository) -> None:
    stage(repository, "160000", "1" * 40, f"{MIGRATIONS}/2_module.sql")
    commit = commit_staged(repository)
    git.fetch("app", "main")
    assert rules(git.read("app", commit, FOLDERS)) == [("file-submodule", f"{MIGRATIONS}/2_module.sql")]


def test_a_folder_named_like_a_file_is_a_finding(git: Repositories, repository: Repository) -> None:
    repository.write(f"{MIGRATIONS}/2_folder.sql/content.txt", "x")
    assert rules(read(git, repository)) == [("file-is-folder", f"{MIGRATIONS}/2_folder.sql")]


@pytest.mark.parametrize("linked", ["supabase/migrations", "supabase"])
def test_a_folder_that_is_a_link_does_not_look_empty(
    git: Repositories, repository: Repository, linked: str
) -> None:
    (repository.work / linked).rename(repository.work / "elsewhere")
    (repository.work / linked).symlink_to("elsewhere")
    listing = read(git, repository)
    assert rules(listing) == [("file-symlink", linked)]
    assert listing.blobs == ()


def test_a_folder_that_is_a_submodule_does_not_look_empty(git: Repositories, repository: Repository) -> None:
    stage(repository, "160000", "1" * 40, "supabase/rollbacks")
    commit = commit_staged(repository)
    git.fetch("app", "main")
    assert rules(git.read("app", commit, FOLDERS)) == [("file-submodule", "supabase/rollbacks")]


def test_a_folder_that_is_a_file_is_a_finding(git: Repositories, repository: Repository) -> None:
    repository.write("supabase/rollbacks", "not a folder")
    assert rules(read(git, repository)) == [("folder-is-file", "supabase/rollbacks")]


def test_a_pointer_to_lfs_is_a_finding(git: Repositories, repository: Repository) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    repository.write(f"{MIGRATIONS}/2_large.sql", pointer)
    listing = read(git, repository)
    assert rules(listing) == [("file-lfs-pointer", f"{MIGRATIONS}/2_large.sql")]
    assert paths(listing) == [f"{MIGRATIONS}/1_customers.sql"]


def test_a_file_that_is_too_large_is_a_finding_and_is_not_read(
    opened: Opened, repository: Repository
) -> None:
    repository.write(f"{MIGRATIONS}/2_large.sql", b"-" * 1001)
    listing = read(opened(file_bytes=1000), repository)
    assert rules(listing) == [("file-too-large", f"{MIGRATIONS}/2_large.sql")]
    assert paths(listing) == [f"{MIGRATIONS}/1_customers.sql"]


def test_sixteen_mebibytes_are_read_and_one_byte_more_is_not(
    git: Repositories, repository: Repository
) -> None:
    largest = b"-" * (16 * 1024 * 1024)
    repository.write(f"{MIGRATIONS}/2_largest.sql", largest)
    repository.write(f"{MIGRATIONS}/3_larger.sql", largest + b"-")
    listing = read(git, repository)
    assert rules(listing) == [("file-too-large", f"{MIGRATIONS}/3_larger.sql")]
    assert hashlib.sha256(listing.blobs[1].content).digest() == hashlib.sha256(largest).digest()


def test_a_commit_with_too_much_sql_is_not_read_at_all(opened: Opened, repository: Repository) -> None:
    for number in range(2, 5):
        repository.write(f"{MIGRATIONS}/{number}_part.sql", b"-" * 400)
    listing = read(opened(commit_bytes=1000), repository)
    assert [finding.rule for finding in listing.findings] == ["commit-too-large"]
    assert listing.blobs == ()


def test_a_commit_with_too_many_files_is_not_read_at_all(opened: Opened, repository: Repository) -> None:
    for number in range(2, 5):
        repository.write(f"{MIGRATIONS}/{number}_part.sql", "select 1;")
    listing = read(opened(files=3), repository)
    assert [finding.rule for finding in listing.findings] == ["commit-too-many-files"]
    assert listing.blobs == ()
