"""What the strategy service publishes, from what an organisation is driven by to what was signed and measured."""

from shared.contracts.link import link_kind
from shared.contracts.strategy import direction, execution, measures, signing

KINDS = (*direction.KINDS, *execution.KINDS, *measures.KINDS, *signing.KINDS, link_kind("strategy"))
