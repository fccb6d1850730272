"""``GET /changes``: the events of a service in the order of their positions."""

from functools import cache
from typing import Any, Literal

from pydantic import Field, create_model

from shared.contracts.actions import Told
from shared.contracts.base import Kind, Model
from shared.contracts.instant import Instant
from shared.contracts.means import Means


class Event(Model):
    """One change as a CloudEvents 1.0 document."""

    specversion: Literal["1.0"]
    """Version of CloudEvents."""
    id: str
    """Id of the event: `<kind>:<id>:<epoch>.<version>`."""
    source: str
    """Service that recorded it, such as `/strategy`."""
    type: str
    """Type of the event, such as `plumbline.strategy.objective.created`."""
    subject: str
    """What changed: `kind/id`."""
    time: Instant
    """When it was recorded."""
    datacontenttype: Literal["application/json"]
    """Media type of `data`."""
    dataschema: str
    """Name of the JSON Schema of `data`; the schema is served at `/{service}/schemas/{type}`."""
    aggregateversion: int
    """Version of the entity that this event made."""
    epoch: int
    """Epoch of the owner's database; it grows when a backup is restored."""
    position: int
    """Place among the events of the service, without gaps, from 1 on."""
    correlationid: str
    """Correlation id of the request that made the change."""
    causationid: str | None = None
    """Event or request that caused the change, if one was named."""
    traceparent: str | None = None
    """W3C trace context of the change, if it was traced."""
    actor: str
    """Subject of the token that made the change, or `system`."""
    means: Means | None = None
    """By which means it was made, if that is known."""


class Head(Model):
    """How far the changes of a service are recorded."""

    position: int
    """Position of the newest event."""
    epoch: int
    """Epoch of the owner's database."""
    recorded_until: Instant
    """Everything recorded until then has a position up to `position`; it moves on while nothing happens."""


class EventData(Model):
    """What an event carries."""

    changed: list[str]
    """Members that differ from the version before."""
    deleted: bool = False
    """Whether the entity was deleted; `state` is then its last one."""
    corrected: bool = False
    """Whether the change corrects a state that was registered wrongly."""


class Changes(Model):
    """A page of events; it may be short, or empty, and still there are more."""

    next_after: int
    """The `after` of the next page; there are more events as long as it is below the position of the head."""
    head: Head
    """How far the changes of the service are recorded."""


@cache
def changes_model(kinds: tuple[Kind | Told, ...]) -> type[Changes]:
    """The answer of a service that records these kinds."""
    states: Any = kinds[0].model
    for kind in kinds[1:]:
        states = states | kind.model
    told = Field(description="The whole entity as the API shows it.", discriminator="kind" if kinds[1:] else None)
    data = create_model("EventData", __base__=EventData, __doc__=EventData.__doc__, state=(states, told))
    carried = (data, Field(description="The entity, and what changed in it."))
    event = create_model("Event", __base__=Event, __doc__=Event.__doc__, data=carried)
    items: Any = (list.__class_getitem__(event), Field(description="Events in the order of their positions."))
    return create_model("Changes", __base__=Changes, __doc__=Changes.__doc__, items=items)
