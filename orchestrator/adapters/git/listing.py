"""Which SQL files a commit holds in some folders, and which entries are not read and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from orchestrator.adapters.git.mirror import Mirror
from orchestrator.adapters.git.process import Deadline, GitWroteTooMuch
from orchestrator.adapters.git.source import MEBIBYTE, GitLimits
from orchestrator.domain.declared import RLS_FILE
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.ports import Blob

_FILES = {"100644", "100755"}
_FOLDER = "040000"
#: what the Supabase CLI takes for files of tests
_TESTS = (b".sql", b".pg")
_LFS = b"version https://git-lfs.github.com/spec/v1"
#: room for the longest listing that is worth reading: names, ids and sizes of files beside the SQL too
_LISTING_BYTES = 64 * MEBIBYTE

#: mode of an entry -> rule, what it is, what to do
_UNREADABLE = {
    "120000": ("file-symlink", "a symbolic link", "commit the file itself in its place"),
    "160000": ("file-submodule", "a submodule", "commit the files themselves in this repository"),
    _FOLDER: ("file-is-folder", "a folder", "rename the folder so that it does not end in .sql"),
}
_OTHER = ("file-kind", "no regular file", "commit a regular file in its place")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of git's listing."""

    mode: str
    id: str
    size: int
    path: bytes

    @property
    def shown(self) -> str:
        """The path for people; bytes that are not UTF-8 are written in hexadecimal."""
        return self.path.decode("utf-8", "backslashreplace")


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """The files to read, in the order of their paths, and what speaks against the others."""

    files: tuple[Entry, ...]
    findings: tuple[Finding, ...]

    def __add__(self, other: "Selection") -> "Selection":
        return Selection(files=self.files + other.files, findings=self.findings + other.findings)


def select_files(
    mirror: Mirror, commit: str, folders: Sequence[str], *, limits: GitLimits, deadline: Deadline
) -> Selection:
    """List every *.sql directly in these folders. Nothing is read where a limit of the commit is passed."""
    try:
        entries = _entries(mirror, commit, folders, deadline)
    except GitWroteTooMuch:
        return Selection(files=(), findings=(_listing_too_long(commit, folders),))
    found = [entry for entry in entries if _is_wanted(entry, folders)]
    findings = [
        *_findings_of_folders(entries, folders),
        *(finding for entry in found for finding in _findings_of(entry, limits)),
    ]
    too_much = tuple(_findings_of_commit(commit, found, limits))
    if too_much:
        return Selection(files=(), findings=(*findings, *too_much))
    files = [entry for entry in found if not any(_findings_of(entry, limits))]
    return Selection(files=tuple(files), findings=tuple(findings))


def select_tests(
    mirror: Mirror, commit: str, folder: str, *, limits: GitLimits, deadline: Deadline
) -> Selection:
    """List what tests are made of, in this folder and below it. What is not read there only warns."""
    try:
        below = _entries_below(mirror, commit, folder, deadline)
    except GitWroteTooMuch:
        return Selection(files=(), findings=(_about_tests(_listing_too_long(commit, [folder])),))
    entries = [entry for entry in below if _is_of_tests(entry, folder)]
    too_much = tuple(_findings_of_commit(commit, entries, limits))
    findings = too_much or tuple(finding for entry in entries for finding in _findings_of(entry, limits))
    files = () if too_much else tuple(each for each in entries if not any(_findings_of(each, limits)))
    return Selection(files=files, findings=tuple(map(_about_tests, findings)))


def pointers(blobs: Sequence[Blob], *, tests: str | None) -> tuple[Finding, ...]:
    """Find the files whose content lies elsewhere, with Git LFS; those of tests only warn."""
    found = (
        _finding(
            "file-lfs-pointer",
            f"{blob.path} is a pointer to Git LFS, not SQL",
            "take *.sql out of .gitattributes (git lfs untrack) and commit the file itself",
            file=blob.path,
        )
        for blob in blobs
        if blob.content.startswith(_LFS)
    )
    return tuple(
        _about_tests(each) if tests and each.file and each.file.startswith(f"{tests}/") else each
        for each in found
    )


def _about_tests(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.WARNING, effect="These tests are not run")


