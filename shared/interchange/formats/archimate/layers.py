"""ArchiMate 4 has one service and one collaboration for what had one in each layer: the layer is that of what stands
behind it."""

from collections import defaultdict
from functools import cache

from shared.interchange.formats.archimate.model import Model

_LAYERS = {
    "business": "BusinessActor BusinessRole BusinessCollaboration BusinessProcess BusinessFunction BusinessInteraction "
    "BusinessService Role Contract Product",
    "application": "ApplicationComponent ApplicationCollaboration ApplicationInterface ApplicationFunction "
    "ApplicationProcess ApplicationInteraction ApplicationService DataObject",
    "technology": "Node Device SystemSoftware TechnologyCollaboration TechnologyInterface TechnologyFunction "
    "TechnologyProcess TechnologyInteraction TechnologyService Artifact Equipment Facility DistributionNetwork "
    "CommunicationNetwork",
}
_LAYER = {type: layer for layer, types in _LAYERS.items() for type in types.split()}
_BEHIND = {
    "Service": (("Realization", "Assignment"), "target"),
    "Process": (("Assignment", "Realization"), "target"),
    "Function": (("Assignment", "Realization"), "target"),
    "Collaboration": (("Aggregation", "Composition", "Assignment"), "source"),
}
"""For each generic element the relations at whose other end its layer is to be seen, and its own end of them."""
_DEPTH = 4

COLLABORATIONS = {"application": ("product", "tool"), "technology": ("product", "technology")}
"""What a collaboration of a layer is; any other is a party."""


def layers(model: Model) -> dict[str, str]:
    """The layer of each generic element that shows one, by identifier: the first of business, application, technology
    among those that stand behind it."""
    types = {element.identifier: element.type for element in model.elements}
    behind: defaultdict[str, list[str]] = defaultdict(list)
    for relation in model.relations:
        for own, other in ((relation.source, relation.target), (relation.target, relation.source)):
            told, end = _BEHIND.get(types.get(own, ""), ((), ""))
            if relation.type in told and own == getattr(relation, end or "source"):
                behind[own].append(other)

    @cache
    def layer(identifier: str, depth: int) -> frozenset[str]:
        if found := _LAYER.get(types.get(identifier, "")):
            return frozenset({found})
        deeper = behind[identifier] if depth else []
        return frozenset(each for other in deeper for each in layer(other, depth - 1))

    shown = {each: layer(each, _DEPTH) for each, type in types.items() if type in ("Service", "Collaboration")}
    return {each: next(name for name in _LAYERS if name in found) for each, found in shown.items() if found}
