"""The processes that run on this machine, as everybody can see them."""

from contextlib import suppress
from pathlib import Path


def git_processes_about(text: str) -> dict[int, str]:
    """Return id and command line of the running git processes whose command line holds the text."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if "git" in line and text in line:
            found[int(folder.name)] = line
    return found


def children_of(parent: int) -> list[int]:
    """Return the ids of a process's children."""
    return [int(name) for name in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def has_port(process: int, port: int) -> bool:
    """Tell whether a process holds a TCP connection with this local port."""
    connections = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {f"socket:[{one[9]}]" for one in connections if int(one[1].rpartition(":")[2], 16) == port}
    open_ones = set()
    for file in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):
            open_ones.add(str(file.readlink()))
    return not sockets.isdisjoint(open_ones)
