"""A position as a GNSS receiver gave it, with what is needed to judge how far it can be trusted."""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# Radius that holds 68 % / 95 % of a circular normal distribution, in standard deviations of one axis:
# sqrt(-2 ln(1 - p)) (Rayleigh quantile).
RADIUS_68_IN_SIGMA = 1.5096
RADIUS_95_IN_SIGMA = 2.4477


class FixMode(StrEnum):
    NONE = "none"
    TWO_D = "2d"
    THREE_D = "3d"


class FixQuality(StrEnum):
    """GGA field 6 of NMEA 0183, in words; gpsd's TPV.status is mapped onto the same words."""

    NONE = "none"
    AUTONOMOUS = "autonomous"
    DIFFERENTIAL = "differential"
    PPS = "pps"
    RTK_FIXED = "rtk_fixed"
    RTK_FLOAT = "rtk_float"
    ESTIMATED = "estimated"
    MANUAL = "manual"
    SIMULATED = "simulated"
    UNKNOWN = "unknown"


# One standard deviation, in metres, of the user equivalent range error (UERE): what HDOP has to be multiplied with.
# AUTONOMOUS, PPS: the system range error budget of GPS gives 15.7 m (C/A code, milder ionosphere) and 13.0 m (P code)
# at 95 % (NAVSTAR GPS User Equipment Introduction, 1996, table 3-1; 95 % of one dimension is 1.96 sigma). Today's sky
# is better than that; for evidence the radius had better be too wide than too narrow.
# DIFFERENTIAL: a quarter of autonomous, the ratio gpsd uses (H_UERE_WITH_DGPS 3.75 m against H_UERE_NO_DGPS 15 m).
# RTK_*: our own, wider than receivers promise (centimetres, decimetres): HDOP says nothing about the base station.
# ESTIMATED and MANUAL are missing on purpose: HDOP says nothing about a position that was not made from satellites.
UERE_SIGMA_M = {
    FixQuality.AUTONOMOUS: 8.0,
    FixQuality.PPS: 6.6,
    FixQuality.DIFFERENTIAL: 2.0,
    FixQuality.RTK_FLOAT: 0.5,
    FixQuality.RTK_FIXED: 0.05,
    FixQuality.SIMULATED: 8.0,
    FixQuality.UNKNOWN: 8.0,
}

# 99.99 and the like is how receivers write "no value"; a real epoch with an HDOP of 50 is no position either.
HDOP_MEANINGLESS = 50.0


def radius_68_from_sigmas(lat_sigma_m: float, lon_sigma_m: float) -> float | None:
    """Radius in metres holding 68 %, from one standard deviation along each axis in metres (NMEA GST, gpsd GST).

    The root mean square of both stands in for the circle's sigma. None when the receiver wrote zeros or nonsense.
    """
    sigma = math.hypot(lat_sigma_m, lon_sigma_m) / math.sqrt(2)
    return RADIUS_68_IN_SIGMA * sigma if math.isfinite(sigma) and sigma > 0 else None


def radius_68_from_hdop(hdop: float, quality: FixQuality) -> float | None:
    """Radius in metres holding 68 %, from the horizontal dilution of precision.

    HDOP x UERE is the root of the summed variances of both axes (drms), so one axis has HDOP x UERE / sqrt 2.
    None when HDOP is no real figure or says nothing for this quality.
    """
    uere = UERE_SIGMA_M.get(quality)
    if uere is None or not 0 < hdop < HDOP_MEANINGLESS:
        return None
    return RADIUS_68_IN_SIGMA * hdop * uere / math.sqrt(2)


@dataclass(frozen=True, slots=True)
class Fix:
    """One epoch of a receiver.

    `lat`, `lon`: WGS84 degrees. `accuracy_m`: radius in metres that holds the true place with 68 %
    (Android's `Location.getAccuracy`), None when the receiver said nothing it can be worked out from.
    `altitude_m`: above mean sea level. `fixed_at`: the receiver's own time, UTC, None while it has no date.
    `received_at`: the device's clock when the epoch was complete. `mock`: the platform or the receiver
    itself says that the position is simulated or typed in.
    """

    lat: float
    lon: float
    accuracy_m: float | None
    altitude_m: float | None
    fixed_at: datetime | None
    received_at: datetime
    mode: FixMode
    quality: FixQuality
    provider: str
    satellites: int | None
    mock: bool

    def age_s(self, now: datetime) -> float:
        """Seconds since the device received this epoch (the device's clock against itself: a wrong clock cannot hide
        a stale fix)."""
        return (now - self.received_at).total_seconds()
