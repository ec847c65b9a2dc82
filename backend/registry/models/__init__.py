"""What the field is compared with: places, licences, the catalogue, agencies' duties, imports and phones' rows."""

from backend.registry.models.agencies import AgencyDuty, Letterhead, Power
from backend.registry.models.catalogue import CatalogueEntry
from backend.registry.models.imports import ImportRow, ImportRun
from backend.registry.models.licences import (
    Holder,
    Licence,
    LicenceArea,
    LicenceVersion,
    LicensedEquipment,
    LicensedMineral,
    Mineral,
    ProvincialHours,
    Stockyard,
    Vehicle,
)
from backend.registry.models.output import DeclaredOutput, LedgerYear
from backend.registry.models.places import Commune, CommuneBoundary, FormerCommune, Province, ProvinceBoundary, UnitArea
from backend.registry.models.reference import ReferenceRow

__all__ = [
    "AgencyDuty",
    "CatalogueEntry",
    "Commune",
    "CommuneBoundary",
    "DeclaredOutput",
    "FormerCommune",
    "Holder",
    "ImportRow",
    "ImportRun",
    "LedgerYear",
    "Letterhead",
    "Licence",
    "LicenceArea",
    "LicenceVersion",
    "LicensedEquipment",
    "LicensedMineral",
    "Mineral",
    "Power",
    "Province",
    "ProvinceBoundary",
    "ProvincialHours",
    "ReferenceRow",
    "Stockyard",
    "UnitArea",
    "Vehicle",
]
