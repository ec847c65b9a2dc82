"""Was it dug deeper than the licence allows?"""

import math

from shared.rules.terms import DepthDatum, LicenceTerms
from shared.rules.verdict import Answer, Verdict

RULE = "depth"
VERSION = "1"
REASONS = frozenset(
    {
        "within_depth",
        "too_deep",
        "depth_within_uncertainty",
        "depth_uncertainty_unknown",
        "depth_limit_unknown",
        "depth_surface_unknown",
        "depth_through_water",
    }
)


def depth(
    terms: LicenceTerms,
    *,
    depth_m: float,
    uncertainty_m: float | None,
    through_water: bool = False,
    surface_m: float | None = None,
) -> Verdict:
    """YES within the limit, NO deeper. `depth_m`: downwards from the surface it was taken at; uncertainty at 95 %.

    A limit below ground or bed is compared directly; a lowest level needs `surface_m`, the level of the surface the
    depth was taken from (national height system). `through_water`: the depth was taken from the water's surface, and
    the limit counts from the bed: what is in order with the water is in order without it, the other way round nobody
    knows. Numbers: `depth_m`, `limit_m` (depth from the same surface), `uncertainty_m`, `excess_m` where too deep.
    """
    numbers = {"depth_m": round(depth_m, 2)}
    limit = terms.depth_limit_m
    if limit is None:
        return _verdict(Answer.CANNOT_TELL, "depth_limit_unknown", numbers)
    if terms.depth_datum is DepthDatum.ELEVATION:
        if surface_m is None:
            return _verdict(Answer.CANNOT_TELL, "depth_surface_unknown", {**numbers, "limit_level_m": round(limit, 2)})
        limit, through_water = surface_m - limit, False
    numbers["limit_m"] = round(limit, 2)
    if uncertainty_m is None or not 0 <= uncertainty_m < math.inf:
        return _verdict(Answer.CANNOT_TELL, "depth_uncertainty_unknown", numbers)
    numbers["uncertainty_m"] = round(uncertainty_m, 2)
    if depth_m + uncertainty_m <= limit:
        return _verdict(Answer.YES, "within_depth", numbers)
    if depth_m - uncertainty_m <= limit:
        return _verdict(Answer.CANNOT_TELL, "depth_within_uncertainty", numbers)
    numbers["excess_m"] = round(depth_m - limit, 2)
    if through_water:
        return _verdict(Answer.CANNOT_TELL, "depth_through_water", numbers)
    return _verdict(Answer.NO, "too_deep", numbers)


def _verdict(answer: Answer, reason: str, numbers: dict[str, float]) -> Verdict:
    return Verdict(RULE, VERSION, answer, (reason,), numbers)
