"""The tables as an operator writes them: which keys there are, and of which kind.

What a table begins with stands in config/default.toml, not here.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from orchestrator.domain.drift import WhenDrifted
from orchestrator.domain.matrix import Command
from orchestrator.domain.plan import OutOfOrder, WhenFilesChange, WhenFilesLeave
from orchestrator.domain.target import MadeUpRows
from orchestrator.settings import kinds
from orchestrator.settings.model import SslMode

Schema = Annotated[str, StringConstraints(min_length=1, max_length=63, pattern=r"^[^\x00-\x1f\"]+$")]

#: what a rule may be made to be on a target
RuleSeverity = Literal["error", "warning", "note", "off"]

#: the outcomes that people can be told of
Told = Literal["refused", "failed", "rolled_back", "stuck", "succeeded", "cancelled", "drifted"]


class Table(BaseModel):
    """A table that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Service(Table):
    """[service]."""

    database_url: kinds.DatabaseUrl | None = None
    broker_url: kinds.BrokerUrl | None = None
    scratch_url: kinds.DatabaseUrl | None = None
    listen: kinds.ListenAddress
    admin_listen: kinds.ListenAddress
    admin_token: kinds.AdminToken | None = None
    state_directory: str | None = Field(
        None, min_length=1, pattern=r"^[^\x00]+$", examples=["/var/lib/bascule"]
    )
    longest_stage: kinds.Duration
    compare_heads: kinds.Duration
    compare_facts: kinds.DurationOrOff
    keep: kinds.AgeOrOff
    public_url: kinds.HttpUrl | None = None


class Repository(Table):
    """[repositories.NAME]."""

    url: kinds.GitUrl = Field(examples=["https://github.com/example/app.git"])
    forge: Literal["github", "gitlab", "gitea", "forgejo", "bitbucket"]
    directory: kinds.Folder
    webhook_secret: kinds.WebhookSecrets = Field(examples=["env:APP_WEBHOOK_SECRET"])
    deliveries_per_minute: kinds.RateOrOff
    largest_mirror: kinds.Size
    token: kinds.SecretValue | None = None
    allow_local: bool


class Identity(Table):
    """[targets.NAME.identities.NAME]."""

    role: Schema = Field("authenticated", examples=["authenticated"])
    claims: kinds.Claims = Field("{}", examples=[{"app_metadata": {"role": "admin"}}])
    rows: str = Field(
        "", max_length=10_000, pattern=r"^[^\x00]*$", examples=["insert into public.admins values ({user})"]
    )


class Opening(Table):
    """[[targets.NAME.openings]]."""

    object: kinds.ObjectName = Field(examples=["public.prices"])
    because: kinds.Reason = Field(examples=["prices are on the web site"])
    roles: frozenset[Literal["anon", "authenticated"]] = Field(frozenset(), examples=[["anon"]])
    commands: frozenset[Command] = Field(frozenset(), examples=[["select"]])
    policy: str = Field("", max_length=63, examples=["Prices are public"])


class Target(Table):
    """[targets.NAME]."""

    repository: kinds.RepositoryName = Field(examples=["app"])
    branch: kinds.Branch = Field(examples=["main"])
    database_url: kinds.DatabaseUrl = Field(examples=["env:STAGING_DATABASE_URL"])
    sslmode: SslMode | None = None
    sslrootcert: kinds.RootCertificate | None = None
    statement_timeout: kinds.Duration
    lock_timeout: kinds.Duration
    out_of_order: OutOfOrder
    when_files_leave: WhenFilesLeave
    when_files_change: WhenFilesChange
    when_drifted: WhenDrifted
    rehearse: bool
    atomic: bool
    require_same_major: bool
    made_up_rows: MadeUpRows
    exposed_schemas: tuple[Schema, ...] = Field(min_length=1, examples=[["public"]])
    identities: dict[kinds.IdentityName, Identity] = Field(max_length=8, examples=[{}])
    openings: tuple[Opening, ...] = Field(examples=[[]])
    rules: dict[kinds.RuleName, RuleSeverity] = Field(examples=[{"drop-column": "error"}])
    longest_block: kinds.Duration
    preflight_timeout: kinds.Duration
    attempts: int = Field(ge=1, le=100, examples=[5])
    patience: kinds.Duration


class Slack(Table):
    """[notify.NAME] with slack_webhook_url."""

    slack_webhook_url: kinds.SlackUrl = Field(examples=["env:SLACK_WEBHOOK_URL"])
    on: frozenset[Told] = Field(min_length=1, examples=[["refused", "failed", "rolled_back", "stuck"]])


class Webhook(Table):
    """[notify.NAME] with url."""

    url: kinds.HttpUrl = Field(examples=["https://hooks.example.com/bascule"])
    secret: kinds.SigningSecret = Field(examples=["env:HOOK_SIGNING_SECRET"])
    allow_private: bool
    on: frozenset[Told] = Field(min_length=1, examples=[["refused", "failed", "rolled_back", "stuck"]])
