"""Access control lists of a broker that has an authorizer. aiokafka knows the request and has no call for it."""

from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import NoError, for_code
from aiokafka.protocol.admin import CreateAclsRequest

from shared.bus import BusUnavailable, Right

# the numbers of the protocol: org.apache.kafka.common.resource and .acl
_RESOURCES = {"topic": 2, "group": 3}
_OPERATIONS = {"Read": 3, "Write": 4, "Create": 5, "Describe": 8}
_LITERAL, _PREFIXED = 3, 4
_ALLOW = 3


async def allow(admin: AIOKafkaAdminClient, rights: Iterable[Right]) -> None:
    """Grant rights; those that are there stay. Raises BusUnavailable when we may not."""
    for right in rights:
        pattern = _PREFIXED if right.prefix else _LITERAL
        for name in right.operations:
            entry = _RESOURCES[right.resource], right.name, pattern, f"User:{right.user}", "*", _OPERATIONS[name]
            answer = await admin._send_to_controller(CreateAclsRequest(*entry, _ALLOW))
            for code, message in answer.creation_responses:
                if for_code(code) is not NoError:
                    raise BusUnavailable(f"Kafka grants no rights: {for_code(code).__name__}: {message}")
