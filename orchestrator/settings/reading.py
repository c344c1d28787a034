"""What the readers of the sections share: where secrets come from, and where faults go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from orchestrator.settings.faults import Fault, faults_of

M = TypeVar("M", bound=BaseModel)

Table = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One reading of one document. Every fault is collected; none stops the reading."""

    environ: Mapping[str, str]
    #: the names of [repositories.…], lawful or not
    repositories: tuple[str, ...] = ()
    faults: list[Fault] = field(default_factory=list)

    def fault(self, key: str, text: str) -> None:
        """Note what is wrong and what to write instead."""
        self.faults.append(Fault(key=key, text=text))

    def check(self, model: type[M], table: object, key: str) -> M | None:
        """Read one table; None when something in it is wrong, which is noted then."""
        context = {"environ": self.environ, "repositories": self.repositories}
        try:
            return model.model_validate(table, context=context)
        except ValidationError as error:
            # the error itself quotes what it was given, so it goes no further than this
            self.faults.extend(faults_of(model, key, error))
            return None
