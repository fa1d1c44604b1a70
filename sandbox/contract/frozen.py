"""Immutable values, whose JSON is what seals and digests are made of."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer


class Frozen(BaseModel):
    """A value: immutable, and an unknown key in its JSON is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Fields that came later than what is sealed and approved already: while they are empty
    #: they are in no JSON of the value, so that every older seal and digest stays good.
    LATER: ClassVar[frozenset[str]] = frozenset()


class Growing(Frozen):
    """A value that got fields after some of its kind were sealed."""

    @model_serializer(mode="wrap")
    def _told(self, told: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = told(self)
        return {name: one for name, one in found.items() if name not in self.LATER or one}
