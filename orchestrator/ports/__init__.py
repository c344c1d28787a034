"""What the thinking part asks of the world: small protocols, one per conversation.

Stages and actions are written against these; wiring/ says which adapter answers.
"""

from orchestrator.ports.baseline import Baselines
from orchestrator.ports.deliveries import Deliveries
from orchestrator.ports.edges import Channel, Forge, Linter, Notifications, Queue
from orchestrator.ports.git import Blob, Git, Listing
from orchestrator.ports.ledger import (
    Care,
    Claim,
    Claims,
    ContentStore,
    Keeping,
    Kept,
    Outbox,
    Reading,
    Reception,
    Watching,
)
from orchestrator.ports.scratch import Play, Scratch
from orchestrator.ports.target import Adoption, Database, TargetReader, Targets, TargetWriter

__all__ = [
    "Adoption",
    "Baselines",
    "Blob",
    "Care",
    "Channel",
    "Claim",
    "Claims",
    "ContentStore",
    "Database",
    "Deliveries",
    "Forge",
    "Git",
    "Keeping",
    "Kept",
    "Linter",
    "Listing",
    "Notifications",
    "Outbox",
    "Play",
    "Queue",
    "Reading",
    "Reception",
    "Scratch",
    "TargetReader",
    "TargetWriter",
    "Targets",
    "Watching",
]
