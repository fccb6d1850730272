"""The base of all contracts: closed, immutable, and each member says what it means."""

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Model(BaseModel):
    """Base of everything that is published: closed, immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @classmethod
    def descriptions(cls) -> dict[str, str]:
        """What each member means; one that a subclass narrows means what it meant."""
        known: dict[str, str] = {}
        for base in reversed(cls.__mro__):
            fields = base.model_fields.items() if issubclass(base, BaseModel) else ()
            known |= {name: info.description for name, info in fields if info.description}
        return known

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        found = handler(schema)
        members = handler.resolve_ref_schema(found).get("properties", {})
        for name, text in cls.descriptions().items():
            members.get(cls.model_fields[name].alias or name, {}).setdefault("description", text)
        return found
