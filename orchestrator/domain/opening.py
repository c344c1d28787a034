"""What somebody declared as meant: an object that is open, to whom, for what, and why."""

from dataclasses import dataclass

from orchestrator.domain.matrix import Command


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """An opening that smoke tests need not report."""

    #: qualified, as findings name it: "public.prices", "public.search(text)"
    object: str
    #: why it is meant, in the words of who declared it
    because: str
    #: database roles; empty: every client
    roles: frozenset[str] = frozenset()
    #: empty: every command
    commands: frozenset[Command] = frozenset()
    #: the policy that it is about, and no other one; empty: whatever opens the object
    policy: str = ""
    #: the comment is from before the deployment that is judged, and vouches for nothing that is opened now
    said_before: bool = False

    def covers(self, role: str, command: Command) -> bool:
        """Tell whether this role and this command are meant."""
        return (not self.roles or role in self.roles) and (not self.commands or command in self.commands)
