"""Resources of TM Forum's open APIs (TMF620, TMF632, TMF633, TMF651) in this platform's terms."""

from typing import NamedTuple

NAME = "tmf"
OWNER = "plumbline"
"""Who an external identifier is of that an export carries, so that what comes back is the same."""


class Term(NamedTuple):
    """A resource: the kind that it is, and its type."""

    kind: str
    type: str | None = None


TERMS = {
    "Catalog": Term("catalog"),
    "ProductCatalog": Term("catalog"),
    "ServiceCatalog": Term("catalog"),
    "Category": Term("category"),
    "ProductCategory": Term("category"),
    "ServiceCategory": Term("category"),
    "ProductOffering": Term("service_offering"),
    "ServiceCandidate": Term("service_offering"),
    "ProductSpecification": Term("product"),
    "ServiceSpecification": Term("service"),
    "CustomerFacingServiceSpecification": Term("service", "business"),
    "ResourceFacingServiceSpecification": Term("service", "technology"),
    "Agreement": Term("contract"),
    "Organization": Term("party", "org_unit"),
    "Individual": Term("party", "person"),
}
PRICES = {"ProductOfferingPrice", "ProductOfferingPriceAlteration"}
"""Prices are no things of their own: they stand with their offerings."""

_EARLY = ("in study", "in design", "in test")
_USED, _OVER = ("active", "launched"), ("retired", "obsolete")
STATES: dict[str, dict[str, str]] = {
    "service_offering": {name: name.replace(" ", "_") for name in (*_EARLY, *_USED, *_OVER, "rejected")},
    "service": {
        "in study": "requirements", "in design": "designed", "in test": "tested", "rejected": "retired",
        **dict.fromkeys(_USED, "operational"), **dict.fromkeys(_OVER, "retired"),
    },
    "product": {
        **dict.fromkeys(_EARLY, "planned"), **dict.fromkeys(_USED, "in_use"), **dict.fromkeys(_OVER, "retired"),
    },
    "catalog": {
        **dict.fromkeys(_EARLY, "draft"), **dict.fromkeys(_USED, "published"), **dict.fromkeys(_OVER, "retired"),
    },
    "contract": {
        "initialized": "draft", "in process": "in_process", "inprocess": "in_process", "approved": "approved",
        "validated": "approved", "active": "active", "suspended": "suspended", "expired": "expired",
        "terminated": "terminated", "rejected": "rejected",
    },
}  # fmt: skip
"""Life cycle status by kind; what is not here is registered as found."""
STATES["category"] = STATES["catalog"]

PARTNERS = {"supplier": "supplier", "vendor": "vendor", "manufacturer": "manufacturer"}
"""Roles of related parties that are partners."""
PROVIDERS, CUSTOMERS = {"provider", "seller", "serviceprovider", *PARTNERS}, {"customer", "buyer", "consumer"}
"""Roles in an agreement."""

RELATIONSHIPS = {
    ("service_offering", "exchangeablewith"): "exchangeable_with",
    ("service_offering", "migration"): "exchangeable_with",
    ("service_offering", "substitution"): "exchangeable_with",
    ("service_offering", "optionalfor"): "optional_with",
    ("service_offering", "requires"): "requires",
    ("service_offering", "dependency"): "requires",
    ("service", "dependency"): "depends_on",
    ("service", "requires"): "depends_on",
    ("product", "dependency"): "depends_on",
    ("product", "requires"): "depends_on",
}
"""Relationships between two of a kind; any other is ``relates_to`` with its name as the rationale."""
RELATED = {
    "service_offering": "productOfferingRelationship",
    "product": "productSpecificationRelationship",
    "service": "serviceSpecRelationship",
}
BUNDLED = {
    "service_offering": "bundledProductOffering",
    "product": "bundledProductSpecification",
    "service": "bundledServiceSpecification",
}
"""Fields that name others of the same kind."""
CHARACTERISTICS = (
    "productSpecCharacteristic",
    "specCharacteristic",
    "serviceSpecCharacteristic",
    "prodSpecCharValueUse",
)
KEPT = ("brand", "productNumber", "version", "catalogType", "agreementType")
"""Attributes that stay as members of the organisation's own."""
LOST = (
    "place", "attachment", "resourceSpecification", "resourceCandidate", "policy", "marketSegment", "agreement",
    "targetProductSchema", "targetServiceSchema", "serviceLevelAgreement", "note", "constraint",
)  # fmt: skip
"""Attributes without a place here, counted."""
