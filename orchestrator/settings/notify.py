"""[notify.NAME]: one channel, Slack's or a signed webhook."""

from collections.abc import Iterable

from orchestrator.domain.event import EventKind
from orchestrator.settings import raw, urls
from orchestrator.settings.faults import dotted, unknown
from orchestrator.settings.model import ChannelSettings, SlackSettings, WebhookSettings
from orchestrator.settings.reading import Reading, Table


def read(name: str, table: Table, defaults: Table, reading: Reading) -> ChannelSettings | None:
    """Read one table over the defaults of its kind; None when it has faults."""
    key = f"notify.{name}"
    if "slack_webhook_url" in table:
        return _slack(key, _over(defaults, raw.Slack) | {**table}, reading)
    if "url" in table or "secret" in table:
        return _webhook(key, _over(defaults, raw.Webhook) | {**table}, reading)
    known = {*raw.Slack.model_fields, *raw.Webhook.model_fields}
    for wrong in sorted(table.keys() - known):
        reading.fault(f"{key}.{dotted(wrong)}", unknown(wrong, known))
    text = 'says nothing of where; write slack_webhook_url = "env:SLACK_WEBHOOK_URL", or url and secret'
    reading.fault(key, text)
    return None


def _over(defaults: Table, model: type[raw.Table]) -> dict[str, object]:
    return {key: value for key, value in defaults.items() if key in model.model_fields}


def _slack(key: str, table: Table, reading: Reading) -> SlackSettings | None:
    given = reading.check(raw.Slack, table, key)
    if given is None:
        return None
    return SlackSettings(webhook_url=given.slack_webhook_url, on=_kinds(given.on))


def _webhook(key: str, table: Table, reading: Reading) -> WebhookSettings | None:
    given = reading.check(raw.Webhook, table, key)
    if given is None:
        return None
    if urls.is_plain(given.url) and not given.allow_private:
        text = "is not encrypted; write https://, or allow_private = true for a receiver in your own network"
        reading.fault(f"{key}.url", text)
    return WebhookSettings(
        url=given.url, secret=given.secret, on=_kinds(given.on), allow_private=given.allow_private
    )


def _kinds(names: Iterable[str]) -> frozenset[EventKind]:
    return frozenset(EventKind(name) for name in names)
