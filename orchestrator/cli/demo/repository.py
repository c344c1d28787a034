"""The example's repository: a checkout, and the bare repository that it is pushed to."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orchestrator.cli.demo import post_receive
from orchestrator.domain.errors import ConfigurationError

_SECONDS = 30
_MAIN: Final = "main"
_HOOK = "#!/bin/sh\nexec {}\n"


@dataclass(frozen=True, slots=True)
class Pushed:
    """A push that went through."""

    commit: str
    #: changed files, each after the letter that git has for what became of it
    files: tuple[str, ...]
    #: what the hook said
    remote: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checkout:
    """The author's side. Nobody's git settings apply, and nothing is signed."""

    path: Path
    bare: Path

    def create(self, files: Path, *, author: str, branches: Sequence[str]) -> None:
        """Begin both with these files in one commit on each branch; no hook is there yet."""
        for folder in (self.path, self.bare):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        self._git("init", "--quiet", "--bare", "--template=", f"--initial-branch={_MAIN}", at=self.bare)
        self._git("init", "--quiet", "--template=", f"--initial-branch={_MAIN}")
        self._git("remote", "add", "origin", str(self.bare))
        self.commit(files, "The schema as it is", author)
        for branch in branches:
            self._git("push", "--quiet", "origin", f"{_MAIN}:refs/heads/{branch}")
            if branch != _MAIN:
                self._git("branch", "--quiet", branch)

    def tell(self, url: str, secret_file: Path) -> None:
        """Have the bare repository tell this webhook of every push from now on."""
        hook = self.bare / "hooks/post-receive"
        hook.parent.mkdir(exist_ok=True)
        words = [sys.executable, "-I", post_receive.__file__, url, str(secret_file)]
        hook.write_text(_HOOK.format(shlex.join(words)))
        hook.chmod(0o700)

    def switch(self, branch: str) -> None:
        """Go to a branch."""
        self._git("switch", "--quiet", branch)

    def take_back(self) -> None:
        """Forget the last commit of the branch."""
        self._git("reset", "--quiet", "--hard", "HEAD~1")

    def commit(self, files: Path, subject: str, author: str) -> None:
        """Copy these files over the checkout and commit them."""
        shutil.copytree(files, self.path, dirs_exist_ok=True)
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message", subject, author=author)

    def merge(self, branch: str, subject: str, author: str) -> None:
        """Merge a branch into this one."""
        self._git("merge", "--quiet", "--no-ff", "--message", subject, branch, author=author)

    def push(self, branch: str, *, force: bool, author: str) -> Pushed:
        """Push the branch; the hook's words come back with it."""
        forced = ["--force"] if force else []
        done = self._run("push", *forced, "origin", branch, author=author)
        lines = [line.removeprefix("remote:").strip() for line in done.stderr.splitlines()]
        changed = self._git("show", "--format=", "--name-status", "-m", "--first-parent", "HEAD")
        return Pushed(
            commit=self._git("rev-parse", "HEAD").strip(),
            files=tuple(" ".join(line.split("\t")) for line in changed.splitlines() if line),
            remote=tuple(line for line in lines if line.startswith("webhook ")),
        )

    def _git(self, *words: str, at: Path | None = None, author: str = "") -> str:
        return self._run(*words, at=at, author=author).stdout

    def _run(self, *words: str, at: Path | None = None, author: str = "") -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(  # noqa: S603 - no shell, and words of our own
                ["git", *words],  # noqa: S607 - the one that people have on their path
                cwd=at or self.path,
                env=_environment(author),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                start_new_session=True,  # Ctrl-C is for us to hear
                check=True,
            )
        except FileNotFoundError as problem:
            raise ConfigurationError(
                "there is no git on this machine", code="git-missing", remedy="install git 2.38 or later"
            ) from problem
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as problem:
            raise ConfigurationError(
                f"git {words[0]} did not work in {at or self.path}: {_complaint(problem)}",
                code="demo-git",
                remedy="try the same there by hand; Bascule needs git 2.38 or later",
            ) from problem


def _complaint(problem: subprocess.CalledProcessError | subprocess.TimeoutExpired) -> str:
    if isinstance(problem, subprocess.TimeoutExpired):
        return f"it took more than {_SECONDS} s"
    return " | ".join(str(problem.stderr).split("\n")[-4:]).strip(" |")


def _environment(author: str) -> Mapping[str, str]:
    """Return the environment of an author who has no settings at all."""
    email = f"{author.split(' ', maxsplit=1)[0].lower()}@telecom.example"
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": "/nonexistent",
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": author,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_COMMITTER_NAME": author,
        "GIT_COMMITTER_EMAIL": email,
    }