def _entries(mirror: Mirror, commit: str, folders: Sequence[str], deadline: Deadline) -> tuple[Entry, ...]:
    """Ask for each folder, its content, and every folder above it: any of them may be no folder."""
    above = {str(parent) for folder in folders for parent in PurePosixPath(folder).parents} - {"."}
    paths = sorted(above | set(folders)) + [f"{folder}/" for folder in folders]
    listed = mirror.git(
        "--literal-pathspecs", "ls-tree", "-z", "-l", "-t", "--full-tree",
        "--end-of-options", commit, "--", *paths,
        deadline=deadline,
        most_bytes=_LISTING_BYTES,
    )  # fmt: skip
    return tuple(_entry(line) for line in listed.split(b"\0") if line)


def _entries_below(mirror: Mirror, commit: str, folder: str, deadline: Deadline) -> Iterator[Entry]:
    listed = mirror.git(
        "--literal-pathspecs", "ls-tree", "-z", "-l", "-r", "--full-tree",
        "--end-of-options", commit, "--", f"{folder}/",
        deadline=deadline,
        most_bytes=_LISTING_BYTES,
    )  # fmt: skip
    return (_entry(line) for line in listed.split(b"\0") if line)


def _is_of_tests(entry: Entry, folder: str) -> bool:
    return entry.path.endswith(_TESTS) or entry.shown == f"{folder}/{RLS_FILE}"


def _entry(line: bytes) -> Entry:
    """Read `<mode> <kind> <id> <size>`, a tab, and the path."""
    fields, _, path = line.partition(b"\t")
    mode, _, id_, size = fields.decode("ascii").split()
    return Entry(mode=mode, id=id_, size=0 if size == "-" else int(size), path=path)


def _is_wanted(entry: Entry, folders: Sequence[str]) -> bool:
    folder, _, name = entry.path.rpartition(b"/")
    return name.endswith(b".sql") and folder.decode("utf-8", "replace") in folders


def _findings_of_folders(entries: Sequence[Entry], folders: Sequence[str]) -> Iterator[Finding]:
    """Find folders that are none: a link must not look like a folder whose files are all gone."""
    above = {str(path) for folder in folders for path in (folder, *PurePosixPath(folder).parents)}
    for entry in entries:
        if entry.shown in above and entry.mode != _FOLDER:
            rule, what, _ = _UNREADABLE.get(entry.mode, ("folder-is-file", "a file", ""))
            yield _finding(
                rule,
                f"{entry.shown} is {what}, where a folder should be",
                "commit the folder itself in its place",
                file=entry.shown,
            )


def _findings_of(entry: Entry, limits: GitLimits) -> Iterator[Finding]:
    name = entry.shown
    if entry.mode not in _FILES:
        rule, what, remedy = _UNREADABLE.get(entry.mode, _OTHER)
        yield _finding(rule, f"{name} is {what} and is not read", remedy, file=name)
    if not _is_utf8(entry.path):
        message = f"the name of {name} is not UTF-8"
        yield _finding("file-name-not-utf8", message, "rename the file with git mv", file=name)
    if entry.size > limits.file_bytes:
        message = f"{name} has {entry.size} bytes; {limits.file_bytes} are allowed"
        remedy = "split it, or load bulk data by other means than a migration"
        yield _finding("file-too-large", message, remedy, file=name)


def _is_utf8(path: bytes) -> bool:
    try:
        path.decode()
    except UnicodeDecodeError:
        return False
    return True


def _findings_of_commit(commit: str, found: Sequence[Entry], limits: GitLimits) -> Iterator[Finding]:
    if len(found) > limits.files:
        message = f"commit {commit} holds {len(found)} SQL files; {limits.files} are allowed"
        yield _finding("commit-too-many-files", message, "squash old migrations into a baseline")
    size = sum(entry.size for entry in found if entry.size <= limits.file_bytes)
    if size > limits.commit_bytes:
        message = f"the SQL files of commit {commit} have {size} bytes; {limits.commit_bytes} are allowed"
        yield _finding("commit-too-large", message, "move bulk data out of the migrations")


def _listing_too_long(commit: str, folders: Sequence[str]) -> Finding:
    """Tell of a tree bomb, or of a folder that holds a world: its listing alone is not worth the memory."""
    message = f"commit {commit} holds more entries in {', '.join(folders)} than can be listed"
    return _finding("commit-too-many-files", message, "move what is no SQL out of these folders")


def _finding(rule: str, message: str, remedy: str, *, file: str | None = None) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        source=Source.TREE,
        message=message,
        effect="The files would not be those of the commit, so nothing of it is deployed",
        remedy=remedy,
        file=file,
    )
